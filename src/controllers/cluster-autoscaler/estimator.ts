/**
 * How many new machines of one group some pods need: Cluster Autoscaler's first-fit-decreasing estimate.
 *
 * Pods alike (same service, same size) are packed one after another, the greatest first: on any of the
 * new machines while that works, and from the first failure on only on the last one, then on another. Where a pod may be
 * the scheduler's own filters say, over the nodes that there are and the new ones.
 *
 * Not modelled: the search for a place starts at the first new machine, upstream where the last ended.
 */
import type { NodeInfo } from "../scheduler/node-info.js";
import type { Group, Pod } from "./cluster.js";
import { spreadsOverHosts } from "./predicates.js";
import { emptyPlace, firstFor, infosOf, type Place, take } from "./room.js";

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

/** The nodes that are there, and whether anybody has wishes. */
export interface Around {
  readonly there: readonly NodeInfo[];
  readonly wishes: boolean;
}

interface Packing extends Around {
  readonly group: Group;
  readonly nodes: Place[];
  readonly mostNodes: number;
}

const firstOf = (pod: Pod, { nodes, there }: Packing, among: readonly Place[] = nodes): Place | undefined =>
  firstFor(pod, among, [...there, ...infosOf(nodes)]);

/** Packs what it can of pods alike, adding nodes up to the most; answers with how many. */
function pack(pods: readonly Pod[], packing: Packing): number {
  const { nodes, group, mostNodes, wishes } = packing;
  let packed = 0;
  for (; packed < pods.length; packed++) {
    const found = firstOf(pods[packed], packing);
    if (!found) break;
    take(pods[packed], found);
  }
  for (; packed < pods.length; packed++) {
    const pod = pods[packed];
    let found = firstOf(pod, packing, nodes.slice(-1));
    if (!found && spreadsOverHosts(pod)) found = firstOf(pod, packing);
    if (!found) {
      // A node that no pod would go to is no help: neither would they go to another like it.
      if (nodes.length >= mostNodes || nodes.at(-1)?.room.pods === group.maxPods) break;
      nodes.push(emptyPlace(group, wishes, nodes.length));
      found = firstOf(pod, packing, nodes.slice(-1));
    }
    if (!found) break;
    take(pod, found);
  }
  return packed;
}

/** Undefined when the group helps no pod, or may not grow. Without nodes that are there each new one is alone. */
export function estimate(
  group: Group,
  pods: readonly Pod[],
  mostNodes: number,
  { there, wishes }: Around = { there: [], wishes: false },
): Option | undefined {
  const share = (pod: Pod) =>
    pod.cpuMillicores / group.allocatable.cpuMillicores + pod.memoryMiB / group.allocatable.memoryMiB;
  const helpful = (pod: Pod): boolean => {
    const nodes = [emptyPlace(group, wishes, 0)];
    return firstOf(pod, { group, nodes, mostNodes, there, wishes }) !== undefined;
  };
  const kinds = alike(pods)
    .filter(([exemplar]) => helpful(exemplar))
    .sort(([one], [other]) => share(other) - share(one));
  const packing: Packing = { group, nodes: [], mostNodes, there, wishes };
  const helped = kinds.flatMap((kind) => kind.slice(0, pack(kind, packing)));
  const used = packing.nodes.filter(({ room }) => room.pods < group.maxPods).length;
  return helped.length > 0 && used > 0 ? { group, nodes: used, pods: helped } : undefined;
}
