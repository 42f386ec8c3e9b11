/** A Job's pods as its controller sees them. */
import type { Seconds } from "../../units.js";

export interface JobPod {
  readonly id: number;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed";
  readonly ready?: boolean;
  /** It has been asked to go. */
  readonly terminating?: boolean;
  readonly deletedAt?: Seconds;
  /** It has a node. */
  readonly placed?: boolean;
  readonly createdAt: Seconds;
  readonly readySince?: Seconds;
  /** Of a pod that has ended. */
  readonly finishedAt?: Seconds;
  /** Of an indexed Job's. */
  readonly index?: number;
  /** Of containers that have ended, by name. */
  readonly exitCodes?: Readonly<Record<string, number>>;
  /** Beside Ready. */
  readonly conditions?: readonly PodCondition[];
}

export interface PodCondition {
  readonly type: string;
  readonly status: string;
}

export const isActive = ({ phase, terminating }: JobPod): boolean =>
  phase !== "Succeeded" && phase !== "Failed" && terminating !== true;

/** Asked to go, and not gone yet. */
export const isTerminating = ({ phase, terminating }: JobPod): boolean =>
  terminating === true && phase !== "Succeeded" && phase !== "Failed";

/**
 * Those that can be missed most first: without a node before placed, pending before running, not ready before ready,
 * ready for less long, and the newest.
 */
export function leastWanted(pods: readonly JobPod[]): readonly JobPod[] {
  const rank = (pod: JobPod): readonly number[] => [
    pod.placed === true ? 1 : 0,
    pod.phase === "Running" ? 1 : 0,
    pod.ready === true ? 1 : 0,
    -(pod.readySince ?? 0),
    -pod.createdAt,
  ];
  const ranked = pods.map((pod) => ({ pod, rank: rank(pod) }));
  ranked.sort((one, other) => {
    const i = one.rank.findIndex((value, at) => value !== other.rank[at]);
    return i < 0 ? 0 : one.rank[i] - other.rank[i];
  });
  return ranked.map(({ pod }) => pod);
}

/** Pods that are asked to go have failed at once, unless their Job waits to see it. */
export const hasFailed = (pod: JobPod, policy: "TerminatingOrFailed" | "Failed"): boolean =>
  pod.phase === "Failed" || (policy === "TerminatingOrFailed" && isTerminating(pod));
