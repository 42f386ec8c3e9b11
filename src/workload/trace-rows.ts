/**
 * The three formats of traces, each as rows of "so many requests from this time on".
 * One row is held at a time.
 */
import type { Seconds } from "../units.js";
import { csvFields, type Lines, type TraceError } from "./lines.js";
import { parseLogStamp, parseStamp, type Stamp, type StampUnit } from "./stamps.js";

export interface Rows {
  /** The current row's time since the first row of the trace. */
  readonly time: Seconds;
  /** The requests of the current row: several rows may share one time. */
  readonly requests: number;
  /** Over how long a row's requests are spread: 0 for exact stamps. Known once a second time has been read. */
  readonly width: Seconds;
  /** Moves to the next row; false at the end. Throws a TraceError for a row that cannot be understood. */
  advance(): boolean;
}

/** Time since the first stamp, which never goes back. */
class TraceClock {
  time: Seconds = 0;
  private first: Stamp | undefined;
  private text = "";

  constructor(private readonly lines: Lines) {}

  set(stamp: Stamp, text: string): void {
    this.first ??= stamp;
    const time = stamp.whole - this.first.whole + (stamp.fraction - this.first.fraction);
    if (time < this.time) throw this.lines.fault(`time goes back from ${this.text} to ${text}`);
    this.time = time;
    this.text = text;
  }
}

/** CSV with a header of names, or without one. */
class Table {
  private columns = 0;
  private first: string[] | undefined;

  constructor(private readonly lines: Lines) {}

  /** The header's names, or undefined when `isRow` says that the first line is a row already. */
  header(isRow: (fields: readonly string[]) => boolean): readonly string[] | undefined {
    const line = this.lines.next();
    if (line === undefined) throw this.lines.faultOfAll("expected a trace, got an empty file");
    const fields = csvFields(line);
    this.columns = fields.length;
    if (!isRow(fields)) return fields;
    this.first = fields;
    return undefined;
  }

  row(): readonly string[] | undefined {
    const kept = this.first;
    if (kept !== undefined) {
      this.first = undefined;
      return kept;
    }
    const line = this.lines.next();
    if (line === undefined) return undefined;
    const fields = csvFields(line);
    if (fields.length !== this.columns)
      throw this.lines.fault(`expected ${this.columns} columns, got ${fields.length}: "${line}"`);
    return fields;
  }

  /** The place of a column: its exact name, else the same name in other letters. */
  place(names: readonly string[], name: string): number {
    const exact = names.indexOf(name);
    const place = exact >= 0 ? exact : names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (place >= 0) return place;
    const got = names.map((other) => `"${other}"`).join(", ");
    throw this.lines.fault(`expected a column named "${name}", got ${got}`);
  }
}

function notAStamp(lines: Lines, text: string): TraceError {
  return lines.fault(`expected a timestamp, got "${text}"`);
}

/** One request a row, at its exact time. */
export class TimestampRows implements Rows {
  readonly requests = 1;
  readonly width = 0;
  private readonly clock: TraceClock;
  private readonly table: Table;
  private readonly column: number;

  constructor(
    private readonly lines: Lines,
    private readonly unit: StampUnit,
    column: string,
  ) {
    this.clock = new TraceClock(lines);
    this.table = new Table(lines);
    const names = this.table.header((fields) => fields.length === 1 && parseStamp(fields[0]!, unit) !== undefined);
    this.column = names === undefined ? 0 : this.table.place(names, column);
  }

  get time(): Seconds {
    return this.clock.time;
  }

  advance(): boolean {
    const row = this.table.row();
    if (row === undefined) return false;
    const text = row[this.column]!;
    const stamp = parseStamp(text, this.unit);
    if (stamp === undefined) throw notAStamp(this.lines, text);
    this.clock.set(stamp, text);
    return true;
  }
}

/** The end of a line of the Common or the Combined Log Format: a request in quotes, status and bytes. */
const LOG_TAIL = /^\s+".*" (?:\d{3}|-) (?:\d+|-)(?:\s|$)/;

/** One request a row, its time known to the second. */
export class LogRows implements Rows {
  readonly requests = 1;
  readonly width = 1;
  private readonly clock: TraceClock;

  constructor(private readonly lines: Lines) {
    this.clock = new TraceClock(lines);
  }

  get time(): Seconds {
    return this.clock.time;
  }

  advance(): boolean {
    const line = this.lines.next();
    if (line === undefined) return false;
    const open = line.indexOf("[");
    const close = line.indexOf("]", open);
    if (open < 0 || close < 0 || !LOG_TAIL.test(line.slice(close + 1)))
      throw this.lines.fault(`expected host ident user [time] "request" status bytes, got "${line}"`);
    const text = line.slice(open + 1, close);
    const whole = parseLogStamp(text);
    if (whole === undefined) throw notAStamp(this.lines, text);
    this.clock.set({ whole, fraction: 0 }, text);
    return true;
  }
}

/** A number of requests for each interval: the time in the first column, the count in the second or a named one. */
export class CountRows implements Rows {
  requests = 0;
  /** NaN until it is known. */
  width: Seconds;
  private readonly inferred: boolean;
  private readonly clock: TraceClock;
  private readonly table: Table;
  private readonly column: number;
  private started = false;

  constructor(
    private readonly lines: Lines,
    private readonly unit: StampUnit,
    options: { readonly column?: string; readonly interval?: Seconds },
  ) {
    this.inferred = options.interval === undefined;
    this.width = options.interval ?? NaN;
    this.clock = new TraceClock(lines);
    this.table = new Table(lines);
    let columns = 0;
    const names = this.table.header((fields) => {
      columns = fields.length;
      return columns >= 2 && parseStamp(fields[0]!, unit) !== undefined;
    });
    if (columns < 2) throw lines.fault(`expected a column of times and a column of counts, got ${columns} column`);
    this.column = names === undefined || options.column === undefined ? 1 : this.table.place(names, options.column);
  }

  get time(): Seconds {
    return this.clock.time;
  }

  advance(): boolean {
    const row = this.table.row();
    if (row === undefined) return false;
    const text = row[0]!;
    const stamp = parseStamp(text, this.unit);
    if (stamp === undefined) throw notAStamp(this.lines, text);
    const before = this.clock.time;
    this.clock.set(stamp, text);
    if (this.started && this.clock.time > before) this.checkStep(this.clock.time - before);
    this.started = true;
    this.requests = this.count(row[this.column]!);
    return true;
  }

  /** Intervals that overlap would make the requests of two rows go back and forth in time. */
  private checkStep(step: Seconds): void {
    if (Number.isNaN(this.width)) this.width = step;
    if (step >= this.width * (1 - 1e-6)) return;
    const source = this.inferred ? "inferred from the first two times" : "given";
    throw this.lines.fault(
      `expected a time at least ${this.width} s after the one before (the interval ${source}), got ${step} s`,
    );
  }

  private count(text: string): number {
    const count = text === "" ? NaN : Number(text);
    if (!(Number.isSafeInteger(count) && count >= 0))
      throw this.lines.fault(`expected a whole number of requests, 0 or more, got "${text}"`);
    return count;
  }
}
