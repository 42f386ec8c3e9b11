/** Plays Knative's situations: a decider's ticks, the windows of the collector, and the reconciler's way to zero and back. */
import { Autoscaler, type DeciderSpec } from "../../src/controllers/knative/autoscaler.js";
import { Collection, type MetricSpec, type Stat } from "../../src/controllers/knative/metrics.js";
import { newStatus, type PodAutoscalerSpec, reconcile } from "../../src/controllers/knative/reconciler.js";
import { metricTarget, type TargetSpec } from "../../src/controllers/knative/target.js";
import type { Vector } from "../vector.js";

type Kind = "scale" | "ticks" | "windows" | "reconcile";

interface Step {
  readonly at: number;
  readonly ready: number;
  readonly stable: number;
  readonly panic: number;
  readonly silent?: boolean;
  readonly stats?: readonly (Partial<Stat> & { readonly late?: number })[];
  readonly desired: number;
  readonly excessBurstCapacity: number;
  readonly services?: boolean;
  readonly proxied?: boolean;
  readonly probe?: boolean;
}

export function playKnative({ settings, script }: Vector): readonly unknown[] {
  const { kind } = settings as { readonly kind: Kind };
  const answer = players[kind](settings as Settings);
  return script.map((step) => answer(step as Step));
}

type Settings = DeciderSpec &
  MetricSpec &
  Partial<PodAutoscalerSpec> &
  Omit<TargetSpec, "metric"> & {
    readonly metric?: "concurrency" | "rps" | "";
    readonly readyAtStart: number;
    readonly replicas: number;
    readonly scaleToZeroDisabled?: boolean;
    readonly targetUtilizationPercentage?: number;
  };

const decided = (
  autoscaler: Autoscaler,
  { at, ready }: Step,
  observed: { stable: number; panic: number } | undefined,
) => {
  if (observed === undefined) return { valid: false };
  const { desired, excessBurstCapacity } = autoscaler.scale(at, ready, observed);
  return { valid: true, desired, excessBurstCapacity };
};

function record(collection: Collection, { at, stats = [] }: Step): void {
  const nothing = { concurrency: 0, proxiedConcurrency: 0, requests: 0, proxiedRequests: 0 };
  for (const { late = 0, ...stat } of stats) collection.record(at - late, { ...nothing, ...stat });
}

const metricOf = ({ metric }: Settings): "concurrency" | "rps" => metric || "concurrency";

function playScale(settings: Settings) {
  const autoscaler = new Autoscaler(settings, settings.readyAtStart, 0);
  return (step: Step) => decided(autoscaler, step, step.silent === true ? undefined : step);
}

function playTicks(settings: Settings) {
  const collection = new Collection(settings);
  const autoscaler = new Autoscaler(settings, settings.readyAtStart, 0);
  return (step: Step) => {
    record(collection, step);
    return decided(autoscaler, step, collection.observed(metricOf(settings), step.at));
  };
}

function playWindows(settings: Settings) {
  const collection = new Collection(settings);
  return (step: Step) => {
    record(collection, step);
    const concurrency = collection.observed("concurrency", step.at);
    const rps = collection.observed("rps", step.at);
    if (concurrency === undefined || rps === undefined) return { valid: false };
    return { valid: true, ...concurrency, stableRPS: rps.stable, panicRPS: rps.panic };
  };
}

function specOf(settings: Settings): PodAutoscalerSpec {
  const utilization = settings.targetUtilizationPercentage;
  const { total } = metricTarget({
    ...settings,
    metric: metricOf(settings),
    targetUtilization: utilization === undefined ? undefined : utilization / 100,
  });
  return {
    ...{
      minScale: 0,
      maxScale: 0,
      initialScale: 1,
      podRetention: 0,
      scaleToZeroGracePeriod: 30,
      progressDeadline: 600,
    },
    ...settings,
    enableScaleToZero: settings.scaleToZeroDisabled !== true,
    targetBurstCapacity: settings.targetBurstCapacity ?? 211,
    totalValue: total,
    activatorCapacity: 100,
  };
}

function playReconcile(settings: Settings) {
  const spec = specOf(settings);
  let status = newStatus(0);
  let mode: "Proxy" | "Serve" = "Proxy";
  let { replicas } = settings;
  let proxiedSince: number | undefined;
  return (step: Step) => {
    const { at, desired, excessBurstCapacity, ready, services = false, probe = false } = step;
    if (services) proxiedSince = step.proxied === true ? (proxiedSince ?? at) : undefined;
    const proxyFor = proxiedSince === undefined ? 0 : at - proxiedSince;
    const found = { desired, excessBurstCapacity, readyPods: ready, replicas, hasServices: services, mode, proxyFor };
    const done = reconcile(spec, status, { ...found, probeReachesActivator: probe }, at);
    ({ status, mode } = done);
    replicas = done.scaleTo ?? replicas;
    const { active, reason, message, initialized, desiredScale } = status;
    const { activators, scaleTo, probing, again } = done;
    return {
      ...{ desiredScale, mode, activators, active, reason, message, initialized, probing },
      again: again === undefined ? [] : [again],
      ...(scaleTo === undefined ? {} : { scaleTo }),
    };
  };
}

const players: Readonly<Record<Kind, (settings: Settings) => (step: Step) => unknown>> = {
  scale: playScale,
  ticks: playTicks,
  windows: playWindows,
  reconcile: playReconcile,
};
