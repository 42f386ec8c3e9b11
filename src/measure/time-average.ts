import type { Seconds } from "../units.js";

/** The average over time of a value that changes in steps, such as a number of pods. */
export class TimeAverage {
  private area = 0;
  private areaOfSquares = 0;
  private changed: Seconds;
  private started: Seconds;

  constructor(
    private value: number,
    now: Seconds,
  ) {
    this.changed = this.started = now;
  }

  /** The value is `value` from `now` on. Times may repeat and must not go back. */
  set(value: number, now: Seconds): void {
    const held = this.value * (now - this.changed);
    this.area += held;
    this.areaOfSquares += this.value * held;
    this.changed = now;
    this.value = value;
  }

  /** Forgets everything before `now`; the value stays. Called at the end of the warm-up. */
  restart(now: Seconds): void {
    this.area = 0;
    this.areaOfSquares = 0;
    this.changed = this.started = now;
  }

  /** Value × seconds since the start: pod-seconds, say, which times a price is a cost. */
  integral(now: Seconds): number {
    return this.area + this.value * (now - this.changed);
  }

  /** The mean since the start; NaN when no time has passed. */
  mean(now: Seconds): number {
    return now > this.started ? this.integral(now) / (now - this.started) : Number.NaN;
  }

  /** The variance over time since the start, in squared units of the value; NaN when no time has passed. */
  variance(now: Seconds): number {
    if (!(now > this.started)) return Number.NaN;
    const squares = this.areaOfSquares + this.value * this.value * (now - this.changed);
    const mean = this.mean(now);
    // The difference of two nearly equal numbers may round to just below zero, which no variance is.
    return Math.max(0, squares / (now - this.started) - mean * mean);
  }
}
