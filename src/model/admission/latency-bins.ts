/**
 * The histogram that Envoy keeps latencies in (Circonus' log-linear one): bins of two significant digits, and quantiles by
 * going evenly through the bin. So what it says of latencies that are all alike is the middle of their bin.
 */
export class LatencyBins {
  count = 0;
  /** Of whole microseconds: one bin for 0, then 90 for each power of ten. */
  private readonly bins = new Uint32Array(1 + 90 * POWERS);
  private lowest = Infinity;
  private highest = -1;

  record(microseconds: number): void {
    const bin = Math.min(binOf(microseconds), this.bins.length - 1);
    this.bins[bin]++;
    this.count++;
    if (bin < this.lowest) this.lowest = bin;
    if (bin > this.highest) this.highest = bin;
  }

  /** There must be something in it. */
  quantile(q: number): number {
    const rank = this.count * q;
    let bin = this.lowest;
    let lower = 0;
    let upper = this.bins[bin];
    while (bin < this.highest && upper < rank) {
      bin++;
      lower = upper;
      upper += this.bins[bin];
    }
    return leftOf(bin) + ((rank - lower) / (upper - lower)) * widthOf(bin);
  }

  clear(): void {
    if (this.count > 0) this.bins.fill(0, this.lowest, this.highest + 1);
    this.count = 0;
    this.lowest = Infinity;
    this.highest = -1;
  }
}

/** Ten to the twelfth microseconds are eleven days. */
const POWERS = 12;
const powers = Array.from({ length: POWERS + 1 }, (_, i) => 10 ** i);

function binOf(value: number): number {
  if (value < 1) return 0;
  let power = 0;
  while (power < POWERS && value >= powers[power + 1]) power++;
  return 1 + 90 * power + Math.floor((10 * value) / powers[power]) - 10;
}

const widthOf = (bin: number): number => (bin === 0 ? 0 : powers[Math.floor((bin - 1) / 90)] / 10);
const leftOf = (bin: number): number => (bin === 0 ? 0 : (10 + ((bin - 1) % 90)) * widthOf(bin));
