/** Bounds as Envoy's: slots = ⌈(calls + 1) · factor⌉, a pod's ⌈slots · its share⌉. Worked by hand. */
import { describe, expect, test } from "vitest";
import { bounded, percentOf, slotsOf } from "../../../src/policy/balancer/bounded-load.js";
import type { Upstream } from "../../../src/policy/contract.js";
import { parseFraction } from "../../../src/units.js";

const pods = (active: readonly number[], weight = active.map(() => 1)): Upstream => ({
  rows: Int32Array.from(active, (_, i) => i),
  count: active.length,
  active: Int32Array.from(active),
  weight: Float64Array.from(weight),
  even: true,
  version: 1,
  address: String,
});
const hashes = Array.from({ length: 3000 }, (_, i) => [
  Math.imul(i + 1, 0x9e3779b1) >>> 0,
  Math.imul(i + 1, 0x85ebca6b) >>> 0,
]);
const places = (upstream: Upstream, first: number, factor: number): number[] =>
  hashes.map(([high, low]) => bounded(upstream, first, high, low, percentOf(factor)));

describe("a pod is kept as long as it has no more than it may", () => {
  // 9 + 1 calls at 1.5 are 15 slots, 5 for each of three pods.
  test.each([
    [[5, 2, 2], 0],
    [[0, 5, 4], 0],
  ])("%j", (active, first) => {
    expect(new Set(places(pods(active), first, 1.5))).toEqual(new Set([first]));
  });

  test("above that the others get it, each as often", () => {
    const chosen = places(pods([6, 2, 1]), 0, 1.5);
    expect(chosen).not.toContain(0);
    const second = chosen.filter((place) => place === 1).length;
    expect(Math.abs(second - 1500)).toBeLessThan(4 * Math.sqrt(3000 * 0.25));
  });

  test("the call that is chosen for counts, too", () => {
    // 2 + 1 calls at 1 are 3 slots, 2 for each of two pods; without the new one it would be 1.
    expect(new Set(places(pods([2, 0]), 0, 1))).toEqual(new Set([0]));
  });

  test("never one that is above itself", () => {
    // 13 + 1 calls at 1: 14 slots, 5 each: the first and the second have more.
    expect(new Set(places(pods([6, 7, 0]), 0, 1))).toEqual(new Set([2]));
  });
});

test("a pod's bound goes by its weight", () => {
  // 9 + 1 at 1.2: 12 slots, of which 9 for a weight of 3 of 4, and 3 for 1 of 4.
  expect(new Set(places(pods([9, 0], [3, 1]), 0, 1.2))).toEqual(new Set([0]));
  expect(new Set(places(pods([6, 3], [3, 1]), 1, 1.2))).toEqual(new Set([1]));
  expect(new Set(places(pods([5, 4], [3, 1]), 1, 1.2))).toEqual(new Set([0]));
});

describe("whole numbers, as Envoy's: (calls × per cent + 99) / 100 without a rest", () => {
  test("for every number of calls and every per cent", () => {
    for (let percent = 100; percent <= 400; percent++) {
      const told = percentOf(parseFraction(`${percent}%`));
      for (let calls = 1; calls <= 300; calls++) {
        const exact = Number((BigInt(calls) * BigInt(percent) + 99n) / 100n);
        if (slotsOf(calls, told) !== exact)
          expect([calls, percent, slotsOf(calls, told)]).toEqual([calls, percent, exact]);
      }
    }
  });

  test("9 + 1 calls at 110 % are 11 slots, one of them for a weight of 1 of 11; of 12 it would be two", () => {
    expect(new Set(places(pods([7, 2], [10, 1]), 1, 1.1))).toEqual(new Set([0]));
    expect(new Set(places(pods([8, 1], [10, 1]), 1, 1.1))).toEqual(new Set([1]));
  });
});

test("one key always goes the same way", () => {
  expect(places(pods([6, 2, 1]), 0, 1.5)).toEqual(places(pods([6, 2, 1]), 0, 1.5));
});
