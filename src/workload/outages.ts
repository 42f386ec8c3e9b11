/** Lists of outages as people keep them: CSV with the columns begin and end, in seconds since the start or as durations. */
import { parseDuration, type Seconds } from "../units.js";
import { csvFields, Lines, type TextSource, TraceError } from "./lines.js";

export interface Outage {
  readonly begin: Seconds;
  readonly end: Seconds;
}

/** In the order of time; throws a TraceError that names the line. */
export function readOutages(source: TextSource): readonly Outage[] {
  const lines = new Lines(source);
  const head = lines.next();
  if (head === undefined) throw new TraceError(`${source.name}: expected the columns begin and end, got an empty file`);
  const columns = csvFields(head).map((column) => column.toLowerCase());
  const [begin, end] = ["begin", "end"].map((column) => columns.indexOf(column));
  if (begin < 0 || end < 0) throw lines.fault(`expected the columns begin and end, got ${columns.join(", ")}`);
  const outages: Outage[] = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const fields = csvFields(line);
    const outage = { begin: timeOf(fields[begin]), end: timeOf(fields[end]) };
    for (const column of ["begin", "end"] as const)
      if (Number.isNaN(outage[column]))
        throw lines.fault(
          `${column}: expected seconds or a duration like "5m", got "${fields[columns.indexOf(column)] ?? ""}"`,
        );
    if (outage.end < outage.begin) throw lines.fault(`expected an end not before its begin, got ${outage.end} s`);
    const before = outages.at(-1)?.end ?? 0;
    if (outage.begin < before)
      throw lines.fault(
        `expected a begin not before the end of the one before it (${before} s), got ${outage.begin} s`,
      );
    outages.push(outage);
  }
  if (outages.length === 0) throw new TraceError(`${source.name}: expected at least one outage, got none`);
  return outages;
}

const PLAIN = /^\d+(?:\.\d*)?$/;
const timeOf = (text = ""): Seconds => (PLAIN.test(text) ? Number(text) : parseDuration(text));
