import type { Fraction, Seconds } from "../../units.js";
import type { SuccessRateSpec } from "./admission-spec.js";

/** Envoy's history is made of seconds. */
const GRANULARITY = 1;
/** Its probabilities have four digits. */
const ACCURACY = 1e4;

/**
 * Envoy's admission control, which is the throttling of the SRE book's chapter on overload: the worse the answers of the last
 * window, the more calls are refused. Those that it refuses itself it does not count.
 */
export class SuccessRate {
  private readonly window: Seconds;
  // Of each second that counts: when it began, calls, and good ones among them; a ring, the oldest at `first`.
  private readonly begins: Float64Array;
  private readonly calls: Float64Array;
  private readonly good: Float64Array;
  private first = 0;
  private length = 0;
  private total = 0;
  private successes = 0;

  constructor(private readonly spec: SuccessRateSpec) {
    this.window = Math.round(spec.window);
    const size = this.window + 1;
    this.begins = new Float64Array(size);
    this.calls = new Float64Array(size);
    this.good = new Float64Array(size);
  }

  /** Whether to refuse a call, whose luck is a point of [0, 1). */
  rejects(luck: number, now: Seconds): boolean {
    if (this.averageRate(now) < this.spec.leastRate) return false;
    const probability = this.probability(now);
    return probability > 0 && ACCURACY * probability > Math.floor(luck * ACCURACY);
  }

  probability(now: Seconds): Fraction {
    this.turn(now);
    const { threshold, aggression, most } = this.spec;
    const raw = (this.total - this.successes / threshold) / (this.total + 1);
    return raw <= 0 ? 0 : Math.min(raw ** (1 / aggression), most);
  }

  /** A call that was not refused here has been answered. */
  answered(well: boolean, now: Seconds): void {
    this.turn(now);
    const newest = (this.first + this.length - 1) % this.begins.length;
    this.calls[newest]++;
    this.total++;
    if (!well) return;
    this.good[newest]++;
    this.successes++;
  }

  /** Whole calls per second. */
  private averageRate(now: Seconds): number {
    if (this.length === 0 || this.total === 0) return 0;
    const age = Math.floor(now - this.begins[this.first]);
    return Math.floor(this.total / Math.max(this.window, age));
  }

  /** Forgets what is older than the window, and opens a new second when the newest is over. */
  private turn(now: Seconds): void {
    const size = this.begins.length;
    while (this.length > 0 && now - this.begins[this.first] >= this.window) {
      this.total -= this.calls[this.first];
      this.successes -= this.good[this.first];
      this.first = (this.first + 1) % size;
      this.length--;
    }
    const newest = (this.first + this.length - 1 + size) % size;
    if (this.length > 0 && now - this.begins[newest] < GRANULARITY) return;
    const next = (this.first + this.length++) % size;
    this.begins[next] = now;
    this.calls[next] = this.good[next] = 0;
  }
}
