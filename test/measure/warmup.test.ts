import { describe, expect, test } from "vitest";
import { batchMeans, mser } from "../../src/measure/warmup.js";
import { vectorsOf, warmingSeries } from "./vectors.js";

describe("MSER", () => {
  type Expected = { first10: number[]; d_batches: number; mser: number; truncated_mean: number };
  for (const [topic, batch] of [
    ["MSER-1", 1],
    ["MSER-5", 5],
  ] as const) {
    for (const { id, expected } of vectorsOf<unknown, Expected>(topic)) {
      test(`${topic} cuts the series of vector ${id} where the vector says`, () => {
        const series = warmingSeries();
        expect(series.slice(0, 10)).toEqual(expected.first10.map((value) => expect.closeTo(value, 12)));
        const { truncation, truncatedMean, statistic, atLimit } = mser(series, batch);
        expect(truncation).toBe(expected.d_batches);
        expect(truncatedMean).toBeCloseTo(expected.truncated_mean, 11);
        expect(statistic / expected.mser).toBeCloseTo(1, 10);
        expect(atLimit).toBe(false);
      });
    }
  }

  test("batches hold five unless said otherwise", () => {
    expect(mser(warmingSeries())).toEqual(mser(warmingSeries(), 5));
  });

  test("a series that never settles is cut at half and says so", () => {
    const ramp = Array.from({ length: 100 }, (_, i) => i);
    expect(mser(ramp)).toMatchObject({ truncation: 10, atLimit: true });
  });

  test("a constant series is not cut", () => {
    expect(mser(new Array(50).fill(0.1))).toMatchObject({ truncation: 0, truncatedMean: 0.1, atLimit: false });
  });

  test("what does not fill the last batch is not used", () => {
    expect(mser([1, 1, 1, 1, 1, 99])).toMatchObject({ truncation: 0, truncatedMean: 1 });
  });

  test("without a whole batch there is no mean", () => {
    expect(mser([1, 2, 3])).toMatchObject({ truncation: 0, truncatedMean: Number.NaN, atLimit: false });
  });

  test("a NaN anywhere, even in the part that would be cut, makes the mean NaN", () => {
    for (const at of [0, 500, 999]) {
      const series = warmingSeries();
      series[at] = Number.NaN;
      expect(mser(series)).toMatchObject({ truncation: 0, truncatedMean: Number.NaN });
    }
  });

  test("a batch of none is refused", () => {
    expect(() => mser([1, 2], 0)).toThrow("cannot use batches of 0");
  });
});

describe("batch means", () => {
  type Expected = Record<"grand_mean" | "s2_batch" | "halfwidth95" | "lag1_batch_corr" | "von_neumann", number>;
  // The topic "batch means" is that of s026 to s028; s029 is "overlapping batch means".
  for (const { id, input, expected } of vectorsOf<{ k: number }, Expected>("batch means")) {
    test(`${input.k} batches give the mean, interval and checks of vector ${id}`, () => {
      const result = batchMeans(warmingSeries().slice(200), input.k);
      expect(result.mean).toBeCloseTo(expected.grand_mean, 11);
      expect(result.variance / expected.s2_batch).toBeCloseTo(1, 10);
      expect(result.halfWidth).toBeCloseTo(expected.halfwidth95, 11);
      expect(result.lag1Correlation).toBeCloseTo(expected.lag1_batch_corr, 10);
      expect(result.vonNeumannRatio).toBeCloseTo(expected.von_neumann, 10);
      expect(result.n).toBe(input.k);
    });
  }

  test("two batches have an interval and no correlation", () => {
    expect(batchMeans([1, 2, 3, 5], 2)).toMatchObject({ n: 2, lag1Correlation: Number.NaN });
  });

  test("a NaN in a batch is not left out", () => {
    expect(batchMeans([1, Number.NaN, 3, 5, 7, 9], 3)).toMatchObject({ mean: Number.NaN, halfWidth: Number.NaN });
  });

  test("values that do not fill a batch are not used", () => {
    expect(batchMeans([1, 3, 5, 7, 99], 2)).toMatchObject({ mean: 4, variance: (2 - 4) ** 2 + (6 - 4) ** 2 });
  });

  test("fewer than two batches, or more than values, are refused", () => {
    expect(() => batchMeans([1, 2, 3], 1)).toThrow("cannot make 1 batches of 3 values");
    expect(() => batchMeans([1, 2, 3], 4)).toThrow("cannot make 4 batches of 3 values");
  });
});
