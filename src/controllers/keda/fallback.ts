/** KEDA's fallback: a metric that has failed more often than the threshold is replaced by one that asks for given replicas. */

export type FallbackBehavior =
  | "static"
  | "currentReplicas"
  | "currentReplicasIfHigher"
  | "currentReplicasIfLower"
  | "scalingModifiers";

export interface FallbackSpec {
  readonly failureThreshold: number;
  readonly replicas: number;
  readonly behavior?: FallbackBehavior | undefined;
}

/** The metric as the HPA holds it. */
export interface MetricTarget {
  readonly type: "AverageValue" | "Value";
  readonly target: number;
}

/** A reading; without a value it failed. */
export interface Reading {
  readonly value: number | undefined;
  readonly replicas: number;
  readonly readyReplicas: number;
}

export interface Answered {
  /** What the HPA is told, in thousandths; undefined is an error. */
  readonly milli: number | undefined;
  readonly fallback: boolean;
  readonly failures: number;
}

/** Counts the failures of one metric in a row. */
export class Fallback {
  private failures = 0;

  constructor(
    private readonly spec: FallbackSpec | undefined,
    private readonly metric: MetricTarget,
  ) {}

  read(reading: Reading): Answered {
    const { spec } = this;
    if (reading.value !== undefined) {
      this.failures = 0;
      return { milli: Math.trunc(reading.value * 1000), fallback: false, failures: 0 };
    }
    const failed = { milli: undefined, fallback: false };
    if (spec === undefined || spec.failureThreshold < 0 || spec.replicas < 0) return { ...failed, failures: 0 };
    const failures = ++this.failures;
    if (failures <= spec.failureThreshold) return { ...failed, failures };
    // Stands for "no value" in a formula.
    if (spec.behavior === "scalingModifiers") return { milli: -1000, fallback: false, failures };
    const milli = this.replacement(spec, reading);
    return { milli, fallback: milli !== undefined, failures };
  }

  private replacement(spec: FallbackSpec, { replicas, readyReplicas }: Reading): number | undefined {
    const { type, target } = this.metric;
    const wished = wishedReplicas(spec, replicas);
    if (type === "AverageValue") return Math.trunc(target * 1000 * wished);
    return readyReplicas === 0 ? undefined : Math.trunc(target * 1000 * (wished / readyReplicas));
  }
}

function wishedReplicas({ behavior, replicas }: FallbackSpec, current: number): number {
  if (behavior === "currentReplicas") return current;
  if (behavior === "currentReplicasIfHigher") return Math.max(current, replicas);
  if (behavior === "currentReplicasIfLower") return Math.min(current, replicas);
  return replicas;
}
