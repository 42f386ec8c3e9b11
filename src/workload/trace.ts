/**
 * The replay of a recorded load: its time stamps, its access log, or its counts per
 * interval. A trace is read as it is used, at most one interval ahead.
 *
 * Not modelled: what the requests asked for. Only when they came is replayed.
 */
import { RandomStream } from "../kernel/random.js";
import type { Seconds } from "../units.js";
import type { Arrivals } from "./arrivals.js";
import { Complaints } from "./complaints.js";
import { Lines, type TextSource } from "./lines.js";
import { STAMP_UNITS, type StampUnit } from "./stamps.js";
import { CountRows, LogRows, type Rows, TimestampRows } from "./trace-rows.js";

export { type TextSource, TraceError } from "./lines.js";
export type { StampUnit } from "./stamps.js";

export type TraceSpec = (TimestampTrace | LogTrace | CountTrace) & TraceSlice;

/** CSV with one request a row: a header with a named column, or no header and one column. */
export interface TimestampTrace {
  readonly format: "timestamps";
  /** The column's name; "timestamp" when it is not given. */
  readonly column?: string;
  /** Of stamps that are numbers, s when it is not given. Dates need none. */
  readonly unit?: StampUnit;
}

/** The Common Log Format, or the Combined one: one request a line, known to the second. */
export interface LogTrace {
  readonly format: "clf";
  readonly spread?: Spread;
}

/** CSV with a time and the number of requests from then on, for one interval; rows of one time are summed. */
export interface CountTrace {
  readonly format: "counts";
  /** The name of the column with the counts; the second when it is not given. The first is the time. */
  readonly column?: string;
  readonly unit?: StampUnit;
  /** Inferred from the first two times when it is not given. */
  readonly interval?: Seconds;
  readonly spread?: Spread;
}

/**
 * Where in an interval its n requests are, when only n is known: at 0, 1/n, 2/n, … of
 * it ("even", the default), or each anywhere ("poisson": as in a Poisson process of which n is known).
 */
export type Spread = "even" | "poisson";

/** What part of a trace is replayed, and how. */
export interface TraceSlice {
  /** Seconds after the first stamp of the trace. Rows from here on are replayed, the first of them at time 0. */
  readonly from?: Seconds;
  /** Seconds after the first stamp of the trace. Rows from here on are not replayed. */
  readonly until?: Seconds;
  /** Times are divided by this: 2 is twice as fast. */
  readonly speed?: number;
  /**
   * How many requests stand for one. A row of n becomes n · scale, rounded up or down at random so that
   * the mean is right: 0.1 keeps each request with probability 0.1, 2.5 makes two or three of each.
   */
  readonly scale?: number;
}

/**
 * The arrivals of a trace, from a source that is read once from its beginning.
 * Random quantities draw from the streams `<name>/spread` and `<name>/scale`.
 *
 * Throws an Error with all that is wrong with the spec, and a TraceError for a
 * fault in the text: here for its beginning, from `next()` for the rest.
 */
export function createTraceArrivals(spec: TraceSpec, source: TextSource, seed: number, name: string): Arrivals {
  const complaints = traceComplaints(spec, name);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  return new TraceArrivals(spec, new Lines(source), seed, name);
}

/** What is wrong with a spec, as lines that begin with the path of the fault; empty when nothing is. */
export function traceComplaints(spec: TraceSpec, path = "trace"): string[] {
  const to = new Complaints();
  if (!["timestamps", "clf", "counts"].includes(spec.format))
    to.add(`${path}.format`, "timestamps, clf or counts", spec.format);
  const { from = 0, until = Infinity, speed = 1, scale = 1 } = spec;
  to.notNegative(`${path}.from`, from);
  if (!(until > from)) to.add(`${path}.until`, `a time after from (${from} s)`, until);
  to.positive(`${path}.speed`, speed);
  to.positive(`${path}.scale`, scale);
  if (spec.format !== "clf" && spec.unit !== undefined && !STAMP_UNITS.includes(spec.unit))
    to.add(`${path}.unit`, STAMP_UNITS.join(", "), spec.unit);
  if (spec.format === "counts" && spec.interval !== undefined) to.positive(`${path}.interval`, spec.interval);
  if (spec.format !== "timestamps" && spec.spread !== undefined && !["even", "poisson"].includes(spec.spread))
    to.add(`${path}.spread`, "even or poisson", spec.spread);
  return to.lines;
}

function openRows(spec: TraceSpec, lines: Lines): Rows {
  switch (spec.format) {
    case "timestamps":
      return new TimestampRows(lines, spec.unit ?? "s", spec.column ?? "timestamp");
    case "clf":
      return new LogRows(lines);
    case "counts":
      return new CountRows(lines, spec.unit ?? "s", spec);
  }
}

class TraceArrivals implements Arrivals {
  private readonly rows: Rows;
  private readonly until: Seconds;
  private readonly speed: number;
  private readonly scale: number;
  private readonly poisson: boolean;
  private readonly places: RandomStream;
  private readonly copies: RandomStream;
  /** The time in the trace that is time 0 of the replay. */
  private readonly zero: Seconds;
  /** Whether the row at hand belongs to the replay and has not been used. */
  private more: boolean;
  private start: Seconds = 0;
  private width: Seconds = 0;
  private size = 0;
  private used = 0;
  /** The share of the interval that is left after the last place drawn. */
  private room = 1;
  private last: Seconds = 0;

  constructor(
    spec: TraceSpec,
    private readonly lines: Lines,
    seed: number,
    name: string,
  ) {
    this.until = spec.until ?? Infinity;
    this.speed = spec.speed ?? 1;
    this.scale = spec.scale ?? 1;
    this.poisson = spec.format !== "timestamps" && spec.spread === "poisson";
    this.places = new RandomStream(seed, `${name}/spread`);
    this.copies = new RandomStream(seed, `${name}/scale`);
    this.rows = openRows(spec, lines);
    this.zero = this.seek(spec.from ?? 0);
    this.more = true;
  }

  next(): Seconds {
    while (this.used >= this.size) if (!this.nextInterval()) return Infinity;
    const time = (this.start + this.width * this.place()) / this.speed;
    this.used++;
    // The end of an interval and the beginning of the next may differ in the last digit.
    if (time > this.last) this.last = time;
    return this.last;
  }

  /** Reads up to the first row of the replay and answers its time. */
  private seek(from: Seconds): Seconds {
    if (!this.rows.advance()) throw this.lines.faultOfAll("expected a trace, got no rows");
    while (this.rows.time < from) if (!this.rows.advance()) throw this.emptySlice(from, "it ends at");
    if (this.rows.time >= this.until) throw this.emptySlice(from, "the next is at");
    return this.rows.time;
  }

  private emptySlice(from: Seconds, where: string): Error {
    const end = this.until === Infinity ? "its end" : `${this.until} s`;
    return this.lines.faultOfAll(`expected rows from ${from} s to ${end}, got none: ${where} ${this.rows.time} s`);
  }

  /** Gathers the rows of one time, which takes reading the first row of the next. */
  private nextInterval(): boolean {
    if (!this.more) return false;
    const { time } = this.rows;
    let size = 0;
    let read = true;
    do {
      size += this.scaled(this.rows.requests);
      read = this.rows.advance();
    } while (read && this.rows.time === time);
    if (Number.isNaN(this.rows.width))
      throw this.lines.faultOfAll("expected at least two times to infer the interval from, got one: set the interval");
    this.more = read && this.rows.time < this.until;
    this.start = time - this.zero;
    this.width = this.rows.width;
    this.size = size;
    this.used = 0;
    this.room = 1;
    return true;
  }

  private scaled(requests: number): number {
    const exact = requests * this.scale;
    const whole = Math.floor(exact);
    return exact > whole && this.copies.uniform() < exact - whole ? whole + 1 : whole;
  }

  /** The next request's place in its interval, 0 to 1. */
  private place(): number {
    if (this.width === 0) return 0;
    const left = this.size - this.used;
    if (!this.poisson) return this.used / this.size;
    // The least of m places in the room left: 1 − U^(1/m) of it. So they come in order, and none is stored.
    this.room *= Math.exp(-this.places.exponential() / left);
    return 1 - this.room;
  }
}
