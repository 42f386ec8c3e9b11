/**
 * The averages over a window of one-second buckets that Knative's autoscaler decides by, plain and weighted. What is recorded
 * within one second adds up; a second without a record counts as 0; a young window averages over the seconds it has.
 */
import type { Seconds } from "../../units.js";

/** What both kinds of window answer. */
export interface WindowAverage {
  /** Adds a value to the second of `at`; older than the window is not counted. */
  record(at: Seconds, value: number): void;
  average(now: Seconds): number;
  /** Nothing has been recorded for longer than the window. */
  isEmpty(now: Seconds): boolean;
}

/** A plain mean, rounded to six decimals. */
export class TimedBuckets implements WindowAverage {
  protected readonly buckets: Float64Array;
  protected lastWrite = -Infinity;
  private firstWrite = NaN;
  private total = 0;

  constructor(private readonly window: Seconds) {
    this.buckets = new Float64Array(Math.ceil(window));
  }

  isEmpty(now: Seconds): boolean {
    return Math.floor(now) - this.lastWrite > this.window;
  }

  record(at: Seconds, value: number): void {
    const second = Math.floor(at);
    if (second !== this.lastWrite) {
      if (second + this.window <= this.lastWrite) return;
      if (!(this.firstWrite <= second)) this.firstWrite = second;
      if (second > this.lastWrite) this.moveTo(second);
    }
    this.buckets[second % this.buckets.length] += value;
    this.total += value;
  }

  average(now: Seconds): number {
    const { buckets, lastWrite } = this;
    const silent = Math.floor(now) - lastWrite;
    if (silent > 0 && !(silent < this.window)) return 0;
    let total = this.total;
    for (let second = lastWrite + 1; second <= lastWrite + silent; second++) total -= buckets[second % buckets.length];
    const seconds = Math.min(lastWrite - this.firstWrite + 1, buckets.length - Math.max(0, silent));
    return roundToMicro(total / seconds);
  }

  /** Empties the seconds since the last record, or all of them when that is a window ago. */
  private moveTo(second: Seconds): void {
    const { buckets, lastWrite } = this;
    if (second - lastWrite >= this.window) {
      this.firstWrite = second;
      buckets.fill(0);
      this.total = 0;
    } else {
      for (let passed = lastWrite + 1; passed <= second; passed++) {
        this.total -= buckets[passed % buckets.length];
        buckets[passed % buckets.length] = 0;
      }
    }
    this.lastWrite = second;
  }
}

/** Exponentially weighted, the latest second heaviest; not rounded, and the weights of a young window do not add up to 1. */
export class WeightedBuckets extends TimedBuckets {
  private readonly smoothing: number;

  constructor(window: Seconds) {
    super(window);
    this.smoothing = smoothingOf(Math.ceil(window));
  }

  override average(now: Seconds): number {
    if (this.isEmpty(now)) return 0;
    const { buckets, lastWrite, smoothing } = this;
    const silent = Math.max(0, Math.floor(now) - lastWrite);
    let weight = smoothing;
    if (silent > 0) weight *= wholePower(1 - smoothing, silent);
    let sum = 0;
    for (let i = 0; i < buckets.length - silent; i++) {
      sum += buckets[(lastWrite - i + buckets.length) % buckets.length] * weight;
      weight *= 1 - smoothing;
    }
    return sum;
  }
}

/** So large that the weights of a full window add up to 0.9999, but never below 0.2. */
const smoothingOf = (buckets: number): number => Math.max(1 - rootOfRest(buckets), 0.2);

/** By way of the logarithm, as Go's Pow does: its bits for all windows but those of 24, 25, 27, 30, 31 and 35 s, whose last may differ. */
function rootOfRest(n: number): number {
  if (n === 1) return 0.0001;
  return n === 2 ? Math.sqrt(0.0001) : Math.exp((1 / n) * Math.log(0.0001));
}

/** By repeated squaring, as Go computes it; `**` may differ in the last bit. */
function wholePower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}

/** Half away from zero, as Go rounds. */
function roundToMicro(value: number): number {
  const scaled = value * 1e6;
  const whole = Math.trunc(scaled);
  return (Math.abs(scaled - whole) >= 0.5 ? whole + Math.sign(scaled) : whole) / 1e6;
}
