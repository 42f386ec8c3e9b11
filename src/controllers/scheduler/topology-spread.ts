/** Pods spread over zones and hosts: strictly as a filter, by preference as a score. */
import { type Filter, rejected } from "./filters.js";
import type { NodeInfo } from "./node-info.js";
import {
  HOSTNAME,
  type LabelSelector,
  type Node,
  namespaceOf,
  type Owner,
  type Pod,
  type SpreadConstraint,
  ZONE,
} from "./objects.js";
import { isEmpty, isForbidden, labelsOf, selects, wantsNode } from "./selectors.js";

const PLUGIN = "PodTopologySpread";

/** What a pod of a Service or ReplicaSet gets that states no constraint of its own. */
const SYSTEM_DEFAULTS = [
  { maxSkew: 3, topologyKey: HOSTNAME, whenUnsatisfiable: "ScheduleAnyway" },
  { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable: "ScheduleAnyway" },
] as const;

/** The constraints of one kind, with the values that `matchLabelKeys` asks for merged into their selectors. */
function constraintsOf(pod: Pod, whenUnsatisfiable: string): readonly SpreadConstraint[] {
  return (pod.spread ?? [])
    .filter((one) => one.whenUnsatisfiable === whenUnsatisfiable)
    .map((one) => {
      const keys = (one.matchLabelKeys ?? []).filter((key) => labelsOf(pod)[key] !== undefined);
      if (keys.length === 0 || one.labelSelector === undefined) return one;
      const same = keys.map((key) => ({ key, operator: "In", values: [labelsOf(pod)[key] ?? ""] }));
      const { matchExpressions = [] } = one.labelSelector;
      return { ...one, labelSelector: { ...one.labelSelector, matchExpressions: [...matchExpressions, ...same] } };
    });
}

function defaultConstraints(pod: Pod, owners: readonly Owner[]): readonly SpreadConstraint[] {
  const labels = labelsOf(pod);
  const own = owners.filter(
    (owner) => namespaceOf(owner) === namespaceOf(pod) && selects({ matchLabels: owner.selector }, labels),
  );
  const labelSelector: LabelSelector = { matchLabels: Object.assign({}, ...own.map(({ selector }) => selector)) };
  if (isEmpty(labelSelector)) return [];
  return SYSTEM_DEFAULTS.map((one) => ({ ...one, labelSelector }));
}

const included = ({ nodeAffinityPolicy, nodeTaintsPolicy }: SpreadConstraint, pod: Pod, node: Node): boolean =>
  (nodeAffinityPolicy === "Ignore" || wantsNode(pod, node)) &&
  (nodeTaintsPolicy !== "Honor" || !isForbidden(pod, node));

/** Terminating pods and those of other namespaces are not counted. */
function countOf(pods: readonly Pod[], selector: LabelSelector | undefined, pod: Pod): number {
  if (isEmpty(selector)) return 0;
  let count = 0;
  for (const other of pods) {
    if (other.terminating === true || namespaceOf(other) !== namespaceOf(pod)) continue;
    if (selects(selector, labelsOf(other))) count++;
  }
  return count;
}

const hasAll = (node: Node, constraints: readonly SpreadConstraint[]): boolean =>
  constraints.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined);

export function topologySpreadFilter(pod: Pod, all: readonly NodeInfo[]): Filter | undefined {
  const constraints = constraintsOf(pod, "DoNotSchedule");
  if (constraints.length === 0) return undefined;
  const eligible = all.filter(({ node }) => hasAll(node, constraints));
  const counted = constraints.map((constraint) => {
    const counts = new Map<string, number>();
    for (const { node, pods } of eligible) {
      if (!included(constraint, pod, node)) continue;
      const value = labelsOf(node)[constraint.topologyKey] ?? "";
      counts.set(value, (counts.get(value) ?? 0) + countOf(pods, constraint.labelSelector, pod));
    }
    // Upstream's least count of no domains at all is the greatest 32-bit number.
    let least = 2 ** 31 - 1;
    for (const count of counts.values()) least = Math.min(least, count);
    if (counts.size < (constraint.minDomains ?? 1)) least = 0;
    const self = selects(constraint.labelSelector, labelsOf(pod)) ? 1 : 0;
    return { ...constraint, counts, allowed: constraint.maxSkew - self + least };
  });
  return ({ node }) => {
    for (const { topologyKey, counts, allowed } of counted) {
      const value = labelsOf(node)[topologyKey];
      const reason = "node(s) didn't match pod topology spread constraints";
      if (value === undefined) return rejected(PLUGIN, false, `${reason} (missing required label)`);
      if ((counts.get(value) ?? 0) > allowed) return rejected(PLUGIN, true, reason);
    }
    return undefined;
  };
}

/** Undefined where the pod has no preference. */
export function topologySpreadScores(
  pod: Pod,
  all: readonly NodeInfo[],
  feasible: readonly NodeInfo[],
  owners: readonly Owner[],
): readonly number[] | undefined {
  const explicit = (pod.spread ?? []).length > 0;
  const constraints = explicit ? constraintsOf(pod, "ScheduleAnyway") : defaultConstraints(pod, owners);
  if (constraints.length === 0) return undefined;
  const scored = feasible.map(({ node }) => !explicit || hasAll(node, constraints));
  const weighed = constraints.map((constraint) => weighedConstraint(constraint, feasible, scored));
  const everywhere = explicit ? all.filter(({ node }) => hasAll(node, constraints)) : all;
  for (const { constraint, counts } of weighed) {
    if (counts.size === 0) continue;
    for (const { node, pods } of everywhere) {
      const value = labelsOf(node)[constraint.topologyKey] ?? "";
      const count = counts.get(value);
      if (count === undefined || !included(constraint, pod, node)) continue;
      counts.set(value, count + countOf(pods, constraint.labelSelector, pod));
    }
  }
  return normalized(
    feasible.map(({ node, pods }, i) => {
      if (scored[i] !== true) return undefined;
      let score = 0;
      for (const { constraint, counts, weight } of weighed) {
        const value = labelsOf(node)[constraint.topologyKey];
        if (value === undefined) continue;
        const perNode = constraint.topologyKey === HOSTNAME;
        const count = perNode ? countOf(pods, constraint.labelSelector, pod) : (counts.get(value) ?? 0);
        score += count * weight + (constraint.maxSkew - 1);
      }
      return Math.round(score);
    }),
  );
}

function weighedConstraint(constraint: SpreadConstraint, feasible: readonly NodeInfo[], scored: readonly boolean[]) {
  const counts = new Map<string, number>();
  const perNode = constraint.topologyKey === HOSTNAME;
  let nodes = 0;
  for (const [i, { node }] of feasible.entries()) {
    if (scored[i] !== true) continue;
    nodes++;
    if (!perNode) counts.set(labelsOf(node)[constraint.topologyKey] ?? "", 0);
  }
  return { constraint, counts, weight: Math.log((perNode ? nodes : counts.size) + 2) };
}

function normalized(raw: readonly (number | undefined)[]): readonly number[] {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const score of raw) {
    if (score === undefined) continue;
    min = Math.min(min, score);
    max = Math.max(max, score);
  }
  return raw.map((score) => {
    if (score === undefined) return 0;
    return max === 0 ? 100 : Math.trunc((100 * (max + min - score)) / max);
  });
}
