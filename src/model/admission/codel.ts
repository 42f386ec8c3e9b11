import type { Seconds } from "../../units.js";

/**
 * Controlled delay as folly has it for servers, after CoDel (Nichols and Jacobson 2012): when even the shortest wait of an
 * interval was above the target, the next interval is overloaded, and in it those are shed that have waited twice the
 * target. CoDel proper, for routers, would drop more and more often instead.
 */
export class Codel {
  private shortest: Seconds = 0;
  private intervalEnd: Seconds;
  /** The next wait is the first of its interval. */
  private fresh = true;
  private overloaded = false;

  constructor(
    private readonly target: Seconds,
    private readonly interval: Seconds,
    now: Seconds,
  ) {
    this.intervalEnd = now;
  }

  /** Somebody has waited so long; true when he is to be shed. */
  sheds(waited: Seconds, now: Seconds): boolean {
    if (now > this.intervalEnd && !this.fresh) {
      this.fresh = true;
      this.intervalEnd = now + this.interval;
      this.overloaded = this.shortest > this.target;
    }
    if (this.fresh) {
      this.fresh = false;
      this.shortest = waited;
      return false;
    }
    if (waited < this.shortest) this.shortest = waited;
    return this.overloaded && waited > 2 * this.target;
  }
}
