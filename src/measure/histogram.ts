/**
 * Counts of latencies in buckets that are 1/128 of a power of two wide: any quantile of any
 * number of samples, within 0.4 %, in 45 kB. The bucket of a value is the top of its own bits
 * (exponent, then 7 bits of mantissa), so recording needs neither a logarithm nor a division.
 * The same idea as HdrHistogram (Tene 2012), over floating-point bits instead of integers.
 */

/** What a worker thread sends: JSON without NaN or Infinity. Buckets without samples are left out. */
export interface LatencyHistogramJson {
  readonly count: number;
  readonly zeros: number;
  /** Seconds. */
  readonly sum: number;
  /** Seconds squared. */
  readonly sumOfSquares: number;
  /** Seconds; 0 when empty. */
  readonly max: number;
  /** Pairs of a bucket's number and its count, in the order of the buckets. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

/**
 * Latencies in seconds. Values from 10⁻⁷ s to 10⁶ s are resolved; 0 has a bucket of its own;
 * what lies outside is counted in the end buckets, while `count`, `sum` and `max` stay exact.
 */
export class LatencyHistogram {
  /** Number of values recorded. */
  count = 0;
  /** Sum of the values, seconds. */
  sum = 0;
  /** Sum of the squared values, seconds squared. */
  sumOfSquares = 0;
  private largest = 0;
  private zeros = 0;
  // Counts are floats: the merged counts of many replications pass 2³², and floats are exact to 2⁵³.
  private readonly buckets = new Float64Array(BUCKETS);

  /** Counts a latency of `value` seconds; a negative, infinite or missing one is an error of the caller. */
  record(value: number): void {
    bits[0] = value;
    const bucket = (words[HIGH_WORD] >> DROPPED_BITS) - FIRST;
    // One unsigned comparison sends zero, negatives, NaN and what is out of range the slow way.
    if (bucket >>> 0 < BUCKETS) this.buckets[bucket]++;
    else this.recordOutside(value);
    this.count++;
    this.sum += value;
    this.sumOfSquares += value * value;
    if (value > this.largest) this.largest = value;
  }

  /** The largest value, exactly, in seconds; NaN when there are none. */
  get max(): number {
    return this.count > 0 ? this.largest : Number.NaN;
  }

  /** Seconds; NaN when there are no values. */
  mean(): number {
    return this.count > 0 ? this.sum / this.count : Number.NaN;
  }

  /**
   * The nearest-rank quantile in seconds: the value that a fraction `q` of the samples do not exceed,
   * given as the middle of its bucket (0.4 % off at most) but never above the largest; NaN when there are none.
   */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`cannot take quantile ${q}: expected 0 to 1`);
    if (this.count === 0) return Number.NaN;
    // 0.07 × 100 is a little above 7 in floating point, and is meant to be 7.
    let left = Math.max(1, Math.ceil(q * this.count * (1 - 1e-14)));
    if (left >= this.count) return this.largest;
    left -= this.zeros;
    if (left <= 0) return 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.buckets[bucket];
      if (left <= 0) return Math.min(this.largest, (edge(bucket) + edge(bucket + 1)) / 2);
    }
    throw new Error(`lost ${left} of ${this.count} samples`);
  }

  /**
   * The share of samples that are at most `limit` seconds; NaN when there are none.
   * All values in the bucket of `limit` count as below it, so that a latency which is always exactly
   * the limit keeps it; the limit is thereby raised by 0.8 % at most.
   */
  fractionAtOrBelow(limit: number): number {
    if (this.count === 0 || Number.isNaN(limit)) return Number.NaN;
    if (limit < 0) return 0;
    if (limit >= this.largest) return 1;
    let below = this.zeros;
    const last = limit === 0 ? -1 : bucketOf(limit);
    for (let bucket = 0; bucket <= last; bucket++) below += this.buckets[bucket];
    return below / this.count;
  }

  /** Adds the counts of another histogram, such as that of another replication. */
  merge(other: LatencyHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.buckets[bucket] += other.buckets[bucket];
    this.count += other.count;
    this.sum += other.sum;
    this.sumOfSquares += other.sumOfSquares;
    this.zeros += other.zeros;
    this.largest = Math.max(this.largest, other.largest);
  }

  /** Forgets everything. Called at the end of the warm-up. */
  restart(): void {
    this.buckets.fill(0);
    this.count = this.sum = this.sumOfSquares = this.largest = this.zeros = 0;
  }

  toJSON(): LatencyHistogramJson {
    const { count, zeros, sum, sumOfSquares, largest: max } = this;
    const buckets: [number, number][] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (this.buckets[bucket] > 0) buckets.push([bucket, this.buckets[bucket]]);
    }
    return { count, zeros, sum, sumOfSquares, max, buckets };
  }

  static fromJSON(json: LatencyHistogramJson): LatencyHistogram {
    const histogram = new LatencyHistogram();
    histogram.count = json.count;
    histogram.zeros = json.zeros;
    histogram.sum = json.sum;
    histogram.sumOfSquares = json.sumOfSquares;
    histogram.largest = json.max;
    for (const [bucket, count] of json.buckets) histogram.buckets[bucket] = count;
    return histogram;
  }

  private recordOutside(value: number): void {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`cannot record a latency of ${value} s`);
    if (value === 0) this.zeros++;
    else this.buckets[bucketOf(value)]++;
  }
}

const DROPPED_BITS = 20 - 7; // the high word of a float holds 20 bits of mantissa, of which 7 count

// One float seen as two integers. Shared: the module runs on one thread and holds nothing between calls.
const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
bits[0] = 1;
const HIGH_WORD = words[1] !== 0 ? 1 : 0; // the order of the two halves is the machine's

/** The number that the top bits of a positive value make. */
function topBits(value: number): number {
  bits[0] = value;
  return words[HIGH_WORD] >> DROPPED_BITS;
}

const FIRST = topBits(2 ** -24); // the power of two below 10⁻⁷ s
const BUCKETS = topBits(2 ** 20) - FIRST; // 44 powers of two × 128; 2²⁰ s is the first above 10⁶ s

/** The bucket of a positive value; the nearest one when the value is out of range. */
function bucketOf(value: number): number {
  return Math.min(Math.max(topBits(value) - FIRST, 0), BUCKETS - 1);
}

/** The smallest value in a bucket, seconds. */
function edge(bucket: number): number {
  words[1 - HIGH_WORD] = 0;
  words[HIGH_WORD] = (bucket + FIRST) << DROPPED_BITS;
  return bits[0];
}
