/**
 * Outcomes, series and decisions as CSV, and series and decisions read back for the page. Numbers are in their shortest
 * form that reads back as the same number; what is unknown is an empty cell. Same runs, same bytes.
 */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import type { Outcome } from "../experiment/run.js";
import type { Decision } from "../model/decisions.js";
import type { Why } from "../policy/contract.js";
import { ResultsError } from "./parsed.js";

/** What series.csv and decisions.csv keep of an outcome. */
export type Run = Pick<Outcome, "policy" | "replication" | "series" | "decisions">;

/** A row a run: what it is, and every measure. */
export function outcomesCsv(outcomes: readonly Outcome[]): string {
  const measures = union(outcomes.map((outcome) => Object.keys(outcome.measures)));
  const rows = outcomes.map(({ policy, replication, seed, growing, measures: found, events }) => [
    policy,
    cell(replication),
    cell(seed),
    growing ?? "",
    cell(events),
    ...measures.map((name) => cell(found[name] ?? Number.NaN)),
  ]);
  return table(["policy", "replication", "seed", "growing", "events", ...measures], rows);
}

/** A row a step of each run. */
export function seriesCsv(runs: readonly Run[]): string {
  const columns = union(runs.map(({ series }) => series.columns));
  const rows = runs.flatMap(({ policy, replication, series }) => {
    const places = columns.map((column) => series.columns.indexOf(column));
    return series.rows.map((row) => [
      policy,
      cell(replication),
      ...places.map((at) => cell(at < 0 ? Number.NaN : row[at])),
    ]);
  });
  return table(["policy", "replication", ...columns], rows);
}

const DECISION_COLUMNS = [
  "policy",
  "replication",
  "time",
  "subject",
  "decided_by",
  "rule",
  "from",
  "wished",
  "asked",
  "effective_at",
  "seen",
  "why",
] as const;

/** A row a decision; `policy` is the compared variant, `decided_by` the scaler, provisioner or scheduler. */
export function decisionsCsv(runs: readonly Run[]): string {
  const rows = runs.flatMap(({ policy, replication, decisions }) =>
    decisions.map((one) => [
      policy,
      cell(replication),
      cell(one.time),
      one.subject,
      one.policy,
      one.rule,
      cell(one.from),
      cell(one.wished),
      cell(one.asked),
      cell(one.effectiveAt),
      JSON.stringify(one.seen),
      one.why === undefined ? "" : JSON.stringify(one.why),
    ]),
  );
  return table(DECISION_COLUMNS, rows);
}

/** The runs that were kept, in the order of series.csv; throws a ResultsError that names the file and the line. */
export function parseRuns(files: { readonly series: string; readonly decisions: string }): readonly Run[] {
  const series = readTable(files.series, "series.csv", ["policy", "replication", "time"]);
  const decisions = readTable(files.decisions, "decisions.csv", DECISION_COLUMNS);
  const columns = series.columns.filter((column) => column !== "policy" && column !== "replication");
  const runs = new Map<string, { readonly rows: number[][]; readonly run: Run; readonly decisions: Decision[] }>();
  for (const row of series.rows) {
    const key = JSON.stringify([row.text("policy"), row.text("replication")]);
    let found = runs.get(key);
    if (found === undefined) {
      const rows: number[][] = [];
      const made: Decision[] = [];
      const of = { policy: row.text("policy"), replication: row.number("replication") };
      found = { rows, decisions: made, run: { ...of, series: { columns, rows }, decisions: made } };
      runs.set(key, found);
    }
    found.rows.push(columns.map((column) => row.number(column)));
  }
  for (const row of decisions.rows) {
    const found = runs.get(JSON.stringify([row.text("policy"), row.text("replication")]));
    if (found === undefined) throw row.fault("policy", "a run that series.csv has");
    found.decisions.push(decisionOf(row));
  }
  return [...runs.values()].map(({ run }) => run);
}

function decisionOf(row: Row): Decision {
  return {
    time: row.number("time"),
    subject: row.text("subject"),
    policy: row.text("decided_by"),
    rule: row.text("rule"),
    seen: seenOf(row),
    from: row.number("from"),
    wished: row.number("wished"),
    asked: row.number("asked"),
    effectiveAt: row.number("effective_at"),
    ...whyOf(row),
  };
}

function whyOf(row: Row): { readonly why?: Why } {
  if (row.text("why") === "") return {};
  try {
    return { why: JSON.parse(row.text("why")) as Why };
  } catch {
    throw row.fault("why", "JSON");
  }
}

function seenOf(row: Row): Readonly<Record<string, number>> {
  let seen: unknown;
  try {
    seen = JSON.parse(row.text("seen"));
  } catch {
    seen = undefined;
  }
  if (typeof seen !== "object" || seen === null || Array.isArray(seen)) throw row.fault("seen", "a JSON object");
  // JSON has no NaN: what the policy could not see was written as null.
  return Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, value === null ? Number.NaN : +value]));
}

interface Row {
  text(column: string): string;
  /** NaN for an empty cell. */
  number(column: string): number;
  fault(column: string, expected: string): ResultsError;
}

function readTable(text: string, file: string, needed: readonly string[]): { columns: string[]; rows: Row[] } {
  let records: string[][];
  try {
    records = parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new ResultsError(`${file}: ${(error as Error).message}`);
  }
  const [columns = [], ...cells] = records;
  const missing = needed.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new ResultsError(`${file}:1: expected columns ${missing.join(", ")}`);
  const places = new Map(columns.map((column, i) => [column, i]));
  const rows = cells.map((record, i): Row => {
    const textOf = (column: string): string => record[places.get(column)!];
    const fault = (column: string, expected: string): ResultsError =>
      new ResultsError(`${file}: row ${i + 1}: ${column}: expected ${expected}, got "${textOf(column)}"`);
    return {
      text: textOf,
      number(column) {
        const value = textOf(column) === "" ? Number.NaN : Number(textOf(column));
        if (Number.isNaN(value) && textOf(column) !== "") throw fault(column, "a number");
        return value;
      },
      fault,
    };
  });
  return { columns, rows };
}

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  stringify([columns, ...rows] as string[][]);

/** String() is the shortest form that reads back as the same number; −0 alone would become 0. */
const cell = (value: number): string => (Number.isNaN(value) ? "" : Object.is(value, -0) ? "-0" : String(value));

/** All names, in the order in which they first appear. */
const union = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];
