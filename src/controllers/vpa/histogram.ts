/**
 * The recommender's histograms: buckets each 5 % wider than the one before, and weights that double with each half-life that
 * a sample is younger, so that older ones count less without being touched.
 */
import type { Seconds } from "../../units.js";
import { exp2, log, power } from "./floats.js";

const RATIO = 1.05;
/** A bucket that weighs less counts as empty: a thousandth of a cpu sample's weight. */
const EPSILON = 0.001 * 0.1;
/** When the reference is left this many half-lives behind, it moves up and all weights shrink. */
const MOST_HALF_LIVES = 100;
/** The start of the year 1, from where half-lives are counted, in seconds of the Unix clock. */
const YEAR_ONE: Seconds = -62_135_596_800;

/** A bucketing scheme: from 0, with a first bucket of that width, up to a value. */
export class Buckets {
  readonly count: number;

  constructor(
    most: number,
    private readonly first: number,
  ) {
    this.count = Math.ceil(log((most * (RATIO - 1)) / first + 1) / log(RATIO)) + 1;
  }

  find(value: number): number {
    if (value < this.first) return 0;
    const bucket = Math.trunc(log((value * (RATIO - 1)) / this.first + 1) / log(RATIO));
    return Math.min(bucket, this.count - 1);
  }

  start(bucket: number): number {
    return bucket === 0 ? 0 : (this.first * (power(RATIO, bucket) - 1)) / (RATIO - 1);
  }
}

/** Times are seconds of the Unix clock: the reference is a whole number of half-lives since the year 1. */
export class DecayingHistogram {
  private readonly weights: Float64Array;
  private total = 0;
  /** The first and last bucket that are not empty; the last and the first of all when all are. */
  private lowest: number;
  private highest = 0;
  private reference = YEAR_ONE;

  constructor(
    private readonly buckets: Buckets,
    private readonly halfLife: Seconds,
  ) {
    this.weights = new Float64Array(buckets.count);
    this.lowest = buckets.count - 1;
  }

  add(value: number, weight: number, at: Seconds): void {
    const decayed = weight * this.decay(at);
    const bucket = this.buckets.find(value);
    this.weights[bucket] += decayed;
    this.total += decayed;
    if (this.weights[bucket] < EPSILON) return;
    this.lowest = Math.min(this.lowest, bucket);
    this.highest = Math.max(this.highest, bucket);
  }

  subtract(value: number, weight: number, at: Seconds): void {
    const decayed = weight * this.decay(at);
    const bucket = this.buckets.find(value);
    this.total = reduced(this.total, decayed);
    this.weights[bucket] = reduced(this.weights[bucket], decayed);
    this.narrow();
  }

  /** Adds another's weights. The one with the older reference is moved to the younger, be it the other. */
  merge(other: DecayingHistogram): void {
    if (this.reference < other.reference) this.moveTo(other.reference);
    else if (other.reference < this.reference) other.moveTo(this.reference);
    for (let bucket = other.lowest; bucket <= other.highest; bucket++) this.weights[bucket] += other.weights[bucket];
    this.total += other.total;
    this.lowest = Math.min(this.lowest, other.lowest);
    this.highest = Math.max(this.highest, other.highest);
  }

  /** The end of the bucket in which that share of the weight is reached (of the last bucket: its start); 0 when empty. */
  percentile(share: number): number {
    if (this.weights[this.lowest] < EPSILON) return 0;
    const threshold = share * this.total;
    let sum = 0;
    let bucket = this.lowest;
    for (; bucket < this.highest; bucket++) {
      sum += this.weights[bucket];
      if (sum >= threshold) break;
    }
    return this.buckets.start(Math.min(bucket + 1, this.buckets.count - 1));
  }

  private decay(at: Seconds): number {
    if (at > this.reference + this.halfLife * MOST_HALF_LIVES) this.moveTo(at);
    return exp2((at - this.reference) / this.halfLife);
  }

  /** To the nearest whole half-life. */
  private moveTo(at: Seconds): void {
    const over = (at - YEAR_ONE) % this.halfLife;
    const reference = at - over + (over + over < this.halfLife ? 0 : this.halfLife);
    const factor = 2 ** Math.floor((this.reference - reference) / this.halfLife + 0.5);
    for (let bucket = this.lowest; bucket <= this.highest; bucket++) this.weights[bucket] *= factor;
    this.total *= factor;
    this.narrow();
    this.reference = reference;
  }

  private narrow(): void {
    const { weights } = this;
    while (weights[this.lowest] < EPSILON && this.lowest < weights.length - 1) this.lowest++;
    while (weights[this.highest] < EPSILON && this.highest > 0) this.highest--;
  }
}

function reduced(weight: number, by: number): number {
  const left = weight - by;
  return left < EPSILON ? 0 : left;
}
