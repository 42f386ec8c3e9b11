/** Many outcomes to findings: means with their intervals for each policy, paired differences and verdicts between them. */
import { type Interval, meanInterval, pairedDifference, type Verdict, verdict } from "../measure/interval.js";
import type { Scenario } from "../scenario/read.js";
import { type Measure, measuresOf } from "./measures.js";
import type { Outcome } from "./run.js";

/** One policy's measures over all its replications. */
export interface Finding {
  readonly policy: string;
  readonly replications: number;
  /** By measure; a mean of NaN where a replication had nothing to measure. */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** The service whose queue grew without bound in at least half of the replications. */
  readonly growing: string | undefined;
  /** For each objective of the scenario, whether the mean over the replications keeps it. */
  readonly objectives: readonly { readonly name: string; readonly kept: boolean }[];
}

/** A policy against the baseline, measure by measure; pairs share their seed, hence their requests. */
export interface Comparison {
  readonly policy: string;
  readonly baseline: string;
  readonly differences: Readonly<
    Record<string, { readonly difference: Interval; readonly verdict: Verdict | undefined }>
  >;
}

export interface Findings {
  readonly measures: readonly Measure[];
  readonly findings: readonly Finding[];
  readonly comparisons: readonly Comparison[];
}

/** Outcomes of one or more policies, in any order; the scenario's first policy among them is the baseline. */
export function summarise(scenario: Scenario, outcomes: readonly Outcome[]): Findings {
  const measures = measuresOf(scenario);
  const policies = scenario.policies.filter((policy) => outcomes.some((outcome) => outcome.policy === policy));
  const byPolicy = new Map(
    policies.map((policy) => [
      policy,
      outcomes.filter((outcome) => outcome.policy === policy).sort((one, two) => one.replication - two.replication),
    ]),
  );
  const findings = policies.map((policy) => find(scenario, measures, byPolicy.get(policy)!));
  const [baseline, ...others] = policies;
  const comparisons = others.map((policy) => compare(measures, byPolicy.get(baseline)!, byPolicy.get(policy)!));
  return { measures, findings, comparisons };
}

function find(scenario: Scenario, measures: readonly Measure[], outcomes: readonly Outcome[]): Finding {
  const intervals = Object.fromEntries(
    measures.map(({ name }) => [name, meanInterval(outcomes.map((outcome) => measured(outcome, name)))]),
  );
  const growing = outcomes.flatMap((outcome) => outcome.growing ?? []);
  return {
    policy: outcomes[0].policy,
    replications: outcomes.length,
    intervals,
    growing: 2 * growing.length >= outcomes.length ? growing[0] : undefined,
    objectives: scenario.slo.map((objective, i) => {
      const name = `slo.${i + 1}`;
      const share = intervals[name].mean;
      return { name, kept: "latency" in objective ? share >= objective.share : share <= objective.errors };
    }),
  };
}

function compare(measures: readonly Measure[], baseline: readonly Outcome[], outcomes: readonly Outcome[]): Comparison {
  // Only replications that both have are pairs: after an interruption one policy may have more.
  const pairs = outcomes.flatMap((outcome) => {
    const partner = baseline.find(({ replication }) => replication === outcome.replication);
    return partner === undefined ? [] : [{ outcome, partner }];
  });
  const differences = measures.map(({ name, better }) => {
    const difference = pairedDifference(
      pairs.map(({ outcome }) => measured(outcome, name)),
      pairs.map(({ partner }) => measured(partner, name)),
    );
    return [name, { difference, verdict: better === "neither" ? undefined : verdict(difference, better) }] as const;
  });
  return { policy: outcomes[0].policy, baseline: baseline[0].policy, differences: Object.fromEntries(differences) };
}

const measured = (outcome: Outcome, name: string): number => outcome.measures[name] ?? Number.NaN;
