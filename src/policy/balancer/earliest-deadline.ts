/**
 * Weighted turns by earliest deadline first, Envoy's order: an entry of weight w is due every 1/w; the one due
 * first goes next, of equals the one put in first. A weight may change whenever its entry is put back.
 */
export class EarliestDeadline {
  private deadline = new Float64Array(8);
  private order = new Float64Array(8);
  private entry = new Int32Array(8);
  private count = 0;
  private now = 0;
  private orders = 0;

  /** Begins with one entry for each weight, numbered from 0, as if so many turns had been taken already. */
  begin(weights: readonly number[], turns: number): void {
    this.count = this.now = this.orders = 0;
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const had = weights.map((weight) => Math.floor((turns * weight) / sum));
    for (const [i, weight] of weights.entries()) this.now = Math.max(this.now, had[i] / weight);
    for (const [i, weight] of weights.entries()) this.insert(i, (had[i] + 1) / weight);
    const left = turns - had.reduce((total, count) => total + count, 0);
    for (let i = 0; i < left; i++) this.turn(weights[this.first]);
  }

  /** The entry whose turn it is. */
  get first(): number {
    return this.entry[0];
  }

  /** The first has had its turn and goes back with its weight of now. */
  turn(weight: number): void {
    this.now = this.deadline[0];
    this.sink(this.now + 1 / weight, this.orders++, this.entry[0]);
  }

  private insert(entry: number, deadline: number): void {
    if (this.count === this.entry.length) this.grow();
    let hole = this.count++;
    const order = this.orders++;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      if (this.deadline[above] <= deadline) break; // put in earlier, so of equals it goes first
      this.move(above, hole);
      hole = above;
    }
    this.put(hole, deadline, order, entry);
  }

  /** Puts an entry at the top and lets it sink to its place. */
  private sink(deadline: number, order: number, entry: number): void {
    let hole = 0;
    for (;;) {
      let below = 2 * hole + 1;
      if (below >= this.count) break;
      if (below + 1 < this.count && this.before(below + 1, below)) below++;
      if (this.deadline[below] > deadline) break; // the sinking one was put in last
      this.move(below, hole);
      hole = below;
    }
    this.put(hole, deadline, order, entry);
  }

  private before(one: number, two: number): boolean {
    const { deadline, order } = this;
    return deadline[one] < deadline[two] || (deadline[one] === deadline[two] && order[one] < order[two]);
  }

  private move(from: number, to: number): void {
    this.put(to, this.deadline[from], this.order[from], this.entry[from]);
  }

  private put(at: number, deadline: number, order: number, entry: number): void {
    this.deadline[at] = deadline;
    this.order[at] = order;
    this.entry[at] = entry;
  }

  private grow(): void {
    const wider = <A extends Float64Array | Int32Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    const length = 2 * this.count;
    this.deadline = wider(new Float64Array(length), this.deadline);
    this.order = wider(new Float64Array(length), this.order);
    this.entry = wider(new Int32Array(length), this.entry);
  }
}
