/** What a world is made of: plain data, checked and in the inner units, with policies as makers. */
import type { Housekeeping } from "../controllers/kubelet/housekeeping.js";
import type { Thresholds } from "../controllers/kubelet/pressure.js";
import type { Probes } from "../controllers/kubelet/probes.js";
import type { ResourceQuota } from "../controllers/resource-quota/quota.js";
import type { Labels, Taint } from "../controllers/scheduler/objects.js";
import type { Distribution } from "../kernel/distributions.js";
import type {
  Balancer,
  CapacityType,
  ClusterScheduler,
  PolicyContext,
  Provisioner,
  Scaler,
  Scheduler,
  Size,
} from "../policy/contract.js";
import type { Resources, Sizer } from "../policy/sizer-contract.js";
import type { Fraction, MiB, Millicores, Seconds, Usd } from "../units.js";
import type { Arrivals } from "../workload/arrivals.js";
import type { AdmissionSpec } from "./admission/admission-spec.js";
import type { CheckSpec } from "./calls/check-spec.js";
import type { ConcurrencySpec } from "./calls/concurrency-spec.js";
import type { KeysSpec } from "./calls/popularity.js";
import type { RouteSpec } from "./calls/route.js";
import type { FaultSpec } from "./faults/spec.js";
import type { MeshSpec, PassSpec } from "./mesh/mesh-spec.js";
import type { NetworkSpec, PayloadSpec } from "./network/network-spec.js";
import type { PlacingTemplate } from "./placing/api-objects.js";
import type { Lifecycle } from "./pods/lifecycle.js";
import type { Headers, VirtualHostSpec } from "./routes/virtual-host.js";
import type { AsynchronousStep, CacheSpec, PoolSpec, QueueSpec } from "./shares/asynchronous.js";
import type { BackgroundSpec } from "./workloads/background-spec.js";
import type { WorkloadSpec } from "./workloads/workload.js";

export type Step =
  | AsynchronousStep
  /** Work for a core: seconds of one core at full speed. */
  | { readonly kind: "cpu"; readonly work: Distribution }
  /** Time that passes without a core: a disk, a lock, somebody else's service. */
  | { readonly kind: "wait"; readonly time: Distribution }
  /** Of a service, or of a virtual host, which then comes before a service of its name. */
  | { readonly kind: "call"; readonly service: string; readonly endpoint: string }
  /** Answers with a failure, here and now. */
  | { readonly kind: "abort" }
  /** All branches at once; goes on when the last is done. */
  | {
      readonly kind: "parallel";
      readonly branches: readonly (readonly Step[])[];
      /** Goes on when so many have ended well; what the others have asked for goes on for nobody. */
      readonly need?: number | undefined;
    }
  /** One of the options, or none with the probability that is left. */
  | {
      readonly kind: "choose";
      readonly options: readonly { readonly probability: Fraction; readonly steps: readonly Step[] }[];
    }
  /** The steps so many times, one after another; fractions of a turn are rounded to the nearest whole. */
  | { readonly kind: "repeat"; readonly times: Distribution; readonly steps: readonly Step[] };

export interface EndpointSpec {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** The way to a service: what every call to it goes through. */
export interface HopSpec {
  readonly latency: Distribution;
  /** The way back. Nothing but the caller's latency can tell it from `latency`. */
  readonly reply: Distribution;
  /** The proxies on the way there; what they do with the answer is counted with that. */
  readonly passes: readonly PassSpec[];
}

/** What every pod of one kind is like, whatever it is there for. A pod's own resources may differ, see pod-size.ts. */
export interface PodTemplate extends Resources {
  readonly name: string;
  /** The CPU limit is a quota of each period of this length; undefined: a speed. */
  readonly cfsPeriod: Seconds | undefined;
  readonly imageMiB: MiB;
  /** From the container's start until it could answer. */
  readonly startup: Distribution;
  /** Probes at `initialDelay`, `initialDelay + period`, … after the start; the first good one makes the pod ready. */
  readonly readiness: Probes["readiness"];
  /** How long a draining pod may finish its calls before it is killed. */
  readonly grace: Seconds;
  readonly lifecycle: Lifecycle;
  /** D in C = Σ Cᵢ·Dᵢ: what deploying a container adds to its demand. */
  readonly deploymentFactor: number;
  /** E in A = Σ Aᵢ·Eᵢ: what executing a task adds to its demand. */
  readonly executionFactor: number;
}

export interface ServiceSpec extends PodTemplate {
  readonly replicas: number;
  readonly bounds: { readonly min: number; readonly max: number };
  /** What the scheduler reads of its pods beside their size. */
  readonly template: PlacingTemplate;
  /** What keeps its pods, and how they change to another revision. */
  readonly workload: WorkloadSpec;
  readonly concurrency: ConcurrencySpec;
  readonly admission?: AdmissionSpec | undefined;
  readonly endpoints: readonly EndpointSpec[];
  readonly caches: readonly CacheSpec[];
  readonly pools: readonly PoolSpec[];
  readonly hop: HopSpec;
  readonly payload: PayloadSpec;
  /** What is asked, one after another, before a call comes to the application. */
  readonly checks: readonly CheckSpec[];
  /** What its callers do when it is slow or fails. */
  readonly route: RouteSpec;
  /** What its callers have of their own; undefined: one gateway stands before all its pods and knows all callers' calls. */
  readonly mesh: MeshSpec | undefined;
  /** What of a pod's size its proxy asks for, and no work of its calls may count on. */
  readonly sidecarMillicores?: Millicores;
  readonly balancer: (context: PolicyContext) => Balancer;
  /** What its pods are worth to a balancer, one after another and from the start again; at least one, all above 0. */
  readonly weights: readonly number[];
  readonly scaler: { readonly name: string; readonly create: (context: PolicyContext) => Scaler } | undefined;
  readonly sizer: { readonly name: string; readonly create: (context: PolicyContext) => Sizer } | undefined;
}

export interface Target {
  /** Or a virtual host. */
  readonly service: string;
  readonly endpoint: string;
  readonly share: Fraction;
}

/** Requests that bring these headers along, and how many of a load's requests do. */
export interface HeadersShare {
  readonly given: Headers;
  readonly share: Fraction;
}

export type LoadSpec =
  | {
      readonly kind: "open";
      readonly name: string;
      readonly keys?: KeysSpec | undefined;
      /** The rest has no headers. */
      readonly headers?: readonly HeadersShare[] | undefined;
      readonly mix: readonly Target[];
      /** Makes the arrival times of one replication. */
      readonly arrivals: (seed: number) => Arrivals;
    }
  | {
      readonly kind: "closed";
      readonly name: string;
      readonly keys?: KeysSpec | undefined;
      readonly headers?: readonly HeadersShare[] | undefined;
      readonly mix: readonly Target[];
      readonly users: number;
      readonly think: Distribution;
    };

/** Machines that cost less until the cloud wants them back. */
export interface SpotSpec {
  /** By zone. */
  readonly usdPerHour: Readonly<Record<string, Usd>>;
  /** From the purchase until the notice; undefined: never. */
  readonly interruption: Distribution | undefined;
  /** From the notice until the machine is gone. */
  readonly notice: Seconds;
  /** Whether a termination handler drains the machine at the notice, where the provisioner does not. */
  readonly drained: boolean;
}

export interface NodeGroupSpec {
  readonly name: string;
  readonly type: string;
  readonly arch: string;
  readonly capacity: Size;
  readonly allocatable: Size;
  readonly maxPods: number;
  /** On demand. */
  readonly usdPerHour: Usd;
  /** On which terms machines can be had; the first where an order does not say. */
  readonly capacityTypes: readonly CapacityType[];
  readonly spot: SpotSpec | undefined;
  /** Machines that are there and ready at time 0. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly boot: Distribution;
  /** Machines are bought round robin over these. */
  readonly zones: readonly string[];
  /** Beside those that every machine has: its name, zone, type, architecture and operating system. */
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** V in R = Σ Rᵢ·Vᵢ: what virtualization adds to a machine's demand. */
  readonly virtualizationFactor: number;
}

export interface ClusterSpec {
  readonly groups: readonly NodeGroupSpec[];
  readonly scheduler: {
    readonly name: string;
    readonly create: (context: PolicyContext) => Scheduler | ClusterScheduler;
  };
  readonly provisioner: { readonly name: string; readonly create: (context: PolicyContext) => Provisioner } | undefined;
  /** Images are pulled one at a time on a node, each at this speed. */
  readonly pullMiBPerSecond: number;
  /** When kubelets end pods to save their node's memory; undefined: never. */
  readonly eviction: Thresholds | undefined;
  /** A machine is billed at least this long. */
  readonly minimumBilled: Seconds;
}

/** The metrics pipeline of a cluster, with its delays. */
export interface PipelineSpec {
  /** How the kubelet measures containers. */
  readonly housekeeping: Housekeeping;
  /** How often a Prometheus scrapes each service, and how long a value is under way until its adapter gives it out. */
  readonly prometheus: { readonly interval: Seconds; readonly delay: Seconds };
}

/** The processes of the control plane. */
export interface ControllersSpec {
  /** When their loops begin: at random within their first period, or all so long after time 0. */
  readonly phase: Seconds | "random";
  /** Until one of them sees what another has written: each keeps a copy of the cluster that it is told changes of. */
  readonly informerDelay: Seconds;
}

export interface WorldSpec {
  readonly services: readonly ServiceSpec[];
  /** Jobs, and daemons of every node. */
  readonly background: readonly BackgroundSpec[];
  readonly loads: readonly LoadSpec[];
  /** Virtual hosts. */
  readonly routes: readonly VirtualHostSpec[];
  readonly queues: readonly QueueSpec[];
  readonly cluster: ClusterSpec;
  readonly network: NetworkSpec;
  /** Of the namespace that services and jobs are in; undefined: none. */
  readonly quota: ResourceQuota | undefined;
  /** The metrics server's resolution: how often it samples the pods. */
  readonly scrapePeriod: Seconds;
  /** Undefined: without the delays between a pod and whoever asks for its samples. */
  readonly pipeline: PipelineSpec | undefined;
  readonly controllers: ControllersSpec;
  /** What goes wrong. */
  readonly faults: readonly FaultSpec[];
  /** Step of the recorded series. */
  readonly seriesStep: Seconds;
  /** Share of its CPU at which a replica counts as used to the full: what demand in replicas means to the elasticity metrics. */
  readonly demandUtilisation: Fraction;
}
