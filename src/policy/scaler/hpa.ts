/**
 * Kubernetes' Horizontal Pod Autoscaler in the simulated world: controllers/hpa decides, to the letter; this shows it the
 * service as the API server and the metrics APIs would.
 *
 * Each pod is one container, "app". Its start is its container's, not the kubelet's first word of it. When a pod that was
 * ready lost its readiness is not in the view: the time when it gained it stands in. A pods metric has the same value in
 * every pod that is ready: the service's, divided.
 */
import {
  createHpa,
  type Hpa,
  type HpaDecision,
  type HpaInputs,
  type HpaSpec,
  type Readings,
} from "../../controllers/hpa/index.js";
import type { Seconds } from "../../units.js";
import type { Reason, ScaleAnswer, ServiceView } from "../contract.js";
import { defineScaler, type Mention } from "../define.js";
import { flag, fraction, interval, seconds, wholePercent } from "../fields.js";
import { behaviorField, behaviorOf, type MetricFields, metricsField, nameOf, specOf } from "./hpa-fields.js";
import { conditionOf, inUsersUnits } from "./hpa-trail.js";
import { podName, podsAndSamples } from "./pods-and-samples.js";

function readings(view: ServiceView, metrics: readonly MetricFields[]): Readings {
  const pods: Record<string, { pod: string; at: number; value: number }[]> = {};
  const object: Record<string, number> = {};
  const external: Record<string, number[]> = {};
  for (const metric of metrics) {
    if (metric.kind === "resource") continue;
    const service = metric.kind === "pods" ? undefined : metric.service;
    const value = view.mean(metric.signal, metric.window, service);
    if (Number.isNaN(value)) continue;
    const name = nameOf(metric);
    if (metric.kind === "external") external[name] = [Math.round(value * 1000)];
    else if (metric.kind === "object") object[name] = Math.round(value * 1000);
    else {
      const share = Math.round((value * 1000) / Math.max(1, view.ready));
      const at = view.sampledAt(metric.signal);
      pods[name] = view.pods.flatMap(({ ready }, i) => (ready ? [{ pod: podName(i), at, value: share }] : []));
    }
  }
  return { ...podsAndSamples(view).readings, pods, object, external };
}

function inputs(view: ServiceView, metrics: readonly MetricFields[]): HpaInputs {
  const statusReplicas = view.pods.filter(({ draining }) => !draining).length;
  return {
    scale: { specReplicas: view.replicas, statusReplicas, selector: `app=${view.name}` },
    pods: podsAndSamples(view).pods,
    readings: readings(view, metrics),
  };
}

/** In the field's words, what decided: a bound, a window, or the metrics. */
function ruleOf({ rescaleReason, status }: HpaDecision): string {
  const find = (type: string) => status.conditions.find((condition) => condition.type === type);
  const active = find("ScalingActive");
  if (active?.status === false) return active.reason;
  const [limited, able] = [find("ScalingLimited"), find("AbleToScale")];
  if (limited?.status === true) return limited.reason;
  if (able?.reason.endsWith("Stabilized")) return able.reason;
  return rescaleReason === "" ? "DesiredWithinRange" : rescaleReason;
}

/** What the decision log shows of the metric that asked for most. */
function seenOf(trail: readonly Reason[]): Readonly<Record<string, number>> {
  const metrics = trail.filter(({ seen, wished }) => seen?.ratio !== undefined && wished !== undefined);
  const [first, ...others] = metrics;
  if (first === undefined) return {};
  const most = others.reduce((greatest, one) => (one.wished! > greatest.wished! ? one : greatest), first);
  const { utilization, ...rest } = most.seen as Readonly<Record<string, number>>;
  const { ratio, ready, missing, unready } = rest;
  if (utilization === undefined) return { ratio, proposal: most.wished! };
  return { utilisation: utilization / 100, ready, missing, unready, proposal: most.wished! };
}

/** How old the value of a metric outside the pods is; those of pods tell it themselves. */
function ageOf(name: string, view: ServiceView, metrics: readonly MetricFields[]): Seconds | undefined {
  for (const metric of metrics) {
    if (metric.kind === "resource" || metric.kind === "pods" || nameOf(metric) !== name) continue;
    return view.now - view.sampledAt(metric.signal, metric.service);
  }
  return undefined;
}

/** The answer of one sync. No metric at all is no opinion. */
function answerOf(decision: HpaDecision, view: ServiceView, metrics: readonly MetricFields[]): ScaleAnswer {
  const { status, rescaledTo } = decision;
  const trail = inUsersUnits(decision.trail, (name) => ageOf(name, view, metrics));
  const conditions = status.conditions.map(conditionOf);
  const settled = trail.find(({ what }) => what.startsWith("Current number of replicas"));
  const why = { trail, conditions };
  if (settled !== undefined) return { replicas: rescaledTo ?? view.replicas, rule: settled.what, why };
  const rule = ruleOf(decision);
  const failed = rule.startsWith("Failed");
  return { replicas: failed ? NaN : (rescaledTo ?? view.replicas), rule, seen: seenOf(decision.trail), why };
}

export const hpa = defineScaler({
  name: "hpa",
  summary: "Kubernetes Horizontal Pod Autoscaler v2, decision for decision as v1.36.2.",
  fields: {
    target: wholePercent().prefault("80%").describe("CPU use to aim for, as a share of the request."),
    metrics: metricsField(),
    behavior: behaviorField(),
    scaleToZero: flag()
      .prefault(false)
      .describe("Gate HPAScaleToZero: an object or external metric may go to 0 and back."),
    tolerance: fraction().prefault("10%").describe("How far use may be off the target before anything is done."),
    period: interval().prefault("15s").describe("Time between two syncs."),
    stabilization: seconds().prefault("5m").describe("A scale-down goes no lower than any proposal this recent."),
    cpuInitializationPeriod: seconds()
      .prefault("5m")
      .describe("For so long after a pod's start its samples count only while it is ready."),
    initialReadinessDelay: seconds()
      .prefault("30s")
      .describe("A pod whose readiness last changed within so long of its start counts as never ready."),
  },
  mentions: ({ metrics = [] }) =>
    metrics.flatMap((metric, i): Mention[] => {
      if (metric.kind === "pods") return [];
      if (metric.kind !== "resource")
        return metric.service === undefined ? [] : [{ path: ["metrics", i, "service"], service: metric.service }];
      if (metric.resource === "cpu") return [];
      return [{ path: ["metrics", i, "resource"], service: undefined, memory: true }];
    }),
  create: ({ target, metrics, behavior, period, stabilization, ...flags }) => {
    const measured: readonly MetricFields[] = metrics ?? [{ kind: "resource", resource: "cpu", utilization: target }];
    const written = behaviorOf(behavior);
    const specIn = ({ min, max }: ServiceView): HpaSpec => ({
      minReplicas: min,
      maxReplicas: max,
      metrics: measured.map(specOf),
      ...(written === undefined ? {} : { behavior: written }),
    });
    let controller: Hpa | undefined;
    return {
      period,
      desiredReplicas(view) {
        const spec = specIn(view);
        controller ??= createHpa(spec, { ...flags, downscaleStabilization: stabilization });
        controller.update(spec);
        return answerOf(controller.reconcile(inputs(view, measured), view.now), view, measured);
      },
    };
  },
});
