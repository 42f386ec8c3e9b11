/** Which pods of lower priority have to go, on which node, for a pod that fits nowhere. */
import type { RandomStream } from "../../kernel/random.js";
import type { Filter, Rejection } from "./filters.js";
import type { NodeInfo } from "./node-info.js";
import { type LabelSelector, namespaceOf, type Pod, priorityOf } from "./objects.js";
import { refusal } from "./refusal.js";
import { isEmpty, labelsOf, selects } from "./selectors.js";

/** A PodDisruptionBudget by its status. */
export interface Budget {
  readonly namespace?: string;
  readonly selector?: LabelSelector;
  readonly disruptionsAllowed: number;
  /** Pods whose eviction the budget has already counted. */
  readonly disruptedPods?: readonly string[];
}

export interface Candidate {
  readonly node: string;
  /** The most important first. */
  readonly victims: readonly Pod[];
  readonly violations: number;
}

/** A pod that fits nowhere, and what its attempt found. */
export interface Attempt {
  readonly pod: Pod;
  readonly nodes: readonly NodeInfo[];
  readonly rejections: ReadonlyMap<string, Rejection>;
  readonly budgets: readonly Budget[];
  /** Those who are on their way to a node are minded here as well. */
  readonly filterOf: (pod: Pod, nodes: readonly NodeInfo[]) => Filter;
}

export interface Preemption {
  readonly candidates: readonly Candidate[];
  readonly chosen: Candidate | undefined;
  /** What the pod's event says of it when nothing was chosen. */
  readonly message: string;
  /** The pod was not allowed to ask, so that what was nominated for it stays. */
  readonly eligible: boolean;
}

// A pod that has been bound and has not started counts as one that starts now.
const startOf = ({ start = Number.POSITIVE_INFINITY }: Pod): number => start;
const byImportance = (a: Pod, b: Pod): number =>
  priorityOf(b) - priorityOf(a) || (startOf(a) === startOf(b) ? 0 : startOf(a) - startOf(b));

/** In order of importance, each uses up one of every budget that it falls under. */
function violating(pods: readonly Pod[], budgets: readonly Budget[]): ReadonlySet<Pod> {
  const left = budgets.map(({ disruptionsAllowed }) => disruptionsAllowed);
  const found = new Set<Pod>();
  for (const pod of pods) {
    if (Object.keys(labelsOf(pod)).length === 0) continue;
    for (const [i, budget] of budgets.entries()) {
      if (namespaceOf(budget) !== namespaceOf(pod) || isEmpty(budget.selector)) continue;
      if (!selects(budget.selector, labelsOf(pod)) || budget.disruptedPods?.includes(pod.name) === true) continue;
      const rest = (left[i] ?? 0) - 1;
      left[i] = rest;
      if (rest < 0) found.add(pod);
    }
  }
  return found;
}

/** The victims on one node, or why there are none. */
function dryRun({ pod, nodes, budgets, filterOf }: Attempt, info: NodeInfo): Candidate | readonly string[] {
  const lower = info.pods.filter((other) => priorityOf(other) < priorityOf(pod)).sort(byImportance);
  if (lower.length === 0) return ["No preemption victims found for incoming pod"];
  const trial = info.copy();
  const others = nodes.map((one) => (one === info ? trial : one));
  const rejection = (): Rejection | undefined => filterOf(pod, others)(trial);
  for (const { name } of lower) trial.remove(name);
  const hopeless = rejection();
  if (hopeless !== undefined) return hopeless.reasons;
  const against = violating(lower, budgets);
  const victims: Pod[] = [];
  // Those whose going would break a budget are the first to be spared, then the most important.
  for (const other of [...lower.filter((one) => against.has(one)), ...lower.filter((one) => !against.has(one))]) {
    trial.add(other);
    if (rejection() === undefined) continue;
    trial.remove(other.name);
    victims.push(other);
  }
  const violations = victims.filter((one) => against.has(one)).length;
  return { node: info.node.name, victims: victims.sort(byImportance), violations };
}

/** How many nodes with an answer are enough: a tenth, but a hundred at least. */
const candidatesWanted = (nodes: number): number => Math.min(nodes, Math.max(100, Math.trunc(nodes / 10)));

const earliest = ({ victims }: Candidate): number => {
  const highest = Math.max(...victims.map(priorityOf));
  return Math.min(...victims.filter((pod) => priorityOf(pod) === highest).map(startOf));
};

/** The next decides only among equals of the one before. */
const COSTS: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => Math.max(...victims.map(priorityOf)),
  // Priorities may be negative: so many pods must not come cheaper than few.
  ({ victims }) => victims.reduce((sum, pod) => sum + priorityOf(pod) + 2 ** 31, 0),
  ({ victims }) => victims.length,
  (candidate) => -earliest(candidate),
];

/** All that are as cheap as can be: which of these it is, upstream leaves to chance. */
export function cheapest(candidates: readonly Candidate[]): readonly Candidate[] {
  let left = candidates;
  for (const cost of COSTS) {
    const least = Math.min(...left.map(cost));
    left = left.filter((candidate) => cost(candidate) === least);
  }
  return left;
}

const ineligible = (why: string): Preemption => ({
  candidates: [],
  chosen: undefined,
  message: `preemption: not eligible due to ${why}.`,
  eligible: false,
});

/** Others are on their way out for this pod already. */
function waitsForVictims({ pod, nodes, rejections }: Attempt): boolean {
  const { nominated } = pod;
  if (nominated === undefined) return false;
  if (rejections.get(nominated)?.code === "UnschedulableAndUnresolvable") return false;
  const there = nodes.find(({ node }) => node.name === nominated)?.pods ?? [];
  return there.some(
    (other) => priorityOf(other) < priorityOf(pod) && other.terminating === true && other.preempted === true,
  );
}

/** Without a stream the first of equals is chosen, and the search begins with the first node. */
export function preempt(attempt: Attempt, chance?: RandomStream): Preemption {
  const { pod, nodes, rejections } = attempt;
  if (pod.neverPreempts === true) return ineligible("preemptionPolicy=Never");
  if (waitsForVictims(attempt)) return ineligible("a terminating pod on the nominated node");
  const helpful = nodes.filter(({ node }) => rejections.get(node.name)?.code === "Unschedulable");
  const reasons = Array.from(
    { length: nodes.length - helpful.length },
    () => "Preemption is not helpful for scheduling",
  );
  const wanted = candidatesWanted(helpful.length);
  const [safe, harmful]: [Candidate[], Candidate[]] = [[], []];
  const offset = chance === undefined || helpful.length === 0 ? 0 : chance.below(helpful.length);
  for (let i = 0; i < helpful.length; i++) {
    const info = helpful[(offset + i) % helpful.length];
    if (info === undefined) break;
    const found = dryRun(attempt, info);
    if (!("node" in found)) reasons.push(...found);
    else (found.violations === 0 ? safe : harmful).push(found);
    if (safe.length > 0 && safe.length + harmful.length >= wanted) break;
  }
  const candidates = [...safe, ...harmful];
  const equals = candidates.length === 0 ? [] : cheapest(candidates);
  const chosen = equals[chance === undefined || equals.length < 2 ? 0 : chance.below(equals.length)];
  const message = chosen === undefined ? `preemption: ${refusal(nodes.length, reasons)}` : "";
  return { candidates, chosen, message, eligible: true };
}
