/** How many calls may be under way in a pod at once. */
import type { Seconds } from "../../units.js";

export interface Limiter {
  /** How many there may be now, after whatever was due until now. */
  limitAt(now: Seconds): number;
  /**
   * A call has its answer: it was admitted then as the n-th under way. Dropped: it failed of too much load. `others` is how
   * many are under way without it.
   */
  answered(admittedAt: Seconds, nth: number, dropped: boolean, now: Seconds): void;
}

/** A limit that never changes: Netflix' FixedLimit, or a semaphore. */
export class FixedLimit implements Limiter {
  constructor(private readonly limit: number) {}

  limitAt(): number {
    return this.limit;
  }

  answered(): void {}
}
