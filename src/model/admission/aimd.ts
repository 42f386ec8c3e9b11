import type { Seconds } from "../../units.js";
import type { AimdSpec } from "./admission-spec.js";
import type { Limiter } from "./limiter.js";

/** Additive increase, multiplicative decrease: Netflix' AIMDLimit. It knows trouble only by calls that fail or are late. */
export class AimdLimit implements Limiter {
  private limit: number;

  constructor(private readonly spec: AimdSpec) {
    this.limit = spec.initial;
  }

  limitAt(): number {
    return this.limit;
  }

  answered(admittedAt: Seconds, nth: number, dropped: boolean, now: Seconds): void {
    const { least, most, backOff, timeout } = this.spec;
    let next = this.limit;
    if (dropped || now - admittedAt > timeout) next = Math.floor(next * backOff);
    else if (nth * 2 >= next) next++;
    this.limit = Math.min(most, Math.max(least, next));
  }
}
