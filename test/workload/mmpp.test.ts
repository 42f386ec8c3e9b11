import { describe, expect, test } from "vitest";
import { type ArrivalSpec, createArrivals, meanRate } from "../../src/workload/arrivals.js";
import type { MmppSpec } from "../../src/workload/mmpp.js";
import { countsIn, moments } from "./moments.js";

describe("Markov-modulated arrivals", () => {
  const bursty: MmppSpec = {
    kind: "mmpp",
    states: [
      { rate: 20, sojourn: 2 },
      { rate: 1, sojourn: 8 },
    ],
  };

  test("have the stationary rate, and the known index of dispersion in long windows", () => {
    const [a, b, p, q] = [20, 1, 1 / 2, 1 / 8];
    const rate = (a * 2 + b * 8) / (2 + 8);
    expect(meanRate(bursty, 1)).toBeCloseTo(rate, 12);
    // Fischer and Meier-Hellstern: 1 + A − A (1 − e^{−rt}) / (rt), with r = p + q.
    const excess = (2 * (a - b) ** 2 * p * q) / ((p + q) ** 2 * (a * q + b * p));
    const width = 400;
    const windows = 5000;
    const r = (p + q) * width;
    const dispersion = 1 + excess - (excess * (1 - Math.exp(-r))) / r;
    const { mean, variance } = moments(countsIn(createArrivals(bursty, 9, "mmpp", 60), windows, width));
    expect(Math.abs(mean - rate * width)).toBeLessThan(5 * Math.sqrt((rate * width * dispersion) / windows));
    // Counts over 40 cycles are near enough to normal for the standard error; 3 % for what is left.
    expect(Math.abs(variance / mean / dispersion - 1)).toBeLessThan(5 * Math.sqrt(2 / windows) + 0.03);
  });

  test("start in the stationary law: the mean rate holds in the first second too", () => {
    const runs = 20_000;
    let count = 0;
    for (let seed = 0; seed < runs; seed++) {
      const arrivals = createArrivals(bursty, seed, "mmpp", 60);
      while (arrivals.next() < 0.1) count++;
    }
    const expected = runs * 0.1 * 4.8;
    // Var N ≈ mean + t² Var(rate); the rate varies by 19² · 0.2 · 0.8.
    const variance = runs * (0.1 * 4.8 + 0.01 * 19 ** 2 * 0.2 * 0.8);
    expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(variance));
  });

  test("follow given transitions: a state visited half as often has half the weight", () => {
    const hub: MmppSpec = {
      kind: "mmpp",
      states: [
        { rate: 0, sojourn: 1 },
        { rate: 10, sojourn: 1 },
        { rate: 40, sojourn: 1 },
      ],
      transitions: [
        [0, 0.75, 0.25],
        [1, 0, 0],
        [1, 0, 0],
      ],
      start: 0,
    };
    const rate = 0.5 * 0 + 0.375 * 10 + 0.125 * 40;
    expect(meanRate(hub, 1)).toBeCloseTo(rate, 12);
    const arrivals = createArrivals(hub, 4, "hub", 60);
    const { mean, variance } = moments(countsIn(arrivals, 2000, 50));
    expect(Math.abs(mean / 50 - rate)).toBeLessThan((5 * Math.sqrt(variance / 2000)) / 50);
  });

  test("with one state are Poisson", () => {
    const one: ArrivalSpec = { kind: "mmpp", states: [{ rate: 3, sojourn: 1 }] };
    const { mean, variance } = moments(countsIn(createArrivals(one, 2, "one", 60), 20_000, 2));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(5 * Math.sqrt(2 / 20_000));
  });
});
