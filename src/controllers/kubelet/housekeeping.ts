/** When cAdvisor, inside the kubelet, measures a container again: at its interval, longer while nothing changes, and never sharp. */
import type { Fraction, Seconds } from "../../units.js";

export interface Housekeeping {
  readonly interval: Seconds;
  /** As far as the interval grows while a container's numbers stay the same. */
  readonly longest: Seconds;
  /** Each wait is longer by a random part of this share: 1 makes 10 s to 20 s of 10 s. */
  readonly jitter: Fraction;
}

/**
 * The interval after a measurement that found the numbers unchanged, or changed. An interval that has reached its longest
 * begins anew from the shortest even if nothing changes: so upstream's idle containers alternate between the two.
 */
export function nextInterval(present: Seconds, { interval, longest }: Housekeeping, unchanged: boolean): Seconds {
  return unchanged && present < longest ? Math.min(2 * present, longest) : interval;
}

/** `uniform` lies between 0 and 1. */
export const jittered = (interval: Seconds, jitter: Fraction, uniform: number): Seconds =>
  interval * (1 + jitter * uniform);
