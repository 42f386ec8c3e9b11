/** Nodes that run out of memory: who is ended, and when; schedules worked out by hand. */
import { describe, expect, test } from "vitest";
import { inOrderOfEviction, MemoryPressure, type Thresholds } from "../../src/controllers/kubelet/pressure.js";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { WorldSpec } from "../../src/model/spec.js";
import { at, play, wait } from "./lab.js";

const hardAlone: Thresholds = { hard: 100, soft: undefined, transitionPeriod: 300 };
const withSoft: Thresholds = { hard: 100, soft: { below: 300, grace: 20 }, transitionPeriod: 300 };

describe("a kubelet's look", () => {
  const looks = (thresholds: Thresholds, ...seen: readonly (readonly [now: number, available: number])[]) => {
    const kubelet = new MemoryPressure(thresholds);
    return seen.map(([now, available]) => Object.values(kubelet.look(available, now)));
  };

  test("less than the hard threshold counts at once, as much as it does not", () => {
    expect(looks(hardAlone, [0, 100], [10, 99.9])).toEqual([[false, undefined], [true, "hard"]]); // biome-ignore format: one line
  });

  test("the condition outlasts the threshold by five minutes, not a moment more", () => {
    expect(looks(hardAlone, [0, 50], [10, 500], [299, 500], [300, 500])).toEqual([
      [true, "hard"],
      [true, undefined],
      [true, undefined],
      [false, undefined],
    ]);
  });

  test("a soft threshold is borne for its grace, the condition holding meanwhile; any relief begins it anew", () => {
    expect(looks(withSoft, [0, 200], [10, 200], [20, 200])).toEqual([
      [true, undefined],
      [true, undefined],
      [true, "soft"],
    ]);
    expect(looks(withSoft, [0, 200], [10, 300], [20, 200], [30, 200], [40, 200]).map(([, met]) => met)).toEqual([undefined, undefined, undefined, undefined, "soft"]); // biome-ignore format: one line
  });

  test("below both, the hard one counts", () => {
    expect(looks(withSoft, [0, 90])).toEqual([[true, "hard"]]);
  });
});

test.each([
  ["who uses more than he requests comes first, whatever his priority", [["big", 0, 900, 1000], ["over", 100, 11, 10]], ["over", "big"]], // biome-ignore format: one line
  [
    "of those, the least priority",
    [
      ["high", 5, 500, 10],
      ["low", 1, 20, 10],
    ],
    ["low", "high"],
  ],
  [
    "then who is furthest beyond",
    [
      ["some", 0, 30, 10],
      ["most", 0, 300, 200],
    ],
    ["most", "some"],
  ],
  [
    "as much as requested is not more",
    [
      ["even", 0, 10, 10],
      ["over", 9, 11, 10],
    ],
    ["over", "even"],
  ],
  ["of those within, the least priority and then the nearest to the request", [["a", 1, 9, 10], ["b", 0, 1, 10], ["c", 0, 8, 10]], ["c", "b", "a"]], // biome-ignore format: one line
] as const)("%s", (_, pods, order) => {
  const users = pods.map(([name, priority, usedMiB, requestMiB]) => ({ name, priority, usedMiB, requestMiB }));
  expect(inOrderOfEviction<(typeof users)[number]>(users).map(({ name }) => name)).toEqual(order);
});

/** A node for pods of 1000 MiB in all: `shop` holds 100 MiB and 100 more for each call, `other` 300. */
function crowded(eviction: Thresholds | undefined, calls: readonly number[], seconds: number): WorldSpec {
  const size = { cpuMillicores: 4000, memoryMiB: 1000 };
  const holding = (baseMiB: number, perCallMiB: number) => ({ ...plainLifecycle, memoryUse: { baseMiB, perCallMiB } });
  return world({
    services: [
      service({
        size: { cpuMillicores: 1000, memoryMiB: 200 },
        lifecycle: holding(100, 100),
        concurrency: { limit: 99, queue: 0, holds: "call", waitsAt: "pod" },
        startup: constant(5),
        steps: [wait(seconds)],
      }),
      service({ name: "other", size: { cpuMillicores: 1000, memoryMiB: 400 }, lifecycle: holding(300, 0) }),
    ],
    loads: [at("shop", ...calls)],
    cluster: cluster({ groups: [{ ...unlimitedGroup, capacity: size, allocatable: size }], eviction }),
  });
}

describe("on a node for 1000 MiB", () => {
  const six = [1, 2, 3, 4, 5, 6];

  test("seven calls leave nothing available: at the look at 10 s the pod beyond its request is ended with all its calls", () => {
    const { answers, world: played } = play(crowded(hardAlone, [...six, 7, 12], 30), 100);
    // Available: 1000 + 100 - 300 - (100 + 7 × 100) = 0. The call of 12 s waits for the pod's successor, ready at 15 s.
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([
      ...Array.from({ length: 7 }, () => [10, 2]),
      [15 + 30, 0],
    ]);
    const evictions = played.decisions.filter(({ rule }) => rule.startsWith("Evicted"));
    expect(evictions.map(({ time, subject, effectiveAt }) => [time, subject, effectiveAt])).toEqual([[10, "pod shop-0", 10]]); // biome-ignore format: one line
    expect(evictions[0]).toMatchObject({ seen: { available: 0, used: 800, request: 200 } });
    expect(evictions[0].why!.conditions).toEqual([
      { type: "MemoryPressure", status: "True", reason: "KubeletHasInsufficientMemory" },
    ]);
  });

  test("six leave 100 MiB, which is enough", () => {
    const { answers, world: played } = play(crowded(hardAlone, six, 30), 100);
    expect(answers.every(({ failure }) => failure === 0)).toBe(true);
    expect(played.decisions).toEqual([]);
  });

  test("a soft threshold ends it with its own grace of 30 s, and nobody else while it leaves", () => {
    // Five calls leave 200 MiB from 5 s on: seen at 10 s, borne at 20 s, over at 30 s; killed at 60 s.
    const { answers, world: played } = play(crowded(withSoft, [1, 2, 3, 4, 5], 70), 200);
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual(Array.from({ length: 5 }, () => [60, 2])); // biome-ignore format: one line
    const evictions = played.decisions.filter(({ rule }) => rule.startsWith("Evicted"));
    expect(evictions.map(({ time, subject }) => [time, subject])).toEqual([[30, "pod shop-0"]]);
  });

  test("without eviction nothing happens", () => {
    const { answers } = play(crowded(undefined, [...six, 7], 30), 100);
    expect(answers.every(({ failure }) => failure === 0)).toBe(true);
  });
});
