/** What is left of nodes, real or only planned, while a provisioner tries out where pods would fit. */
import type { MiB, Millicores } from "../../units.js";
import { NodeInfo } from "../scheduler/node-info.js";
import type { Group, Node, Pod, Size } from "./cluster.js";
import { admits, freshNode } from "./predicates.js";

export interface Room {
  cpuMillicores: Millicores;
  memoryMiB: MiB;
  pods: number;
}

/** A place for pods: its room, and itself as the scheduler sees it, where anybody has wishes. */
export interface Place {
  readonly room: Room;
  readonly info: NodeInfo | undefined;
}

/** A node as it would be after what has been tried out so far. */
export interface TrialNode extends Place {
  readonly node: Node;
  pods: readonly Pod[];
}

export function trialNode(node: Node, wishes: boolean): TrialNode {
  const info = wishes && node.object !== undefined ? new NodeInfo(node.object) : undefined;
  for (const { object } of node.pods) if (object !== undefined) info?.add(object);
  return { node, room: { ...node.free, pods: node.maxPods - node.podCount }, pods: node.pods, info };
}

/** A node that a group does not have yet; the number tells it from others of its group. */
export function emptyPlace({ allocatable, maxPods, template }: Group, wishes: boolean, number: number): Place {
  const info = wishes && template !== undefined ? freshNode(template, number) : undefined;
  return { room: { ...allocatable, pods: maxPods }, info };
}

export const fits = (pod: Size, room: Room): boolean =>
  room.pods >= 1 && pod.cpuMillicores <= room.cpuMillicores && pod.memoryMiB <= room.memoryMiB;

const change = (pod: Pod, { room, info }: Place, sign: 1 | -1): void => {
  room.cpuMillicores -= sign * pod.cpuMillicores;
  room.memoryMiB -= sign * pod.memoryMiB;
  room.pods -= sign;
  if (pod.object === undefined) return;
  if (sign === 1) info?.add(pod.object);
  else info?.remove(pod.object.name);
};

export const take = (pod: Pod, place: Place): void => change(pod, place, 1);

export const infosOf = (places: readonly Place[]): readonly NodeInfo[] => places.flatMap(({ info }) => info ?? []);

/** The first with room where the scheduler would let the pod be, among all these nodes; undefined when there is none. */
export function firstFor<P extends Place>(pod: Pod, places: readonly P[], all: readonly NodeInfo[]): P | undefined {
  const admitted = admits(pod, all);
  return places.find((place) => fits(pod, place.room) && admitted(place.info));
}

/** Puts the pod on the first node that will do; undefined when there is none. */
export function place(pod: Pod, nodes: readonly TrialNode[], all: readonly NodeInfo[]): TrialNode | undefined {
  const found = firstFor(pod, nodes, all);
  if (!found) return undefined;
  take(pod, found);
  found.pods = [...found.pods, pod];
  return found;
}

/** Undoes the last placing on this node, which was of this pod. */
export function takeBack(pod: Pod, from: TrialNode): void {
  change(pod, from, -1);
  from.pods = from.pods.slice(0, -1);
}

/** Takes all pods that are to move off their node, or puts them back. */
export function vacate({ info }: Place, pods: readonly Pod[]): () => void {
  const objects = pods.flatMap(({ object }) => object ?? []);
  for (const { name } of objects) info?.remove(name);
  return () => {
    for (const object of objects) info?.add(object);
  };
}
