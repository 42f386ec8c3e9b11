/**
 * Kubernetes' StatefulSet controller (apps/v1, kubernetes v1.36.2): one look at a time, it creates and deletes pods that
 * keep their ordinals. Not followed: claims of volumes, a first ordinal other than 0, the history limit, hash
 * collisions, failures of the API server and the batches that guard against them.
 */
import { type Counts, countsOf, isAvailable, type PodStatus } from "./status.js";
import { mayBeUnavailable, type Quantity } from "./unavailable.js";

export interface StatefulSetSettings {
  readonly podManagementPolicy: "OrderedReady" | "Parallel";
  readonly updateStrategy: "RollingUpdate" | "OnDelete";
  /** Given: with the feature gate MaxUnavailableStatefulSet, which is off unless somebody turns it on. */
  readonly maxUnavailable?: Quantity;
}

/** What holds when the controller looks. */
export interface Observed {
  readonly replicas: number;
  /** Names the pod template. */
  readonly version: string;
  /** Pods of lower ordinals stay at, or go back to, the current version. */
  readonly partition?: number;
  /** By ordinal. */
  readonly pods: Readonly<Record<number, PodStatus>>;
}

export interface Deed extends Counts {
  /** Versions of the pods to create, by ordinal. */
  readonly create: Readonly<Record<number, string>>;
  /** Ordinals of the pods to delete, the highest first. */
  readonly delete: readonly number[];
  /** What the last complete update brought, and what is wanted now. */
  readonly currentVersion: string;
  readonly updateVersion: string;
}

export class StatefulSet {
  private current: string | undefined;
  // Of the present look.
  private create: Record<number, string> = {};
  private delete: number[] = [];

  constructor(private readonly settings: StatefulSetSettings) {}

  sync(observed: Observed): Deed {
    const { version, pods } = observed;
    const current = this.current ?? version;
    this.create = {};
    this.delete = [];
    const counts = countsOf(Object.values(pods), current, version);
    if (this.keep(observed, current) && this.condemn(observed)) this.update(observed, counts);
    const done = this.isComplete(observed, counts);
    this.current = done ? version : current;
    if (done) counts.current = counts.updated;
    const deleted = this.delete.sort((one, two) => two - one);
    return { create: this.create, delete: deleted, ...counts, currentVersion: this.current, updateVersion: version };
  }

  private get ordered(): boolean {
    return this.settings.podManagementPolicy === "OrderedReady";
  }

  /** Sees to it that every ordinal has its pod; false when a pod has to be waited for. */
  private keep({ replicas, version, partition = 0, pods }: Observed, current: string): boolean {
    for (let ordinal = 0; ordinal < replicas; ordinal++) {
      const pod = pods[ordinal];
      const ended = pod?.phase === "Failed" || pod?.phase === "Succeeded";
      const old = this.settings.updateStrategy === "RollingUpdate" && ordinal < partition;
      if (pod === undefined) this.create[ordinal] = old ? current : version;
      else if (ended && pod.terminating !== true) this.delete.push(ordinal);
      if (this.ordered && (pod === undefined || !isAvailable(pod))) return false;
    }
    return true;
  }

  /** Takes the pods whose ordinals are no longer wanted; false when one of them has to be waited for. */
  private condemn({ replicas, pods }: Observed): boolean {
    const ordinals = Object.keys(pods).map(Number);
    const condemned = ordinals.filter((ordinal) => ordinal >= replicas).sort((one, two) => two - one);
    const firstUnavailable = ordinals.sort((one, two) => one - two).find((ordinal) => !isAvailable(pods[ordinal]));
    for (const ordinal of condemned) {
      const pod = pods[ordinal];
      if (pod.terminating === true) {
        if (this.ordered) return false;
        continue;
      }
      if (this.ordered && !isAvailable(pod) && ordinal !== firstUnavailable) return false;
      this.delete.push(ordinal);
      if (this.ordered) return false;
    }
    return true;
  }

  /** From the highest ordinal down: deletes what is not of the wanted version, as long as all above are available. */
  private update(observed: Observed, counts: Counts): void {
    const { replicas, version, partition = 0, pods } = observed;
    const { updateStrategy, maxUnavailable } = this.settings;
    if (updateStrategy === "OnDelete") return;
    if (maxUnavailable !== undefined) return this.updateSeveral(observed, counts, maxUnavailable);
    for (let ordinal = replicas - 1; ordinal >= partition; ordinal--) {
      const pod = pods[ordinal];
      if (pod !== undefined && pod.version !== version && pod.terminating !== true) {
        this.delete.push(ordinal);
        counts.current--;
        return;
      }
      if (pod === undefined || !isAvailable(pod)) return;
    }
  }

  private updateSeveral({ replicas, version, partition = 0, pods }: Observed, counts: Counts, most: Quantity): void {
    let room = mayBeUnavailable(most, replicas);
    for (let ordinal = 0; ordinal < replicas; ordinal++)
      if (pods[ordinal] === undefined || !isAvailable(pods[ordinal])) room--;
    for (let ordinal = replicas - 1; ordinal >= partition && room > 0; ordinal--) {
      const pod = pods[ordinal];
      if (pod === undefined || pod.version === version || pod.terminating === true) continue;
      this.delete.push(ordinal);
      counts.current--;
      room--;
    }
  }

  /** Every pod that is wanted is there, is of the wanted version and is ready. */
  private isComplete({ replicas: wanted }: Observed, { replicas, updated, ready }: Counts): boolean {
    if (this.settings.updateStrategy === "OnDelete") return false;
    return [replicas, updated, ready].every((count) => count === wanted);
  }
}
