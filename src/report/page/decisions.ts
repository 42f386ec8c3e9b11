/** What was decided: the replicas that were asked for over time, and the first replication's changes with their reasons. */
import type { Decision } from "../../model/decisions.js";
import type { Run } from "../csv.js";
import { type Line, overTime } from "../figures/over-time.js";
import { trackOf } from "../figures/tracks.js";
import { formatPlain, formatTime, UNKNOWN } from "../numbers.js";
import { reasonText } from "../why.js";
import { type Markup, markup } from "./markup.js";
import { multiples, policyLegend, policyName, scrolling, section, type View } from "./view.js";

/** A page that lists thousands of decisions is read by nobody; decisions.csv has them all. */
const MOST_ROWS = 250;

export function decisions(view: View): Markup {
  const { services, summary } = view;
  const changing = services.filter((name) => view.runs.some((of) => changesOf(of[0], `service ${name}`).length > 0));
  const pictures = changing.map((name, i) => ({ name, picture: askedFor(view, name, i) }));
  const cluster = view.runs.some((of) => changesOf(of[0], "cluster").length > 0);
  if (cluster) pictures.push({ name: "nodes of the cluster", picture: nodesAsked(view) });
  const quiet = markup`<p>No policy changed anything.</p>
`;
  return section("decisions", "Decisions", [
    pictures.length === 0 && !view.runs.some((of) => changesOf(of[0]).length > 0) ? quiet : undefined,
    multiples({
      title: "What was asked for, in the first replication",
      pictures,
      caption: `Replicas that were asked for; each dot is a decision that changed them. Only the run with seed ${summary.seed} is shown, since decisions of several runs cannot be averaged.`,
      legend: policyLegend(summary),
    }),
    ...summary.policies.map((_, i) => table(view, i)),
  ]);
}

function askedFor(view: View, name: string, index: number): Markup | undefined {
  return steps(view, {
    id: `asked-${index}`,
    title: `Replicas asked for of ${name}`,
    column: `${name}.replicas`,
    subject: `service ${name}`,
    unit: "replicas",
  });
}

const nodesAsked = (view: View): Markup | undefined =>
  steps(view, { id: "asked-nodes", title: "Nodes asked for", column: "nodes", subject: "cluster", unit: "nodes" });

interface Asked {
  readonly id: string;
  readonly title: string;
  readonly column: string;
  readonly subject: string;
  readonly unit: string;
}

function steps({ runs, clock, summary, end }: View, { id, title, column, subject, unit }: Asked): Markup | undefined {
  const lines = runs.map((of, policy): Line => ({ policy, points: trackOf(of.slice(0, 1), column) }));
  const dots = runs.flatMap((of, policy) =>
    changesOf(of[0], subject).map(({ time, asked, from, rule }) => ({
      policy,
      time,
      value: asked,
      title: `${summary.policies[policy].name} at ${formatTime(time)}: ${formatPlain(from)} → ${formatPlain(asked)}, ${rule}`,
    })),
  );
  const changes = summary.policies.map(({ name }, i) => `${name}: ${changesOf(runs[i][0], subject).length} changes`);
  const y = { label: unit, format: formatPlain, whole: true };
  const shared = {
    id,
    title,
    description: changes.join("; "),
    size: "small",
    clock,
    warmup: summary.warmup,
    end,
  } as const;
  return overTime({ ...shared, lines, dots, y, steps: true });
}

function table({ runs, summary }: View, index: number): Markup | undefined {
  const run = runs[index][0];
  const policy = summary.policies[index];
  const changes = changesOf(run);
  if (changes.length === 0) return undefined;
  const shown = changes.slice(0, MOST_ROWS);
  const rest = changes.length - shown.length;
  const caption = `Changes under ${policy.name} in the run with seed ${summary.seed + run.replication}; “–” is a change that a later one overtook, or that the run's end came before`;
  const counts = `${changes.length} ${changes.length === 1 ? "change" : "changes"} in ${run.decisions.length} decisions`;
  return markup`<details><summary>${policyName(policy, index)}: ${counts}</summary>
${scrolling(
  caption,
  markup`<table class="decisions"><caption>${caption}</caption><thead><tr>${[
    "time",
    "of",
    "decided by",
    "from → to",
    "in effect after",
    "rule",
    "seen",
  ].map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${shown.map(row)}</tbody></table>`,
)}${
  rest > 0 &&
  markup`<p class="quiet">And ${rest} more, in decisions.csv.</p>
`
}</details>
`;
}

function row(one: Decision): Markup {
  const { time, subject, policy, rule, seen, from, wished, asked, effectiveAt, why } = one;
  // What bounds or the number of machines cut off is worth knowing.
  const cut = Number.isFinite(wished) && Math.ceil(wished) !== asked ? ` (wished ${formatPlain(wished)})` : "";
  // The scheduler asks for nothing: a pod without a node is one that waits.
  const change = policy === "scheduler" ? "waits" : `${formatPlain(from)} → ${formatPlain(asked)}${cut}`;
  const after = Number.isFinite(effectiveAt) ? formatTime(Math.max(0, effectiveAt - time)) : UNKNOWN;
  const facts = Object.entries(seen).map(([name, value]) => `${name} ${formatPlain(value)}`);
  const story =
    why === undefined ? facts.join(", ") : why.trail.map((reason) => markup`<div>${reasonText(reason)}</div>`);
  return markup`<tr><td>${formatTime(time)}</td><th scope="row">${subject.replace(/^service /, "")}</th><td>${policy}</td><td>${change}</td><td>${after}</td><td class="words">${rule}</td><td class="words">${story}</td></tr>
`;
}

function changesOf(run: Run | undefined, subject?: string): readonly Decision[] {
  const all = run?.decisions ?? [];
  return all.filter((one) => one.from !== one.asked && (subject === undefined || one.subject === subject));
}
