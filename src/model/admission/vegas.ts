import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { VegasSpec } from "./admission-spec.js";
import type { Limiter } from "./limiter.js";

/**
 * Netflix' VegasLimit, after TCP Vegas (Brakmo and Peterson 1995): by how much longer a call took than one without load it
 * infers how many of those under way only wait, and keeps these few.
 */
export class VegasLimit implements Limiter {
  private limit: number;
  /** How long a call takes without load, in whole nanoseconds as there; 0: not known yet. */
  private unloaded = 0;
  private sinceProbe = 0;
  private jitter: number;

  constructor(
    private readonly spec: VegasSpec,
    private readonly stream: RandomStream,
  ) {
    this.limit = spec.initial;
    this.jitter = this.drawJitter();
  }

  limitAt(): number {
    return Math.floor(this.limit);
  }

  answered(admittedAt: Seconds, nth: number, dropped: boolean, now: Seconds): void {
    const took = Math.round((now - admittedAt) * 1e9);
    // A real clock never sees an answer in no time at all.
    if (took <= 0) return;
    this.sinceProbe++;
    if (this.jitter * this.spec.probes * this.limit <= this.sinceProbe) {
      this.jitter = this.drawJitter();
      this.sinceProbe = 0;
      this.unloaded = took;
    } else if (this.unloaded === 0 || took < this.unloaded) this.unloaded = took;
    else this.update(took, nth, dropped);
  }

  private update(took: number, nth: number, dropped: boolean): void {
    const { limit } = this;
    const { smoothing, most } = this.spec;
    const waiting = Math.ceil(limit * (1 - this.unloaded / took));
    const step = rootOf(limit);
    let next = limit;
    if (dropped) next = limit - step;
    else if (nth * 2 < limit) return;
    else if (waiting <= step) next = limit + 6 * step;
    else if (waiting < 3 * step) next = limit + step;
    else if (waiting > 6 * step) next = limit - step;
    else return;
    next = Math.max(1, Math.min(most, next));
    this.limit = (1 - smoothing) * limit + smoothing * next;
  }

  private drawJitter(): number {
    return 0.5 + this.stream.uniform() / 2;
  }
}

/** The whole part of the decimal logarithm of a limit, at least 1. */
const rootOf = (limit: number): number => Math.max(1, Math.floor(Math.log10(Math.floor(limit)) + 1e-12));
