/** What Cluster Autoscaler knows of a cluster: nodes, the pods on them, and the groups that nodes come from. */
import type { MiB, Millicores, Seconds, Usd } from "../../units.js";
import type { Node as NodeObject, Pod as PodObject } from "../scheduler/objects.js";
import type { DrainFacts } from "./drainability.js";

export interface Size {
  readonly cpuMillicores: Millicores;
  readonly memoryMiB: MiB;
}

export interface Pod extends Size {
  /** Whose replica it is: pods of one service and size are alike. */
  readonly service: string;
  readonly priority?: number;
  /** What could keep it from being moved; nothing, for a plain replica. */
  readonly drain?: DrainFacts | undefined;
  /** As the API has it; without it its size alone counts. */
  readonly object?: PodObject | undefined;
}

export interface PendingPod extends Pod {
  readonly since: Seconds;
}

export interface Node {
  readonly id: number;
  readonly group: string;
  /** False while it boots. */
  readonly ready: boolean;
  readonly draining: boolean;
  readonly allocatable: Size;
  readonly free: Size;
  readonly maxPods: number;
  readonly podCount: number;
  readonly pods: readonly Pod[];
  readonly object?: NodeObject | undefined;
}

export interface Group {
  readonly name: string;
  readonly capacity: Size;
  readonly allocatable: Size;
  readonly maxPods: number;
  readonly usdPerHour: Usd;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** What its next node would be to the scheduler. */
  readonly template?: NodeObject | undefined;
}
