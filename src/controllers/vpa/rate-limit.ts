import type { Seconds } from "../../units.js";

/** Tokens of which each action takes one; who finds none waits until one has come. Without a limit nobody waits. */
export class RateLimit {
  private tokens: number;
  private last: Seconds = -Infinity;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** Takes a token; seconds until it is there. */
  take(now: Seconds): Seconds {
    if (this.perSecond <= 0) return 0;
    const come = (now - this.last) * this.perSecond;
    this.tokens = Math.min(this.burst, this.tokens + come) - 1;
    this.last = now;
    return this.tokens < 0 ? -this.tokens / this.perSecond : 0;
  }
}
