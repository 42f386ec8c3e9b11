import { mean as meanOf, sampleVariance } from "simple-statistics";
import type { Fraction } from "../units.js";
import { studentT } from "./student-t.js";

export { normalQuantile, studentT } from "./student-t.js";

/** A mean over replications and its confidence interval: the truth is in mean ± halfWidth with probability `level`. */
export interface Interval {
  readonly mean: number;
  readonly halfWidth: number;
  /** How many samples the mean is of. */
  readonly n: number;
  readonly level: Fraction;
}

/**
 * The mean of independent samples with Student's t interval (Law, Simulation Modeling and Analysis, 9.4.1).
 * With one sample the half-width is Infinity, not zero; with none the mean is NaN too.
 * Nothing is left out: one NaN among the samples makes mean and half-width NaN.
 */
export function meanInterval(samples: readonly number[], level: Fraction = 0.95): Interval {
  checkLevel(level);
  const n = samples.length;
  if (n === 0) return { mean: Number.NaN, halfWidth: Infinity, n, level };
  // Equal samples have no spread, but their computed mean may differ from them in the last digit.
  if (samples.every((sample) => sample === samples[0])) {
    return { mean: samples[0], halfWidth: n > 1 ? 0 : Infinity, n, level };
  }
  const mean = meanOf(samples as number[]);
  if (n === 1) return { mean, halfWidth: Infinity, n, level };
  const standardError = Math.sqrt(sampleVariance(samples as number[]) / n);
  return { mean, halfWidth: studentT((1 + level) / 2, n - 1) * standardError, n, level };
}

/**
 * The mean of a[i] - b[i] and its interval, for runs a[i] and b[i] that share a seed. NaN in, NaN out.
 * Two values that differ by rounding alone (1e-12 of the larger) count as equal: the same run summed
 * in another order differs in its last digits, always to the same side, and would pass for an effect.
 */
export function pairedDifference(a: readonly number[], b: readonly number[], level: Fraction = 0.95): Interval {
  if (a.length !== b.length) throw new RangeError(`cannot pair ${a.length} samples with ${b.length}`);
  const differences = a.map((value, i) => {
    const rounding = 1e-12 * Math.max(Math.abs(value), Math.abs(b[i]));
    return Math.abs(value - b[i]) <= rounding && rounding < Infinity ? 0 : value - b[i];
  });
  return meanInterval(differences, level);
}

export type Verdict = "better" | "worse" | "no difference shown";

/**
 * What a paired difference (variant - baseline) says of the variant, for a measure of which `wanted` is better.
 * An interval that holds or touches zero, or is unknown (NaN or infinite), shows no difference.
 */
export function verdict(difference: Interval, wanted: "lower" | "higher"): Verdict {
  const { mean, halfWidth } = difference;
  if (!(Math.abs(mean) > halfWidth)) return "no difference shown";
  return mean < 0 === (wanted === "lower") ? "better" : "worse";
}

/** 1-based ranks in the sorted samples; the sample of rank 0 is -Infinity, that of rank n + 1 is Infinity. */
export interface OrderStatisticRanks {
  readonly lower: number;
  readonly upper: number;
  /** The probability that the quantile lies in [sample of `lower`, sample of `upper`); at least the level. */
  readonly coverage: Fraction;
}

/**
 * Which two of `n` sorted independent samples hold the true `p`-quantile between them, whatever their law
 * (David & Nagaraja, Order Statistics, 7.1). How many samples lie below it is binomial; the ranks cut off
 * at most (1 - level) / 2 on either side. With few samples an extreme quantile has no bound: rank 0 or n + 1.
 */
export function orderStatisticRanks(n: number, p: Fraction, level: Fraction = 0.95): OrderStatisticRanks {
  checkLevel(level);
  if (!(p > 0 && p < 1)) throw new RangeError(`cannot bound quantile ${p}: expected more than 0 and less than 1`);
  if (!(Number.isInteger(n) && n > 0))
    throw new RangeError(`cannot rank ${n} samples: expected a whole number above 0`);
  const { first, probabilities } = binomial(n, p);
  const tail = (1 - level) / 2;
  let below = 0;
  let lower = -1;
  let coverage = 0;
  for (let i = 0; ; i++) {
    below += probabilities[i];
    if (lower < 0 && below >= tail) lower = first + i;
    if (lower >= 0) coverage += probabilities[i];
    if (below >= 1 - tail || i === probabilities.length - 1) return { lower, upper: first + i + 1, coverage };
  }
}

/**
 * The binomial law of `n` trials, from the count `first` on, without what is below 1e-20 of its peak.
 * Weights grow from the peak by their ratios and are divided by their sum, so no factorial is needed.
 */
function binomial(n: number, p: Fraction): { readonly first: number; readonly probabilities: readonly number[] } {
  const peak = Math.min(n, Math.floor((n + 1) * p));
  const down: number[] = [];
  for (let k = peak, weight = 1; k > 0 && weight > 1e-20; k--) {
    weight *= (k * (1 - p)) / ((n - k + 1) * p);
    down.push(weight);
  }
  const up: number[] = [1];
  for (let k = peak, weight = 1; k < n && weight > 1e-20; k++) {
    weight *= ((n - k) * p) / ((k + 1) * (1 - p));
    up.push(weight);
  }
  const weights = [...down.toReversed(), ...up];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { first: peak - down.length, probabilities: weights.map((weight) => weight / total) };
}

function checkLevel(level: Fraction): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`cannot use level ${level}: expected more than 0 and less than 1`);
}
