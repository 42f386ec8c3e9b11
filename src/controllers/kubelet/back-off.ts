/**
 * How long the kubelet waits before it starts an ended container again: at once the first time, then 10 s,
 * doubled at each further end up to 300 s. A container that ended more than 600 s after its last start was
 * arranged begins anew.
 */
import type { Seconds } from "../../units.js";

const FIRST: Seconds = 10;
const LONGEST: Seconds = 300;

/** What the kubelet remembers of a container that has ended before. */
export interface BackOff {
  readonly wait: Seconds;
  /** When that wait was arranged, which is when the container was started again. */
  readonly arrangedAt: Seconds;
}

/** When a container that ends now starts again, and what to remember then. */
export function nextStart(
  before: BackOff | undefined,
  endedAt: Seconds,
): { readonly at: Seconds; readonly next: BackOff } {
  if (before === undefined || endedAt - before.arrangedAt > 2 * LONGEST)
    return { at: endedAt, next: { wait: FIRST, arrangedAt: endedAt } };
  const at = endedAt + before.wait;
  return { at, next: { wait: Math.min(2 * before.wait, LONGEST), arrangedAt: at } };
}
