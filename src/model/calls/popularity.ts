/** What requests are about: keys, the i-th of which is asked for as often as 1/i^zipf, beside the others. */
export interface KeysSpec {
  readonly count: number;
  /** 0: all alike; about 0.6 to 1.1 in what is known of web pages and of products. */
  readonly zipf: number;
}

export class Popularity {
  private readonly cumulative: Float64Array;

  constructor({ count, zipf }: KeysSpec) {
    this.cumulative = new Float64Array(count);
    let sum = 0;
    for (let key = 0; key < count; key++) {
      sum += (key + 1) ** -zipf;
      this.cumulative[key] = sum;
    }
  }

  /** The key, from 0, at a point of (0, 1). */
  at(uniform: number): number {
    const { cumulative } = this;
    const point = uniform * cumulative[cumulative.length - 1];
    let from = 0;
    let to = cumulative.length - 1;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (cumulative[middle] <= point) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
