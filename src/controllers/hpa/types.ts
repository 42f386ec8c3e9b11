/**
 * What the HPA controller is told and what it answers, in upstream's terms. Every quantity is upstream's whole number of
 * thousandths ("milli"): millicores, thousandths of bytes, thousandths of whatever a custom metric counts. Times are
 * seconds on one clock.
 */

/** By resource name: "cpu", "memory". */
export type Resources = Readonly<Record<string, number>>;

export interface ResourceTarget {
  /** Per cent of the request. */
  readonly averageUtilization?: number;
  readonly averageValue?: number;
}

export type MetricSpec =
  | ({ readonly type: "Resource"; readonly name: string } & ResourceTarget)
  | ({ readonly type: "ContainerResource"; readonly name: string; readonly container: string } & ResourceTarget)
  | { readonly type: "Pods"; readonly metric: string; readonly averageValue: number }
  | {
      readonly type: "Object";
      readonly metric: string;
      readonly kind: string;
      readonly object: string;
      readonly value?: number;
      readonly averageValue?: number;
    }
  | { readonly type: "External"; readonly metric: string; readonly value?: number; readonly averageValue?: number };

export interface ScalingPolicy {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodSeconds: number;
}

/** One direction of `behavior`, as written; what is left out gets the API's default. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: "Max" | "Min" | "Disabled";
  readonly policies?: readonly ScalingPolicy[];
  /** In thousandths. */
  readonly tolerance?: number;
}

export interface Behavior {
  readonly scaleUp?: ScalingRules;
  readonly scaleDown?: ScalingRules;
}

export interface HpaSpec {
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics: readonly MetricSpec[];
  /** Left out is not the same as empty: upstream takes another way through its code. */
  readonly behavior?: Behavior;
}

/** The controller manager's flags and the feature gates that matter. */
export interface HpaFlags {
  readonly tolerance: number;
  readonly downscaleStabilization: number;
  readonly cpuInitializationPeriod: number;
  readonly initialReadinessDelay: number;
  /** Gate HPAScaleToZero: alpha, off. */
  readonly scaleToZero: boolean;
  /** Gate HPAConfigurableTolerance: beta, on. */
  readonly configurableTolerance: boolean;
}

/** As the controller manager starts with none given. */
export const defaultFlags: HpaFlags = {
  tolerance: 0.1,
  downscaleStabilization: 300,
  cpuInitializationPeriod: 300,
  initialReadinessDelay: 30,
  scaleToZero: false,
  configurableTolerance: true,
};

export interface ContainerState {
  readonly name: string;
  readonly requests: Resources;
}

export interface PodState {
  readonly name: string;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly deleting?: boolean;
  /** The kubelet's start of the pod; left out before. */
  readonly startedAt?: number;
  /** The Ready condition; left out where there is none yet. */
  readonly ready?: boolean;
  readonly readyChangedAt?: number;
  /** Those that run all the time: containers and sidecars. */
  readonly containers: readonly ContainerState[];
  /** Requests of the pod as a whole, where it has them. */
  readonly requests?: Resources;
}

/** What could not be had, in the words of the API that refused. */
export interface Refusal {
  readonly error: string;
}

/** A pod as the resource metrics API lists it: usage by container. */
export interface PodUsage {
  readonly pod: string;
  readonly at: number;
  readonly window: number;
  readonly containers: Readonly<Record<string, Resources>>;
}

/** A pod's value as the custom metrics API lists it. */
export interface PodValue {
  readonly pod: string;
  readonly at: number;
  readonly value: number;
}

/** The three metrics APIs at this moment. A metric that is not there is refused as one that the server does not know. */
export interface Readings {
  readonly resource?: readonly PodUsage[] | Refusal;
  readonly pods?: Readonly<Record<string, readonly PodValue[] | Refusal>>;
  readonly object?: Readonly<Record<string, number | Refusal>>;
  /** One number for each series that matches. */
  readonly external?: Readonly<Record<string, readonly number[] | Refusal>>;
}

export interface Scale {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: string;
}

export interface HpaInputs {
  readonly scale: Scale | Refusal;
  readonly pods: readonly PodState[];
  readonly readings: Readings;
  /** Other HPAs whose selectors take in some of the same pods. */
  readonly rivals?: readonly string[];
  /** The scale cannot be written, and why. */
  readonly updateError?: string;
}

export interface HpaCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
  /** When the status last flipped. */
  readonly since: number;
}

export interface HpaEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What was read of a metric; empty for one that could not be. */
export interface MetricStatus {
  readonly type?: MetricSpec["type"];
  readonly name?: string;
  readonly container?: string;
  readonly utilization?: number;
  readonly averageValue?: number;
  readonly value?: number;
}

export interface HpaStatus {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly lastScaleTime?: number;
  readonly metrics: readonly MetricStatus[];
  readonly conditions: readonly HpaCondition[];
}

/** A stop on the way to a decision, for whoever asks why. */
export interface TrailStep {
  readonly what: string;
  readonly seen?: Readonly<Record<string, number | string>>;
  readonly wished?: number;
}

export interface HpaDecision {
  /** What was written to the scale, or undefined when nothing was. */
  readonly rescaledTo: number | undefined;
  readonly status: HpaStatus;
  readonly events: readonly HpaEvent[];
  readonly trail: readonly TrailStep[];
  /** Why it rescaled, in upstream's words; empty when it did not. */
  readonly rescaleReason: string;
}
