/** The scenario's `knative` as a Knative Service: its annotations, on the pods that it is of. */
import { said } from "../written.js";
import { goDuration, type Part, percent } from "./spelling.js";

interface Values {
  readonly min: number;
  readonly max: number;
  readonly metric: "concurrency" | "rps";
  readonly target?: number;
  readonly targetUtilization: number;
  readonly containerConcurrency: number;
  readonly stableWindow: number;
  readonly panicWindow: number;
  readonly panicThreshold: number;
  readonly weighted: boolean;
  readonly scaleDownDelay: number;
  readonly activationScale: number;
  readonly initialScale: number;
  readonly targetBurstCapacity: number;
  readonly podRetention: number;
  readonly progressDeadline: number;
}

/** Keys of the ConfigMap config-autoscaler, with Knative's values. */
const CLUSTER_WIDE: Readonly<Record<string, readonly [key: string, otherwise: number | boolean]>> = {
  maxScaleUpRate: ["max-scale-up-rate", 1000],
  maxScaleDownRate: ["max-scale-down-rate", 2],
  activatorCapacity: ["activator-capacity", 100],
  scaleToZero: ["enable-scale-to-zero", true],
  scaleToZeroGrace: ["scale-to-zero-grace-period", 30],
};

/** A Knative Service has its pods in itself. */
interface KnativePod {
  /** The template's spec. */
  readonly pod: object;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Calls that a pod takes at once. */
  readonly limit: number;
}

export function knativePart(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  { pod, annotations, limit }: KnativePod,
): Part {
  const values = fields as unknown as Values;
  const notes = Object.entries(CLUSTER_WIDE).flatMap(([field, [key, otherwise]]) => {
    const value = fields[field];
    if (value === undefined || value === otherwise) return [];
    const written = key.endsWith("period") ? goDuration(Number(value)) : String(value);
    return [`${field}: for the whole cluster, ${key}: "${written}" in the ConfigMap config-autoscaler`];
  });
  notes.push(...refusals(values));
  const own = values.containerConcurrency || (limit === Infinity ? 0 : limit);
  if (own !== values.containerConcurrency && values.metric === "concurrency")
    notes.push(`containerConcurrency: ${own}, for a pod takes so many calls; the target is then bounded by it`);
  const containerConcurrency = own === 0 ? {} : { containerConcurrency: own };
  const template = {
    metadata: { annotations: { ...annotationsOf(values), ...annotations } },
    spec: { ...containerConcurrency, ...pod },
  };
  return {
    objects: [{ apiVersion: "serving.knative.dev/v1", kind: "Service", metadata: { name }, spec: { template } }],
    notes,
  };
}

/** What Knative's webhook would refuse. */
function refusals({ panicThreshold, stableWindow, target, initialScale, activationScale, min, max }: Values): string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [panicThreshold < 1.1 || panicThreshold > 10, "panicThreshold: Knative takes 110% to 1000%"],
    [stableWindow < 6 || stableWindow > 3600, "stableWindow: Knative takes 6s to 1h"],
    [target !== undefined && target < 0.01, "target: Knative takes 0.01 and more"],
    [initialScale === 0, "initialScale 0 is for clusters whose config-autoscaler has allow-zero-initial-scale"],
    [activationScale > 0 && activationScale < min, "activationScale: Knative takes none below min"],
    [activationScale > max, "activationScale: Knative takes none above max"],
  ];
  return rules.flatMap(([refused, note]) => (refused ? [note] : []));
}

function annotationsOf(values: Values): Readonly<Record<string, string>> {
  const { min, max, metric, target, weighted, activationScale, scaleDownDelay, podRetention } = values;
  const whole = {
    class: "kpa.autoscaling.knative.dev",
    metric,
    "min-scale": min,
    "max-scale": max,
    "initial-scale": values.initialScale,
    target,
    "target-utilization-percentage": percent(values.targetUtilization),
    window: goDuration(values.stableWindow),
    "panic-window-percentage": percent(values.panicWindow),
    "panic-threshold-percentage": percent(values.panicThreshold),
    "metric-aggregation-algorithm": weighted ? "weighted-exponential" : undefined,
    "scale-down-delay": scaleDownDelay === 0 ? undefined : goDuration(scaleDownDelay),
    "activation-scale": activationScale === 0 ? undefined : activationScale,
    "target-burst-capacity": values.targetBurstCapacity,
    "scale-to-zero-pod-retention-period": podRetention === 0 ? undefined : goDuration(podRetention),
  };
  const noted = Object.entries(said(whole)).map(([key, value]) => [`autoscaling.knative.dev/${key}`, String(value)]);
  return {
    ...Object.fromEntries(noted),
    "serving.knative.dev/progress-deadline": goDuration(values.progressDeadline),
  };
}
