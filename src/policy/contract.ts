/**
 * The five questions an elastic system keeps answering, one interface each.
 *
 *     Scaler       how many replicas of a service?
 *     Sizer        how big is each?
 *     Provisioner  which machines to have?
 *     Scheduler    which machine for this pod?
 *     Balancer     which pod for this call?
 *
 * A policy sees a view: what a real controller could know, no earlier than it could know it.
 * A policy answers with plain data and never acts; the model carries the answer out, with its
 * delays. So a policy can be tested with a literal, and cannot cheat.
 */
import type { Labels, Node as NodeObject, Pod as PodObject, Taint } from "../controllers/scheduler/objects.js";
import type { RandomStream } from "../kernel/random.js";
import type { MiB, Millicores, Seconds, Usd } from "../units.js";
import type { Why } from "./why.js";

export type { Candidate, ClusterScheduler, Filter, PlacingAnswer, Scheduler } from "./scheduling-contract.js";
export type { Condition, Reason, Why } from "./why.js";

export interface Size {
  readonly cpuMillicores: Millicores;
  readonly memoryMiB: MiB;
}

export interface PolicyContext {
  /** Chance of the policy's own, the same in every compared run. */
  readonly stream: RandomStream;
  /** Virtual time, for policies that must know it between two questions. */
  readonly clock: { readonly now: Seconds };
}

/**
 * What is measured of a service. `cpu` and `memory` are fractions of the request, per ready pod;
 * `rate` is calls per second; `concurrency` (in a pod or on the way out of it) and `queue` are calls;
 * these three are summed over the service. `backlog` is messages that its queues hold or have given out, and `backlogAge`
 * seconds since the first in line was published; both are 0 for a service that takes no messages.
 */
export const signals = ["cpu", "memory", "rate", "concurrency", "queue", "backlog", "backlogAge"] as const;
export type Signal = (typeof signals)[number];

/** One pod as the metrics pipeline shows it. */
export interface PodView {
  /** What it requests; older pods may differ from what the service's next would. */
  readonly size: Size;
  readonly pending: boolean;
  readonly ready: boolean;
  readonly draining: boolean;
  /** When its container started; NaN while pending. */
  readonly startedAt: Seconds;
  /** When it last became ready, or NaN. */
  readonly readySince: Seconds;
  /** Mean use over the sample's window; NaN while there is no sample. */
  readonly cpuMillicores: Millicores;
  /** What it held when it was sampled; NaN while there is no sample. */
  readonly memoryMiB: MiB;
  readonly sampledAt: Seconds;
  readonly sampleWindow: Seconds;
}

/** Calls that have reached a service, and the seconds that calls have spent in it: their number at a time, integrated. */
export interface Passed {
  readonly calls: number;
  readonly callSeconds: Seconds;
}

export interface ServiceView {
  readonly now: Seconds;
  readonly name: string;
  /** Replicas asked for; those ready may still be fewer. */
  readonly replicas: number;
  readonly ready: number;
  readonly min: number;
  readonly max: number;
  /** What the next pod will request. */
  readonly size: Size;
  /** Every pod of the service, oldest first. */
  readonly pods: readonly PodView[];
  /** Calls in the service at this very moment, those without a pod included. For policies that count them, as a FaaS gateway does. */
  readonly inFlight: number;
  /** Calls that wait since no pod was there for them, or none had a worker free. */
  readonly waiting: number;
  /** What the service has had since the start, to take differences of. For policies with `activator`; seconds are NaN for others. */
  readonly passed: Passed;
  /** For each ready pod without a call: how long it has been idle. Longest first. */
  readonly idle: readonly Seconds[];
  /** The signal's mean over the last `window` seconds of samples, of this or the named service; NaN when there is nothing to measure. */
  mean(signal: Signal, window: Seconds, service?: string): number;
  /** When the latest sample was taken that `mean` rests on; NaN before the first. */
  sampledAt(signal: Signal, service?: string): Seconds;
}

/** How many replicas, and why. */
export interface ScaleAnswer {
  /** Any number; the model rounds it up and keeps it within the bounds. NaN means no opinion. */
  readonly replicas: number;
  /** Which rule gave the answer, in the field's words: "within tolerance", "scale-down stabilized". */
  readonly rule: string;
  /** What the answer rests on: names to numbers, for the decision log. */
  readonly seen?: Readonly<Record<string, number>>;
  /** For `dryscale why`. */
  readonly why?: Why;
  /** Ask again after so many seconds, even if nothing happens. For policies with `wakes`. */
  readonly again?: Seconds;
  /** Nothing was decided, so that there is nothing to write down. */
  readonly quiet?: true;
}

export interface Scaler {
  /** Seconds between two decisions; Infinity for a policy that is only woken. */
  readonly period: Seconds;
  /** Asked also whenever a call arrives or ends: scale per request. Costs a question a call. */
  readonly wakes?: true;
  /** An activator stands before the pods: it counts every call, and the policy is asked at once when the first finds no ready pod. */
  readonly activator?: true;
  /** A bare number is an answer whose rule is the policy's name. NaN: no opinion, replicas stay, the run counts it. */
  desiredReplicas(view: ServiceView): number | ScaleAnswer;
}

/** What a pod says of itself to whoever would take its node away. Nothing, for a plain replica. */
export interface Annotations {
  /** karpenter.sh/do-not-disrupt */
  readonly doNotDisrupt?: boolean | undefined;
  /** cluster-autoscaler.kubernetes.io/safe-to-evict */
  readonly safeToEvict?: "true" | "false" | undefined;
  /** controller.kubernetes.io/pod-deletion-cost */
  readonly deletionCost?: number | undefined;
}

export interface PlacedPod extends Size {
  readonly service: string;
  /** As the API has it: labels, requests, tolerations, affinity, spread, priority. */
  readonly object?: PodObject;
  /** It stays as long as its node does. */
  readonly daemon?: boolean;
  readonly annotations?: Annotations | undefined;
}

/** On which terms a machine is had: for as long as one likes, or for less until the cloud wants it back. */
export const capacityTypes = ["on-demand", "spot"] as const;
export type CapacityType = (typeof capacityTypes)[number];

export interface NodeTaint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface NodeView {
  readonly id: number;
  readonly group: string;
  readonly zone: string;
  readonly capacityType: CapacityType;
  /** What it was bought for: the order's word, or undefined. */
  readonly claim: string | undefined;
  readonly ready: boolean;
  readonly draining: boolean;
  /** When the cloud said that it wants the machine back; NaN: it has not. */
  readonly noticeAt: Seconds;
  /** What pods may request in all. */
  readonly allocatable: Size;
  readonly free: Size;
  readonly maxPods: number;
  readonly podCount: number;
  readonly boughtAt: Seconds;
  /** As the API has it: name, labels, taints, images. */
  readonly object: NodeObject;
  readonly pods: readonly PlacedPod[];
}

/** Where and on which terms machines of a group can be had. */
export interface OfferingView {
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly usdPerHour: Usd;
}

export interface GroupView {
  readonly name: string;
  readonly type: string;
  readonly arch: string;
  /** The whole machine, what the system keeps for itself included. */
  readonly capacity: Size;
  readonly allocatable: Size;
  readonly maxPods: number;
  readonly offerings: readonly OfferingView[];
  /** Of the first offering: what a machine costs that is ordered without more words. */
  readonly usdPerHour: Usd;
  readonly min: number;
  readonly max: number;
  /** Machines bought and not yet given back, those booting included. */
  readonly count: number;
  /** What the group says of its nodes, beside the labels that every node has. */
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** What a service's PodDisruptionBudget allows at this moment. */
export interface BudgetView {
  readonly service: string;
  readonly allowed: number;
  /** It can never allow any: maxUnavailable is 0, or minAvailable 100 %. */
  readonly fullyBlocking: boolean;
}

/** What a pod says of nodes. */
type Placing = Pick<PodObject, "nodeSelector" | "tolerations" | "affinity">;

export interface ClusterView {
  readonly now: Seconds;
  readonly nodes: readonly NodeView[];
  /** Pods without a node, oldest first; not those whose room is being made by preemption. */
  readonly pending: readonly (PlacedPod & { readonly since: Seconds })[];
  readonly groups: readonly GroupView[];
  /** Pods that every node has, or those that say so alone. */
  readonly daemons: readonly (PlacedPod & { readonly placing?: Placing })[];
  /** Of the services that have one. */
  readonly budgets: readonly BudgetView[];
}

export interface MachineOrder {
  readonly group: string;
  readonly count: number;
  /** Default: the zones of the group's first capacity type in turn. */
  readonly zone?: string | undefined;
  readonly capacityType?: CapacityType | undefined;
  /** A word by which the machine is known again. */
  readonly claim?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly NodeTaint[] | undefined;
  /** A drain that has lasted so long is ended: what is still there is killed. */
  readonly drainLimit?: Seconds | undefined;
}

export interface ProvisionAnswer {
  readonly add: readonly MachineOrder[];
  /** Nodes to drain and give back, by id. */
  readonly remove: readonly number[];
  /** Nodes that shall take no more pods, and those that may again. */
  readonly cordon?: readonly number[];
  readonly uncordon?: readonly number[];
  /** Ask again after so many seconds instead of after the period. */
  readonly again?: Seconds | undefined;
  readonly rule: string;
  /** Nothing was decided, so that there is nothing to write down. */
  readonly quiet?: true;
  readonly seen?: Readonly<Record<string, number>>;
  readonly why?: Why;
}

export interface Provisioner {
  readonly period: Seconds;
  /** Asked at once also when a pod has newly found no node. */
  readonly wakes?: boolean;
  /** It drains machines that the cloud wants back by itself. */
  readonly heedsNotices?: true;
  plan(view: ClusterView): ProvisionAnswer;
}

/** The pods behind a service as one proxy knows them. Read for every call, so everything is in arrays, by row. */
export interface Upstream {
  /** Rows of the pods that may take a call: the first `count`, at least one. */
  readonly rows: Int32Array;
  readonly count: number;
  /** Calls that this proxy has under way, by row. */
  readonly active: Int32Array;
  /** What a pod is worth beside others, by row. */
  readonly weight: Float64Array;
  /** All of them have the same weight. */
  readonly even: boolean;
  /** Another number whenever rows or weights have changed: for balancers that keep tables of them. */
  readonly version: number;
  /** A pod's address, which consistent hashing hashes. */
  address(row: number): string;
}

/** Called for every call, so it reads arrays and allocates nothing. */
export interface Balancer {
  /** Asks for the hash of every call's key; without it `high` and `low` are 0. */
  readonly hashes?: true;
  /** With `hashes`: asks for the key's own number as `high`; a call about nothing has a number of its own. */
  readonly byKey?: true;
  /** Place in `upstream.rows` of the pod to take the call. The hash has 64 bits, in two words of 32 without sign. */
  pick(upstream: Upstream, high: number, low: number): number;
  /** Told of every answer, where the balancer learns from them: how long it took, in seconds. */
  answered?(row: number, took: Seconds, now: Seconds): void;
  /** Told that a pod takes no more calls; its row may be another's one day. */
  forget?(row: number): void;
}
