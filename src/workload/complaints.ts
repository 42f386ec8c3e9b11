/**
 * What is wrong with a piece of plain data, all of it at once. Every line reads
 * `<path>: expected <what>, got <value>`, so that whoever read the data from a
 * file can show the lines beside their places in it.
 */
export class Complaints {
  readonly lines: string[] = [];

  add(path: string, expected: string, got: unknown): void {
    this.lines.push(`${path}: expected ${expected}, got ${typeof got === "string" ? `"${got}"` : String(got)}`);
  }

  /** A finite number, 0 or more. */
  notNegative(path: string, value: number): void {
    if (!(value >= 0 && value < Infinity)) this.add(path, "a finite number, 0 or more", value);
  }

  /** A finite number above 0. */
  positive(path: string, value: number): void {
    if (!(value > 0 && value < Infinity)) this.add(path, "a finite number above 0", value);
  }

  /** A finite number of either sign. */
  finite(path: string, value: number): void {
    if (!Number.isFinite(value)) this.add(path, "a finite number", value);
  }

  /** Throws an Error with every line when there is one. */
  throwIfAny(): void {
    if (this.lines.length > 0) throw new Error(this.lines.join("\n"));
  }
}
