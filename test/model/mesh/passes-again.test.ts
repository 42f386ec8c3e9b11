/** What proxies do for tries after the first and for copies, and what those do that stand on machines. Worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { cluster, noHop, service, unlimitedGroup, world } from "../../../src/model/builders.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import type { PassSpec } from "../../../src/model/mesh/mesh-spec.js";
import { plainLifecycle } from "../../../src/model/pods/lifecycle.js";
import type { ServiceSpec, WorldSpec } from "../../../src/model/spec.js";
import { at, call, cpu, latencies, play, timetable, wait } from "../lab.js";
import { host, rule } from "../route-lab.js";

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const pass = (where: PassSpec["at"], work: number, charged: PassSpec["charged"] = "pod"): PassSpec => ({
  ...{ at: where, latency: constant(0.25), cpu: work, charged },
});
const used = ({ world: played }: ReturnType<typeof play>): readonly number[] =>
  played.services.map((one) => +played.cpuUsed(one).toFixed(9));
const proxied = ({ world: played }: ReturnType<typeof play>): number =>
  +played.services.reduce((sum, one) => sum + one.proxied, 0).toFixed(9);
/** Cores that the pods and proxies of the only machine could use at the end. */
const demand = ({ world: played }: ReturnType<typeof play>): number => played.state.nodes.demand[0];

type About = Parameters<typeof service>[0];
const dedicated: Partial<ServiceSpec> = {};
const shared: Partial<ServiceSpec> = { concurrency: many, cpuLimitMillicores: 1000 };
const bothWays = [
  ["cores of their own", dedicated],
  ["shared cores", shared],
] as const;

describe("tries after the first", () => {
  /** The back has two workers and no line; two requests that come by no caller's proxy hold them from 0.25 to 2.25. */
  const refused = (front: Partial<ServiceSpec>, charged: PassSpec["charged"], ...times: readonly number[]) => {
    const retries = { most: 3, on: ["refused"], backOff: constant(0.25), budget: undefined } as const;
    const two = { limit: 2, queue: 0, holds: "call", waitsAt: "pod" } as const;
    const back = service({
      ...{
        name: "back",
        steps: [wait(2)],
        concurrency: two,
        hop: { ...noHop, passes: [pass("caller", 0.5, charged)] },
      },
      route: { ...plainRoute, retries },
    });
    return play(
      world({
        services: [service({ name: "front", steps: [cpu(1), call("back")], ...front }), back],
        loads: [at("back", 0, 0), at("front", ...times)],
      }),
    );
  };

  test.each(bothWays)("each takes its proxy's time, and costs its work: %s", (_, front) => {
    const run = refused(front, "pod", 0);
    // Work until 1, its proxy's until 1.5, refused at 1.75; once more at 2: 0.5 + 0.25, and 2 s in the back.
    expect(latencies(run.answers)).toEqual([2.25, 2.25, 4.75]);
    expect(used(run)[0]).toBe(1 + (1 + 1) * 0.5);
    expect(proxied(run)).toBe((1 + 1) * 0.5);
  });

  test.each(bothWays)("with r tries more it is 1 + r times the work: %s", (_, front) => {
    // Sent at -0.5 s, so to speak: refused at 0.75, 1.75 and, for a worker that is free at 2.25 only, let in at 2.75.
    const early = { ...front, endpoints: [{ name: "call", steps: [call("back")] }] };
    const run = refused(early, "pod", 0);
    expect(latencies(run.answers)).toEqual([2.25, 2.25, 4.75]);
    expect(used(run)[0]).toBe((1 + 2) * 0.5);
    expect(proxied(run)).toBe((1 + 2) * 0.5);
  });

  test("on shared cores they slow the application down", () => {
    const run = refused(shared, "pod", 0, 2);
    // The other try's 0.5 and the second request's work share the core from 2 to 3; then that works until 3.5, its proxy
    // until 4, and it is at the back at 4.25.
    expect(latencies(run.answers)).toEqual([2.25, 2.25, 4.75, 4.25]);
    expect(used(run)[0]).toBe(2 + 3 * 0.5);
  });

  test("a machine's proxy slows no pod with cores to spare, and is no use of its", () => {
    const run = refused(shared, "node", 0, 2);
    expect(latencies(run.answers)).toEqual([2.25, 2.25, 4.75, 3.75]);
    expect(used(run)[0]).toBe(2);
    expect(proxied(run)).toBe(3 * 0.5);
    expect(demand(run)).toBe(0);
  });
});

describe("copies", () => {
  const copied = (front: Partial<ServiceSpec>, charged: PassSpec["charged"]) => {
    const hop = { ...noHop, passes: [pass("caller", 0.5, charged)] };
    const routes = [host(rule({ weights: { back: 1 }, mirrors: [{ service: "copy", share: 1 }] }))];
    const services = [
      service({ name: "front", steps: [cpu(1), call("host")], ...front }),
      service({ name: "back", steps: [wait(1)], hop, concurrency: many }),
      service({ name: "copy", steps: [wait(1)], hop, concurrency: many }),
    ];
    return play(world({ services, routes, loads: [at("front", 0)] }));
  };

  test("cost what calls cost: cores of their own", () => {
    const run = copied(dedicated, "pod");
    expect(latencies(run.answers)).toEqual([1 + 0.5 + 0.25 + 1]);
    expect(used(run)[0]).toBe(1 + 2 * 0.5);
    expect(proxied(run)).toBe(2 * 0.5);
    expect(run.world.services.map(({ ended }) => ended)).toEqual([1, 1, 1]);
  });

  test("cost what calls cost: the copy's work and the call's share a core", () => {
    const run = copied(shared, "pod");
    expect(latencies(run.answers)).toEqual([1 + 1 + 0.25 + 1]);
    expect(used(run)[0]).toBe(1 + 2 * 0.5);
    expect(proxied(run)).toBe(2 * 0.5);
  });

  test("cost what calls cost: by the machine's proxy", () => {
    const run = copied(shared, "node");
    expect(latencies(run.answers)).toEqual([1 + 0.5 + 0.25 + 1]); // a core for each
    expect(used(run)[0]).toBe(1);
    expect(proxied(run)).toBe(2 * 0.5);
  });
});

describe("a machine's proxy", () => {
  const oneCore = { ...unlimitedGroup, allocatable: { cpuMillicores: 1000, memoryMiB: 1e6 } };
  const onOneCore = (front: About, back: About, ...times: readonly number[]): WorldSpec =>
    world({
      cluster: cluster({ groups: [oneCore] }),
      services: [
        service({ ...{ name: "front", steps: [cpu(1), call("back")], concurrency: many }, ...front }),
        service({ ...{ name: "back", concurrency: many, size: { cpuMillicores: 100, memoryMiB: 1 } }, ...back }),
      ],
      loads: [at("front", ...times)],
    });
  const size = (cpuMillicores: number) => ({ cpuMillicores, memoryMiB: 1 });

  test("is not held to the pod's limit", () => {
    const hop = { ...noHop, passes: [pass("caller", 0.5, "node"), pass("pod", 0.125, "node")] };
    const half = { size: size(100), cpuLimitMillicores: 500 };
    const run = play(onOneCore(half, { ...half, hop, steps: [cpu(1)] }, 0));
    expect(latencies(run.answers)).toEqual([2 + 0.5 + 0.25 + 0.25 + 0.125 + 2]);
    expect(used(run)).toEqual([1, 1]);
    expect(proxied(run)).toBe(0.625);
    expect(demand(run)).toBe(0);
  });

  test("does its work before the pod's own proxy does", () => {
    const hop = { ...noHop, passes: [pass("pod", 0.25), pass("pod", 0.125, "node")] };
    const run = play(onOneCore({ size: size(100) }, { hop, steps: [cpu(1)] }, 0));
    expect(latencies(run.answers)).toEqual([1 + 0.5 + 0.125 + 0.25 + 1]);
    expect(used(run)).toEqual([1, 1.25]);
    expect(proxied(run)).toBe(0.375);
  });

  test("shares a crowded machine's cores with pods by its request of 200m", () => {
    const hop = { ...noHop, passes: [pass("caller", 0.5, "node")] };
    const run = play(onOneCore({ size: size(800) }, { hop, steps: [wait(1)] }, 0, 1));
    // From 1 on the pod has 0.8 cores for the second request and the proxy 0.2 for the first call, until 2.25, when the proxy
    // has 0.25 left; then the second call's 0.5 shares the core with that until 2.75, and is done at 3.
    expect(latencies(run.answers)).toEqual([2.75 + 0.25 + 1, 3 + 0.25 + 1 - 1]);
    expect(used(run)).toEqual([2, 0]);
    expect(demand(run)).toBe(0);
  });

  test("does no more for a container that has ended", () => {
    const hop = { ...noHop, passes: [pass("caller", 5, "node")] };
    const lifecycle = { ...plainLifecycle, crashAfter: constant(2) };
    const run = play(onOneCore({ size: size(100), lifecycle }, { hop, steps: [wait(1)] }, 0), 3);
    expect(run.answers.map(({ at: now }) => now)).toEqual([2]);
    expect(demand(run)).toBe(0);
    expect(proxied(run)).toBe(0);
  });
});

test.each(["pod", "node"] as const)(
  "a pod that goes takes the work for its copies along: charged to the %s",
  (charged) => {
    // The request is answered at 10.5, and its pod, retired at 10, goes; the work for the copy would take until 14.5.
    const hop = { ...noHop, passes: [pass("caller", 5, charged)] };
    const routes = [host(rule({ weights: { back: 1 }, mirrors: [{ service: "copy", share: 1 }] }))];
    const services = [
      service({ name: "front", steps: [call("host")], ...shared, scaler: timetable([0, 1], [10, 0]) }),
      service({ name: "back", steps: [wait(1)], concurrency: many }),
      service({ name: "copy", steps: [wait(1)], hop, concurrency: many }),
    ];
    const run = play(world({ services, routes, loads: [at("front", 9.5)] }), 30);
    expect(latencies(run.answers)).toEqual([1]);
    expect(used(run)[0]).toBe(charged === "pod" ? 1 : 0);
    expect(run.world.services[2].arrived).toBe(0);
    expect(demand(run)).toBe(0);
    expect(run.world.state.calls.rows.live).toBe(0);
  },
);
