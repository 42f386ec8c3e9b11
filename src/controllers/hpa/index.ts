/**
 * Kubernetes' HorizontalPodAutoscaler (autoscaling/v2, v1.36.2), one object of it: a reconcile is a function of what the
 * controller is shown and of what it remembers. It remembers its status, what the metrics asked for lately and its rescales.
 */
import { type DefaultedBehavior, defaultBehavior, ScaleEvents } from "./behavior.js";
import { computeForMetrics, type Look } from "./combine.js";
import { Conditions } from "./conditions.js";
import { Recommendations, type Wish, withinRate, withinRules } from "./normalize.js";
import {
  defaultFlags,
  type HpaDecision,
  type HpaEvent,
  type HpaFlags,
  type HpaInputs,
  type HpaSpec,
  type HpaStatus,
  type MetricStatus,
  type Scale,
  type TrailStep,
} from "./types.js";

export type * from "./types.js";
export { defaultFlags };

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** What an HPA without metrics gets from the API. */
const DEFAULT_METRICS: HpaSpec["metrics"] = [{ type: "Resource", name: "cpu", averageUtilization: 80 }];

export const createHpa = (spec: HpaSpec, flags: Partial<HpaFlags> = {}, named?: Named): Hpa =>
  new Hpa(spec, { ...defaultFlags, ...flags }, named ?? { namespace: "default", name: "hpa" });

/** What a way through the reconcile comes to. */
interface Outcome {
  readonly desired: number;
  readonly reason: string;
  readonly metrics: readonly MetricStatus[];
}

export class Hpa {
  private readonly conditions = new Conditions();
  private readonly recommendations = new Recommendations();
  private readonly scaleEvents = new ScaleEvents();
  private status: HpaStatus = { currentReplicas: 0, desiredReplicas: 0, metrics: [], conditions: [] };
  private events: HpaEvent[] = [];
  private trail: TrailStep[] = [];
  private spec!: HpaSpec;
  private behavior: DefaultedBehavior | undefined;

  constructor(
    spec: HpaSpec,
    private readonly flags: HpaFlags,
    private readonly named: Named,
  ) {
    this.update(spec);
  }

  /** The object was edited; what the controller remembers stays. */
  update(spec: HpaSpec): void {
    this.spec = spec.metrics.length > 0 ? spec : { ...spec, metrics: DEFAULT_METRICS };
    this.behavior = defaultBehavior(spec.behavior, Math.trunc(this.flags.downscaleStabilization));
  }

  /** One sync. It never throws for what the cluster does; failures are conditions and events. */
  reconcile(inputs: HpaInputs, now: number): HpaDecision {
    this.events = [];
    this.trail = [];
    const { scale } = inputs;
    if ("error" in scale) {
      this.warn("FailedGetScale", scale.error);
      const message = `the HPA controller was unable to get the target's current scale: ${scale.error}`;
      this.condition("AbleToScale", false, "FailedGetScale", message, now);
      return this.decision(undefined, "");
    }
    const got = "the HPA controller was able to get the target's current scale";
    this.condition("AbleToScale", true, "SucceededGetScale", got, now);
    this.recommendations.begin(scale.specReplicas, now);
    const outcome = this.settled(scale, now) ?? this.measured(inputs, scale, now);
    if (outcome === undefined) return this.decision(undefined, "");
    return this.rescale(inputs, scale.specReplicas, outcome, now);
  }

  /** The cases that upstream settles before it reads a metric: no stabilization, no rate. */
  private settled({ specReplicas }: Scale, now: number): Outcome | undefined {
    const { maxReplicas: max } = this.spec;
    const min = this.min;
    if (specReplicas === 0) {
      if (this.scaledToZero && (min !== 0 || this.hasOutsideMetric)) return undefined;
      const message = "scaling is disabled since the replica count of the target is zero";
      this.condition("ScalingActive", false, "ScalingDisabled", message, now);
      if (!this.flags.scaleToZero) this.conditions.remove("ScaledToZero");
      return { desired: 0, reason: "", metrics: [] };
    }
    const bound = specReplicas > max ? "above Spec.MaxReplicas" : "below Spec.MinReplicas";
    if (specReplicas <= max && specReplicas >= min) return undefined;
    const desired = specReplicas > max ? max : min;
    const reason = `Current number of replicas ${bound}`;
    this.trail.push({ what: reason, seen: { replicas: specReplicas, min, max }, wished: desired });
    return { desired, reason, metrics: [] };
  }

  private measured(inputs: HpaInputs, scale: Scale, now: number): Outcome | undefined {
    const current = scale.specReplicas;
    const computed = computeForMetrics(this.look(inputs, scale, now));
    if (computed.replicas === undefined) {
      this.status = { ...this.status, currentReplicas: current, metrics: computed.statuses };
      this.warn("FailedComputeMetricsReplicas", computed.error);
      return undefined;
    }
    const wished = Math.max(0, computed.replicas);
    const name = computed.replicas > 0 ? computed.name : "";
    let reason = "";
    if (wished > current) reason = `${name} above target`;
    if (wished < current) reason = "All metrics below target";
    const min = this.min;
    let desired = this.normalize({ current, desired: wished, min, max: this.spec.maxReplicas, now });
    if (current === 0 && min !== 0 && this.scaledToZero && desired < min) {
      desired = min;
      reason ||= "Current number of replicas below Spec.MinReplicas";
    }
    return { desired, reason, metrics: computed.statuses };
  }

  private look(inputs: HpaInputs, scale: Scale, now: number): Look {
    const { up, down } = this.behavior ?? {};
    const own = this.flags.configurableTolerance;
    const tolerances = {
      up: (own ? up?.tolerance : undefined) ?? this.flags.tolerance,
      down: (own ? down?.tolerance : undefined) ?? this.flags.tolerance,
    };
    return {
      ...{ inputs, scale, now, named: this.named, metrics: this.spec.metrics, flags: this.flags, tolerances },
      warn: (reason, message) => this.warn(reason, message),
      active: (status, reason, message) => this.condition("ScalingActive", status, reason, message, now),
      note: (step) => this.trail.push(step),
    };
  }

  private normalize(wish: Wish): number {
    const { behavior, recommendations } = this;
    const { now } = wish;
    const stable =
      behavior === undefined
        ? recommendations.highest(wish, this.flags.downscaleStabilization)
        : recommendations.between(wish, behavior);
    this.condition("AbleToScale", true, stable.reason, stable.message, now);
    this.trail.push({ what: stable.reason, wished: stable.replicas });
    const calm = { ...wish, desired: stable.replicas };
    const bound = behavior === undefined ? withinRules(calm) : withinRate(calm, behavior, this.scaleEvents);
    this.condition("ScalingLimited", bound.replicas !== stable.replicas, bound.reason, bound.message, now);
    this.trail.push({ what: bound.reason, wished: bound.replicas });
    return bound.replicas;
  }

  private rescale(inputs: HpaInputs, current: number, { desired, reason, metrics }: Outcome, now: number): HpaDecision {
    if (desired === current) {
      this.status = { ...this.status, currentReplicas: current, desiredReplicas: current, metrics };
      return this.decision(undefined, "");
    }
    const { updateError } = inputs;
    if (updateError !== undefined) {
      this.warn("FailedRescale", `New size: ${desired}; reason: ${reason}; error: ${updateError}`);
      const message = `the HPA controller was unable to update the target scale: ${updateError}`;
      this.condition("AbleToScale", false, "FailedUpdateScale", message, now);
      this.status = { ...this.status, currentReplicas: current, metrics };
      return this.decision(undefined, "");
    }
    const done = `the HPA controller was able to update the target scale to ${desired}`;
    this.condition("AbleToScale", true, "SucceededRescale", done, now);
    const message = `New size: ${desired}; reason: ${reason}`;
    this.events.push({ type: "Normal", reason: "SuccessfulRescale", message });
    if (this.behavior !== undefined) this.scaleEvents.store(this.behavior, current, desired, now);
    this.noteZero(current, desired, now);
    this.status = { currentReplicas: current, desiredReplicas: desired, lastScaleTime: now, metrics, conditions: [] };
    return this.decision(desired, reason);
  }

  /** Whether it was this controller that went to zero: from there, only its own zero is left again. */
  private noteZero(current: number, desired: number, now: number): void {
    if (!this.flags.scaleToZero) this.conditions.remove("ScaledToZero");
    else if (current > 0 && desired === 0 && this.min === 0 && this.hasOutsideMetric) {
      this.condition("ScaledToZero", true, "ScaledToZero", "the HPA controller scaled the workload to zero", now);
    } else {
      const message = "the HPA controller did not scale the workload to zero";
      this.condition("ScaledToZero", false, "NotScaledToZero", message, now);
    }
  }

  private get min(): number {
    return this.spec.minReplicas ?? 1;
  }

  private get scaledToZero(): boolean {
    return this.flags.scaleToZero && this.conditions.isTrue("ScaledToZero");
  }

  private get hasOutsideMetric(): boolean {
    return this.spec.metrics.some(({ type }) => type === "Object" || type === "External");
  }

  private warn(reason: string, message: string): void {
    this.events.push({ type: "Warning", reason, message });
  }

  private condition(type: string, status: boolean, reason: string, message: string, now: number): void {
    this.conditions.set({ type, status, reason, message }, now);
  }

  private decision(rescaledTo: number | undefined, rescaleReason: string): HpaDecision {
    this.status = { ...this.status, conditions: this.conditions.all };
    const { status, events, trail } = this;
    return { rescaledTo, status, events, trail, rescaleReason };
  }
}
