/**
 * Tables: rows of numbers, one typed array per column, so that `pods.node[pod]` reads a cell.
 *
 * A table is a class whose fields are its columns, written out: that gives all tables of a kind one hidden
 * class, on which the speed of every access rests. Rows are numbers handed out by `Rows`.
 *
 *     class Pods {
 *       node = new Int32Array(FIRST_CAPACITY);
 *       readonly rows = new Rows<PodId>(this);
 *     }
 */
type Column = Float64Array | Int32Array | Uint8Array;

/** Rows that every column of a table has from the start. */
export const FIRST_CAPACITY = 64;

/** Hands out the row numbers of a table, the latest removed first, and makes its columns wider when they run out. */
export class Rows<Row extends number> {
  /** Number of rows ever in use at once; rows run from 0 to `high - 1`. */
  high = 0;
  private removed = new Int32Array(FIRST_CAPACITY);
  private removedCount = 0;
  private capacity = FIRST_CAPACITY;

  constructor(private readonly table: object) {}

  /** Number of rows in use. */
  get live(): number {
    return this.high - this.removedCount;
  }

  /**
   * Takes a row. Its cells hold what the row's last user left: set all that matter.
   * May replace the columns: never hold one across a call.
   */
  add(): Row {
    if (this.removedCount > 0) return this.removed[--this.removedCount] as Row;
    if (this.high === this.capacity) this.widen();
    return this.high++ as Row;
  }

  /** Gives a row back. Whoever still holds its number holds nothing. */
  remove(row: Row): void {
    this.removed[this.removedCount++] = row;
  }

  private widen(): void {
    this.capacity *= 2;
    this.removed = wider(this.removed, this.capacity);
    const columns = this.table as Record<string, unknown>;
    for (const [name, column] of Object.entries(columns)) {
      if (ArrayBuffer.isView(column)) columns[name] = wider(column as Column, this.capacity);
    }
  }
}

function wider<C extends Column>(column: C, capacity: number): C {
  const result = new (column.constructor as new (length: number) => C)(capacity);
  result.set(column);
  return result;
}
