/** Which pods of lower priority would have to go, on which node, for a pod that fits nowhere. */
import type { Rejection } from "./filters.js";
import { NodeInfo } from "./nodeInfo.js";
import { type LabelSelector, namespaceOf, type Pod, priorityOf } from "./objects.js";
import { filterOf } from "./scheduler.js";
import { isEmpty, labelsOf, selects } from "./selectors.js";

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

const startOf = (pod: Pod): number => pod.start ?? 0;
const byImportance = (a: Pod, b: Pod): number => priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b);

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

function victimsOn(pod: Pod, info: NodeInfo, all: readonly NodeInfo[], budgets: readonly Budget[]) {
  const copy = new NodeInfo(info.node);
  for (const other of info.pods) copy.add(other);
  const others = all.map((one) => (one === info ? copy : one));
  const fits = (): boolean => filterOf(pod, others)(copy) === undefined;
  const lower = info.pods.filter((other) => priorityOf(other) < priorityOf(pod)).sort(byImportance);
  for (const { name } of lower) copy.remove(name);
  if (lower.length === 0 || !fits()) return undefined;
  const against = violating(lower, budgets);
  const victims: Pod[] = [];
  for (const other of [...lower.filter((one) => against.has(one)), ...lower.filter((one) => !against.has(one))]) {
    copy.add(other);
    if (fits()) continue;
    copy.remove(other.name);
    victims.push(other);
  }
  const violations = victims.filter((one) => against.has(one)).length;
  return { node: info.node.name, victims: victims.sort(byImportance), violations };
}

/** All nodes that removing pods would open, those that break no budget first. */
export function preemptionCandidates(
  pod: Pod,
  all: readonly NodeInfo[],
  rejections: ReadonlyMap<string, Rejection>,
  budgets: readonly Budget[],
): readonly Candidate[] {
  if (pod.neverPreempts === true) return [];
  const found = all.flatMap((info) => {
    if (rejections.get(info.node.name)?.code !== "Unschedulable") return [];
    return victimsOn(pod, info, all, budgets) ?? [];
  });
  return [...found.filter(({ violations }) => violations === 0), ...found.filter(({ violations }) => violations > 0)];
}

const earliest = ({ victims }: Candidate): number => {
  const highest = Math.max(...victims.map(priorityOf));
  return Math.min(...victims.filter((pod) => priorityOf(pod) === highest).map(startOf));
};

/** Each is worth less the greater it is; the next decides only among equals of the one before. */
const COSTS: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => Math.max(...victims.map(priorityOf)),
  ({ victims }) => victims.reduce((sum, pod) => sum + priorityOf(pod) + 2 ** 31, 0),
  ({ victims }) => victims.length,
  (candidate) => -earliest(candidate),
];

/** The cheapest; upstream leaves the order among full equals to chance, and here the first wins. */
export function cheapest(candidates: readonly Candidate[]): Candidate | undefined {
  let left = candidates;
  for (const cost of COSTS) {
    const least = Math.min(...left.map(cost));
    left = left.filter((candidate) => cost(candidate) === least);
  }
  return left[0];
}
