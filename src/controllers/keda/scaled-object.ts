/**
 * KEDA's executor: what a poll of a ScaledObject's triggers does to the replicas. It wakes the target from zero (or its idle
 * count) and puts it back; everything between is left to the HPA that KEDA makes.
 */
import type { Seconds } from "../../units.js";

export interface ScaledObjectSpec {
  readonly minReplicaCount?: number | undefined;
  readonly idleReplicaCount?: number | undefined;
  readonly cooldownPeriod?: Seconds | undefined;
  readonly initialCooldownPeriod?: Seconds | undefined;
  /** Replicas to fall back to; undefined without a fallback. */
  readonly fallbackReplicas?: number | undefined;
  readonly createdAt: Seconds;
}

/** Annotations that hold one direction or everything. */
export interface Annotations {
  readonly paused?: boolean | undefined;
  readonly pausedScaleIn?: boolean | undefined;
  readonly pausedScaleOut?: boolean | undefined;
  readonly forceActivation?: boolean | undefined;
}

/** What a poll found. */
export interface Poll extends Annotations {
  /** Some trigger is above its activation threshold. */
  readonly active: boolean;
  /** Some trigger could not be read. */
  readonly failed: boolean;
  readonly replicas: number;
  /** When a trigger was last seen active, or undefined. */
  readonly lastActive: Seconds | undefined;
}

interface KedaCondition {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

export interface Executed {
  /** Replicas to set; undefined leaves them. */
  readonly replicas: number | undefined;
  readonly lastActive: Seconds | undefined;
  readonly ready: KedaCondition;
  /** Undefined when paused: the condition stays as it was. */
  readonly activity: KedaCondition | undefined;
  readonly paused: boolean;
}

const DEFAULT_COOLDOWN: Seconds = 300;

const condition = (status: KedaCondition["status"], reason: string, message: string): KedaCondition => ({
  status,
  reason,
  message,
});

const READY = condition("True", "ScaledObjectReady", "ScaledObject is defined correctly and is ready for scaling");
const PARTIAL = condition(
  "Unknown",
  "PartialTriggerError",
  "Some triggers defined in ScaledObject are not working correctly",
);
const BROKEN = condition("False", "TriggerError", "Triggers defined in ScaledObject are not working correctly");
const ACTIVE = condition("True", "ScalerActive", "Scaling is performed because triggers are active");
const FORCED = condition(
  "True",
  "ScalerActive",
  "Scaling is performed because activation is being forced by annotation",
);
const INACTIVE = condition("False", "ScalerNotActive", "Scaling is not performed because triggers are not active");
const COOLING = condition("False", "ScalerCooldown", "Scaler cooling down because triggers are not active");

/** Answers a poll. */
export function requestScale(spec: ScaledObjectSpec, poll: Poll, now: Seconds): Executed {
  const unchanged = {
    replicas: undefined,
    lastActive: poll.lastActive,
    ready: READY,
    activity: undefined,
    paused: false,
  };
  if (poll.paused === true) return { ...unchanged, paused: true };
  const forced = poll.forceActivation === true;
  if (!poll.active && !forced) return { ...unchanged, ...whenInactive(spec, poll, now) };
  const activity = forced ? FORCED : ACTIVE;
  const min = spec.minReplicaCount ?? 0;
  const asleep = (spec.idleReplicaCount !== undefined && poll.replicas < min) || poll.replicas === 0;
  if (asleep) {
    if (poll.pausedScaleOut === true) return { ...unchanged, activity };
    return { ...unchanged, activity, replicas: Math.max(min, 1), lastActive: now };
  }
  // A trigger that cannot be read keeps the others' activity from being noted.
  return poll.failed ? { ...unchanged, activity, ready: PARTIAL } : { ...unchanged, activity, lastActive: now };
}

function whenInactive(spec: ScaledObjectSpec, poll: Poll, now: Seconds): Partial<Executed> {
  const { idleReplicaCount: idle, fallbackReplicas } = spec;
  const min = spec.minReplicaCount ?? 0;
  const { replicas } = poll;
  // The HPA will bring the fallback's replicas, which it could not do from zero.
  if (poll.failed && fallbackReplicas !== undefined && fallbackReplicas !== 0) return { activity: INACTIVE };
  if (poll.failed && fallbackReplicas === undefined) return { activity: INACTIVE, ready: BROKEN };
  if ((idle !== undefined && replicas > idle) || (replicas > 0 && min === 0)) return toSleep(spec, poll, now);
  if (idle === undefined && replicas < min) return { activity: INACTIVE, replicas: min };
  return { activity: INACTIVE };
}

/** Only this last step waits for the cooldown; one that KEDA has never seen active waits only for its first. */
function toSleep(spec: ScaledObjectSpec, { pausedScaleIn, lastActive }: Poll, now: Seconds): Partial<Executed> {
  if (pausedScaleIn === true) return { activity: INACTIVE };
  const { cooldownPeriod = DEFAULT_COOLDOWN, initialCooldownPeriod = 0 } = spec;
  const over = lastActive === undefined ? spec.createdAt + initialCooldownPeriod : lastActive + cooldownPeriod;
  if (over >= now) return { activity: COOLING };
  return { activity: INACTIVE, replicas: spec.idleReplicaCount ?? spec.minReplicaCount ?? 0 };
}
