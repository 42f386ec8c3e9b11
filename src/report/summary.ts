/**
 * What a question's answer is, as plain JSON: the content of summary.json, and all that the terminal and the page
 * know of means and verdicts. A number that is unknown or infinite is null.
 */
import { z } from "zod";
import type { Comparison, Finding, Findings } from "../experiment/compare.js";
import { objectiveLabel } from "../experiment/measures.js";
import type { FailedRun } from "../experiment/replicate.js";
import type { Outcome } from "../experiment/run.js";
import { LatencyHistogram } from "../measure/histogram.js";
import type { Interval } from "../measure/interval.js";
import type { Scenario } from "../scenario/read.js";
import { parsedBy } from "./parsed.js";

const SCHEMA_VERSION = 1;

const number = z.number().nullable();
const interval = z.strictObject({
  mean: number,
  halfWidth: number,
  n: z.int().min(0),
  level: z.number().gt(0).lt(1),
});
const histogram = z.strictObject({
  count: z.number(),
  zeros: z.number(),
  sum: z.number(),
  sumOfSquares: z.number(),
  max: z.number(),
  buckets: z.array(z.tuple([z.int(), z.number()])),
});
const measure = z.strictObject({
  name: z.string(),
  label: z.string(),
  unit: z.enum(["s", "share", "1", "1/s", "USD", "USD/h", "core-h"]),
  better: z.enum(["lower", "higher", "neither"]),
  group: z.enum([
    "latency",
    "errors",
    "slo",
    "cause",
    "capacity",
    "cost",
    "elasticity",
    "endpoint",
    "fault",
    "job",
    "service",
    "shared",
    "load",
  ]),
  headline: z.literal(true).optional(),
});
const objective = z.strictObject({
  /** The measure that says how well it is kept. */
  name: z.string(),
  label: z.string(),
  /** "frontend/home"; null: all requests. */
  endpoint: z.string().nullable(),
  /** Seconds, and the share that should be answered within them; null: an objective about errors. */
  latency: number,
  share: number,
  errors: number,
});
/** One time that a fault happened, in seconds since the start; null: not until the end. */
const fault = z.strictObject({
  fault: z.string(),
  kind: z.string(),
  whom: z.string(),
  begin: z.number(),
  over: number,
  detected: number,
  by: z.string(),
  healed: number,
});
const policy = z.strictObject({
  name: z.string(),
  replications: z.int(),
  growing: z.string().nullable(),
  objectives: z.array(z.strictObject({ name: z.string(), kept: z.boolean() })),
  measures: z.record(z.string(), interval),
  latency: histogram,
  /** Of the first replication. */
  faults: z.array(fault).optional(),
});
const comparison = z.strictObject({
  policy: z.string(),
  baseline: z.string(),
  measures: z.record(
    z.string(),
    interval.extend({ verdict: z.enum(["better", "worse", "no difference shown"]).nullable() }),
  ),
});

/** The file's shape; `z.toJSONSchema` makes its JSON Schema. */
export const summaryShape = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  scenario: z.string(),
  question: z.string(),
  seed: z.int(),
  /** Asked for; a policy may have fewer, see `failed` and `interrupted`. */
  replications: z.int(),
  /** Seconds. */
  warmup: z.number(),
  duration: z.number(),
  objectives: z.array(objective),
  policies: z.array(policy).min(1),
  comparisons: z.array(comparison),
  measures: z.array(measure),
  failed: z.array(z.strictObject({ policy: z.string(), replication: z.int(), reason: z.string() })),
  interrupted: z.boolean(),
});

export type Summary = z.output<typeof summaryShape>;
export type PolicySummary = Summary["policies"][number];
export type ComparisonSummary = Summary["comparisons"][number];
export type MeasureSummary = Summary["measures"][number];
type IntervalSummary = z.output<typeof interval>;

export interface Answered {
  readonly scenario: Omit<Scenario, "world">;
  readonly replications: number;
  readonly outcomes: readonly Outcome[];
  readonly findings: Findings;
  readonly failed?: readonly FailedRun[];
  readonly interrupted?: boolean;
}

export function summaryOf({ scenario, outcomes, findings, ...about }: Answered): Summary {
  const { name, question, seed, warmup, duration, slo } = scenario;
  return {
    schemaVersion: SCHEMA_VERSION,
    scenario: name,
    question,
    seed,
    replications: about.replications,
    warmup,
    duration,
    objectives: slo.map((objective, i) => ({
      name: `slo.${i + 1}`,
      label: objectiveLabel(objective),
      endpoint: objective.endpoint ? `${objective.endpoint.service}/${objective.endpoint.endpoint}` : null,
      latency: "latency" in objective ? objective.latency : null,
      share: "latency" in objective ? objective.share : null,
      errors: "errors" in objective ? objective.errors : null,
    })),
    policies: findings.findings.map((finding) => policySummary(finding, outcomes)),
    comparisons: findings.comparisons.map(comparisonSummary),
    measures: findings.measures.map((measure) => ({ ...measure })),
    failed: [...(about.failed ?? [])]
      .sort(
        (one, two) => (one.policy < two.policy ? -1 : +(one.policy > two.policy)) || one.replication - two.replication,
      )
      .map(({ policy, replication, reason }) => ({ policy, replication, reason })),
    interrupted: about.interrupted ?? false,
  };
}

/** The text of summary.json. */
export const summaryJson = (summary: Summary): string => `${JSON.stringify(summary, undefined, 1)}\n`;

/** Reads summary.json back; throws a ResultsError that names the file and what is wrong in it. */
export const parseSummary = (text: string, file = "summary.json"): Summary => parsedBy(summaryShape, text, file);

/** An interval as numbers again: what was unknown is NaN, what was infinite is so. */
export function intervalOf(of: IntervalSummary | undefined): Interval {
  if (of === undefined) return { mean: Number.NaN, halfWidth: Number.NaN, n: 0, level: 0.95 };
  const { mean, halfWidth, n, level } = of;
  return { mean: mean ?? Number.NaN, halfWidth: halfWidth ?? (n > 1 ? Number.NaN : Infinity), n, level };
}

/** The services, in the scenario's order. */
export function servicesOf({ measures }: Summary): readonly string[] {
  return measures.flatMap(({ name, group }) => {
    const match = group === "service" ? /^service\.(.*)\.ready$/.exec(name) : null;
    return match ? [match[1]] : [];
  });
}

function policySummary({ policy, ...finding }: Finding, outcomes: readonly Outcome[]): PolicySummary {
  const latency = new LatencyHistogram();
  for (const outcome of outcomes) {
    if (outcome.policy === policy) latency.merge(LatencyHistogram.fromJSON(outcome.latency));
  }
  const merged = latency.toJSON();
  return {
    name: policy,
    replications: finding.replications,
    growing: finding.growing ?? null,
    objectives: finding.objectives.map(({ name, kept }) => ({ name, kept })),
    measures: Object.fromEntries(Object.entries(finding.intervals).map(([name, of]) => [name, plain(of)])),
    ...faultsOf(policy, outcomes),
    latency: { ...merged, buckets: merged.buckets.map(([bucket, count]) => [bucket, count]) },
  };
}

function faultsOf(policy: string, outcomes: readonly Outcome[]): Pick<PolicySummary, "faults"> {
  const first = outcomes.find((outcome) => outcome.policy === policy && outcome.replication === 0);
  if (first === undefined || first.faults.length === 0) return {};
  const times = ({ over, detected, healed }: Outcome["faults"][number]) => ({
    over: finite(over),
    detected: finite(detected),
    healed: finite(healed),
  });
  return { faults: first.faults.map((one) => ({ ...one, ...times(one) })) };
}

function comparisonSummary({ policy, baseline, differences }: Comparison): ComparisonSummary {
  const measures = Object.entries(differences).map(
    ([name, { difference, verdict }]) => [name, { ...plain(difference), verdict: verdict ?? null }] as const,
  );
  return { policy, baseline, measures: Object.fromEntries(measures) };
}

const plain = ({ mean, halfWidth, n, level }: Interval): IntervalSummary => ({
  mean: finite(mean),
  halfWidth: finite(halfWidth),
  n,
  level,
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
