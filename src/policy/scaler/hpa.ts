/**
 * Kubernetes' Horizontal Pod Autoscaler (autoscaling/v2) in the simulated world: the controller of controllers/hpa shown
 * the service's pods and their samples. A sync happens every `period`; upstream counts it from the end of the sync before,
 * which here takes no time.
 *
 * Not offered yet: metrics other than CPU utilisation, though the controller has them; scaling from zero (0 replicas pause it, as
 * upstream without its gate).
 */
import {
  type Behavior,
  createHpa,
  type Hpa,
  type HpaDecision,
  type ScalingRules,
} from "../../controllers/hpa/index.js";
import type { ScaleAnswer } from "../contract.js";
import { defineScaler } from "../define.js";
import { fraction, interval, list, oneOf, record, seconds, whole, wholePercent } from "../fields.js";
import { podsAndSamples } from "./pods-and-samples.js";

/** The API takes no number of replicas above this. */
const MOST_REPLICAS = 2 ** 31 - 1;

const rules = (says: string) =>
  record({
    stabilization: seconds().optional().describe("Window of proposals that a change must agree with."),
    select: oneOf("Max", "Min", "Disabled").optional().describe("Which of the policies counts; Disabled: no change."),
    policies: list(
      record({
        type: oneOf("Pods", "Percent").describe("What the value counts."),
        value: whole(1).describe("At most so many in a period."),
        period: interval().describe("Whole seconds, at most half an hour."),
      }),
    )
      .optional()
      .describe("How fast it may go."),
    tolerance: fraction().optional().describe("In place of the controller's tolerance."),
  })
    .optional()
    .describe(says);

type Rules = NonNullable<ReturnType<ReturnType<typeof rules>["parse"]>>;

const rulesOf = ({ stabilization, select, policies, tolerance }: Rules): ScalingRules => ({
  ...(stabilization === undefined ? {} : { stabilizationWindowSeconds: stabilization }),
  ...(select === undefined ? {} : { selectPolicy: select }),
  ...(tolerance === undefined ? {} : { tolerance: Math.round(tolerance * 1000) }),
  ...(policies === undefined
    ? {}
    : { policies: policies.map(({ type, value, period }) => ({ type, value, periodSeconds: period })) }),
});

function behaviorOf(given: { readonly scaleUp?: Rules | undefined; readonly scaleDown?: Rules | undefined }): Behavior {
  const { scaleUp, scaleDown } = given;
  return {
    ...(scaleUp === undefined ? {} : { scaleUp: rulesOf(scaleUp) }),
    ...(scaleDown === undefined ? {} : { scaleDown: rulesOf(scaleDown) }),
  };
}

/** What made the number what it is, in upstream's words: a bound, a limit, a window, or the metric itself. */
function ruleOf({ rescaledTo, rescaleReason, status }: HpaDecision, replicas: number): string {
  const { conditions } = status;
  if (replicas === 0) return conditions.find(({ type }) => type === "ScalingActive")?.reason ?? "ScalingDisabled";
  // Outside the bounds no metric is read, and the conditions are those of the sync before.
  if (rescaleReason.startsWith("Current number")) return rescaleReason;
  const limited = conditions.find(({ type, status: holds }) => type === "ScalingLimited" && holds);
  const held = conditions.find(({ reason }) => reason === "ScaleDownStabilized" || reason === "ScaleUpStabilized");
  return limited?.reason ?? held?.reason ?? (rescaledTo === undefined ? "DesiredWithinRange" : rescaleReason);
}

/** The figures of the metric, for tables: counts of pods, use as a share, and what it proposed. */
function figuresOf({ trail, status }: HpaDecision): Readonly<Record<string, number>> {
  const read = trail[0]?.seen ?? {};
  const counts = Object.entries(read).filter(([name]) => ["ready", "missing", "unready"].includes(name));
  const utilization = status.metrics[0]?.utilization;
  return {
    ...(utilization === undefined ? {} : { utilisation: utilization / 100 }),
    ...(Object.fromEntries(counts) as Record<string, number>),
    ...(utilization === undefined ? {} : { proposal: trail[0]?.wished ?? NaN }),
  };
}

export const hpa = defineScaler({
  name: "hpa",
  summary: "Kubernetes Horizontal Pod Autoscaler v2 on CPU utilisation.",
  fields: {
    target: wholePercent().prefault("80%").describe("CPU use to aim for, as a share of the request."),
    tolerance: fraction().prefault("10%").describe("How far use may be off the target before anything is done."),
    period: interval().prefault("15s").describe("Time between two syncs."),
    stabilization: seconds().prefault("5m").describe("A scale-down goes no lower than any proposal this recent."),
    behavior: record({ scaleUp: rules("Of growing."), scaleDown: rules("Of shrinking.") })
      .optional()
      .describe("How fast it may go; an empty map is not the same as none."),
    cpuInitializationPeriod: seconds()
      .prefault("5m")
      .describe("For so long after a pod's start its samples count only while it is ready."),
    initialReadinessDelay: seconds()
      .prefault("30s")
      .describe("A pod whose readiness last changed within so long of its start counts as never ready."),
  },
  create: ({ target, tolerance, period, stabilization, behavior, ...patience }) => {
    const metrics = [{ type: "Resource", name: "cpu", averageUtilization: Math.round(target * 100) }] as const;
    const flags = { ...patience, tolerance, downscaleStabilization: stabilization };
    let controller: Hpa | undefined;
    return {
      period,
      desiredReplicas(view): ScaleAnswer {
        const { replicas, pods, now } = view;
        const bounds = { minReplicas: view.min, maxReplicas: Math.min(view.max, MOST_REPLICAS) };
        const spec = { ...bounds, metrics, ...(behavior === undefined ? {} : { behavior: behaviorOf(behavior) }) };
        controller ??= createHpa(spec, flags, { namespace: "default", name: view.name });
        controller.update(spec);
        const scale = { specReplicas: replicas, statusReplicas: pods.length, selector: `app=${view.name}` };
        const decision = controller.reconcile({ scale, ...podsAndSamples(view) }, now);
        const { conditions } = decision.status;
        const told = { seen: figuresOf(decision), why: { trail: decision.trail, conditions } };
        const failed = conditions.find(({ type, status }) => type === "ScalingActive" && !status);
        // A metric that cannot be read is no opinion.
        if (replicas > 0 && failed !== undefined && decision.rescaledTo === undefined) {
          return { replicas: NaN, rule: failed.reason, ...told };
        }
        return { replicas: decision.rescaledTo ?? replicas, rule: ruleOf(decision, replicas), ...told };
      },
    };
  },
});
