type Column = Float64ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;
type Schema = Readonly<Record<string, Column>>;

/** Rows of numbers, one typed array per column. `pods.node[pod]` reads a cell. */
export type Table<Row extends number, S extends Schema> = { [K in keyof S]: InstanceType<S[K]> } & {
  /** Number of rows ever in use at once; rows run from 0 to `high - 1`. */
  high: number;
  /** Number of rows in use. */
  readonly live: number;
  /** Takes a row. Its cells hold what the row's last user left: set all that matter. */
  add(): Row;
  /** Gives a row back. Whoever still holds its number holds nothing. */
  remove(row: Row): void;
};

/**
 * Makes a table that grows as needed and reuses rows that were removed, the latest first.
 * Growing replaces the columns: never hold one across `add`.
 *
 *     const pods = table<PodId>()({ node: Int32Array, busy: Int32Array });
 */
export const table =
  <Row extends number>() =>
  <S extends Schema>(schema: S): Table<Row, S> => {
    const names = Object.keys(schema);
    let capacity = FIRST_CAPACITY;
    let removed = new Int32Array(capacity);
    let removedCount = 0;

    const grow = (): void => {
      capacity *= 2;
      for (const name of names) {
        const wider = new schema[name](capacity);
        wider.set(cells[name]);
        cells[name] = wider;
      }
      const wider = new Int32Array(capacity);
      wider.set(removed);
      removed = wider;
    };

    const rows = {
      high: 0,
      get live(): number {
        return rows.high - removedCount;
      },
      add(): Row {
        if (removedCount > 0) return removed[--removedCount] as Row;
        if (rows.high === capacity) grow();
        return rows.high++ as Row;
      },
      remove(row: Row): void {
        removed[removedCount++] = row;
      },
    };
    const cells = rows as unknown as Record<string, Float64Array | Int32Array | Uint8Array>;
    for (const name of names) cells[name] = new schema[name](capacity);
    return rows as unknown as Table<Row, S>;
  };

const FIRST_CAPACITY = 64;
