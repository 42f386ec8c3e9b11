/** Prometheus' functions over a range of one series' samples, as its documentation defines them. */
import type { Seconds } from "../../units.js";

export interface Sample {
  readonly at: Seconds;
  readonly value: number;
}

/** A range, open at its beginning and closed at its end. */
export interface Range {
  readonly from: Seconds;
  readonly to: Seconds;
}

/**
 * `rate` of a counter that never goes back: its increase between the first and the last sample of the range, carried on to the
 * range's ends where these are nearer than 1.1 times the samples' distance, else by half that distance, and never to before
 * the counter was zero. NaN with fewer than two samples.
 */
export function rate(samples: readonly Sample[], { from, to }: Range): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 2) return NaN;
  const increase = last.value - first.value;
  const sampled = last.at - first.at;
  const distance = sampled / (samples.length - 1);
  const carriedOn = (gap: Seconds): Seconds => (gap < 1.1 * distance ? gap : distance / 2);
  const untilZero = increase > 0 && first.value >= 0 ? sampled * (first.value / increase) : Infinity;
  const before = Math.min(carriedOn(first.at - from), untilZero);
  return (increase * (sampled + before + carriedOn(to - last.at))) / sampled / (to - from);
}

/** `avg_over_time`; NaN without samples. */
export const averageOverTime = (samples: readonly Sample[]): number =>
  samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
