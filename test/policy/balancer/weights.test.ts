/** Turns by weight, worked by hand: an entry of weight w is due at 1/w, 2/w, …; of equals the one put in first goes first. */
import { describe, expect, test } from "vitest";
import { EarliestDeadline } from "../../../src/policy/balancer/earliest-deadline.js";
import { leastRequest } from "../../../src/policy/balancer/least-request.js";
import { PeakLatency } from "../../../src/policy/balancer/peak-ewma.js";
import { roundRobin } from "../../../src/policy/balancer/round-robin.js";
import { make } from "../builders.js";
import { upstream } from "./upstream.js";

function turns(weights: readonly number[], count: number, already = 0): number[] {
  const order = new EarliestDeadline();
  order.begin(weights, already);
  return Array.from({ length: count }, () => {
    const first = order.first;
    order.turn(weights[first]);
    return first;
  });
}

describe("earliest deadline first", () => {
  // 2 at 1/3, 1 at 1/2, 2 at 2/3; at 1 all three: 0 was put in first, then 1 (at 1/2), then 2 (at 2/3).
  test("weights 1, 2, 3", () => expect(turns([1, 2, 3], 6)).toEqual([2, 1, 2, 0, 1, 2]));
  test("equal weights go round", () => expect(turns([5, 5, 5], 7)).toEqual([0, 1, 2, 0, 1, 2, 0]));
  // 1/4, 2/4, 3/4, then at 1 the light one, which has waited longest.
  test("weights 1 and 4", () => expect(turns([1, 4], 10)).toEqual([1, 1, 1, 0, 1, 1, 1, 1, 0, 1]));

  test("each has its share, exactly, over every whole round", () => {
    for (const weights of [
      [1, 2, 3, 4],
      [7, 1, 1],
      [10, 3, 3, 2, 1, 1],
    ]) {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const had = turns(weights, 50 * sum);
      for (const [i, weight] of weights.entries()) {
        // Rounded deadlines may put one turn on the other side of a round's end.
        expect(Math.abs(had.filter((entry) => entry === i).length - 50 * weight)).toBeLessThanOrEqual(1);
      }
    }
  });

  test("may begin as if turns had been taken", () => {
    for (const weights of [
      [1, 2, 4],
      [8, 1, 1, 4],
      [2, 2],
    ]) {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      for (let already = 0; already < 3 * sum; already++) {
        const later = turns(weights, 4 * sum, already);
        const counts = weights.map((_, i) => later.filter((entry) => entry === i).length);
        for (const [i, weight] of weights.entries()) expect(Math.abs(counts[i] - 4 * weight)).toBeLessThanOrEqual(1);
      }
    }
    // Seven turns are a whole round of [1, 2, 4].
    expect(turns([1, 2, 4], 5, 7)).toEqual(turns([1, 2, 4], 5, 0));
  });
});

test("round robin gives unequal weights their turns", () => {
  const balancer = make(roundRobin);
  const pods = upstream({ loads: [0, 0, 0], weights: [1, 2, 3] });
  const counts = [0, 0, 0];
  for (let i = 0; i < 600; i++) counts[balancer.pick(pods, 0, 0)]++;
  expect(counts).toEqual([100, 200, 300]);
});

test("least request takes calls under way from a weight", () => {
  // Weights 2/(1+1) = 1 and 4/(0+1) = 4: one turn in five for the first, as long as nothing changes.
  const pods = upstream({ loads: [1, 0], weights: [2, 4] });
  const share = (fields: Record<string, unknown>): number => {
    const balancer = make(leastRequest, fields);
    let first = 0;
    for (let i = 0; i < 5000; i++) if (balancer.pick(pods, 0, 0) === 0) first++;
    return first;
  };
  expect(Math.abs(share({}) - 1000)).toBeLessThanOrEqual(1);
  // Without bias 2 of 6; with bias 2 a half against four: one of nine.
  expect(Math.abs(share({ bias: 0 }) - 5000 / 3)).toBeLessThanOrEqual(1);
  expect(Math.abs(share({ bias: 2 }) - 5000 / 9)).toBeLessThanOrEqual(1);
});

describe("peak latency", () => {
  test("jumps to a peak and forgets it by the decay", () => {
    const latency = new PeakLatency(0.03, 10);
    expect(latency.now(3, 0)).toBe(0.03);
    latency.answered(3, 0.5, 1);
    expect(latency.now(3, 1)).toBe(0.5);
    expect(latency.now(3, 11)).toBeCloseTo(0.5 / Math.E, 12);
    // 10 s on, an answer of 0.1: what was read last, 0.5/e, is above it and keeps 1/e of itself.
    latency.answered(3, 0.1, 21);
    expect(latency.now(3, 21)).toBeCloseTo((0.5 / Math.E) * Math.exp(-1) + 0.1 * (1 - Math.exp(-1)), 12);
  });

  test("pods of later rows begin at the default", () => {
    const latency = new PeakLatency(0.03, 10);
    latency.answered(0, 2, 0);
    expect(latency.now(100, 5)).toBe(0.03);
    expect(latency.now(0, 0)).toBe(2);
  });
});
