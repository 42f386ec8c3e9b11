/** Findings as text for a terminal. Colour comes from the caller's `paint` alone; without it the text is plain. */
import Table from "cli-table3";
import { formatDuration, formatNumber } from "./numbers.js";
import { intervalOf, type PolicySummary, type Summary } from "./summary.js";
import {
  answerOf,
  judgedMeasures,
  overallOf,
  overloadOf,
  type Sentence,
  shownMeasures,
  shownValue,
  type Tone,
  undecidedText,
  verdictOf,
} from "./verdicts.js";

export type Style = "bold" | "dim" | "red" | "green" | "yellow";
/** Dresses a text, for example by styleText of node:util. */
export type Paint = (style: Style, text: string) => string;

export interface TextOptions {
  readonly paint?: Paint;
  /** Verdicts and warnings only. */
  readonly quiet?: boolean;
}

const plain: Paint = (_style, text) => text;

/** Of one policy: its headline measures, objectives and warnings. Each policy of the summary has a part of its own. */
export function runText(summary: Summary, { paint = plain, quiet = false }: TextOptions = {}): string {
  const parts = summary.policies.map((policy) =>
    [
      ...(quiet ? [] : [paint("bold", `${summary.scenario} under ${policy.name}`), conditions(summary), ""]),
      ...(quiet ? [] : [measuresTable(summary, policy), "", ...faultsTable([policy]).flatMap((table) => [table, ""])]),
      ...objectiveLines(summary, policy, paint),
      ...warningsOf(policy, paint),
    ].join("\n"),
  );
  return finish([...parts, failedLines(summary, paint)]);
}

/** Of all policies, side by side: the table, the verdicts of each against the baseline, and a sentence on each. */
export function compareText(summary: Summary, { paint = plain, quiet = false }: TextOptions = {}): string {
  const heading = [
    paint("bold", summary.scenario),
    ...(summary.question === "" ? [] : [summary.question]),
    conditions(summary),
  ].join("\n");
  const answer = answerOf(summary);
  return finish([
    ...(quiet ? [] : [heading, comparisonTable(summary, paint), ...faultsTable(summary.policies)]),
    summary.policies.flatMap((policy) => warningsOf(policy, paint)).join("\n"),
    ...summary.comparisons.map((comparison) => {
      const baseline = summary.policies.find(({ name }) => name === comparison.baseline)!;
      const verdicts = judgedMeasures(summary).map((measure) => verdictOf(comparison, measure, baseline));
      return verdicts.map((verdict) => dress(verdict, paint)).join("\n");
    }),
    summary.policies.map((policy) => dress(overallOf(policy, summary), paint)).join("\n"),
    paint("bold", answer.text),
    failedLines(summary, paint),
  ]);
}

/** How it was played: "5 replications of 12 m after 2 m of warm-up, seed 1; ± is the 95 % interval". */
function conditions({ replications, duration, warmup, seed, policies }: Summary): string {
  const times = replications === 1 ? "one run" : `${replications} replications`;
  const after = warmup > 0 ? ` after ${formatDuration(warmup)} of warm-up` : "";
  const level = Object.values(policies[0].measures)[0]?.level ?? 0.95;
  const width =
    replications === 1
      ? "one run has no interval; add replications"
      : `± is the ${formatNumber(level, "share")} interval`;
  return `${times} of ${formatDuration(duration)}${after}, seed ${seed}; ${width.replace("95.0", "95")}`;
}

function measuresTable(summary: Summary, policy: PolicySummary): string {
  const rows = shownMeasures(summary).map((measure) => [measure.label, shownValue(summary, policy, measure)]);
  return tableOf(undefined, rows);
}

function comparisonTable(summary: Summary, paint: Paint): string {
  const head = ["", ...summary.policies.map(({ name }, i) => (i === 0 ? `${name} (baseline)` : name))];
  const rows = shownMeasures(summary).map((measure) => [
    measure.label,
    ...summary.policies.map((policy) => {
      const { name } = measure;
      const text = shownValue(summary, policy, measure);
      const objective = policy.objectives.find((one) => one.name === name);
      if (objective !== undefined) return objective.kept ? paint("green", `${text} ✓`) : paint("red", `${text} ✗`);
      const verdict = summary.comparisons.find((one) => one.policy === policy.name)?.measures[name]?.verdict;
      return verdict === "better" ? paint("green", text) : verdict === "worse" ? paint("red", text) : text;
    }),
  ]);
  return tableOf(
    head.map((name) => paint("bold", name)),
    rows,
  );
}

/** More are in summary.json. */
const MOST_FAULTS = 20;

/** What went wrong in the first run of each; nothing where nothing did. */
function faultsTable(policies: readonly PolicySummary[]): readonly string[] {
  const after = (time: number | null, begin: number): string =>
    time === null ? "never" : `after ${formatDuration(time - begin)}`;
  const rows = policies.flatMap(({ name, faults = [] }) =>
    faults.map(({ fault, begin, detected, by, healed }) => [
      fault,
      ...(policies.length > 1 ? [name] : []),
      formatDuration(begin),
      detected === null ? "never" : `${after(detected, begin)}, by ${by}`,
      after(healed, begin),
    ]),
  );
  if (rows.length === 0) return [];
  const head = ["faults of the first run", ...(policies.length > 1 ? [""] : []), "begins", "detected", "healed"];
  const more = rows.length > MOST_FAULTS ? `\n… and ${rows.length - MOST_FAULTS} more` : "";
  return [`${tableOf(head, rows.slice(0, MOST_FAULTS))}${more}`];
}

/** Columns two spaces apart, the first to the left, numbers to the right; wide characters count as two. */
function tableOf(head: readonly string[] | undefined, rows: readonly (readonly string[])[]): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const more = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
  const table = new Table({
    chars: { ...none, ...more, right: "", "right-mid": "", middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    colAligns: ["left", ...rows[0].slice(1).map(() => "right" as const)],
    ...(head ? { head: [...head] } : {}),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function objectiveLines(summary: Summary, policy: PolicySummary, paint: Paint): readonly string[] {
  return policy.objectives.map(({ name, kept }) => {
    const { label } = summary.objectives.find((one) => one.name === name)!;
    const measure = summary.measures.find((one) => one.name === name)!;
    const share = shownValue(summary, policy, measure);
    return kept ? paint("green", `kept    ${label} (${share})`) : paint("red", `failed  ${label} (${share})`);
  });
}

function warningsOf(policy: PolicySummary, paint: Paint): readonly string[] {
  const overload = overloadOf(policy);
  const undecided = intervalOf(policy.measures["capacity.undecided"]).mean;
  return [
    ...(overload === undefined ? [] : [paint("red", paint("bold", `OVERLOAD  ${overload}`))]),
    ...(undecided > 0 ? [paint("yellow", undecidedText(policy.name, undecided))] : []),
  ];
}

function failedLines({ failed, interrupted, seed }: Summary, paint: Paint): string {
  return [
    ...failed.map(({ policy, replication, reason }) =>
      paint("red", `The run of ${policy} with seed ${seed + replication} failed: ${reason}`),
    ),
    ...(interrupted ? [paint("yellow", "Interrupted: what was done by then is counted.")] : []),
  ].join("\n");
}

const COLOURS: Readonly<Record<Tone, Style | undefined>> = { good: "green", bad: "red", plain: undefined };

function dress({ text, tone }: Sentence, paint: Paint): string {
  const style = COLOURS[tone];
  return style === undefined ? text : paint(style, text);
}

/** Parts with an empty line between them; empty parts leave none. */
const finish = (parts: readonly string[]): string => `${parts.filter((part) => part.trim() !== "").join("\n\n")}\n`;
