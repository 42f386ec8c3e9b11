/** Machines that fall silent, second by second: leases at 10, 20, …, the monitor's looks at 5, 10, …, all in step. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { FaultSpec } from "../../src/model/faults/spec.js";
import type { ServiceSpec, Step, WorldSpec } from "../../src/model/spec.js";
import { at, call, cpu, play, wait } from "./lab.js";

interface Given {
  readonly begin: number;
  readonly length?: number;
  readonly replacedAfter?: number;
  readonly names?: readonly string[];
}

const silent = ({ begin, length = Infinity, replacedAfter = Infinity, names = ["n-0"] }: Given): FaultSpec => ({
  name: "hung",
  when: { kind: "once", at: begin, length },
  what: {
    kind: "node-loss",
    nodes: { group: undefined, zone: undefined, portion: { names } },
    ...{ silent: true, replacedAfter },
  },
});

const plenty = { limit: 8, queue: 0, holds: "call", waitsAt: "pod" } as const;

/** Two machines with a pod on each; all calls go to the first ready pod. */
function two(
  about: Partial<ServiceSpec> & { readonly steps?: readonly Step[] },
  fault: FaultSpec,
  ...times: readonly number[]
): WorldSpec {
  const size = { cpuMillicores: 2000, memoryMiB: 1e6 };
  const group = { ...unlimitedGroup, name: "n", count: 2, min: 2, max: 9, capacity: size, allocatable: size };
  return world({
    services: [service({ replicas: 2, concurrency: plenty, startup: constant(2), ...about })],
    loads: times.length > 0 ? [at("shop", ...times)] : [],
    faults: [fault],
    cluster: cluster({
      groups: [{ ...group, boot: constant(30) }],
      scheduler: {
        filters: [{ rejects: (pod, node) => (pod.cpuMillicores > node.free.cpuMillicores ? "full" : undefined) }],
        score: (_pod, node) => node.free.cpuMillicores,
      },
    }),
  });
}

describe("a machine that falls silent for a while", () => {
  test("stops what is in it, which goes on when it is back", () => {
    const steps = [wait(5), cpu(2), wait(1)];
    // From 20: waits until 25, which passes unseen; works 33 to 35, waits until 36. From 14: 3 s of work and wait are done before 23.
    const { answers, world: played } = play(two({ steps }, silent({ begin: 23, length: 10 }), 14.5, 20), 100);
    expect(answers).toEqual([
      { at: 22.5, latency: 8, failure: 0 },
      { at: 36, latency: 16, failure: 0 },
    ]);
    expect(played.faults[0]).toMatchObject({ begin: 23, detected: NaN, over: 33, healed: 33 });
  });

  test("holds work where it was", () => {
    const { answers } = play(two({ steps: [cpu(5)] }, silent({ begin: 23, length: 10 }), 20, 25), 100);
    // Of 5 s of work 3 are done when it stops; the pod is an endpoint still, and so the next call comes to it as well.
    expect(answers.map((one) => one.at)).toEqual([35, 38]);
  });

  test("refuses nobody meanwhile: who would have been refused hears of it when it is back", () => {
    const one = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;
    const spec = two({ steps: [wait(5)], concurrency: one }, silent({ begin: 23, length: 10 }), 22, 25);
    // The wait of the first would have been over at 27.
    expect(play(spec, 100).answers).toEqual([
      { at: 33, latency: 8, failure: 1 },
      { at: 33, latency: 11, failure: 0 },
    ]);
  });

  test("hears no answers either: who called others from it goes on when it is back", () => {
    const front = service({ name: "front", concurrency: plenty, steps: [call("shop"), wait(1)] });
    const base = two({ steps: [wait(4)], replicas: 1 }, silent({ begin: 23, length: 10, names: ["n-0"] }));
    // front stands on the first machine, shop on the second.
    const spec = { ...base, services: [front, ...base.services], loads: [at("front", 20)] };
    expect(play(spec, 100).answers.map((one) => one.at)).toEqual([34]);
  });

  test("is missed after 50 s without a lease, and its pods are no endpoints until it is back", () => {
    // Renewed at 20, seen at 20, so missed at 70.
    const spec = two({ steps: [wait(1)] }, silent({ begin: 23, length: 100 }), 22.5, 60, 80, 130);
    const { answers, world: played } = play(spec, 200);
    expect(played.decisions.filter(({ subject }) => subject === "node n-0").map(({ time }) => time)).toEqual([70, 70]);
    expect(played.faults[0]).toMatchObject({ detected: 70, by: "node-lifecycle-controller", healed: 123 });
    // The call of 22.5 would end at 23.5; that of 60 comes to the silent pod; that of 80 to the other one.
    expect(answers.map((one) => [one.at, one.failure])).toEqual([
      [81, 0],
      [123, 0],
      [124, 0],
      [131, 0],
    ]);
    expect(played.services[0].created).toBe(2);
  });
});

describe("a machine that falls silent for good", () => {
  test("loses its pods 300 s after it was tainted: others come, and what was in it hangs", () => {
    const { answers, world: played } = play(two({ steps: [wait(1)] }, silent({ begin: 23 }), 30, 80), 500);
    expect(answers.map((one) => one.at)).toEqual([81]);
    const evicted = played.decisions.filter(({ rule }) => rule.startsWith("TaintManagerEviction"));
    expect(evicted.map(({ time, subject }) => [time, subject])).toEqual([[370, "pod shop-0"]]);
    expect(played.faults[0]).toMatchObject({ detected: 70, over: NaN, healed: 372 });
    expect(played.services[0].draining).toBe(1); // nobody is there to end it
  });

  test("is ended and replaced by the cloud, and then its calls fail", () => {
    const spec = two({ steps: [wait(1)] }, silent({ begin: 23, replacedAfter: 60 }), 30);
    const { answers, world: played } = play(spec, 500);
    expect(answers).toEqual([{ at: 83, latency: 53, failure: 2 }]);
    // There is room for its pod on the other machine.
    expect(played.faults[0]).toMatchObject({ detected: 70, healed: 85 });
    expect(played.state.nodes.rows.live).toBe(2);
    expect(played.state.stillness.machines).toBe(0);
  });

  test("whose evictions nobody decides keeps its pods", () => {
    const base = two({}, silent({ begin: 23 }));
    const pause: FaultSpec = {
      name: "no monitor",
      when: { kind: "once", at: 40, length: 1000 },
      what: { kind: "pause", controllers: ["node-monitor"] },
    };
    const { world: played } = play({ ...base, faults: [...base.faults, pause] }, 900);
    expect(played.faults[0]).toMatchObject({ detected: NaN, healed: NaN });
  });
});

test("when all machines of a cluster are silent nobody is evicted: the fault may be the monitor's own", () => {
  const { world: played } = play(two({}, silent({ begin: 23, names: ["n-0", "n-1"] })), 900);
  expect(played.decisions.filter(({ rule }) => rule.startsWith("NodeNotReady")).length).toBe(2);
  expect(played.decisions.filter(({ rule }) => rule.startsWith("Tainted"))).toEqual([]);
});

test("a pod that was starting begins anew when its machine is back", () => {
  const crash: FaultSpec = {
    name: "crash",
    when: { kind: "once", at: 22, length: 0 },
    what: { kind: "crash", pods: { owner: "shop", portion: { names: ["shop-0"] } } },
  };
  const base = two({ startup: constant(4) }, silent({ begin: 23, length: 10 }));
  const { world: played } = play({ ...base, faults: [...base.faults, crash] }, 100);
  expect(played.faults.find((one) => one.fault === "crash")).toMatchObject({ begin: 22, healed: 37 });
});
