/** The top of the page: the question, the answer in plain words, a card for each policy, and what to beware of. */
import { formatChange, formatDuration, formatInterval, formatNumber } from "../numbers.js";
import { intervalOf, type PolicySummary, type Summary } from "../summary.js";
import { answerOf, hasPrices, keptOf, overallOf, overloadOf, shownValue, undecidedText } from "../verdicts.js";
import { type Markup, markup } from "./markup.js";
import { policyName, type View } from "./view.js";

export function header({ summary }: View): Markup {
  const { scenario, question, replications, duration, warmup, policies } = summary;
  const runs = replications === 1 ? "one run" : `${replications} replications`;
  const many = policies.length === 1 ? "one policy" : `${policies.length} policies`;
  const after = warmup > 0 ? ` after ${formatDuration(warmup)} of warm-up` : "";
  return markup`<p class="eyebrow">dryscale report</p><h1>${scenario}</h1>
${question !== "" && markup`<p class="question">${question}</p>`}
<p class="quiet">${many}, ${runs} of ${formatDuration(duration)}${after} each, seed ${summary.seed}</p>
`;
}

export function verdict({ summary }: View, notes: readonly string[]): Markup {
  const answer = answerOf(summary);
  return markup`<section id="verdict" aria-label="Verdict"><p class="answer ${answer.tone}">${answer.text}</p>
${warnings(summary, notes)}<div class="cards">${summary.policies.map((policy, i) => card(summary, policy, i))}</div>
<ul class="sentences">${summary.policies.map((policy) => markup`<li>${overallOf(policy, summary).text}</li>`)}</ul></section>
`;
}

/** The numbers of a card. */
const CARD_MEASURES = [
  ["latency.p99", "p99 latency"],
  ["errors.share", "failed requests"],
  ["cost.perHour", "cost per hour"],
] as const;

function card(summary: Summary, policy: PolicySummary, index: number): Markup {
  const baseline = summary.comparisons[0]?.baseline === policy.name;
  const numbers = CARD_MEASURES.filter(([name]) => name !== "cost.perHour" || hasPrices(summary)).map(
    ([name, label]) => {
      const unit = summary.measures.find((measure) => measure.name === name)?.unit ?? "1";
      return markup`<div><dt>${label}</dt><dd>${formatInterval(intervalOf(policy.measures[name]), unit)}${change(summary, policy, name)}</dd></div>`;
    },
  );
  return markup`<article class="card" style="--colour:var(--policy-${index % 6})"><h3>${policyName(policy, index)}${
    baseline && markup` <span class="tag">baseline</span>`
  }</h3>${badge(policy)}<dl>${numbers}</dl>${objectives(summary, policy)}</article>
`;
}

function badge(policy: PolicySummary): Markup {
  if (policy.growing !== null) return markup`<p class="badge bad">overloaded: ${policy.growing}</p>`;
  const kept = keptOf(policy);
  if (kept === "") return markup`<p class="badge">no objective</p>`;
  return markup`<p class="badge ${policy.objectives.every((one) => one.kept) ? "good" : "bad"}">${kept}</p>`;
}

/** How a card's number differs from the baseline's, where a difference is shown. */
function change(summary: Summary, policy: PolicySummary, name: string): Markup | undefined {
  const comparison = summary.comparisons.find((one) => one.policy === policy.name);
  const found = comparison?.measures[name];
  if (comparison === undefined || (found?.verdict !== "better" && found?.verdict !== "worse")) return undefined;
  const baseline = summary.policies.find((one) => one.name === comparison.baseline)!;
  const text = formatChange(intervalOf(found).mean, intervalOf(baseline.measures[name]).mean);
  const tone = found.verdict === "better" ? "good" : "bad";
  return text === "" ? undefined : markup` <span class="change ${tone}">${text}, ${found.verdict}</span>`;
}

function objectives(summary: Summary, policy: PolicySummary): Markup | undefined {
  if (policy.objectives.length === 0) return undefined;
  const items = policy.objectives.map(({ name, kept }) => {
    const { label } = summary.objectives.find((one) => one.name === name)!;
    const share = shownValue(summary, policy, summary.measures.find((one) => one.name === name)!);
    return markup`<li class="${kept ? "kept" : "failed"}"><b>${kept ? "kept" : "failed"}</b> ${label} <span class="quiet number">(${share})</span></li>`;
  });
  return markup`<ul class="objectives">${items}</ul>`;
}

function warnings(summary: Summary, notes: readonly string[]): Markup | undefined {
  const { policies, failed, interrupted, replications, seed } = summary;
  const undecided = policies.flatMap(({ name, measures }) => {
    const { mean } = intervalOf(measures["capacity.undecided"]);
    return mean > 0 ? [undecidedText(name, mean)] : [];
  });
  const grave = policies.flatMap((policy) => overloadOf(policy) ?? []);
  const texts = [
    ...failed.map(
      ({ policy, replication, reason }) => `The run of ${policy} with seed ${seed + replication} failed: ${reason}`,
    ),
    ...(interrupted ? ["It was interrupted: what was done by then is counted."] : []),
    ...(replications === 1 ? ["One run has no interval: chance and effect cannot be told apart."] : []),
    ...undecided,
    ...notes,
  ];
  if (grave.length + texts.length === 0) return undefined;
  return markup`<aside class="warnings" aria-label="Warnings"><ul>${grave.map(
    (text) => markup`<li class="grave">${text}</li>`,
  )}${texts.map((text) => markup`<li>${text}</li>`)}</ul></aside>
`;
}

/** A share of 95 % reads so, not as 95.0 %. */
export const levelOf = ({ policies }: Summary): string =>
  formatNumber(Object.values(policies[0].measures)[0]?.level ?? 0.95, "share").replace(/\.0 /, " ");
