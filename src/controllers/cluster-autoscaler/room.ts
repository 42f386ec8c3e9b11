/** What is left of a node, real or only planned, while a provisioner tries out where pods would fit. */
import type { MiB, Millicores } from "../../units.js";
import type { Group, Node, Pod, Size } from "./cluster.js";

export interface Room {
  cpuMillicores: Millicores;
  memoryMiB: MiB;
  pods: number;
}

/** A node as it would be after what has been tried out so far. */
export interface TrialNode {
  readonly node: Node;
  readonly room: Room;
  pods: readonly Pod[];
}

export const trialNode = (node: Node): TrialNode => ({
  node,
  room: { ...node.free, pods: node.maxPods - node.podCount },
  pods: node.pods,
});

export const emptyNode = ({ allocatable, maxPods }: Group): Room => ({ ...allocatable, pods: maxPods });

export const fits = (pod: Size, room: Room): boolean =>
  room.pods >= 1 && pod.cpuMillicores <= room.cpuMillicores && pod.memoryMiB <= room.memoryMiB;

export function take(pod: Size, room: Room): void {
  room.cpuMillicores -= pod.cpuMillicores;
  room.memoryMiB -= pod.memoryMiB;
  room.pods--;
}

/** Puts the pod on the first node with room for it; undefined when there is none. */
export function place(pod: Pod, nodes: readonly TrialNode[]): TrialNode | undefined {
  const found = nodes.find(({ room }) => fits(pod, room));
  if (!found) return undefined;
  take(pod, found.room);
  found.pods = [...found.pods, pod];
  return found;
}

/** Undoes the last placing on this node, which was of this pod. */
export function takeBack(pod: Pod, from: TrialNode): void {
  from.room.cpuMillicores += pod.cpuMillicores;
  from.room.memoryMiB += pod.memoryMiB;
  from.room.pods++;
  from.pods = from.pods.slice(0, -1);
}
