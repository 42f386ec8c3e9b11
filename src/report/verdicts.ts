/** What the numbers say, in words: the same sentences in the terminal and on the page. */
import type { Interval } from "../measure/interval.js";
import {
  formatAgainst,
  formatChange,
  formatDifference,
  formatDistance,
  formatInterval,
  formatNumber,
} from "./numbers.js";
import {
  type ComparisonSummary,
  intervalOf,
  type MeasureSummary,
  type PolicySummary,
  type Summary,
} from "./summary.js";

export type Tone = "good" | "bad" | "plain";

export interface Sentence {
  readonly text: string;
  readonly tone: Tone;
}

/** "The queue of cart grows without bound under fixed: …"; undefined while no queue does. */
export function overloadOf({ name, growing }: PolicySummary): string | undefined {
  if (growing === null) return undefined;
  return `The queue of ${growing} grows without bound under ${name}: means say how long it was watched, not how it behaves.`;
}

/** How often the policy was asked and had no data to decide by. */
export const undecidedText = (policy: string, mean: number): string =>
  `${policy} could not decide ${formatNumber(mean, "1")} times a run, for lack of data.`;

/** What every table shows: the headline measures, and how far supply was from demand. */
export const shownMeasures = (summary: Summary): readonly MeasureSummary[] =>
  summary.measures.filter(
    ({ headline, name }) =>
      (headline === true || name === "elasticity.deviation") && (name !== "cost.perHour" || hasPrices(summary)),
  );

/** Whether anything was paid for; a scenario without machines costs nothing, which is no merit of its policies. */
export const hasPrices = ({ policies }: Summary): boolean => policies.some((policy) => costOf(policy).mean > 0);

/** A policy's measure as it is shown; an objective's share lets one see whether it was kept. */
export function shownValue(summary: Summary, policy: PolicySummary, { name, unit }: MeasureSummary): string {
  const objective = summary.objectives.find((one) => one.name === name);
  const target = objective?.share ?? objective?.errors;
  const interval = intervalOf(policy.measures[name]);
  return target == null ? formatInterval(interval, unit) : formatAgainst(interval, unit, target);
}

/** The headline measures of which one direction is better. */
export const judgedMeasures = (summary: Summary): readonly MeasureSummary[] =>
  shownMeasures(summary).filter(({ headline, better }) => headline === true && better !== "neither");

/** "hpa against fixed: latency, p99 better by 412 ± 38 ms (−71 %)". */
export function verdictOf(
  comparison: ComparisonSummary,
  { name, label, unit }: MeasureSummary,
  baseline: PolicySummary,
): Sentence {
  const found = comparison.measures[name];
  const pair = `${comparison.policy} against ${comparison.baseline}: ${label}`;
  const difference = intervalOf(found);
  if (Number.isNaN(difference.mean)) return { text: `${pair}: nothing to compare`, tone: "plain" };
  if (found.verdict !== "better" && found.verdict !== "worse") {
    return { text: `${pair}: ${undecidedBy(difference, unit)}`, tone: "plain" };
  }
  const change = formatChange(difference.mean, intervalOf(baseline.measures[name]).mean);
  const part = change === "" ? "" : ` (${change})`;
  const text = `${pair} ${found.verdict} by ${formatDistance(difference, unit)}${part}`;
  return { text, tone: found.verdict === "better" ? "good" : "bad" };
}

function undecidedBy(difference: Interval, unit: MeasureSummary["unit"]): string {
  if (!Number.isFinite(difference.halfWidth)) return "no difference shown (one pair of runs is too few to tell)";
  if (difference.mean === 0 && difference.halfWidth === 0) return "no difference";
  return `no difference shown (${formatDifference(difference, unit)})`;
}

/** One sentence on how a policy does as a whole. */
export function overallOf(policy: PolicySummary, summary: Summary): Sentence {
  const objectives = keptOf(policy);
  const comparison = summary.comparisons.find((one) => one.policy === policy.name);
  const kept = objectives === "" ? [] : [objectives];
  const missed = policy.objectives.some((one) => !one.kept);
  if (policy.growing !== null) {
    return { text: `${policy.name}: overloaded${kept.length > 0 ? `; ${objectives}` : ""}.`, tone: "bad" };
  }
  const against = comparison === undefined ? [] : [againstBaseline(comparison, summary)];
  const parts = [...kept, ...against];
  if (parts.length === 0) parts.push("it has no objective to keep");
  const tone: Tone = missed ? "bad" : policy.objectives.length > 0 ? "good" : "plain";
  return { text: `${policy.name}: ${parts.join("; ")}.`, tone };
}

/** "keeps all 3 objectives", "fails 1 of 3 objectives"; empty when there are none. */
export function keptOf({ objectives }: PolicySummary): string {
  if (objectives.length === 0) return "";
  const failed = objectives.filter(({ kept }) => !kept).length;
  if (failed > 1 && failed === objectives.length)
    return failed === 2 ? "fails both objectives" : `fails all ${failed} objectives`;
  if (failed > 0)
    return objectives.length === 1 ? "fails its objective" : `fails ${failed} of ${objectives.length} objectives`;
  if (objectives.length === 1) return "keeps its objective";
  return objectives.length === 2 ? "keeps both objectives" : `keeps all ${objectives.length} objectives`;
}

function againstBaseline({ baseline, measures }: ComparisonSummary, summary: Summary): string {
  // Objectives have been counted; naming them again as measures would say the same twice.
  const judged = judgedMeasures(summary).filter(({ group }) => group !== "slo");
  const named = (verdict: string): string =>
    list(judged.filter(({ name }) => measures[name]?.verdict === verdict).map(({ label }) => label.replace(", ", " ")));
  const better = named("better");
  const worse = named("worse");
  if (better === "" && worse === "") return `no difference from ${baseline} shown`;
  const parts = [
    better && `better than ${baseline} in ${better}`,
    worse && `worse ${better ? "" : `than ${baseline} `}in ${worse}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** The answer to the question, as far as objectives and cost give one. */
export function answerOf(summary: Summary): Sentence {
  const { policies, objectives } = summary;
  if (objectives.length === 0) return { text: "No objective was given, so none is kept or failed.", tone: "plain" };
  const good = policies.filter((one) => one.growing === null && one.objectives.every(({ kept }) => kept));
  const all = objectives.length === 1 ? "the objective" : "every objective";
  if (policies.length === 1) {
    const [only] = policies;
    return { text: `${only.name} ${keptOf(only)}${priceOf(only)}.`, tone: good.length === 1 ? "good" : "bad" };
  }
  if (good.length === 0) return { text: `None of the ${policies.length} policies keeps ${all}.`, tone: "bad" };
  if (good.length === 1) return { text: `Only ${good[0].name} keeps ${all}${priceOf(good[0])}.`, tone: "good" };
  const priced = good.filter((one) => costOf(one).mean > 0).sort((one, two) => costOf(one).mean - costOf(two).mean);
  const who = `${list(good.map(({ name }) => name))} keep ${all}`;
  if (priced.length < good.length) return { text: `${who}.`, tone: "good" };
  const [cheapest, ...dearer] = priced;
  const close = dearer.filter((one) => overlap(costOf(cheapest), costOf(one))).map(({ name }) => name);
  const doubt = close.length === 0 ? "" : `, though its cost is not told apart from that of ${list(close)}`;
  return { text: `${who}; ${cheapest.name} costs least${priceOf(cheapest)}${doubt}.`, tone: "good" };
}

const costOf = ({ measures }: PolicySummary): Interval => intervalOf(measures["cost.perHour"]);

const priceOf = (policy: PolicySummary): string =>
  costOf(policy).mean > 0 ? `, at ${formatPrice(costOf(policy))}` : "";

/** A price that is the same in every run needs no interval in a sentence. */
const formatPrice = (cost: Interval): string =>
  cost.halfWidth === 0 ? formatNumber(cost.mean, "USD/h") : formatInterval(cost, "USD/h");

const overlap = (one: Interval, two: Interval): boolean =>
  !(Math.abs(one.mean - two.mean) > one.halfWidth + two.halfWidth);

/** "a", "a and b", "a, b and c". */
function list(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
