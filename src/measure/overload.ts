/**
 * Does the number in flight settle, or would it grow for as long as the load lasts? The means of an
 * overloaded run say how long it was watched, not how it behaves, so a report must say which it is.
 */
import { mean } from "simple-statistics";

/** What was seen of a system in one window, of which the warm-up is no part. */
export interface Observed {
  /** Requests in the system, sampled at equal steps through the window: 20 samples or more, better 100. */
  readonly inFlight: readonly number[];
  /** Requests that came in the second half of the window. */
  readonly arrivals: number;
  /** Requests that left in the second half, served or not. */
  readonly departures: number;
}

/** Below this share of arrivals left over, growth is what a larger or busier system holds, not a backlog. */
const LEFT_OVER = 0.005;
/** In standard deviations of the chance walk that the samples themselves show. */
const BEYOND_CHANCE = 0.6;

/**
 * True when all three hold:
 *
 * 1. In the second half more than 0.5 % of the arrivals were left over. A stable system under rising load also
 *    holds more and more, but by Little's law only (rise of the rate) × (time in the system): little in
 *    a window of several hundred such times. This half also shows a flash crowd draining.
 * 2. In the last quarter the number in flight never came back to the mean of the first quarter.
 *    A stable queue, however long at times, keeps coming back; so does one after a flash crowd.
 * 3. It rose from the first quarter to the last by more than chance explains: by 0.6 standard deviations of a
 *    random walk with the very steps seen between samples. A stable queue is pulled back and goes
 *    less far than a walk; backlog grows with time and the walk with its root, so longer windows decide better.
 *
 * On M/M/1 (300 runs each, 200 samples, both ways of being wrong): at load 1.05 it says true in 74 % of windows of
 * 2,000 service times, 89 % of 4,000 and 98 % of 8,000, at 1.1 in 97 %, then always; at 0.95 in 4 %, 2 % and 1 %.
 * At load 1 itself, where a queue grows but without a rate, it says true a third of the time.
 *
 * Not seen: an excess of a few per cent under strong regular waves of load, which pass for chance. Called growth,
 * which as far as was seen it is: a crowd that began before the last quarter and has not drained by the end.
 * A full queue that turns requests away does not grow. With a NaN anywhere the answer is false.
 */
export function growsWithoutBound({ inFlight, arrivals, departures }: Observed): boolean {
  const n = inFlight.length;
  if (n < 20) throw new RangeError(`cannot judge growth from ${n} samples: expected 20 or more`);
  if (!(arrivals - departures > LEFT_OVER * arrivals)) return false;
  const quarter = Math.floor(n / 4);
  const first = inFlight.slice(0, quarter);
  const last = inFlight.slice(n - quarter);
  const before = mean(first);
  if (!last.every((value) => value > before)) return false;
  return mean(last) - before > BEYOND_CHANCE * walk(inFlight);
}

/** The standard deviation of where a random walk with these samples' steps ends. */
function walk(samples: readonly number[]): number {
  return Math.sqrt(samples.slice(1).reduce((sum, value, i) => sum + (value - samples[i]) ** 2, 0));
}
