/**
 * How many new machines of one group some pods need: Cluster Autoscaler's first-fit-decreasing estimate.
 *
 * Pods alike (same service, same size) are packed one after another, the greatest first: on any of the
 * new machines while that works, and from the first failure on only on the last one, then on another.
 *
 * Not modelled: the search for a place starts at the first new machine, upstream where the last ended.
 */
import type { Group, Pod } from "./cluster.js";
import { emptyNode, fits, type Room, take } from "./room.js";

/** One way to grow: so many machines of a group, which would take these pods. */
export interface Option {
  readonly group: Group;
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

function alike(pods: readonly Pod[]): Pod[][] {
  const kinds = new Map<string, Pod[]>();
  for (const pod of pods) {
    const kind = `${pod.service}/${pod.cpuMillicores}/${pod.memoryMiB}/${pod.priority ?? 0}`;
    const same = kinds.get(kind);
    if (same) same.push(pod);
    else kinds.set(kind, [pod]);
  }
  return [...kinds.values()];
}

/** Packs what it can of pods alike into `nodes`, growing it to `mostNodes` at most; answers with how many. */
function pack(pods: readonly Pod[], nodes: Room[], fresh: () => Room, mostNodes: number): number {
  let packed = 0;
  for (; packed < pods.length; packed++) {
    const room = nodes.find((node) => fits(pods[packed], node));
    if (!room) break;
    take(pods[packed], room);
  }
  for (; packed < pods.length; packed++) {
    let last = nodes.at(-1);
    if (!last || !fits(pods[packed], last)) {
      if (nodes.length >= mostNodes) break;
      last = fresh();
      nodes.push(last);
    }
    take(pods[packed], last);
  }
  return packed;
}

/** Undefined when the group helps no pod, or may not grow. */
export function estimate(group: Group, pods: readonly Pod[], mostNodes: number): Option | undefined {
  const share = (pod: Pod) =>
    pod.cpuMillicores / group.allocatable.cpuMillicores + pod.memoryMiB / group.allocatable.memoryMiB;
  const kinds = alike(pods)
    .filter(([exemplar]) => fits(exemplar, emptyNode(group)))
    .sort(([one], [other]) => share(other) - share(one));
  const nodes: Room[] = [];
  const helped = kinds.flatMap((kind) =>
    kind.slice(
      0,
      pack(kind, nodes, () => emptyNode(group), mostNodes),
    ),
  );
  return helped.length > 0 && nodes.length > 0 ? { group, nodes: nodes.length, pods: helped } : undefined;
}
