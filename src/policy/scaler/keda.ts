/**
 * KEDA's ScaledObject: its operator polls the triggers, wakes the service from zero and puts it back after a cooldown; the
 * HPA that it makes does everything from one replica up, by the triggers' metrics.
 *
 * Polls and the HPA's syncs come at whole multiples of their periods. Not modelled: push scalers, cached metrics, annotations
 * that change in a run, what a source takes to answer. A signal that has no sample yet is a reading that failed, and so is a
 * formula without a finite value.
 */
import {
  type Behavior,
  createHpa,
  type Hpa,
  type HpaDecision,
  type HpaInputs,
  type MetricSpec,
} from "../../controllers/hpa/index.js";
import { Fallback, type FallbackSpec } from "../../controllers/keda/fallback.js";
import {
  type Annotations,
  type Executed,
  requestScale,
  type ScaledObjectSpec,
} from "../../controllers/keda/scaled-object.js";
import type { Seconds } from "../../units.js";
import type { Condition, Reason, ScaleAnswer, Scaler, ServiceView } from "../contract.js";
import { defineScaler, type Mention } from "../define.js";
import { flag, interval, moment, oneOf, record, seconds, whole } from "../fields.js";
import { behaviorField, behaviorOf } from "./hpa-fields.js";
import { conditionOf, inUsersUnits } from "./hpa-trail.js";
import { modifiersField, type Triggers, triggersField, triggersOf } from "./keda-triggers.js";
import { podsAndSamples } from "./pods-and-samples.js";

const DEFAULT_MAX = 100;

interface Setup {
  readonly triggers: Triggers;
  readonly pollingInterval: Seconds;
  readonly syncPeriod: Seconds;
  readonly fallback: FallbackSpec | undefined;
  readonly behavior: Behavior | undefined;
  readonly held: Annotations & { readonly pausedReplicas?: number | undefined };
  readonly spec: Omit<ScaledObjectSpec, "minReplicaCount" | "createdAt" | "fallbackReplicas">;
}

class ScaledObject implements Scaler {
  readonly period: Seconds;
  private readonly fallbacks: readonly Fallback[];
  private hpa: Hpa | undefined;
  private lastActive: Seconds | undefined;
  private looks = 0;

  constructor(private readonly setup: Setup) {
    const { triggers, pollingInterval, syncPeriod, fallback } = setup;
    this.period = greatestCommon(pollingInterval, syncPeriod);
    this.fallbacks = triggers.external.map(({ target }) => new Fallback(fallback, { type: "AverageValue", target }));
  }

  desiredReplicas(view: ServiceView): ScaleAnswer {
    const elapsed = ++this.looks * this.period;
    const { pollingInterval, syncPeriod, held } = this.setup;
    // Paused, it has no HPA and polls nothing.
    if (held.paused) return { replicas: held.pausedReplicas ?? view.replicas, rule: "ScaledObjectPaused" };
    // The HPA sees what a poll has set when it looks the next time.
    const synced = isMultiple(elapsed, syncPeriod) ? this.sync(view) : undefined;
    const afterSync = synced?.rescaledTo ?? view.replicas;
    const polled = isMultiple(elapsed, pollingInterval) ? this.poll(view, afterSync) : undefined;
    const replicas = polled?.replicas ?? afterSync;
    return {
      replicas,
      rule: ruleOf(polled, synced),
      seen: { lastActive: this.lastActive ?? NaN },
      ...(polled === undefined && synced === undefined
        ? { quiet: true as const }
        : {
            why: {
              trail: trailOf(polled, synced, (metric) => this.ageOf(metric, view)),
              conditions: conditionsOf(polled, synced),
            },
          }),
    };
  }

  private poll(view: ServiceView, replicas: number): Executed {
    const readings = this.setup.triggers.external.map((trigger) => trigger.read(view));
    const fallbackReplicas = this.setup.fallback?.replicas;
    const spec = { ...this.setup.spec, minReplicaCount: view.min, fallbackReplicas, createdAt: 0 };
    const poll = {
      ...this.setup.held,
      // Where only CPU and memory are asked, nobody may send the service to sleep.
      active: readings.length === 0 || readings.some((reading) => reading?.active === true),
      failed: readings.includes(undefined),
      replicas,
      lastActive: this.lastActive,
    };
    const executed = requestScale(spec, poll, view.now);
    this.lastActive = executed.lastActive;
    return executed;
  }

  private sync(view: ServiceView): HpaDecision {
    const maxReplicas = view.max === Infinity ? DEFAULT_MAX : view.max;
    const behavior = heldBehavior(this.setup);
    this.hpa ??= createHpa({
      ...{ minReplicas: Math.max(1, view.min), maxReplicas, metrics: this.metrics() },
      ...(behavior === undefined ? {} : { behavior }),
    });
    return this.hpa.reconcile(this.inputs(view), view.now);
  }

  private ageOf(metric: string, view: ServiceView): Seconds | undefined {
    const trigger = this.setup.triggers.external.find(({ name }) => name === metric);
    return trigger?.signal === undefined ? undefined : view.now - view.sampledAt(trigger.signal);
  }

  private metrics(): readonly MetricSpec[] {
    const { external, resources } = this.setup.triggers;
    return [
      ...external.map(({ name, target }): MetricSpec => {
        return { type: "External", metric: name, averageValue: Math.round(target * 1000) };
      }),
      ...resources.map((one): MetricSpec => ({ type: "Resource", ...one })),
    ];
  }

  private inputs(view: ServiceView): HpaInputs {
    const { pods, ready, replicas } = view;
    const shown = podsAndSamples(view);
    const external = this.setup.triggers.external.map((trigger, i) => {
      const value = trigger.read(view)?.value;
      const { milli } = this.fallbacks[i].read({ value, replicas, readyReplicas: ready });
      return [trigger.name, milli === undefined ? { error: "no sample yet" } : [milli]] as const;
    });
    return {
      scale: { specReplicas: replicas, statusReplicas: pods.length, selector: `app=${view.name}` },
      pods: shown.pods,
      readings: { ...shown.readings, external: Object.fromEntries(external) },
    };
  }
}

/** A direction that is paused is closed to the HPA, too. */
function heldBehavior({ behavior, held }: Setup): Behavior | undefined {
  const closed = { selectPolicy: "Disabled" } as const;
  if (!held.pausedScaleIn && !held.pausedScaleOut) return behavior;
  return {
    ...behavior,
    ...(held.pausedScaleIn ? { scaleDown: { ...behavior?.scaleDown, ...closed } } : {}),
    ...(held.pausedScaleOut ? { scaleUp: { ...behavior?.scaleUp, ...closed } } : {}),
  };
}

const isMultiple = (elapsed: Seconds, period: Seconds): boolean =>
  Math.abs(elapsed / period - Math.round(elapsed / period)) < 1e-9;

/** In whole milliseconds. */
function greatestCommon(one: Seconds, other: Seconds): Seconds {
  let [large, small] = [Math.round(one * 1000), Math.round(other * 1000)];
  while (small > 0) [large, small] = [small, large % small];
  return large / 1000;
}

function ruleOf(polled: Executed | undefined, synced: HpaDecision | undefined): string {
  if (polled?.replicas !== undefined) return polled.activity?.status === "True" ? "activated" : "deactivated";
  if (synced?.rescaledTo !== undefined) return synced.rescaleReason;
  return polled?.activity?.reason ?? "no rescale";
}

const trailOf = (
  polled: Executed | undefined,
  synced: HpaDecision | undefined,
  age: (metric: string) => Seconds | undefined,
): readonly Reason[] => [
  ...inUsersUnits(synced?.trail ?? [], age),
  ...(polled?.replicas === undefined ? [] : [{ what: "KEDA's executor", wished: polled.replicas }]),
];

function conditionsOf(polled: Executed | undefined, synced: HpaDecision | undefined): readonly Condition[] {
  const own = [
    { type: "Ready", given: polled?.ready },
    { type: "Active", given: polled?.activity },
  ].flatMap(({ type, given }) =>
    given === undefined ? [] : [{ type, status: given.status, reason: given.reason, message: given.message }],
  );
  return [...own, ...(synced?.status.conditions ?? []).map(conditionOf)];
}

function heldBy(given: Readonly<Record<string, boolean | number | undefined>>): Setup["held"] {
  const said = (what: string) => given[`autoscaling.keda.sh/${what}`];
  const pausedReplicas = said("paused-replicas") as number | undefined;
  return {
    paused: said("paused") === true || pausedReplicas !== undefined,
    pausedReplicas,
    pausedScaleIn: said("paused-scale-in") === true,
    pausedScaleOut: said("paused-scale-out") === true,
    forceActivation: said("force-activation") === true,
  };
}

const behaviors = ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"] as const;

export const keda = defineScaler({
  name: "keda",
  summary: "KEDA's ScaledObject: event-driven, to and from zero, with the HPA that it makes.",
  fields: {
    triggers: triggersField().describe("What the service is scaled by; the highest wish counts."),
    pollingInterval: interval().prefault("30s").describe("Time between two polls of the triggers."),
    cooldownPeriod: seconds().prefault("5m").describe("How long after the last activity the service goes to sleep."),
    initialCooldownPeriod: seconds().prefault("0s").describe("The same for a service that was never active."),
    idleReplicaCount: whole().optional().describe("Replicas while nothing is active, fewer than min."),
    fallback: record({
      failureThreshold: whole().default(3).describe("Failed readings in a row that are borne."),
      replicas: whole().describe("Replicas to ask for after them."),
      behavior: oneOf(...behaviors)
        .default("static")
        .describe("How the present replicas count."),
    })
      .optional()
      .describe("What a metric that cannot be read stands for."),
    behavior: behaviorField(),
    scalingModifiers: modifiersField().optional().describe("Makes one metric of all triggers but cpu and memory."),
    annotations: record({
      "autoscaling.keda.sh/paused": flag().optional().describe("Nothing is scaled."),
      "autoscaling.keda.sh/paused-replicas": whole().optional().describe("Nothing is scaled but to so many at once."),
      "autoscaling.keda.sh/paused-scale-in": flag().optional().describe("Nothing is scaled in."),
      "autoscaling.keda.sh/paused-scale-out": flag().optional().describe("Nothing is scaled out."),
      "autoscaling.keda.sh/force-activation": flag().optional().describe("Active whatever the triggers say."),
    })
      .prefault({})
      .describe("What the ScaledObject is annotated with, for the whole run."),
    syncPeriod: interval().prefault("15s").describe("Time between two syncs of the HPA."),
    startsAt: moment().prefault("2026-01-05T00:00:00Z").describe("The moment at which the simulated time begins."),
  },
  mentions: ({ triggers }) =>
    triggers.flatMap((one, i): Mention[] =>
      "memory" in one ? [{ path: ["triggers", i, "memory"], service: undefined, memory: true }] : [],
    ),
  create: (values) => {
    const {
      triggers,
      pollingInterval,
      syncPeriod,
      fallback,
      behavior,
      startsAt,
      scalingModifiers,
      annotations,
      ...spec
    } = values;
    return new ScaledObject({
      ...{ triggers: triggersOf(triggers, startsAt, scalingModifiers), pollingInterval, syncPeriod, fallback, spec },
      ...{ behavior: behaviorOf(behavior), held: heldBy(annotations) },
    });
  },
});
