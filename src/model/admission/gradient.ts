/**
 * Envoy's adaptive concurrency, the gradient controller: now and then it lets hardly anything in and so measures how long calls
 * take without load; in between it compares how long they take with that, and allows more or fewer of them.
 *
 * Its timers need no events: whoever asks for the limit or brings a latency first has done what was due until then, and
 * nothing in between could have told the difference.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { GradientSpec } from "./admission-spec.js";
import { LatencyBins } from "./latency-bins.js";
import type { Limiter } from "./limiter.js";

/** What a measurement of the time without load has found; times in seconds. */
export interface Recalculation {
  readonly minRtt: Seconds;
  readonly began: Seconds;
  readonly limit: number;
  /** The lowest and the highest limit since the one before. */
  readonly lowest: number;
  readonly highest: number;
}

/** So many windows at the lowest limit, and the time without load is taken for wrong. */
const MOST_AT_MINIMUM = 5;

export class GradientLimit implements Limiter {
  limit: number;
  /** In whole microseconds, as Envoy counts. */
  minRtt = 0;
  private readonly latencies = new LatencyBins();
  /** While the time without load is measured: the limit from before, which comes back then; else 0. */
  private deferred = 0;
  private atMinimum = 0;
  /** Since when the present or latest measurement has gone on: older calls tell it nothing. */
  private epoch: Seconds = 0;
  private nextSample: Seconds;
  private nextMeasurement: Seconds = Infinity;
  private lowest: number;
  private highest: number;

  constructor(
    private readonly spec: GradientSpec,
    private readonly stream: RandomStream,
    now: Seconds,
    /** Told when the time without load has been measured. */
    private readonly told: (found: Recalculation) => void,
  ) {
    this.limit = this.lowest = this.highest = spec.minRtt.concurrency;
    this.nextSample = now + spec.updateInterval;
    this.measure(now);
  }

  get isMeasuring(): boolean {
    return this.deferred > 0;
  }

  limitAt(now: Seconds): number {
    if (now >= this.nextSample || now >= this.nextMeasurement) this.catchUp(now);
    return this.limit;
  }

  answered(admittedAt: Seconds, _nth: number, _dropped: boolean, now: Seconds): void {
    if (now >= this.nextSample || now >= this.nextMeasurement) this.catchUp(now);
    if (admittedAt < this.epoch) return;
    this.latencies.record(microseconds(now - admittedAt));
    if (this.isMeasuring && this.latencies.count >= this.spec.minRtt.requests) this.measured(now);
  }

  private catchUp(now: Seconds): void {
    for (;;) {
      const due = Math.min(this.nextSample, this.nextMeasurement);
      if (due > now) return;
      if (due === this.nextSample) this.sample(due);
      else {
        this.nextMeasurement = Infinity;
        this.measure(due);
      }
    }
  }

  /** A window is over; while the time without load is measured there are none, and its end begins the next. */
  private sample(due: Seconds): void {
    this.nextSample = this.isMeasuring ? Infinity : due + this.spec.updateInterval;
    if (this.isMeasuring || this.latencies.count === 0) return;
    this.set(this.next(this.quantile()), due);
  }

  private next(sampleRtt: number): number {
    const { minRtt, most } = this.spec;
    const raw = (this.minRtt + this.minRtt * minRtt.buffer) / sampleRtt;
    const gradient = Number.isNaN(raw) ? 2 : Math.max(0.5, Math.min(2, raw));
    const limit = this.limit * gradient;
    return Math.max(minRtt.concurrency, Math.min(most, Math.floor(limit + Math.sqrt(limit))));
  }

  private measure(now: Seconds): void {
    if (this.isMeasuring) return;
    this.deferred = this.limit;
    this.set(this.spec.minRtt.concurrency, now);
    this.latencies.clear();
    this.epoch = now;
  }

  private measured(now: Seconds): void {
    const { minRtt: how, updateInterval } = this.spec;
    this.minRtt = this.quantile();
    this.set(this.deferred, now);
    this.deferred = 0;
    this.nextMeasurement = now + how.interval + this.jitter();
    this.nextSample = now + updateInterval;
    const { limit, lowest, highest, epoch } = this;
    this.told({ minRtt: this.minRtt / 1e6, began: epoch, limit, lowest, highest });
    this.lowest = this.highest = limit;
  }

  /** Whole milliseconds. */
  private jitter(): Seconds {
    const { interval, jitter } = this.spec.minRtt;
    const range = Math.ceil(interval * jitter * 1000 - ROUNDING);
    return range > 0 ? this.stream.below(range) / 1000 : 0;
  }

  private set(limit: number, now: Seconds): void {
    const least = this.spec.minRtt.concurrency;
    const again = !this.isMeasuring && this.limit === least && limit === least;
    this.atMinimum = again ? this.atMinimum + 1 : 0;
    this.limit = limit;
    if (!this.isMeasuring) {
      this.lowest = Math.min(this.lowest, limit);
      this.highest = Math.max(this.highest, limit);
    }
    if (this.atMinimum >= MOST_AT_MINIMUM) this.nextMeasurement = now;
  }

  private quantile(): number {
    const found = Math.floor(this.latencies.quantile(this.spec.percentile));
    this.latencies.clear();
    return found;
  }
}

/** 30 s and 15 % are 4,500 ms, though a little more as a float. */
const ROUNDING = 1e-6;

/** From a clock that counts nanoseconds. */
const microseconds = (time: Seconds): number => Math.floor(Math.round(time * 1e9) / 1000);
