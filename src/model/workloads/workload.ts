/** Workloads: whoever says which pods a service has, and how pods of one revision follow those of another. */
import type { DaemonSetSettings } from "../../controllers/daemon-set/daemon-set.js";
import type { DeploymentSettings } from "../../controllers/deployment/deployment.js";
import type { StatefulSetSettings } from "../../controllers/stateful-set/stateful-set.js";
import type { Distribution } from "../../kernel/distributions.js";
import type { Resources } from "../../policy/sizer-contract.js";
import type { MiB, Seconds } from "../../units.js";
import type { Owner } from "../service.js";
import type { PodId } from "../state.js";

/** What a rollout may change of a pod. */
export interface Revision {
  /** Which of the service's images: each is pulled once per node. */
  readonly image: number;
  readonly imageMiB: MiB;
  readonly startup: Distribution;
  readonly crashAfter: Distribution | undefined;
  /** What all CPU work of its calls is multiplied by. */
  readonly workTimes: number;
  /** Undefined: as the service's pods are made at that time. */
  readonly resources?: Resources;
}

/** What holds from a time on: which revision is wanted (0 is the service as it was first), and whether rollouts rest. */
export interface RolloutSpec {
  readonly at: Seconds;
  readonly revision: number;
  readonly paused: boolean;
  /** Of a StatefulSet: the lowest ordinal that is updated. */
  readonly partition: number;
}

interface Rollable {
  /** A pod is available once it has been ready for so long. */
  readonly minReady: Seconds;
  /** Those after the first. */
  readonly revisions: readonly Revision[];
  /** In the order of time. */
  readonly rollouts: readonly RolloutSpec[];
}

export interface DeploymentSpec extends Rollable {
  readonly kind: "Deployment";
  readonly settings: DeploymentSettings;
}

export interface StatefulSetSpec extends Rollable {
  readonly kind: "StatefulSet";
  readonly settings: StatefulSetSettings;
  /** The lowest ordinal that is updated, until a rollout says another. */
  readonly partition: number;
}

export interface DaemonSetSpec extends Rollable {
  readonly settings: Omit<DaemonSetSettings, "placing" | "minReadySeconds">;
}

/** What Kubernetes takes a DaemonSet to be that says nothing of itself. */
export const plainDaemonSet: DaemonSetSpec = {
  settings: { updateStrategy: "RollingUpdate", maxUnavailable: 1, maxSurge: 0 },
  minReady: 0,
  revisions: [],
  rollouts: [],
};

export type WorkloadSpec = DeploymentSpec | StatefulSetSpec;

/** What Kubernetes takes a Deployment to be that says nothing of itself. */
export const plainWorkload: DeploymentSpec = {
  kind: "Deployment",
  settings: { type: "RollingUpdate", maxSurge: "25%", maxUnavailable: "25%", progressDeadline: 600 },
  minReady: 0,
  revisions: [],
  rollouts: [],
};

export interface Workload {
  /** The pods of time 0 stand. */
  started(): void;
  /** The service is to have another number of replicas. */
  scaled(): void;
  /** Pods came, became ready, ended or are gone. */
  podsChanged(): void;
  /** A drain takes this pod, which has to be replaced. */
  evict(pod: PodId): void;
}

/** What workloads ask of the fleet. */
export interface Pods {
  /** Without an ordinal the pod's name has a number that no other ever had. */
  add(owner: Owner, revision: number, ordinal?: number): PodId;
  retire(pod: PodId): void;
  /** Pods were added: they are given nodes once all that happens at this instant has happened. */
  placeWhenDone(): void;
}
