/** What proxies on the way of a call take, and from whom. Worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { noHop, service, world } from "../../../src/model/builders.js";
import type { PassSpec } from "../../../src/model/mesh/mesh-spec.js";
import type { ServiceSpec } from "../../../src/model/spec.js";
import { at, call, cpu, latencies, play } from "../lab.js";

const pass = (at: PassSpec["at"], cpu: number, charged: PassSpec["charged"] = "pod"): PassSpec => ({
  at,
  latency: constant(0.25),
  cpu,
  charged,
});
const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;

/** A front that does a second of work, and calls a back that does as much; a proxy beside each for calls to the back. */
const two = (passes: readonly PassSpec[], about: Partial<ServiceSpec>, ...times: readonly number[]) =>
  play(
    world({
      services: [
        service({ name: "front", steps: [cpu(1), call("back")], ...about }),
        service({ name: "back", steps: [cpu(1)], hop: { ...noHop, passes }, ...about }),
      ],
      loads: [at("front", ...times)],
    }),
  );
const usedBy = ({ world: played }: ReturnType<typeof two>): readonly number[] =>
  played.services.map((one) => +played.cpuUsed(one).toFixed(9));

describe("work and latency", () => {
  const passes = [pass("caller", 0.5), pass("pod", 0.125)];

  test("where every piece of work has a core of its own, the proxies' have one, too", () => {
    const run = two(passes, {}, 0);
    expect(latencies(run.answers)).toEqual([1 + 0.5 + 0.25 + 0.25 + 0.125 + 1]);
    expect(usedBy(run)).toEqual([1.5, 1.125]);
  });

  test("alone on shared cores it is the same", () => {
    const run = two(passes, { concurrency: many, cpuLimitMillicores: 1000 }, 0);
    expect(latencies(run.answers)).toEqual([3.125]);
    expect(usedBy(run)).toEqual([1.5, 1.125]);
  });

  test("on shared cores proxies slow the application down, and it them", () => {
    const run = two(passes, { concurrency: many, cpuLimitMillicores: 1000 }, 0, 1);
    // Front: work of 0 to 1 alone; then the first's proxy and the second's work share the core until 2, when the proxy has
    // done 0.5 and the second 0.5; the second is through with its work at 2.5 and with its proxy at 3.
    // Back: 0.5 s later each: the first from 2.5 to 3.625; the second comes at 3.5, and shares until the first is done:
    // 0.125 of the first's work is left then, which takes 0.25; the second has had 0.125, and works until 4.75.
    expect(latencies(run.answers)).toEqual([3.75, 3.75]);
  });

  test("a worker is not needed for the proxy, and not held by it", () => {
    // One worker for two calls at once: the second waits for the worker, but its proxy has long let it in.
    const one = { limit: 1, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
    const about = { concurrency: one, size: { cpuMillicores: 500, memoryMiB: 1 }, cpuLimitMillicores: 2000 };
    const back = service({ name: "back", steps: [cpu(1)], hop: { ...noHop, passes: [pass("pod", 0.5)] }, ...about });
    const { answers } = play(world({ services: [back], loads: [at("back", 0, 0)] }));
    expect(latencies(answers)).toEqual([1.75, 2.75]);
  });
});

describe("whose CPU", () => {
  test.each([
    ["dedicated cores", {}],
    ["shared cores", { concurrency: many, cpuLimitMillicores: 1000 }],
  ])("a node's proxy takes time, but is no use of the pod's: %s", (_, about) => {
    const run = two([pass("caller", 0.5, "node"), pass("pod", 0.125, "node")], about, 0);
    expect(latencies(run.answers)).toEqual([3.125]);
    expect(usedBy(run)).toEqual([1, 1]);
    expect(run.world.services.map(({ proxied }) => proxied)).toEqual([0, 0.625]);
  });
});
