/** The counts of a DaemonSet's status: nodes, not pods; of several pods on a node the oldest speaks for it. */
import type { Node } from "./daemon-set.js";
import { type DaemonPod, isAvailable, oldestFirst } from "./pods.js";

export interface Counts {
  /** Nodes that are to have a pod, and those of them that do. */
  readonly desired: number;
  readonly current: number;
  /** Nodes that have one and should not. */
  readonly misscheduled: number;
  readonly ready: number;
  readonly updated: number;
  readonly available: number;
  readonly unavailable: number;
}

export function countsOf(
  nodes: readonly Node[],
  pods: ReadonlyMap<string, readonly DaemonPod[]>,
  version: string,
): Counts {
  const wanted = nodes.filter(({ starts }) => starts);
  const firsts = wanted.flatMap(({ name }) => oldestFirst(pods.get(name) ?? []).slice(0, 1));
  const ready = firsts.filter((pod) => pod.ready === true);
  const available = ready.filter(isAvailable).length;
  return {
    desired: wanted.length,
    current: firsts.length,
    misscheduled: nodes.filter(({ name, starts }) => !starts && pods.has(name)).length,
    ready: ready.length,
    updated: firsts.filter((pod) => pod.version === version).length,
    available,
    unavailable: wanted.length - available,
  };
}
