/** The scenario's `hpa` as a HorizontalPodAutoscaler of autoscaling/v2. */
import type { Behavior, ScalingRules } from "../../../controllers/hpa/index.js";
import { type behaviorField, behaviorOf, type MetricFields } from "../../../policy/scaler/hpa-fields.js";
import { METRIC_NAMES } from "../signals.js";
import { said } from "../written.js";
import {
  cpuQuantity,
  flagNotes,
  goDuration,
  memoryQuantity,
  type Part,
  percent,
  quantity,
  timeFlagNotes,
  wholeSeconds,
} from "./spelling.js";

export type BehaviorFields = ReturnType<ReturnType<typeof behaviorField>["parse"]>;

interface Values {
  readonly min: number;
  readonly max: number;
  readonly target: number;
  readonly metrics?: readonly MetricFields[];
  readonly behavior?: BehaviorFields;
}

const CONTROLLER = "kube-controller-manager";
const TIMES = {
  period: [15, "--horizontal-pod-autoscaler-sync-period"],
  stabilization: [300, "--horizontal-pod-autoscaler-downscale-stabilization"],
  cpuInitializationPeriod: [300, "--horizontal-pod-autoscaler-cpu-initialization-period"],
  initialReadinessDelay: [30, "--horizontal-pod-autoscaler-initial-readiness-delay"],
} as const;
const SHARES = { tolerance: [0.1, "--horizontal-pod-autoscaler-tolerance"] } as const;

/** `of`: the kind of what is scaled. */
export function hpaPart(name: string, fields: Readonly<Record<string, unknown>>, of: string): Part {
  const { min, max, target, metrics, behavior } = fields as unknown as Values;
  const notes = [...timeFlagNotes(CONTROLLER, TIMES, fields), ...flagNotes(CONTROLLER, SHARES, fields)];
  const measured: readonly MetricFields[] = metrics ?? [{ kind: "resource", resource: "cpu", utilization: target }];
  const wakes = measured.some(({ kind }) => kind === "object" || kind === "external");
  if (min === 0 && wakes) notes.push("minReplicas 0 needs the feature gate HPAScaleToZero");
  if (min === 0 && !wakes)
    notes.push("minReplicas: 1 in place of 0, for only Object and External metrics wake from zero");
  if (measured.some(({ kind }) => kind !== "resource"))
    notes.push("metrics are named for dryscale's signals: give them the names that your metrics adapter serves");
  return {
    objects: [
      {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: of, name },
          minReplicas: min === 0 && !wakes ? 1 : min,
          maxReplicas: max,
          metrics: measured.map((one) => metricOf(one, name)),
          ...said({ behavior: behaviorObject(behavior, notes) }),
        },
      },
    ],
    notes,
  };
}

function metricOf(given: MetricFields, own: string): object {
  if (given.kind === "resource") {
    const { resource, utilization, averageValue = 0 } = given;
    const target =
      utilization === undefined
        ? { type: "AverageValue", averageValue: (resource === "cpu" ? cpuQuantity : memoryQuantity)(averageValue) }
        : { type: "Utilization", averageUtilization: percent(utilization) };
    return { type: "Resource", resource: { name: resource, target } };
  }
  const name = METRIC_NAMES[given.signal] + goDuration(given.window);
  if (given.kind === "pods") {
    const target = { type: "AverageValue", averageValue: quantity(given.averageValue) };
    return { type: "Pods", pods: { metric: { name }, target } };
  }
  const { value, averageValue, service = own } = given;
  const target =
    value === undefined
      ? { type: "AverageValue", averageValue: quantity(averageValue ?? 0) }
      : { type: "Value", value: quantity(value) };
  if (given.kind === "object")
    return {
      type: "Object",
      object: { describedObject: { apiVersion: "v1", kind: "Service", name: service }, metric: { name }, target },
    };
  return { type: "External", external: { metric: { name, selector: { matchLabels: { service } } }, target } };
}

/** Upstream's object; undefined stays undefined, for {} means another way of deciding. */
export function behaviorObject(given: BehaviorFields, notes: string[]): object | undefined {
  const behavior: Behavior | undefined = behaviorOf(given);
  if (behavior === undefined) return undefined;
  const rules = (way: string, given: ScalingRules | undefined) =>
    given &&
    said({
      ...given,
      stabilizationWindowSeconds:
        given.stabilizationWindowSeconds === undefined
          ? undefined
          : wholeSeconds(given.stabilizationWindowSeconds, `${way}.stabilization`, notes),
      policies: given.policies?.map((one) => ({
        ...one,
        periodSeconds: wholeSeconds(one.periodSeconds, `${way}.policies.period`, notes),
      })),
      tolerance: given.tolerance === undefined ? undefined : quantity(given.tolerance / 1000),
    });
  return said({ scaleUp: rules("scaleUp", behavior.scaleUp), scaleDown: rules("scaleDown", behavior.scaleDown) });
}
