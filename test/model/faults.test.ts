/** Faults by hand: what they do to calls and pods, and when each begins, is detected and healed. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { FaultKind, FaultSpec } from "../../src/model/faults/spec.js";
import type { NodeGroupSpec, ServiceSpec, Step, WorldSpec } from "../../src/model/spec.js";
import type { Scaler } from "../../src/policy/contract.js";
import { at, cpu, latencies, play, shop, timetable, wait } from "./lab.js";

const fault = (what: FaultKind, begin: number, length = Infinity): FaultSpec => ({
  name: what.kind,
  when: { kind: "once", at: begin, length },
  what,
});

const faulty = (spec: WorldSpec, ...faults: readonly FaultSpec[]): WorldSpec => ({ ...spec, faults });
const anyNode = { group: undefined, zone: undefined, portion: { count: 1 } } as const;
const all = { ...anyNode, portion: { share: 1 } } as const;

const shared = {
  cpuLimitMillicores: 1000,
  concurrency: { limit: 8, queue: 0, holds: "call", waitsAt: "pod" },
} as const;

/** Machines of two cores in zones a and b by turns, and a scheduler that fills them evenly. */
function twoZones(
  about: Partial<ServiceSpec> & { readonly steps?: readonly Step[] },
  group: Partial<NodeGroupSpec>,
  ...times: readonly number[]
): WorldSpec {
  const size = { cpuMillicores: 2000, memoryMiB: 1e6 };
  const zones = ["a", "b"];
  const nodes = { ...unlimitedGroup, name: "n", count: 2, min: 2, max: 9, zones, capacity: size, allocatable: size };
  return world({
    services: [service({ replicas: 2, ...about })],
    loads: [at("shop", ...times)],
    cluster: cluster({
      groups: [{ ...nodes, boot: constant(30), ...group }],
      scheduler: {
        filters: [{ rejects: (pod, node) => (pod.cpuMillicores > node.free.cpuMillicores ? "full" : undefined) }],
        score: (_pod, node) => node.free.cpuMillicores,
      },
    }),
  });
}

describe("a crash", () => {
  const crash = fault({ kind: "crash", pods: { owner: "shop", portion: { count: 1 } } }, 2, 0);

  test("loses the calls in it, and is healed when the container is ready again", () => {
    const spec = faulty(shop({ steps: [cpu(5)], startup: constant(3) }, 1, 3), crash);
    const { answers, world: played } = play(spec);
    // The first restart is at once, so the container is up at 5.
    expect(answers).toEqual([
      { at: 2, latency: 1, failure: 2 },
      { at: 10, latency: 7, failure: 0 },
    ]);
    const times = { begin: 2, over: 2, detected: 2, by: "kubelet", healed: 5 };
    expect(played.faults).toEqual([{ fault: "crash", kind: "crash", whom: "pod shop-0", ...times }]);
  });

  test("is on record with its moments", () => {
    const { world: played } = play(faulty(shop({ startup: constant(3) }, 1), crash));
    const told = played.decisions.filter(({ subject }) => subject === "fault crash");
    expect(told.map(({ time, policy, rule }) => [time, policy, rule])).toEqual([
      [2, "fault", "Begins: crash of pod shop-0"],
      [2, "kubelet", "Detected"],
      [5, "fault", "Healed"],
    ]);
  });

  test("of half of the pods leaves the other half", () => {
    const half = { kind: "crash", pods: { owner: "shop", portion: { share: 0.5 } } } as const;
    const { world: played } = play(faulty(shop({ replicas: 4, startup: constant(3) }, 1), fault(half, 2, 0)), 4);
    expect(played.services[0].ready.count).toBe(2);
    expect(played.services[0].restarts).toBe(2);
  });
});

describe("cores", () => {
  const slow = (speed: number) => fault({ kind: "slow-node", nodes: all, speed }, 2, 2);

  test("at half speed do half as much", () => {
    const { answers } = play(faulty(shop({ ...shared, steps: [cpu(4)] }, 0), slow(0.5)));
    expect(latencies(answers)).toEqual([2 + 2 + 1]);
  });

  test("that stand still do nothing, and go on where they were", () => {
    const { answers, world: played } = play(faulty(shop({ ...shared, steps: [cpu(4)] }, 0), slow(0)));
    expect(latencies(answers)).toEqual([6]);
    expect(played.faults[0]).toMatchObject({ begin: 2, over: 4, detected: NaN, healed: 4 });
  });

  test("are nobody's own where they may become slower: a worker a core shares as well", () => {
    const { answers } = play(faulty(shop({ steps: [cpu(4)] }, 0), slow(0.5)));
    expect(latencies(answers)).toEqual([5]);
  });

  test("are metered as used by the second, whatever they do in it", () => {
    const { world: played } = play(faulty(shop({ ...shared, steps: [cpu(4)] }, 0), slow(0.5)));
    expect(played.cpuUsed(played.services[0])).toBeCloseTo(5, 9);
  });

  test("of which a part is stolen are crowded sooner, and a pod alone on two does not feel it", () => {
    const steal = fault({ kind: "steal", nodes: all, share: 0.5 }, 2, 2);
    const one = { ...shared, replicas: 1, steps: [cpu(4)] };
    const alone = play(faulty(twoZones(one, { count: 1 }, 0), steal));
    expect(latencies(alone.answers)).toEqual([4]);
    // Two pods of a core each on two cores, of which one is left.
    const turns = { ...one, replicas: 2, balancer: () => ({ pick: () => taken++ % 2 }) };
    let taken = 0;
    const both = play(faulty(twoZones(turns, { count: 1 }, 0, 0), steal));
    expect(latencies(both.answers)).toEqual([5, 5]);
  });
});

describe("a brown-out", () => {
  const everyPod = { owner: "shop", portion: { share: 1 } } as const;
  const second = { owner: "shop", portion: { names: ["shop-1"] } } as const;

  /** The first call to the first pod, the second to the second, and so on. */
  const byTurns = (): Partial<ServiceSpec> => {
    let taken = 0;
    return { ...shared, replicas: 2, balancer: () => ({ pick: () => taken++ % 2 }) };
  };

  test("of one pod slows what that one does, and lasts no longer than it is said to", () => {
    const out = fault({ kind: "brown-out", pods: second, times: 3, failing: 0 }, 10, 10);
    const { answers } = play(faulty(shop({ ...byTurns(), steps: [cpu(1), wait(2)] }, 0, 1, 11, 12, 30, 31), out));
    // Answers come in the order of their ends: of those at 11 and 12 the first is back at 14, the other at 21.
    expect(latencies(answers)).toEqual([3, 3, 3, 9, 3, 3]);
  });

  test("of one pod fails its calls alone", () => {
    const out = fault({ kind: "brown-out", pods: second, times: 1, failing: 1 }, 10);
    const { answers } = play(faulty(shop({ ...byTurns(), steps: [cpu(1)] }, 0, 2, 11, 13, 15, 17), out));
    expect(answers.map(({ failure }) => failure)).toEqual([0, 0, 0, 6, 0, 6]);
  });

  test("of some pods is not that of those that come later; of all it is", () => {
    const later = { ...shared, steps: [wait(1)], scaler: timetable([5, 0], [15, 1]) };
    const played = (portion: { readonly share: number } | { readonly count: number }) => {
      const out = fault({ kind: "brown-out", pods: { owner: "shop", portion }, times: 3, failing: 0 }, 2);
      return latencies(play(faulty(shop(later, 3, 20), out)).answers);
    };
    expect(played({ count: 1 })).toEqual([3, 1]);
    expect(played({ share: 1 })).toEqual([3, 3]);
  });

  test("of one pod and one of all count together", () => {
    const one = fault({ kind: "brown-out", pods: second, times: 3, failing: 0.5 }, 10, 20);
    const whole = { ...fault({ kind: "brown-out", pods: everyPod, times: 2, failing: 0 }, 10, 10), name: "all" };
    const { world: played } = play(faulty(shop({ ...byTurns(), steps: [wait(1)] }), one, whole), 15);
    const { pods } = played.state;
    expect([...pods.slowdown.subarray(0, 2)]).toEqual([2, 6]);
    expect([...pods.failing.subarray(0, 2)]).toEqual([0, 0.5]);
  });

  test("makes work and waits that begin in it longer", () => {
    const out = fault({ kind: "brown-out", pods: everyPod, times: 3, failing: 0 }, 10, 10);
    const { answers } = play(faulty(shop({ ...shared, steps: [cpu(1), wait(2)] }, 0, 12, 19.5, 30), out));
    // At 19.5 the work takes 3 s, and the wait after it begins when all is over.
    expect(latencies(answers)).toEqual([3, 9, 5, 3]);
  });

  test("fails a part of the calls at once", () => {
    const out = fault({ kind: "brown-out", pods: everyPod, times: 1, failing: 1 }, 10, 10);
    const { answers } = play(faulty(shop({ ...shared, steps: [cpu(1)] }, 0, 12, 25), out));
    expect(answers.map(({ latency, failure }) => [latency, failure])).toEqual([
      [1, 0],
      [0, 6],
      [1, 0],
    ]);
  });

  test("fails each call by its own chance: of many the share that is meant", () => {
    const out = fault({ kind: "brown-out", pods: everyPod, times: 1, failing: 0.3 }, 0);
    const times = Array.from({ length: 10_000 }, (_, i) => 1 + i);
    const { answers } = play(faulty(shop({ ...shared, steps: [cpu(0.1)] }, ...times), out), 20_000);
    const failed = answers.filter(({ failure }) => failure === 6).length;
    expect(Math.abs(failed - 3000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.3 * 0.7));
  });
});

describe("the control plane", () => {
  const seen: number[] = [];
  const watcher: Scaler = {
    period: 5,
    desiredReplicas: (view) => {
      seen.push(view.mean("concurrency", 5), view.pods[0].cpuMillicores);
      return view.mean("concurrency", 5);
    },
  };

  test("without metrics does not decide, and that is how it is noticed", () => {
    seen.length = 0;
    const scaler = { name: "watcher", create: () => watcher };
    const spec = { ...shop({ ...shared, scaler, bounds: { min: 1, max: 1 } }, 0), scrapePeriod: 5 };
    const outage = fault({ kind: "metric-outage", services: ["shop"] }, 12, 10);
    const { world: played } = play(faulty(spec, outage), 25);
    // At 5 the container is too young to have a sample.
    expect(seen).toEqual([0, NaN, 0, 0, NaN, NaN, NaN, NaN, 0, 0]);
    expect(played.faults[0]).toMatchObject({ begin: 12, detected: 15, by: "watcher", healed: 22 });
    expect(played.undecided).toEqual([2]);
  });

  const more = shop({ scaler: timetable([3, 2]), startup: constant(1) }, 0);
  const readyAt = (spec: WorldSpec, time: number): number => play(spec, time).world.services[0].ready.count;
  const paused = (...controllers: (FaultKind & { kind: "pause" })["controllers"][number][]): WorldSpec =>
    faulty(more, fault({ kind: "pause", controllers }, 2, 10));

  test("whose scalers rest scales when they are back", () => {
    expect([readyAt(more, 3.9), readyAt(more, 4)]).toEqual([1, 2]);
    // They look at 12, when the pause is just over.
    const spec = paused("scalers");
    expect([readyAt(spec, 12.9), readyAt(spec, 13)]).toEqual([1, 2]);
  });

  test("whose scheduler, or whose workloads' controllers, rest makes the pods at its end", () => {
    for (const spec of [paused("scheduler"), paused("workloads")])
      expect([readyAt(spec, 12.9), readyAt(spec, 13)]).toEqual([1, 2]);
  });
});

describe("machines", () => {
  const lost = (portion: { names: string[] }, more: object = {}) =>
    ({ kind: "node-loss", nodes: { ...anyNode, portion }, silent: false, replacedAfter: 0, ...more }) as const;

  test("that are gone take their calls along; pods stand elsewhere, and the group buys another", () => {
    const spec = twoZones({ steps: [wait(5)], balancer: () => ({ pick: () => 1 }), startup: constant(2) }, {}, 8);
    const { answers, world: played } = play(faulty(spec, fault(lost({ names: ["n-1"] }), 10, 0)), 100);
    expect(answers).toEqual([{ at: 10, latency: 2, failure: 2 }]);
    expect(played.faults[0]).toMatchObject({ whom: "n-1", detected: 10, by: "cloud", healed: 12 });
    expect(played.state.nodes.rows.live).toBe(2);
  });

  test("of a zone are lost together, and come back in others until it is open again", () => {
    const zone = { kind: "zone-loss", zone: "a", silent: false, replacedAfter: 5 } as const;
    const spec = twoZones({ startup: constant(2) }, {}, 1);
    const run = play(faulty(spec, fault(zone, 10, 100)), 60).world;
    expect(run.faults[0]).toMatchObject({ whom: "zone a, 1 node", healed: 12 });
    expect(run.decisions.filter(({ subject }) => subject === "cluster")).toEqual([]);
    expect(run.state.nodes.rows.live).toBe(2);
  });

  test("wanted in no zone but the lost one come when that is over", () => {
    const zone = { kind: "zone-loss", zone: "a", silent: false, replacedAfter: 5 } as const;
    const spec = faulty(twoZones({ startup: constant(2) }, { zones: ["a"] }, 1), fault(zone, 10, 100));
    expect(play(spec, 109).world.state.nodes.rows.live).toBe(0);
    // Bought at 110, booted at 140, the pods ready at 142.
    const { world: played } = play(spec, 200);
    expect(played.state.nodes.rows.live).toBe(2);
    expect(played.faults[0]).toMatchObject({ begin: 10, over: 110, healed: 142 });
  });

  test("of the spot market are reclaimed: notice, drain, end", () => {
    const spot = { usdPerHour: { a: 0, b: 0 }, interruption: undefined, notice: 20, drained: true };
    const spec = twoZones({ startup: constant(2) }, { capacityTypes: ["spot"], spot }, 1);
    const reclaim = { kind: "reclaim", nodes: { ...anyNode, portion: { names: ["n-0"] } } } as const;
    const { world: played } = play(faulty(spec, fault(reclaim, 10, 0)), 200);
    expect(played.decisions.filter(({ rule }) => rule === "SpotInterrupted").map(({ time }) => time)).toEqual([10]);
    // Its one pod goes at once, and so does the machine; the pod that takes its place is ready two seconds later.
    expect(played.faults[0]).toMatchObject({ detected: 10, healed: 12 });
  });
});

describe("times", () => {
  test("by rate: gaps from the end of one to the next, by laws of their own", () => {
    const when = { kind: "often", gap: constant(7), length: constant(3) } as const;
    const what = { kind: "slow-node", nodes: all, speed: 0.5 } as const;
    const { world: played } = play(faulty(shop({}, 1), { name: "often", when, what }), 30);
    expect(played.faults.map(({ begin, over }) => [begin, over])).toEqual([
      [7, 10],
      [17, 20],
      [27, 30],
    ]);
  });

  test("from a list", () => {
    const outages = [
      { begin: 1, end: 2 },
      { begin: 2, end: 5 },
    ];
    const what = { kind: "pause", controllers: ["scalers"] } as const;
    const { world: played } = play(
      faulty(shop({}, 1), { name: "l", when: { kind: "listed", outages: () => outages }, what }),
      30,
    );
    expect(played.faults.map(({ begin, healed }) => [begin, healed])).toEqual([
      [1, 2],
      [2, 5],
    ]);
  });
});
