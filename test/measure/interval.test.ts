import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  meanInterval,
  normalQuantile,
  orderStatisticRanks,
  pairedDifference,
  studentT,
  verdict,
} from "../../src/measure/interval.js";
import { lcg, vectorsOf } from "./vectors.js";

const relativeError = (value: number, exact: number) => Math.abs(value / exact - 1);

describe("quantiles", () => {
  for (const { id, input, expected } of vectorsOf<{ p: number; df: number }, number>("t quantile")) {
    test(`t at ${input.p} with ${input.df} degrees of freedom agrees with vector ${id} to 1e-12`, () => {
      expect(relativeError(studentT(input.p, input.df), expected)).toBeLessThan(1e-12);
    });
  }

  for (const { id, input, expected } of vectorsOf<{ p: number }, number>("normal quantile")) {
    test(`the normal quantile at ${input.p} agrees with vector ${id} to 1e-14`, () => {
      expect(relativeError(normalQuantile(input.p), expected)).toBeLessThan(1e-14);
    });
  }

  test("the normal quantile agrees with published values in all three branches", () => {
    // p = 0.25 and 0.001 are the check values of Wichura (1988); 1e-20 is his third.
    expect(relativeError(normalQuantile(0.25), -0.6744897501960817)).toBeLessThan(1e-15);
    expect(relativeError(normalQuantile(0.001), -3.0902323061678136)).toBeLessThan(1e-15);
    expect(relativeError(normalQuantile(1e-20), -9.262340089798409)).toBeLessThan(1e-15);
  });

  test("t with 1, 2 and 4 degrees of freedom is its closed form for every p", () => {
    const closed = {
      1: (p: number) => Math.tan(Math.PI * (p - 0.5)),
      2: (p: number) => (2 * p - 1) / Math.sqrt(2 * p * (1 - p)),
      4: (p: number) => {
        const alpha = 4 * p * (1 - p);
        const q = Math.cos(Math.acos(Math.sqrt(alpha)) / 3) / Math.sqrt(alpha);
        return Math.sign(p - 0.5) * 2 * Math.sqrt(q - 1);
      },
    };
    fc.assert(
      fc.property(
        fc.constantFrom(1 as const, 2 as const, 4 as const),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (degrees, p) => {
          fc.pre(Math.abs(p - 0.5) > 1e-4); // the closed forms lose their digits there
          expect(relativeError(studentT(p, degrees), closed[degrees](p))).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 2000, seed: 5 },
    );
  });

  test("t between whole degrees of freedom lies between its neighbours", () => {
    expect(studentT(0.975, 13.598)).toBeLessThan(studentT(0.975, 13));
    expect(studentT(0.975, 13.598)).toBeGreaterThan(studentT(0.975, 14));
  });

  test("t with very many degrees of freedom is normal up to the next term of its expansion", () => {
    const z = normalQuantile(0.975);
    for (const degrees of [1e4, 1e6, 1e9]) {
      expect(Math.abs(studentT(0.975, degrees) - z - (z ** 3 + z) / (4 * degrees))).toBeLessThan(
        4 / degrees ** 2 + 1e-13,
      );
    }
    expect(studentT(0.975, Infinity)).toBe(z);
  });

  test.each([0.6, 0.9, 0.975, 0.999, 1e-6, 1e-9])("t at %d does not jump where its method changes", (p) => {
    const [before, after] = [studentT(p, 1000), studentT(p, 1000.0001)];
    const slope = (studentT(p, 990) - before) / 10; // per degree; a little steeper than at 1000
    expect(Math.abs((before - after - slope * 1e-4) / before)).toBeLessThan(1e-11);
  });

  test("both quantiles are odd about one half and infinite at the ends", () => {
    for (const quantile of [normalQuantile, (p: number) => studentT(p, 3)]) {
      expect(quantile(0.5)).toBe(0);
      expect(quantile(0.125)).toBe(-quantile(0.875));
      expect(quantile(0)).toBe(-Infinity);
      expect(quantile(1)).toBe(Infinity);
      expect(() => quantile(1.5)).toThrow("1.5");
      expect(() => quantile(Number.NaN)).toThrow("NaN");
    }
    expect(() => studentT(0.9, 0)).toThrow("cannot use 0 degrees of freedom");
  });
});

describe("the interval of a mean", () => {
  type Expected = { mean: number; halfwidth: number };
  for (const { id, input, expected } of vectorsOf<{ x: number[] }, Expected>("independent replications")) {
    test(`mean and half-width agree with vector ${id}`, () => {
      const { mean, halfWidth, n, level } = meanInterval(input.x);
      expect(mean).toBeCloseTo(expected.mean, 12);
      expect(halfWidth).toBeCloseTo(expected.halfwidth, 12);
      expect([n, level]).toEqual([input.x.length, 0.95]);
    });
  }

  test("the half-width shrinks with the level by the ratio of the t quantiles", () => {
    const samples = [1, 2, 4, 8];
    const ratio = meanInterval(samples, 0.99).halfWidth / meanInterval(samples, 0.9).halfWidth;
    expect(ratio).toBeCloseTo(studentT(0.995, 3) / studentT(0.95, 3), 12);
  });

  test("95 % intervals of four normal samples hold the truth 95 times in a hundred", () => {
    const chance = lcg(7);
    const runs = 4000;
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const samples = Array.from({ length: 4 }, () => 3 + normalQuantile((chance() * (2 ** 31 - 2) + 1) / 2 ** 31));
      const { mean, halfWidth } = meanInterval(samples);
      if (Math.abs(mean - 3) <= halfWidth) held++;
    }
    expect(Math.abs(held / runs - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / runs));
  });

  test("one sample has a mean and no bound, none has neither", () => {
    expect(meanInterval([3])).toEqual({ mean: 3, halfWidth: Infinity, n: 1, level: 0.95 });
    expect(meanInterval([])).toEqual({ mean: Number.NaN, halfWidth: Infinity, n: 0, level: 0.95 });
  });

  test("equal samples have a half-width of exactly zero", () => {
    // The computed mean of three times 0.1 is not 0.1.
    expect(meanInterval([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, halfWidth: 0, n: 3, level: 0.95 });
  });

  test("a NaN among the samples is not left out", () => {
    const { mean, halfWidth } = meanInterval([1, Number.NaN, 2]);
    expect([mean, halfWidth]).toEqual([Number.NaN, Number.NaN]);
    expect(meanInterval([Number.NaN, Number.NaN]).halfWidth).toBeNaN();
  });

  test("a level given in per cent is refused", () => {
    expect(() => meanInterval([1, 2], 95)).toThrow("cannot use level 95");
  });
});

describe("a paired difference", () => {
  type Pair = { a: number[]; b: number[] };
  type Expected = { mean_diff: number; halfwidth: number };
  for (const { id, input, expected } of vectorsOf<Pair, Expected>("paired-t")) {
    test(`mean and half-width agree with vector ${id}`, () => {
      const { mean, halfWidth } = pairedDifference(input.a, input.b);
      expect(mean).toBeCloseTo(expected.mean_diff, 12);
      expect(halfWidth).toBeCloseTo(expected.halfwidth, 12);
    });
  }

  test("what differs by the order of summation alone differs by exactly nothing", () => {
    const difference = pairedDifference([0.1 + 0.2 + 0.3, 0.1 + 0.2], [0.3 + 0.2 + 0.1, 0.3]);
    expect(difference).toEqual({ mean: 0, halfWidth: 0, n: 2, level: 0.95 });
  });

  test("a small true difference is not taken for rounding", () => {
    expect(pairedDifference([1 + 1e-9, 2 + 1e-9, 3], [1, 2, 3]).mean).toBeCloseTo(2e-9 / 3, 14);
  });

  test("unknown and infinite values make it unknown", () => {
    expect(pairedDifference([Number.NaN, 1], [1, 1]).mean).toBeNaN();
    expect(pairedDifference([Infinity, 1], [Infinity, 1]).mean).toBeNaN();
    expect(pairedDifference([Infinity, 1], [1, 1]).halfWidth).toBeNaN();
  });

  test("series of unequal length are refused", () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow("cannot pair 2 samples with 1");
  });

  for (const [name, a, b, lower, higher] of [
    ["clearly below the baseline", [1, 2, 3], [2, 3.1, 3.9], "better", "worse"],
    ["clearly above the baseline", [2, 3.1, 3.9], [1, 2, 3], "worse", "better"],
    ["on both sides of the baseline", [1, 2, 3], [2, 1, 3.1], "no difference shown", "no difference shown"],
    ["below by the same amount each time", [1, 2, 3], [2, 3, 4], "better", "worse"],
    ["equal to the baseline", [1, 2, 3], [1, 2, 3], "no difference shown", "no difference shown"],
    ["run only once", [1], [2], "no difference shown", "no difference shown"],
    ["unknown in one run", [1, Number.NaN, 3], [2, 3.1, 3.9], "no difference shown", "no difference shown"],
    ["infinite in one run", [1, Infinity, 3], [2, 3.1, 3.9], "no difference shown", "no difference shown"],
  ] as const) {
    test(`a variant ${name}: ${lower} if lower is better, ${higher} if higher is`, () => {
      const difference = pairedDifference(a, b);
      expect(verdict(difference, "lower")).toBe(lower);
      expect(verdict(difference, "higher")).toBe(higher);
    });
  }

  test("an interval that just touches zero shows no difference", () => {
    expect(verdict({ mean: -2, halfWidth: 2, n: 5, level: 0.95 }, "lower")).toBe("no difference shown");
  });
});

describe("the ranks that bound a quantile", () => {
  type Expected = { lower_rank: number; upper_rank: number; coverage: number };
  for (const { id, input, expected } of vectorsOf<{ n: number; p: number }, Expected>("distribution-free")) {
    test(`ranks and coverage for quantile ${input.p} of ${input.n} samples agree with vector ${id}`, () => {
      const { lower, upper, coverage } = orderStatisticRanks(input.n, input.p);
      expect([lower, upper]).toEqual([expected.lower_rank, expected.upper_rank]);
      expect(coverage).toBeCloseTo(expected.coverage, 11);
    });
  }

  test("a million samples bound the 0.999 quantile as the normal approximation says", () => {
    const { lower, upper, coverage } = orderStatisticRanks(1e6, 0.999);
    const halfWidth = 1.96 * Math.sqrt(1e6 * 0.999 * 0.001);
    expect(Math.abs(lower - (999_000 - halfWidth))).toBeLessThan(3);
    expect(Math.abs(upper - (999_000 + halfWidth))).toBeLessThan(3);
    expect(coverage).toBeGreaterThanOrEqual(0.95);
    expect(coverage).toBeLessThan(0.955);
  });

  test("too few samples leave an extreme quantile without a bound", () => {
    expect(orderStatisticRanks(10, 0.99)).toMatchObject({ upper: 10 + 1 });
    expect(orderStatisticRanks(10, 0.01)).toMatchObject({ lower: 0 });
  });

  test("two of two samples hold the median half the time", () => {
    const { lower, upper, coverage } = orderStatisticRanks(2, 0.5, 0.5);
    expect([lower, upper]).toEqual([0, 2]);
    expect(coverage).toBeCloseTo(1 / 4 + 1 / 2, 14);
  });

  test("coverage never falls below the level", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        (n, p, level) => {
          expect(orderStatisticRanks(n, p, level).coverage).toBeGreaterThanOrEqual(level - 1e-12);
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });

  test("a quantile of 1 and a count of none are refused", () => {
    expect(() => orderStatisticRanks(10, 1)).toThrow("cannot bound quantile 1");
    expect(() => orderStatisticRanks(0, 0.5)).toThrow("cannot rank 0 samples");
  });
});
