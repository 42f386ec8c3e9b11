/** Which zones' pods are asked: Envoy's examples and arithmetic by hand, then the same in a world. */
import { describe, expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../../src/model/builders.js";
import { divide, type Known } from "../../../src/model/mesh/localities.js";
import { type LocalitySpec, plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import { worthAt } from "../../../src/model/mesh/slow-start.js";
import { createWorld } from "../../../src/model/world.js";
import type { Balancer, PolicyContext, Scheduler } from "../../../src/policy/contract.js";
import { at, call, cpu, timetable } from "../lab.js";

const ZONES = ["a", "b", "c"];

/** Pods in zones, as many as said; of each zone the first so many are unfit. */
function known(counts: readonly number[], unfit: readonly number[] = []): Known {
  const zoneOfSlot = counts.flatMap((count, zone) => Array.from({ length: count }, () => zone));
  const firstOf = (zone: number): number => zoneOfSlot.indexOf(zone);
  return {
    slots: Int32Array.from(zoneOfSlot, (_, slot) => slot),
    zoneOf: (slot) => zoneOfSlot[slot],
    isFit: (slot) => slot - firstOf(zoneOfSlot[slot]) >= (unfit[zoneOfSlot[slot]] ?? 0),
  };
}

/** The share and number of pods of each part, for a caller in zone a. */
function parts(spec: LocalitySpec, pods: Known, callers: readonly number[] = [1, 1, 1], panic = 0.5) {
  const sum = callers.reduce((total, one) => total + one, 0);
  const shares = new Map(callers.flatMap((count, zone) => (count > 0 ? [[zone, count / sum] as const] : [])));
  return divide(spec, pods, { zone: 0, shares }, ZONES, panic).map(({ share, slots }) => [
    +share.toFixed(6),
    slots.length,
  ]);
}

describe("failover: priority health is 1.4 × the share that is fit", () => {
  test.each([
    ["all fit", [4, 4], [0, 0], [[1, 4]]],
    ["3 of 4 are good for all calls", [4, 4], [1, 0], [[1, 3]]],
    [
      "2 of 4 for 70 %",
      [4, 4],
      [2, 0],
      [
        [0.7, 2],
        [0.3, 4],
      ],
    ],
    [
      "1 of 4 for 35 %",
      [4, 4],
      [3, 0],
      [
        [0.35, 1],
        [0.65, 4],
      ],
    ],
    ["none", [4, 4], [4, 0], [[1, 4]]],
    ["none in the zone at all", [0, 4], [0, 0], [[1, 4]]],
  ])("%s", (_, counts, unfit, expected) => {
    expect(parts({ kind: "failover" }, known(counts, unfit))).toEqual(expected);
  });

  test("too few in both: shares of what there is, and each of them in panic", () => {
    // 1.4 × 1/4 = 0.35 twice: 0.35 / 0.7 each; a quarter is below the threshold of a half, so all are called.
    expect(parts({ kind: "failover" }, known([4, 4], [3, 3]))).toEqual([
      [0.5, 4],
      [0.5, 4],
    ]);
    expect(parts({ kind: "failover" }, known([4, 4], [3, 3]), undefined, 0)).toEqual([
      [0.5, 1],
      [0.5, 1],
    ]);
  });
});

describe("weighted: weight × what is good for calls", () => {
  test.each([
    [
      "by weight",
      [4, 2],
      [0, 0],
      [
        [0.75, 4],
        [0.25, 2],
      ],
    ],
    [
      "not less before a zone is too sick",
      [4, 4],
      [1, 0],
      [
        [0.75, 3],
        [0.25, 4],
      ],
    ],
    [
      "half fit: 3 × 0.7 to 1",
      [4, 4],
      [2, 0],
      [
        [0.677419, 2],
        [0.322581, 4],
      ],
    ],
    ["a zone without anybody fit gets nothing", [4, 4], [4, 0], [[1, 4]]],
  ])("%s", (_, counts, unfit, expected) => {
    expect(parts({ kind: "weighted", weights: { a: 3, b: 1 } }, known(counts, unfit))).toEqual(expected);
  });
});

describe("zone-aware: the own zone as far as it has pods for its callers", () => {
  const aware: LocalitySpec = { kind: "zone-aware", least: 6 };

  test.each([
    ["as many pods as callers", [2, 2, 2], [1, 1, 1], [[1, 2]]],
    ["more pods than callers", [4, 1, 1], [1, 1, 1], [[1, 4]]],
    // Callers 1/3 here, pods 1/6: half of the calls stay; b has 1/6 to spare and c none.
    [
      "fewer pods than callers",
      [1, 3, 2],
      [1, 1, 1],
      [
        [0.5, 1],
        [0.5, 3],
      ],
    ],
    // Pods 1/10, 4/10, 5/10 against callers 6/10, 2/10, 2/10: 1/6 stays; 2/10 and 3/10 to spare.
    [
      "two zones with some to spare",
      [1, 4, 5],
      [6, 2, 2],
      [
        [0.166667, 1],
        [0.333333, 4],
        [0.5, 5],
      ],
    ],
    ["too few pods", [1, 3, 1], [1, 1, 1], [[1, 5]]],
    ["none here", [0, 3, 3], [1, 1, 1], [[1, 6]]],
    ["pods in one zone alone", [6, 0, 0], [1, 1, 1], [[1, 6]]],
    ["callers in one zone alone", [3, 3, 0], [1, 0, 0], [[1, 6]]],
  ])("%s", (_, counts, callers, expected) => {
    expect(parts(aware, known(counts), callers)).toEqual(expected);
  });

  test("in panic zones do not count", () => {
    expect(parts(aware, known([4, 4], [3, 3]), [1, 1])).toEqual([[1, 8]]);
  });
});

test.each([
  ["pods here", [2, 4], [[1, 2]]],
  ["none here", [0, 4], [[1, 4]]],
])("prefer-same-zone, %s", (_, counts, expected) => {
  expect(parts({ kind: "prefer-same-zone" }, known(counts))).toEqual(expected);
});

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const anyPod = ({ stream }: PolicyContext): Balancer => ({ pick: ({ count }) => stream.below(count) });
/** One pod on each machine, in the order of machines. */
const spread: Scheduler = { filters: [], score: (_, node) => node.free.cpuMillicores };

/** Calls that each pod of the called service has had, by zone, from callers of which one stands in each zone. */
function callsByZone(locality: LocalitySpec, pods: number): readonly number[] {
  const size = { cpuMillicores: 100_000, memoryMiB: 100_000 };
  const machines = {
    ...unlimitedGroup,
    count: 2,
    min: 2,
    max: 2,
    zones: ["a", "b"],
    capacity: size,
    allocatable: size,
  };
  const back = service({
    name: "back",
    replicas: pods,
    steps: [cpu(0.001)],
    concurrency: many,
    balancer: anyPod,
    mesh: { ...plainMesh, locality },
  });
  const front = service({ name: "front", replicas: 2, steps: [call("back")], concurrency: many, balancer: anyPod });
  const times = Array.from({ length: 4000 }, (_, i) => i * 0.01);
  const spec = world({
    services: [back, front],
    loads: [at("front", ...times)],
    cluster: cluster({ groups: [machines], scheduler: spread }),
  });
  const run = createWorld(spec, 1);
  run.sim.run(100);
  run.checkBooks();
  const used = [0, 0];
  const { pods: table, nodes } = run.state;
  for (const pod of run.services[0].members.items.subarray(0, pods))
    used[nodes.zone[table.node[pod]]] += table.used[pod];
  return used.map((seconds) => Math.round(seconds * 1000));
}

test("in a world, calls stay in their zone, whichever caller has got them", () => {
  const [a, b] = callsByZone({ kind: "prefer-same-zone" }, 2);
  expect(a + b).toBe(4000);
  // Each front has half of the requests: 2,000 ± 4σ.
  expect(Math.abs(a - 2000)).toBeLessThan(4 * Math.sqrt(1000));
});

test("in a world, weights of zones hold exactly, for they take turns", () => {
  const [a, b] = callsByZone({ kind: "weighted", weights: { a: 3, b: 1 } }, 2);
  expect(Math.abs(a - 3 * b)).toBeLessThanOrEqual(8);
});

describe("slow start", () => {
  test.each([
    [0, 1, 0.1, 0.1],
    [10, 1, 0.1, 0.1667],
    [30, 1, 0.1, 0.5],
    [30, 2, 0.1, Math.SQRT1_2],
    [60, 1, 0.1, 1],
  ])("after %f s of 60, aggression %f, at least %f: worth %f", (age, aggression, least, expected) => {
    expect(worthAt(age, { window: 60, aggression, least })).toBeCloseTo(expected, 4);
  });

  test("once all have their whole weight, they are even again", () => {
    const even: boolean[] = [];
    const watching = (): Balancer => ({
      pick: (upstream) => {
        even.push(upstream.even);
        return 0;
      },
    });
    const mesh = { ...plainMesh, slowStart: { window: 60, aggression: 1, least: 0.1 } };
    const about = { steps: [cpu(0.1)], concurrency: many, balancer: watching, mesh };
    const run = createWorld(
      world({
        services: [service({ ...about, scaler: timetable([0, 1], [100, 2]) })],
        loads: [at("shop", 50, 120, 159, 161, 170)],
      }),
      1,
    );
    run.sim.run(200);
    expect(even).toEqual([true, false, false, true, true]);
  });

  test("a pod that is added gets the calls that the growth of its weight says", () => {
    // Two pods from 100 s on; the new one's weight grows from 0.1 at 106 s to 1 at 160 s: of 100 calls a second it gets
    // w / (1 + w), which integrated over time is (6 × 0.1 / 1.1 + 60 × ∫ w / (1 + w) dw from 0.1 to 1) × 100.
    const expected = 100 * ((6 * 0.1) / 1.1 + 60 * (0.9 - Math.log(2 / 1.1)));
    const times = Array.from({ length: 16_000 }, (_, i) => (i + 0.5) * 0.01);
    const spec = world({
      services: [
        service({
          steps: [cpu(0.0001)],
          concurrency: many,
          balancer: byTurns,
          scaler: timetable([0, 1], [100, 2]),
          mesh: { ...plainMesh, slowStart: { window: 60, aggression: 1, least: 0.1 } },
        }),
      ],
      loads: [at("shop", ...times)],
    });
    const run = createWorld(spec, 1);
    run.sim.run(160);
    const { used } = run.state.pods;
    const fresh = run.services[0].members.items[1];
    expect(Math.abs(used[fresh] * 10_000 - expected)).toBeLessThan(0.02 * expected);
  });
});

/** Turns by weight, as even as can be. */
const byTurns = (): Balancer => {
  const had: number[] = [];
  return {
    pick: ({ rows, count, weight }) => {
      let best = 0;
      if (count === 1) return 0;
      // Each call is a unit of credit shared by weight; whoever has most of it goes.
      let sum = 0;
      for (let i = 0; i < count; i++) sum += weight[rows[i]];
      for (let i = 0; i < count; i++) had[rows[i]] = (had[rows[i]] ?? 0) + weight[rows[i]] / sum;
      for (let i = 1; i < count; i++) if (had[rows[i]] > had[rows[best]]) best = i;
      had[rows[best]]--;
      return best;
    },
  };
};
