import type { Seconds } from "../units.js";

/** One sample: the time in seconds under `time`, and each column under its name. */
export type SeriesRow = Readonly<Record<string, number>>;

/**
 * Several values sampled together at fixed steps, such as pods, queue and rate every 15 s: for tables and plots.
 * Rows lie one after the other in one array of floats, which doubles when full; a value may be NaN.
 */
export class Series {
  /** Number of samples. */
  length = 0;
  private readonly width: number;
  private cells: Float64Array;

  constructor(readonly columns: readonly string[]) {
    const names = new Set(["time", ...columns]);
    if (names.size !== columns.length + 1) {
      throw new RangeError(`cannot tell columns apart: time, ${columns.join(", ")}`);
    }
    this.width = columns.length + 1;
    this.cells = new Float64Array(this.width * 64);
  }

  /** Adds a sample: one value for each column, in their order, later than the sample before. */
  push(time: Seconds, values: ArrayLike<number>): void {
    if (values.length !== this.columns.length) {
      throw new RangeError(`cannot add ${values.length} values: expected ${this.columns.length}`);
    }
    const start = this.length * this.width;
    if (this.length > 0 && !(time > this.cells[start - this.width])) {
      throw new RangeError(`cannot add a sample at ${time} s after one at ${this.cells[start - this.width]} s`);
    }
    if (start === this.cells.length) {
      const larger = new Float64Array(2 * this.cells.length);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells[start] = time;
    this.cells.set(values, start + 1);
    this.length++;
  }

  /** All values of a column, or of `time`, as a new array. */
  column(name: string): Float64Array {
    const offset = name === "time" ? 0 : this.columns.indexOf(name) + 1;
    if (offset === 0 && name !== "time") {
      throw new RangeError(`no column named "${name}"; there are time, ${this.columns.join(", ")}`);
    }
    return Float64Array.from({ length: this.length }, (_, row) => this.cells[row * this.width + offset]);
  }

  /** A plain object for each sample, in order of time; none when nothing was added. */
  toRows(): SeriesRow[] {
    const names = ["time", ...this.columns];
    return Array.from({ length: this.length }, (_, row) =>
      Object.fromEntries(names.map((name, i) => [name, this.cells[row * this.width + i]])),
    );
  }
}
