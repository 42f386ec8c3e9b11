/** Pods and nodes as the scheduler reads them: upstream's fields, as plain data in milli-CPU and bytes. */

export type Labels = Readonly<Record<string, string>>;
/** By resource name: cpu in milli, all others in whole units (bytes for memory). */
export type Resources = Readonly<Record<string, number>>;

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A missing selector matches nothing, an empty one everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
}

export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly namespaces?: readonly string[];
  /** Of these labels the owner's values are wanted, or not wanted; those that it does not have are left out. */
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

export interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number;
    readonly podAffinityTerm: PodAffinityTerm;
  }[];
}

export interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
    };
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      readonly weight: number;
      readonly preference: NodeSelectorTerm;
    }[];
  };
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly matchLabelKeys?: readonly string[];
}

export interface HostPort {
  readonly port: number;
  readonly protocol?: string;
  readonly ip?: string;
}

export interface Container {
  readonly image?: string;
  readonly requests?: Resources;
  readonly ports?: readonly HostPort[];
  /** An init container that keeps running beside the others: a sidecar. */
  readonly restartable?: boolean;
}

export interface Pod {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly priority?: number;
  readonly neverPreempts?: boolean;
  /** When the pod started, in seconds. */
  readonly start?: number;
  readonly terminating?: boolean;
  /** It terminates because the scheduler took it away for another. */
  readonly preempted?: boolean;
  /** Where others were taken away for it. */
  readonly nominated?: string;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: Resources;
  /** The one node that the pod asks for by name. */
  readonly nodeName?: string;
  readonly nodeSelector?: Labels;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: Affinity;
  readonly spread?: readonly SpreadConstraint[];
}

/** A pod whose state goes on. */
export type LivePod = { -readonly [K in keyof Pod]: Pod[K] };

export interface Node {
  readonly name: string;
  readonly labels?: Labels;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable: Resources;
  readonly images?: readonly { readonly name: string; readonly size: number }[];
}

/** A Service, ReplicaSet or StatefulSet in that it selects pods: those are spread by default. */
export interface Owner {
  readonly namespace?: string;
  readonly selector: Labels;
}

export const HOSTNAME = "kubernetes.io/hostname";
export const ZONE = "topology.kubernetes.io/zone";
export const REGION = "topology.kubernetes.io/region";

export const namespaceOf = (pod: { readonly namespace?: string }): string => pod.namespace ?? "default";
export const priorityOf = ({ priority = 0 }: Pod): number => priority;
