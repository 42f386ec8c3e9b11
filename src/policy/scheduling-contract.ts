/** The question "which machine for this pod?": by its size alone, or with the whole cluster in mind. */
import type { LivePod, Node as NodeObject, Owner, Pod as PodObject } from "../controllers/scheduler/objects.js";
import type { Budget } from "../controllers/scheduler/preemption.js";
import type { Seconds } from "../units.js";
import type { Size } from "./contract.js";

/** What a scheduler looks at: numbers of one node, kept up to date in place. */
export interface Candidate {
  readonly allocatable: Size;
  readonly free: Size;
  readonly maxPods: number;
  readonly podCount: number;
}

export interface Filter {
  /** The reason a node is turned down, in the scheduler's words ("Insufficient cpu"), or undefined when it passes. */
  rejects(pod: Size, node: Candidate): string | undefined;
}

export interface Scheduler {
  readonly filters: readonly Filter[];
  /** 0 to 100 for a node that has passed; the highest takes the pod, the first of equals. */
  score(pod: Size, node: Candidate): number;
}

/** What came of one pod that waited. */
export interface PlacingAnswer {
  readonly pod: PodObject;
  /** The node that it goes to now; undefined: it waits on. */
  readonly node?: string;
  /** Why it waits, in the words of upstream's event. */
  readonly refusal?: string;
  /** Who is taken away for it, and from where. */
  readonly preempts?: { readonly node: string; readonly victims: readonly PodObject[]; readonly violations: number };
  readonly seen: Readonly<Record<string, number>>;
}

/**
 * A scheduler that knows the whole cluster, as the API has it: it is told of all that happens, keeps its own queue, and
 * may take pods away for others. Pods and nodes are kept up to date in place; their requests and labels do not change.
 */
export interface ClusterScheduler {
  /** A Service or ReplicaSet: its pods are spread by default. */
  ownerAdded(owner: Owner): void;
  nodeAdded(node: NodeObject, now: Seconds): void;
  /** It takes pods no more, or again. */
  nodeUpdated(node: NodeObject, now: Seconds): void;
  nodeRemoved(node: NodeObject, now: Seconds): void;
  /** A pod without a node. */
  podAdded(pod: LivePod, now: Seconds): void;
  /** One that has its node without having asked for it, as a DaemonSet's. */
  podBound(pod: LivePod, node: string): void;
  /** It has begun to terminate. */
  podUpdated(pod: LivePod): void;
  /** It is gone, from the node that it was on if it was on one. */
  podRemoved(pod: LivePod, node: string | undefined, now: Seconds): void;
  /** Looks at the next pod whose turn it is; undefined when there is none. What it places it takes for placed. */
  next(now: Seconds, budgets: () => readonly Budget[]): PlacingAnswer | undefined;
  /** Whether a pod's turn is now, and when one's turn will be even if nothing happens. */
  readonly ready: boolean;
  readonly retriesAt: Seconds;
}
