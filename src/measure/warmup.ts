import { mean, sampleCorrelation, sampleVariance, sum } from "simple-statistics";
import type { Fraction } from "../units.js";
import { type Interval, studentT } from "./interval.js";

/** How much of a series to leave out, and what remains. */
export interface Truncation {
  /** Batches to leave out; times the batch size it is observations. */
  readonly truncation: number;
  /** The mean of the rest; NaN when there is no whole batch or some value is NaN. */
  readonly truncatedMean: number;
  /** What was minimised: the squared standard error of the mean of the rest, as if batches were independent. */
  readonly statistic: number;
  /** The best cut is the latest allowed (half the batches): the series is too short to show its warm-up. */
  readonly atLimit: boolean;
}

/**
 * The marginal standard error rule, MSER-5 with the usual batch (White 1997; White, Cobb & Spratt 2000):
 * leaves out the first d batch means, with d of 0 to half of them, such that
 * Σ (Zᵢ - mean)² / (n - d)² over the rest is least. Observations after the last whole batch are not used.
 */
export function mser(series: readonly number[], batch = 5): Truncation {
  if (!(Number.isInteger(batch) && batch > 0)) throw new RangeError(`cannot use batches of ${batch}`);
  const batches = meansOfBatches(series, Math.floor(series.length / batch), batch);
  const n = batches.length;
  const latest = Math.floor(n / 2);
  const best = { truncation: 0, truncatedMean: Number.NaN, statistic: Number.NaN };
  // From the end, the mean and the squared deviations of the rest follow one value at a time (Welford).
  let restMean = 0;
  let squares = 0;
  for (let d = n - 1; d >= 0; d--) {
    const size = n - d;
    const change = batches[d] - restMean;
    restMean += change / size;
    squares += change * (batches[d] - restMean);
    const statistic = squares / size ** 2;
    // "Not above" prefers the earlier cut among equals, and lets a NaN through to the end.
    if (d <= latest && !(statistic > best.statistic)) {
      Object.assign(best, { truncation: d, truncatedMean: restMean, statistic });
    }
  }
  return { ...best, atLimit: n > 1 && best.truncation === latest };
}

/** One long run as a few means that are nearly independent. */
export interface BatchMeans extends Interval {
  /** Of the batch means. */
  readonly variance: number;
  /** Correlation of neighbouring batch means (Pearson's): near 0 when the batches are long enough; NaN for two batches. */
  readonly lag1Correlation: Fraction;
  /** Σ (difference of neighbours)² / Σ (deviation)²: near 2 when the batches are long enough. */
  readonly vonNeumannRatio: number;
}

/**
 * The mean of a steady series with its interval from the means of `k` equal batches
 * (Law, Simulation Modeling and Analysis, 9.5.3). The values that do not fill a batch, fewer than `k`
 * at the end, are not used. NaN in, NaN out; the two checks are NaN when all batches are equal.
 */
export function batchMeans(series: readonly number[], k: number, level: Fraction = 0.95): BatchMeans {
  if (!(Number.isInteger(k) && k >= 2 && k <= series.length)) {
    throw new RangeError(`cannot make ${k} batches of ${series.length} values: expected 2 batches or more`);
  }
  const batches = meansOfBatches(series, k, Math.floor(series.length / k));
  const grandMean = mean(batches);
  const variance = sampleVariance(batches);
  const deviations = batches.map((value) => value - grandMean);
  const squares = sum(deviations.map((deviation) => deviation ** 2));
  const later = deviations.slice(1);
  return {
    mean: grandMean,
    halfWidth: studentT((1 + level) / 2, k - 1) * Math.sqrt(variance / k),
    n: k,
    level,
    variance,
    lag1Correlation: k > 2 ? sampleCorrelation(batches.slice(0, -1), batches.slice(1)) : Number.NaN,
    vonNeumannRatio: sum(later.map((deviation, i) => (deviation - deviations[i]) ** 2)) / squares,
  };
}

function meansOfBatches(series: readonly number[], count: number, size: number): number[] {
  return Array.from({ length: count }, (_, i) => mean(series.slice(i * size, (i + 1) * size)));
}
