/** How long a Job waits before it makes another pod after failures: 10 s, doubled by each further one, 10 min at most. */
import type { Seconds } from "../../units.js";

const FIRST: Seconds = 10;
const MOST: Seconds = 600;

/** Failures since the last success, in the order in which pods have ended. */
export interface Failures {
  readonly count: number;
  readonly last: Seconds;
}

export const NO_FAILURES: Failures = { count: 0, last: 0 };

export interface Ended {
  readonly at: Seconds;
  readonly succeeded: boolean;
}

/** With pods that have ended since: those after the last success among them count, and a success forgets all before it. */
export function withEnded(before: Failures, ended: readonly Ended[]): Failures {
  const successes = ended.filter(({ succeeded }) => succeeded).map(({ at }) => at);
  const success = Math.max(-Infinity, ...successes);
  const after = ended.filter(({ at, succeeded }) => !succeeded && at > success).map(({ at }) => at);
  const kept = successes.length > 0 ? NO_FAILURES : before;
  if (after.length === 0) return kept;
  return { count: kept.count + after.length, last: Math.max(...after) };
}

/** Seconds until the next pod may be made; 0: now. */
export function remaining({ count, last }: Failures, now: Seconds): Seconds {
  if (count === 0) return 0;
  return Math.max(0, Math.min(MOST, FIRST * 2 ** (count - 1)) - (now - last));
}
