import fc from "fast-check";
import { expect, test } from "vitest";
import { LatencyHistogram } from "../../src/measure/histogram.js";
import { vectorsOf } from "./vectors.js";

const TOLERANCE = 0.004;

function histogramOf(values: readonly number[]) {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The exact answer: the smallest sample that a fraction q of the samples do not exceed, with q = part / 1000. */
function nearestRank(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((part * values.length) / 1000)) - 1];
}

/** Latencies over the whole range, evenly in the logarithm, some of them 0. */
const latency = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -7, max: 6, noNaN: true }).map((exponent) => 10 ** exponent) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const latencies = fc.array(latency, { minLength: 1, maxLength: 200 });
const part = fc.integer({ min: 0, max: 1000 });

test("every quantile is within 0.4 % of the sorted samples' nearest rank", () => {
  fc.assert(
    fc.property(latencies, part, (values, part) => {
      const exact = nearestRank(values, part);
      expect(Math.abs(histogramOf(values).quantile(part / 1000) - exact)).toBeLessThanOrEqual(TOLERANCE * exact);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("the fraction at or below a limit lies between the exact ones at the limit and 0.8 % above it", () => {
  fc.assert(
    fc.property(latencies, latency, (values, limit) => {
      const exact = (bound: number) => values.filter((value) => value <= bound).length / values.length;
      const fraction = histogramOf(values).fractionAtOrBelow(limit);
      expect(fraction).toBeGreaterThanOrEqual(exact(limit));
      expect(fraction).toBeLessThanOrEqual(exact(limit * (1 + 2 * TOLERANCE)));
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test("merging two histograms is the same as recording all values in one, except for the order of the sums", () => {
  fc.assert(
    fc.property(latencies, latencies, (a, b) => {
      const merged = histogramOf(a);
      merged.merge(histogramOf(b));
      const { sum, sumOfSquares, ...counts } = merged.toJSON();
      const whole = histogramOf([...a, ...b]).toJSON();
      expect(counts).toEqual({ count: whole.count, zeros: whole.zeros, max: whole.max, buckets: whole.buckets });
      expect(sum).toBeCloseTo(whole.sum, 3);
      expect(sumOfSquares / whole.sumOfSquares || 1).toBeCloseTo(1, 9);
    }),
    { seed: 3 },
  );
});

test("a histogram comes back whole from its text", () => {
  fc.assert(
    fc.property(fc.array(latency, { maxLength: 50 }), part, (values, part) => {
      const sent = histogramOf(values);
      const received = LatencyHistogram.fromJSON(JSON.parse(JSON.stringify(sent)));
      expect(received.toJSON()).toEqual(sent.toJSON());
      expect(received.quantile(part / 1000)).toEqual(sent.quantile(part / 1000));
      expect(received.max).toEqual(sent.max);
    }),
    { seed: 4 },
  );
});

test("the text of a histogram names only the buckets that hold something", () => {
  expect(
    histogramOf([0.1, 0.1, 7])
      .toJSON()
      .buckets.map(([, count]) => count),
  ).toEqual([2, 1]);
});

for (const { id, input, expected } of vectorsOf<{ x: number[]; p: number }, { nearest_rank: number }>("quantile")) {
  test(`quantile ${input.p} of vector ${id} is the nearest rank, not an interpolation`, () => {
    const error = histogramOf(input.x).quantile(input.p) / expected.nearest_rank - 1;
    expect(Math.abs(error)).toBeLessThanOrEqual(TOLERANCE);
  });
}

test("count, sum, sum of squares, mean and maximum are exact", () => {
  const histogram = histogramOf([0, 0.25, 3]);
  expect(histogram.count).toBe(3);
  expect(histogram.sum).toBe(3.25);
  expect(histogram.sumOfSquares).toBe(0.0625 + 9);
  expect(histogram.mean()).toBe(3.25 / 3);
  expect(histogram.max).toBe(3);
});

test("the highest quantile is the maximum itself", () => {
  expect(histogramOf([0.1, 0.123456789]).quantile(1)).toBe(0.123456789);
});

test("no quantile exceeds the maximum", () => {
  expect(histogramOf(new Array(10).fill(1.0001)).quantile(0.5)).toBe(1.0001);
});

test("the seventh of a hundred is quantile 0.07, although 0.07 × 100 is above 7 in floating point", () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(Math.abs(histogramOf(values).quantile(0.07) - 7)).toBeLessThanOrEqual(7 * TOLERANCE);
});

test("zeros are zeros, not the smallest bucket", () => {
  const histogram = histogramOf([0, 0, 0, 1e-9]);
  expect(histogram.quantile(0.75)).toBe(0);
  expect(histogram.fractionAtOrBelow(0)).toBe(0.75);
  expect(histogramOf([-0, 1]).quantile(0.5)).toBe(0);
});

test("a latency that always equals its limit keeps it, wherever the limit falls in a bucket", () => {
  for (const limit of [0.2, 0.25, 0.3, 0.5, 1]) {
    expect(histogramOf([limit, limit, 2 * limit]).fractionAtOrBelow(limit)).toBe(2 / 3);
  }
});

test("what is out of range is counted in the end buckets, and the maximum stays exact", () => {
  const histogram = histogramOf([1e-12, 1e9, 2e9]);
  expect(histogram.quantile(0.1)).toBeCloseTo(6e-8, 9);
  expect(histogram.quantile(0.5)).toBeGreaterThan(1e6);
  expect(histogram.max).toBe(2e9);
  expect(histogram.fractionAtOrBelow(1)).toBe(1 / 3);
});

test("a negative, missing or infinite latency is refused and leaves no trace", () => {
  const histogram = new LatencyHistogram();
  for (const value of [-1e-9, Number.NaN, Infinity, -Infinity]) {
    expect(() => histogram.record(value)).toThrow(`cannot record a latency of ${value} s`);
  }
  expect(histogram.toJSON()).toEqual(new LatencyHistogram().toJSON());
});

test("a quantile outside 0 to 1 is refused", () => {
  expect(() => histogramOf([1]).quantile(99)).toThrow("cannot take quantile 99");
  expect(() => histogramOf([1]).quantile(Number.NaN)).toThrow("cannot take quantile NaN");
});

test("an empty histogram answers NaN, also after a restart", () => {
  const restarted = histogramOf([0, 1, 2]);
  restarted.restart();
  for (const histogram of [new LatencyHistogram(), restarted]) {
    expect(histogram.count).toBe(0);
    expect(histogram.quantile(0.5)).toBeNaN();
    expect(histogram.max).toBeNaN();
    expect(histogram.mean()).toBeNaN();
    expect(histogram.fractionAtOrBelow(1)).toBeNaN();
    expect(histogram.toJSON().buckets).toEqual([]);
  }
});
