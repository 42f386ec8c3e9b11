/** What a Deployment says of itself: counts, and the conditions Available and Progressing with upstream's reasons. */
import type { Seconds } from "../../units.js";
import { type ReplicaSet, sum } from "./replica-set.js";

export interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly unavailable: number;
}

export const NOTHING: Counts = { replicas: 0, updated: 0, ready: 0, available: 0, unavailable: 0 };

/** From the sets as they were before this look changed their size; `asked` is what was asked of them all. */
export function countsOf(sets: readonly ReplicaSet[], newest: ReplicaSet | undefined, asked: number): Counts {
  const available = sum(sets, ({ status }) => status.available);
  return {
    replicas: sum(sets, ({ status }) => status.replicas),
    updated: newest?.status.replicas ?? 0,
    ready: sum(sets, ({ status }) => status.ready),
    available,
    unavailable: Math.max(0, asked - available),
  };
}

export type ProgressReason =
  | "NewReplicaSetCreated"
  | "ReplicaSetUpdated"
  | "NewReplicaSetAvailable"
  | "ProgressDeadlineExceeded"
  | "DeploymentPaused"
  | "DeploymentResumed";

export interface Progressing {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: ProgressReason;
  readonly updatedAt: Seconds;
}

/** The condition Progressing, which a rollout that stands still for too long loses. Without a deadline there is none. */
export class Progress {
  condition: Progressing | undefined;

  constructor(private readonly deadline: Seconds | undefined) {}

  paused(paused: boolean, now: Seconds): void {
    const reason = this.condition?.reason;
    if (reason === "ProgressDeadlineExceeded") return;
    if (paused) this.set("Unknown", "DeploymentPaused", now);
    else if (reason === "DeploymentPaused") this.set("Unknown", "DeploymentResumed", now);
  }

  created(now: Seconds): void {
    this.set("True", "NewReplicaSetCreated", now);
  }

  /** After a look at a rollout: complete, further than before, or out of time. */
  judge(before: Counts, counts: Counts, wanted: number, now: Seconds): void {
    const settled = counts.replicas === counts.updated && this.condition?.reason === "NewReplicaSetAvailable";
    if (settled || this.deadline === undefined) return;
    if ([counts.updated, counts.replicas, counts.available].every((count) => count === wanted)) {
      this.set("True", "NewReplicaSetAvailable", now);
    } else if (isFurther(before, counts)) {
      // Every step forward begins the deadline anew.
      this.condition = { status: "True", reason: "ReplicaSetUpdated", updatedAt: now };
    } else if (this.isLate(now)) {
      this.set("False", "ProgressDeadlineExceeded", now);
    }
  }

  private isLate(now: Seconds): boolean {
    const { condition, deadline } = this;
    if (condition === undefined || condition.reason === "NewReplicaSetAvailable") return false;
    return condition.reason === "ProgressDeadlineExceeded" || condition.updatedAt + deadline! < now;
  }

  /** A condition that says the same as before keeps its time. */
  private set(status: Progressing["status"], reason: ProgressReason, now: Seconds): void {
    if (this.deadline === undefined) return;
    if (this.condition?.status === status && this.condition.reason === reason) return;
    this.condition = { status, reason, updatedAt: now };
  }
}

const isFurther = (before: Counts, now: Counts): boolean =>
  now.updated > before.updated ||
  now.replicas - now.updated < before.replicas - before.updated ||
  now.ready > before.ready ||
  now.available > before.available;
