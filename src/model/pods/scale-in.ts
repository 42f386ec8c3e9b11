/** Which pods a scale-in takes. */

import type { Owner } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";

/**
 * The pods that a scale-in takes, ranked as a ReplicaSet does: not placed before placed, not ready
 * before ready, then from nodes with more of their kind, then the newest. A policy that counts calls
 * knows which pods are idle, and takes those before busy ones, the longest idle first.
 */
export function leastWanted(
  { pods }: State,
  service: Owner,
  among: readonly number[],
  count: number,
): readonly PodId[] {
  if (count <= 0) return [];
  const crowd = new Map<number, number>();
  for (const pod of members(service)) crowd.set(pods.node[pod], (crowd.get(pods.node[pod]) ?? 0) + 1);
  const rank = (pod: number): readonly number[] => [
    Math.min(pods.phase[pod], Phase.Ready),
    ...(service.wakes ? [pods.inFlight[pod] > 0 ? 1 : 0, pods.idleSince[pod]] : [-crowd.get(pods.node[pod])!]),
    -pods.serial[pod],
  ];
  const ranked = among.map((pod) => ({ pod: pod as PodId, rank: rank(pod) }));
  ranked.sort((one, two) => compare(one.rank, two.rank));
  return ranked.slice(0, count).map(({ pod }) => pod);
}

/** The pods of a service that nobody has asked to go. */
export const members = ({ members: { items, count } }: Owner): readonly PodId[] =>
  Array.from(items.subarray(0, count)) as PodId[];

/** Orders lists of numbers by their first difference. */
function compare(one: readonly number[], two: readonly number[]): number {
  const i = one.findIndex((value, at) => value !== two[at]);
  return i < 0 ? 0 : one[i] - two[i];
}
