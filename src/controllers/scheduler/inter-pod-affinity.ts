/** Pods that want to be, or not to be, where others are: counted for each value of a topology key. */
import { type Filter, rejected } from "./filters.js";
import type { NodeInfo } from "./node-info.js";
import type { Node, Pod, PodAffinity, PodAffinityTerm } from "./objects.js";
import { labelsOf, matchesPod } from "./selectors.js";

const PLUGIN = "InterPodAffinity";
const NOBODY: readonly Pod[] = [];

class Counts {
  readonly byKey = new Map<string, Map<string, number>>();

  add(node: Node, key: string, count: number): void {
    const value = labelsOf(node)[key];
    if (value === undefined) return;
    const values = this.byKey.get(key) ?? new Map<string, number>();
    this.byKey.set(key, values);
    values.set(value, (values.get(value) ?? 0) + count);
  }

  of(node: Node, key: string): number {
    const value = labelsOf(node)[key];
    return value === undefined ? 0 : (this.byKey.get(key)?.get(value) ?? 0);
  }
}

const required = (affinity: PodAffinity | undefined): readonly PodAffinityTerm[] =>
  affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferred = (affinity: PodAffinity | undefined) =>
  affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** Undefined where neither the pod nor those that run have a say. */
export function interPodAffinityFilter(pod: Pod, all: readonly NodeInfo[]): Filter | undefined {
  const attracting = required(pod.affinity?.podAffinity);
  const repelling = required(pod.affinity?.podAntiAffinity);
  const [near, far, othersFar] = [new Counts(), new Counts(), new Counts()];
  const matchesAll = (other: Pod): boolean => attracting.every((term) => matchesPod(term, pod, other));
  const asks = attracting.length > 0 || repelling.length > 0;
  for (const { node, pods, affine } of all) {
    for (const other of affine)
      for (const term of required(other.affinity?.podAntiAffinity))
        if (matchesPod(term, other, pod)) othersFar.add(node, term.topologyKey, 1);
    for (const other of asks ? pods : NOBODY) {
      if (attracting.length > 0 && matchesAll(other))
        for (const { topologyKey } of attracting) near.add(node, topologyKey, 1);
      for (const term of repelling) if (matchesPod(term, pod, other)) far.add(node, term.topologyKey, 1);
    }
  }
  if (!asks && othersFar.byKey.size === 0) return undefined;
  // The first pod of a group that wants to be together would wait for ever: it may go anywhere.
  const first = near.byKey.size === 0 && matchesAll(pod);
  const satisfied = (node: Node): boolean =>
    attracting.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined) &&
    (first || attracting.every(({ topologyKey }) => near.of(node, topologyKey) > 0));
  return ({ node }) => {
    if (!satisfied(node)) return rejected(PLUGIN, false, "node(s) didn't match pod affinity rules");
    if (repelling.some(({ topologyKey }) => far.of(node, topologyKey) > 0))
      return rejected(PLUGIN, true, "node(s) didn't match pod anti-affinity rules");
    for (const key of othersFar.byKey.keys())
      if (othersFar.of(node, key) > 0)
        return rejected(PLUGIN, true, "node(s) didn't satisfy existing pods anti-affinity rules");
    return undefined;
  };
}

/** What the preferences of both sides say of a node, as 0..100 between the worst and the best. */
export function interPodAffinityScores(
  pod: Pod,
  all: readonly NodeInfo[],
  feasible: readonly NodeInfo[],
  hardPodAffinityWeight: number,
): readonly number[] {
  const counts = new Counts();
  const { podAffinity, podAntiAffinity } = pod.affinity ?? {};
  const weigh = (affinity: PodAffinity | undefined, owner: Pod, other: Pod, node: Node, sign: number): void => {
    for (const { weight, podAffinityTerm: term } of preferred(affinity))
      if (matchesPod(term, owner, other)) counts.add(node, term.topologyKey, sign * weight);
  };
  const prefers = preferred(podAffinity).length > 0 || preferred(podAntiAffinity).length > 0;
  for (const { node, pods, affine } of all) {
    for (const other of prefers ? pods : NOBODY) {
      weigh(podAffinity, pod, other, node, 1);
      weigh(podAntiAffinity, pod, other, node, -1);
    }
    for (const other of affine) {
      if (other.affinity === undefined) continue;
      for (const term of required(other.affinity.podAffinity))
        if (matchesPod(term, other, pod)) counts.add(node, term.topologyKey, hardPodAffinityWeight);
      weigh(other.affinity.podAffinity, other, pod, node, 1);
      weigh(other.affinity.podAntiAffinity, other, pod, node, -1);
    }
  }
  const keys = [...counts.byKey.keys()];
  const raw = feasible.map(({ node }) => keys.reduce((sum, key) => sum + counts.of(node, key), 0));
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const score of raw) {
    min = Math.min(min, score);
    max = Math.max(max, score);
  }
  return raw.map((score) => (max > min ? Math.trunc(100 * ((score - min) / (max - min))) : 0));
}
