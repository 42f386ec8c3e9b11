/**
 * Knative Serving's Pod Autoscaler (KPA), with its activator: per-second reports of the calls in the service, a decision every
 * 2 s and at once for the first call that finds no pod, panic mode, and the way to zero and back.
 *
 * Reports count every call in the service; upstream's are a sample of ready pods and what the activators hold, which together
 * estimate the same. Not modelled: the time that the network takes to lead traffic past or through an activator (the hop of the
 * service may stand for it), the activator's own queue and its limit of what it passes on to each pod.
 */
import {
  Autoscaler,
  type DeciderSpec,
  firstExcess,
  type Observed,
  type ScaleResult,
} from "../../controllers/knative/autoscaler.js";
import { Collection, panicWindowOf } from "../../controllers/knative/metrics.js";
import { newStatus, type PodAutoscalerSpec, type Reconciled, reconcile } from "../../controllers/knative/reconciler.js";
import { metricTarget } from "../../controllers/knative/target.js";
import type { Seconds } from "../../units.js";
import type { Passed, Reason, ScaleAnswer, Scaler, ServiceView } from "../contract.js";
import { defineScaler } from "../define.js";
import { flag, fraction, interval, oneOf, positive, seconds, whole } from "../fields.js";

/** Reports come every second, decisions at every second one. */
const SECOND: Seconds = 1;
const TICK = 2;
/** Less than this early is on time. */
const MICROSECOND = 1e-6;

interface Setup {
  readonly metric: "concurrency" | "rps";
  readonly decider: DeciderSpec;
  readonly collection: Collection;
  readonly autoscalerOf: (min: number, max: number) => PodAutoscalerSpec;
}

/** The decider, its reports and the reconciler of one service. */
class Revision implements Scaler {
  readonly period = SECOND;
  readonly activator = true;
  private autoscaler: Autoscaler | undefined;
  private seconds = 0;
  private before: Passed = { calls: 0, callSeconds: 0 };
  private lastSecond: Seconds = 0;
  /** What the activator has told ahead of its time, and will not tell again. */
  private told = 0;
  private desired = -1;
  private excess: number;
  private status = newStatus(0);
  private mode: "Proxy" | "Serve" = "Proxy";
  /** A service is born behind the activator, and one that is there at the start was so long ago. */
  private proxiedSince: Seconds = -Infinity;
  private readyBefore = -1;
  private lookAt: Seconds = 0;

  constructor(private readonly setup: Setup) {
    this.excess = firstExcess(setup.decider, setup.autoscalerOf(0, Infinity).initialScale);
  }

  desiredReplicas(view: ServiceView): ScaleAnswer {
    const { now } = view;
    this.autoscaler ??= this.begin(view);
    const onTime = now - this.lastSecond > SECOND - MICROSECOND;
    const poked = !onTime && this.desired === 0;
    if (onTime) this.report(view);
    else if (poked) this.tell(now);
    const observed = this.setup.collection.observed(this.setup.metric, now);
    const due = poked || (onTime && this.seconds % TICK === 0);
    const result = due && observed !== undefined ? this.autoscaler.scale(now, view.ready, observed) : undefined;
    const news = result !== undefined && this.note(result);
    const looks = news || view.ready !== this.readyBefore || now > this.lookAt - MICROSECOND;
    const done = looks ? this.look(view) : undefined;
    const replicas = done?.scaleTo ?? view.replicas;
    return this.answer(view, { replicas, observed, result, done });
  }

  /** A service that is there at the start: found as an autoscaler finds it that has just been restarted. */
  private begin(view: ServiceView): Autoscaler {
    if (view.replicas === 0) {
      this.status = { ...this.status, active: "False", reason: "NoTraffic", initialized: true, desiredScale: 0 };
      this.desired = 0;
    }
    return new Autoscaler(this.setup.decider, view.ready, view.now);
  }

  private report({ now, passed, ready, waiting }: ServiceView): void {
    const span = now - this.lastSecond;
    const concurrency = (passed.callSeconds - this.before.callSeconds) / span - this.told;
    const requests = (passed.calls - this.before.calls) / span - this.told;
    // Nobody reports of a service without pods and without calls.
    if (ready > 0 || waiting > 0 || requests > 0) this.record(now, concurrency, requests);
    this.before = passed;
    this.lastSecond = now;
    this.told = 0;
    this.seconds++;
  }

  /** The activator's first call after a silence is reported the moment it comes. */
  private tell(now: Seconds): void {
    this.record(now, 1, 1);
    this.told = 1;
  }

  private record(now: Seconds, concurrency: number, requests: number): void {
    this.setup.collection.record(now, { concurrency, proxiedConcurrency: 0, requests, proxiedRequests: 0 });
  }

  /** Whether the decision is news for the reconciler: another number, or the burst fits where it did not. */
  private note({ desired, excessBurstCapacity }: ScaleResult): boolean {
    const news = desired !== this.desired || excessBurstCapacity < 0 !== this.excess < 0;
    this.desired = desired;
    this.excess = excessBurstCapacity;
    return news;
  }

  private look(view: ServiceView): Reconciled {
    const { now, ready, replicas } = view;
    const proxied = this.mode === "Proxy";
    const found = {
      ...{ desired: this.desired, excessBurstCapacity: this.excess, readyPods: ready, replicas, hasServices: true },
      ...{ mode: this.mode, proxyFor: proxied ? now - this.proxiedSince : 0, probeReachesActivator: proxied },
    };
    const done = reconcile(this.setup.autoscalerOf(view.min, view.max), this.status, found, now);
    const changed = done.mode !== this.mode || done.status.active !== this.status.active;
    if (done.mode === "Proxy" && !proxied) this.proxiedSince = now;
    ({ status: this.status, mode: this.mode } = done);
    this.readyBefore = ready;
    // A new condition or path is news of its own.
    const again = done.probing || changed ? SECOND : done.again;
    this.lookAt = again === undefined ? Infinity : now + again;
    return done;
  }

  private answer(view: ServiceView, story: Story): ScaleAnswer {
    const { replicas, observed, result, done } = story;
    const { active, reason, message } = this.status;
    const seen = {
      ...(observed === undefined ? {} : { stable: observed.stable, panic: observed.panic }),
      ready: view.ready,
      desired: this.desired,
      excessBurstCapacity: this.excess,
    };
    const condition = {
      type: "Active",
      status: active,
      reason: reason || "Active",
      ...(message === "" ? {} : { message }),
    };
    const trail = trailOf(story, this.setup.decider);
    const quiet = result === undefined && replicas === view.replicas;
    return {
      replicas,
      rule: done?.note || (result === undefined ? "no decision due" : ruleOf(result)),
      seen,
      ...(quiet ? { quiet: true as const } : { why: { trail, conditions: [condition] } }),
    };
  }
}

interface Story {
  readonly replicas: number;
  readonly observed: Observed | undefined;
  readonly result: ScaleResult | undefined;
  readonly done: Reconciled | undefined;
}

function ruleOf({ panicking, desired, beforeDelay, stablePods, stableLimited }: ScaleResult): string {
  if (desired !== beforeDelay) return "delaying scale-down";
  if (panicking) return "panic mode";
  return stablePods === stableLimited ? "stable mode" : "stable mode, limited by rate or activation scale";
}

function trailOf(
  { observed, result, done, replicas }: Story,
  { targetValue, stableWindow }: DeciderSpec,
): readonly Reason[] {
  const trail: Reason[] = [];
  if (result !== undefined && observed !== undefined) {
    const { maxScaleDown, maxScaleUp } = result;
    const window = { target: targetValue, window: stableWindow };
    trail.push(
      { what: "stable window", seen: { value: observed.stable, ...window }, wished: result.stablePods },
      { what: "panic window", seen: { value: observed.panic, target: targetValue }, wished: result.panicPods },
      { what: "scale rates and activation scale", seen: { maxScaleDown, maxScaleUp }, wished: result.stableLimited },
    );
    if (result.panicking) trail.push({ what: "panic mode", wished: result.beforeDelay });
    if (result.desired !== result.beforeDelay) trail.push({ what: "scale-down delay", wished: result.desired });
  }
  if (done !== undefined) {
    const { mode, activators } = done;
    trail.push({ what: done.note || "bounds", seen: { mode, activators }, wished: replicas });
  }
  return trail;
}

export const knative = defineScaler({
  name: "knative",
  summary: "Knative Serving's Pod Autoscaler: concurrency or requests per second, panic mode, to and from zero.",
  fields: {
    metric: oneOf("concurrency", "rps").default("concurrency").describe("What pods are loaded with."),
    target: positive().optional().describe("Of the metric, per pod. Default: 100 calls at once, or 200 a second."),
    targetUtilization: fraction().prefault("70%").describe("How much of the target to aim for."),
    containerConcurrency: whole()
      .default(0)
      .describe("Calls that a container takes at once, for the target; 0: no limit."),
    stableWindow: interval().prefault("60s").describe("What the stable average is taken over."),
    panicWindow: fraction().prefault("10%").describe("The panic window, as a share of the stable one."),
    panicThreshold: fraction().prefault("200%").describe("Load, as a share of what is there, at which panic begins."),
    weighted: flag().default(false).describe("Weighs later seconds more (weighted-exponential)."),
    maxScaleUpRate: positive().default(1000).describe("At most so many times the ready pods."),
    maxScaleDownRate: positive().default(2).describe("At least the ready pods divided by this."),
    scaleDownDelay: seconds().prefault("0s").describe("A scale-down goes no lower than any wish this recent."),
    activationScale: whole().default(0).describe("No fewer pods than this, unless none."),
    initialScale: whole().default(1).describe("Pods that a new service has to reach once."),
    targetBurstCapacity: whole(-1).default(211).describe("Calls that pods must have room for, or an activator stays."),
    activatorCapacity: positive().default(100).describe("Calls that one activator holds."),
    scaleToZero: flag().default(true).describe("Whether the last pod may go, where min is 0."),
    scaleToZeroGrace: seconds()
      .prefault("30s")
      .describe("How long an activator is in the path before the last pod goes."),
    podRetention: seconds().prefault("0s").describe("How long the last pod is kept without traffic."),
    progressDeadline: seconds().prefault("10m").describe("How long an activation may take."),
  },
  create: (fields) => {
    const { metric, target, targetUtilization, containerConcurrency, stableWindow, weighted } = fields;
    const { target: targetValue, total } = metricTarget({ metric, containerConcurrency, target, targetUtilization });
    const { initialScale, targetBurstCapacity, activatorCapacity, podRetention, progressDeadline } = fields;
    return new Revision({
      metric,
      decider: {
        ...{ targetValue, totalValue: total, targetBurstCapacity, stableWindow, reachable: true },
        ...{ maxScaleUpRate: fields.maxScaleUpRate, maxScaleDownRate: fields.maxScaleDownRate },
        ...{ scaleDownDelay: fields.scaleDownDelay, activationScale: fields.activationScale },
        panicThreshold: fields.panicThreshold,
      },
      collection: new Collection({
        ...{ stableWindow, panicWindow: panicWindowOf(stableWindow, fields.panicWindow), weighted },
        scraped: targetBurstCapacity !== -1,
      }),
      autoscalerOf: (min, max) => ({
        ...{ minScale: min, maxScale: max === Infinity ? 0 : max, initialScale, stableWindow, podRetention },
        ...{ progressDeadline, targetBurstCapacity, totalValue: total, activatorCapacity, reachable: true },
        ...{ enableScaleToZero: fields.scaleToZero, scaleToZeroGracePeriod: fields.scaleToZeroGrace },
      }),
    });
  },
});
