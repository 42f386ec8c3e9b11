/** `rate` and `avg_over_time` by Prometheus' documentation, worked by hand. */
import { expect, test } from "vitest";
import { averageOverTime, rate } from "../../src/controllers/prometheus/functions.js";

const series = (...samples: readonly (readonly [at: number, value: number])[]) =>
  samples.map(([at, value]) => ({ at, value }));

test.each([
  // 4 a minute, scraped every 15 s, the range's ends nearer to samples than 1.1 × 15 s: carried on to both.
  ["a steady counter", series([15, 11], [30, 12], [45, 13]), 0, 60, (2 * (60 / 30)) / 60],
  // 20 s before the first is more than 1.1 × 15 s: half a distance, 7.5 s, counts there; 10 s at the end.
  ["far from the range's beginning", series([20, 10], [35, 13], [50, 16]), 0, 60, (6 * ((30 + 7.5 + 10) / 30)) / 60],
  // It was 0 at 15 s before its first sample × 1/10 of the increase: 30 × 1/10 = 3 s.
  ["a counter that was zero lately", series([10, 1], [40, 11]), 0, 50, (10 * ((30 + 3 + 10) / 30)) / 50],
  ["no increase", series([10, 5], [20, 5]), 0, 30, 0],
])("the rate of %s", (_, samples, from, to, expected) => expect(rate(samples, { from, to })).toBeCloseTo(expected, 12));

test("one sample has no rate", () => {
  expect(rate(series([10, 5]), { from: 0, to: 30 })).toBeNaN();
  expect(rate([], { from: 0, to: 30 })).toBeNaN();
});

test("the average is that of the samples, however far apart", () => {
  expect(averageOverTime(series([0, 1], [1, 2], [100, 6]))).toBe(9 / 3);
  expect(averageOverTime([])).toBeNaN();
});
