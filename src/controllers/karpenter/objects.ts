/** What Karpenter reasons about: catalogue, NodePools, nodes and pods. Milli-CPU, bytes, seconds since 1970, USD an hour. */
import type { Labels, PodAffinity, SpreadConstraint } from "../scheduler/objects.js";
import type { RequirementSpec } from "./requirement.js";

export interface Resources {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

export interface Offering {
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
  readonly available: boolean;
}

export interface InstanceType {
  readonly name: string;
  readonly arch: string;
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
  /** What system and kubelet keep for themselves. */
  readonly overheadCpu: number;
  readonly overheadMemory: number;
  /** What else a cloud says of it: family, size, number of CPUs. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly offerings: readonly Offering[];
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface Budget {
  /** A number or a percentage. */
  readonly nodes: string;
  /** Empty, Underutilized, Drifted; for all when not given. */
  readonly reasons?: readonly string[];
  /** Five cron fields in UTC; with `duration` from each hit on. */
  readonly schedule?: string;
  readonly duration?: number;
}

export interface NodePool {
  readonly name: string;
  readonly weight: number;
  readonly requirements?: readonly RequirementSpec[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly limits?: { readonly cpu?: number; readonly memory?: number; readonly nodes?: number };
  readonly consolidationPolicy?: "WhenEmpty" | "WhenEmptyOrUnderutilized";
  /** consolidateAfter: Never. */
  readonly never?: boolean;
  readonly budgets?: readonly Budget[];
  /** The catalogue for this pool when it is not the whole one. */
  readonly types?: readonly string[];
}

export interface Preference {
  readonly weight: number;
  readonly requirements: readonly RequirementSpec[];
}

export interface Pod {
  readonly name: string;
  readonly app?: string;
  readonly cpu: number;
  readonly memory: number;
  readonly created: number;
  readonly node?: string;
  readonly daemon?: boolean;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Terms of which one must hold. */
  readonly required?: readonly (readonly RequirementSpec[])[];
  readonly preferred?: readonly Preference[];
  readonly tolerations?: readonly Toleration[];
  readonly priority?: number;
  readonly deletionCost?: string;
  readonly doNotDisrupt?: boolean;
  /** It still takes its room, but counts no more where pods are counted. */
  readonly terminating?: boolean;
  /** Beside app. */
  readonly labels?: Labels;
  readonly spread?: readonly SpreadConstraint[];
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
}

export interface Node {
  readonly name: string;
  readonly pool: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly created: number;
  /** Seconds of life; forever when not given. */
  readonly expireAfter?: number;
  readonly taints?: readonly Taint[];
  /** Beside its pool's and those that every node has. */
  readonly labels?: Labels;
  /** Not initialized yet. */
  readonly starting?: boolean;
  readonly notReady?: boolean;
  readonly deleting?: boolean;
  readonly doNotDisrupt?: boolean;
  readonly consolidatable?: boolean;
  readonly driftedAt?: number;
  /** Pods are on their way to it. */
  readonly nominated?: boolean;
}

export interface DisruptionBudget {
  readonly app: string;
  /** Disruptions that it allows right now. */
  readonly allowed: number;
  /** It can never allow one: maxUnavailable 0, or minAvailable 100 %. */
  readonly fullyBlocking?: boolean;
}

export interface Cluster {
  readonly types: readonly InstanceType[];
  readonly pools: readonly NodePool[];
  readonly nodes?: readonly Node[];
  readonly pods?: readonly Pod[];
  /** A template pod of each daemon set. */
  readonly daemons?: readonly Pod[];
  readonly pdbs?: readonly DisruptionBudget[];
  readonly ignorePreferences?: boolean;
  readonly spotToSpotConsolidation?: boolean;
}

export const sum = (pods: readonly Pod[]): Resources =>
  pods.reduce((all, pod) => ({ cpu: all.cpu + pod.cpu, memory: all.memory + pod.memory, pods: all.pods + 1 }), {
    cpu: 0,
    memory: 0,
    pods: 0,
  });

export const plus = (a: Resources, b: Resources): Resources => ({
  cpu: a.cpu + b.cpu,
  memory: a.memory + b.memory,
  pods: a.pods + b.pods,
});

export const minus = (a: Resources, b: Resources): Resources => ({
  cpu: a.cpu - b.cpu,
  memory: a.memory - b.memory,
  pods: a.pods - b.pods,
});

/** No room below zero, not even for a pod that asks for nothing. */
export const fits = (asked: Resources, room: Resources): boolean =>
  room.cpu >= 0 &&
  room.memory >= 0 &&
  room.pods >= 0 &&
  asked.cpu <= room.cpu &&
  asked.memory <= room.memory &&
  asked.pods <= room.pods;

export const allocatable = ({ cpu, memory, pods, overheadCpu, overheadMemory }: InstanceType): Resources => ({
  cpu: cpu - overheadCpu,
  memory: memory - overheadMemory,
  pods,
});
