import type { Seconds } from "../../units.js";

/** Envoy's token bucket: it starts full, and is filled up to now whenever somebody wants a token. */
export class TokenBucket {
  private tokens: number;
  private filledAt: Seconds;

  constructor(
    private readonly most: number,
    private readonly perSecond: number,
    now: Seconds,
  ) {
    this.tokens = most;
    this.filledAt = now;
  }

  /** Takes a token; false when there is none. */
  take(now: Seconds): boolean {
    if (this.tokens < this.most)
      this.tokens = Math.min((now - this.filledAt) * this.perSecond + this.tokens, this.most);
    this.filledAt = now;
    if (this.tokens < 1 - ROUNDING) return false;
    this.tokens = Math.max(0, this.tokens - 1);
    return true;
  }
}

/** A token that comes in ten steps of a tenth has come. */
const ROUNDING = 1e-9;
