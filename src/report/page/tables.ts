/** Tables of measures: rows are measures, columns are policies, each with its interval and its verdict. */
import { formatChange, formatDistance } from "../numbers.js";
import { intervalOf, type MeasureSummary, type PolicySummary, type Summary } from "../summary.js";
import { shownMeasures, shownValue } from "../verdicts.js";
import { type Markup, markup } from "./markup.js";
import { levelOf } from "./top.js";
import { policyName, scrolling, section, type View } from "./view.js";

export function comparison({ summary }: View): Markup {
  const single = summary.policies.length === 1;
  const title = single ? "Measures" : "Comparison";
  const caption = single
    ? summary.replications === 1
      ? "Of one run, which has no intervals."
      : `Means over the replications and their ${levelOf(summary)} intervals.`
    : `Means and their ${levelOf(summary)} intervals. Policies met the same requests, so differences from the baseline are taken pair by pair; a verdict is given when the interval of the difference leaves out zero.`;
  return section("comparison", title, [measureTable(summary, shownMeasures(summary), caption), allMeasures(summary)]);
}

export function elasticity({ summary }: View): Markup | undefined {
  const measures = summary.measures.filter(({ group }) => group === "elasticity");
  const known = measures.filter(({ name }) => summary.policies.some((policy) => isKnown(policy, name)));
  if (known.length === 0) return undefined;
  return section("elasticity", "Elasticity", [
    markup`<p>How well the number of ready pods followed the number that the load needed, a minute at a time, as a mean over the services. Under-provisioned pods were missing, over-provisioned ones were there for nothing; the deviation counts both (Herbst et al., 2018). Lower is better everywhere.</p>
`,
    measureTable(summary, known, "Elasticity metrics."),
  ]);
}

const GROUPS: readonly (readonly [MeasureSummary["group"], string])[] = [
  ["load", "Load"],
  ["latency", "Latency"],
  ["errors", "Errors"],
  ["slo", "Objectives"],
  ["cause", "Where the time goes"],
  ["capacity", "Capacity"],
  ["cost", "Cost and demand"],
  ["elasticity", "Elasticity"],
  ["fault", "Faults"],
  ["endpoint", "Endpoints"],
  ["job", "Jobs and daemons"],
  ["service", "Services"],
  ["shared", "Caches, pools and queues"],
];

function allMeasures(summary: Summary): Markup {
  const tables = GROUPS.map(([group, title]) => {
    const measures = summary.measures.filter((one) => one.group === group);
    return measures.length > 0 && measureTable(summary, measures, title);
  });
  return markup`<details><summary>All ${summary.measures.length} measures</summary>
${tables}</details>
`;
}

function measureTable(summary: Summary, measures: readonly MeasureSummary[], caption: string): Markup {
  const head = summary.policies.map(
    (policy, i) =>
      markup`<th scope="col">${policyName(policy, i)}${summary.comparisons[0]?.baseline === policy.name && markup` <span class="tag">baseline</span>`}</th>`,
  );
  const rows = measures.map(
    (
      measure,
    ) => markup`<tr><th scope="row">${measure.label}</th>${summary.policies.map((policy) => cell(summary, policy, measure))}</tr>
`,
  );
  return scrolling(
    caption,
    markup`<table class="measures${summary.policies.length === 1 && " one"}"><caption>${caption}</caption><thead><tr><td></td>${head}</tr></thead><tbody>
${rows}</tbody></table>`,
  );
}

function cell(summary: Summary, policy: PolicySummary, measure: MeasureSummary): Markup {
  const { name, unit } = measure;
  const value = shownValue(summary, policy, measure);
  const comparison = summary.comparisons.find((one) => one.policy === policy.name);
  const found = comparison?.measures[name];
  if (comparison === undefined || found === undefined || found.verdict === null) return markup`<td>${value}</td>`;
  if (found.verdict === "no difference shown") {
    const nothing = Number.isNaN(intervalOf(found).mean) ? "" : found.verdict;
    return markup`<td>${value}<span class="verdict">${nothing}</span></td>`;
  }
  const baseline = summary.policies.find((one) => one.name === comparison.baseline)!;
  const difference = intervalOf(found);
  const change = formatChange(difference.mean, intervalOf(baseline.measures[name]).mean);
  const part = change === "" ? "" : ` (${change})`;
  const tone = found.verdict === "better" ? "good" : "bad";
  return markup`<td>${value}<span class="verdict ${tone}">${found.verdict} by ${formatDistance(difference, unit)}${part}</span></td>`;
}

const isKnown = (policy: PolicySummary, name: string): boolean =>
  Number.isFinite(intervalOf(policy.measures[name]).mean);
