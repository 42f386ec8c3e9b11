import { describe, expect, test } from "vitest";
import { cases } from "../../lab/cases.js";
import { type Answers, compare, quantile, spread, together } from "../../lab/statistics.js";
import { misses, rowOf } from "../../lab/table.js";

const answers = (latencies: readonly number[], failed = 0, tries = latencies.length): Answers => ({
  latencies,
  failed,
  tries,
});

describe("numbers out of answers", () => {
  test("a quantile is the smallest value that enough others do not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.95)).toBe(95);
    expect(quantile([3], 0.95)).toBe(3);
    expect(quantile([], 0.5)).toBeNaN();
  });
  test("runs together are all of their answers", () => {
    expect(together([answers([1, 2], 1, 4), answers([3], 2, 5)])).toEqual(answers([1, 2, 3], 3, 9));
  });
  // Of 1, 2, 3 the variance is ((−1)² + 0 + 1²) / 2 = 1.
  test("the spread is 1.96 standard deviations", () => expect(spread([1, 2, 3])).toBeCloseTo(1.96, 12));
  test("an error is a share of what was measured", () => {
    const found = compare(answers([10]), [answers([9]), answers([11]), answers([13])], ({ latencies }) => latencies[0]);
    expect(found).toMatchObject({ measured: 10, simulated: 11, error: (11 - 10) / 10 });
    expect(found.chance).toBeCloseTo((1.96 * 2) / 10, 12);
  });
  test("a case misses when either quantile is off by more than a tenth", () => {
    const row = (simulated: number) =>
      rowOf(cases[0], "nginx", answers([1]), [answers([simulated]), answers([simulated])]);
    expect(misses(row(1.09))).toBe(false);
    expect(misses(row(0.91))).toBe(false);
    expect(misses(row(1.11))).toBe(true);
    expect(misses(row(0.89))).toBe(true);
    expect(misses(rowOf(cases[0], "nginx", answers([]), [answers([1]), answers([1])]))).toBe(true);
  });
});
