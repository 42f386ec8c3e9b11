/**
 * Knative's PodAutoscaler reconciler: bounds, the way to zero and back, whether the activator is in the path, and the Active
 * condition. Zero is reached in steps: long enough active, then inactive, then the activator in the path, then no pods.
 */
import type { Seconds } from "../../units.js";

export interface PodAutoscalerSpec {
  readonly minScale: number;
  /** 0 is no bound. */
  readonly maxScale: number;
  readonly initialScale: number;
  readonly enableScaleToZero: boolean;
  readonly stableWindow: Seconds;
  readonly scaleToZeroGracePeriod: Seconds;
  readonly podRetention: Seconds;
  readonly progressDeadline: Seconds;
  readonly targetBurstCapacity: number;
  readonly totalValue: number;
  readonly activatorCapacity: number;
  readonly reachable: boolean;
}

/** True, False or not yet known, as conditions have it. */
export type Active = "True" | "False" | "Unknown";

export interface Status {
  readonly active: Active;
  readonly reason: string;
  readonly message: string;
  /** When the condition last changed in any way. */
  readonly since: Seconds;
  /** Whether the initial scale has been reached once. */
  readonly initialized: boolean;
  /** The last scale that was aimed for and known; -1 before the first. */
  readonly desiredScale: number;
}

/** What a reconciliation finds. */
export interface Found {
  /** The decider's word: -1 before its first decision. */
  readonly desired: number;
  readonly excessBurstCapacity: number;
  readonly readyPods: number;
  readonly replicas: number;
  /** The revision has its services: nothing else begins before. */
  readonly hasServices: boolean;
  /** The path as it is now: "Proxy" leads through activators. */
  readonly mode: "Proxy" | "Serve";
  /** For how long activators have been behind the service; 0 when they are not. */
  readonly proxyFor: Seconds;
  /** Whether a request to the service is answered by an activator. */
  readonly probeReachesActivator: boolean;
}

export interface Reconciled {
  /** The scale it aims for; -1 is unknown. */
  readonly want: number;
  /** Replicas to set, where that is a change. */
  readonly scaleTo: number | undefined;
  readonly mode: "Proxy" | "Serve";
  readonly activators: number;
  readonly status: Status;
  /** When to look again, in seconds; undefined when nothing but news matters. */
  readonly again: Seconds | undefined;
  /** The service is to be probed each second until an activator answers, and looked at a second later. */
  readonly probing: boolean;
  /** Why zero was not reached at once, in the log's words; empty when it was not asked for. */
  readonly note: string;
}

interface Step {
  readonly want: number;
  readonly apply: boolean;
  readonly again?: Seconds;
  readonly note?: string;
  readonly probing?: boolean;
}

const UNKNOWN = -1;
const FEWEST_ACTIVATORS = 2;
const ALREADY_PROXIED: Seconds = 3;
const ACTIVATION_BUFFER: Seconds = 30;

/** A new PodAutoscaler's status. */
export const newStatus = (now: Seconds): Status => ({
  active: "Unknown",
  reason: "",
  message: "",
  since: now,
  initialized: false,
  desiredScale: UNKNOWN,
});

export function reconcile(spec: PodAutoscalerSpec, before: Status, found: Found, now: Seconds): Reconciled {
  if (!found.hasServices) {
    const status = statusAfter(spec, before, { ...found, readyPods: 0 }, UNKNOWN, now);
    const nothing = { want: UNKNOWN, scaleTo: undefined, again: undefined, probing: false, note: "" };
    return { ...nothing, mode: "Proxy", activators: FEWEST_ACTIVATORS, status };
  }
  const { want, apply, again, note = "", probing = false } = scaled(spec, before, found, now);
  const known = !(want === UNKNOWN && before.active === "False");
  const mode = known && want > 0 && found.excessBurstCapacity >= 0 ? "Serve" : "Proxy";
  return {
    want,
    scaleTo: apply && want !== found.replicas ? want : undefined,
    mode,
    activators: activatorsFor(spec, found.readyPods),
    status: statusAfter(spec, before, found, want, now),
    again,
    probing,
    note,
  };
}

function scaled(spec: PodAutoscalerSpec, before: Status, found: Found, now: Seconds): Step {
  if (found.desired < 0 && before.active !== "Unknown") return { want: found.desired, apply: false };
  let least = spec.reachable ? spec.minScale : 0;
  if (spec.initialScale > 1 && !before.initialized && spec.reachable) least = Math.max(least, spec.initialScale);
  const want = withinBounds(found.desired, least, spec.maxScale);
  return want === 0 ? towardsZero(spec, before, found, now) : { want, apply: true };
}

function withinBounds(scale: number, least: number, most: number): number {
  if (scale < least) return least;
  return most !== 0 && scale > most ? most : scale;
}

function towardsZero(spec: PodAutoscalerSpec, before: Status, found: Found, now: Seconds): Step {
  if (!spec.enableScaleToZero) return { want: 1, apply: true, note: "scale to zero is disabled" };
  const elapsed = now - before.since;
  if (before.active === "Unknown") {
    const timeout = spec.progressDeadline + ACTIVATION_BUFFER;
    if (elapsed > timeout) return { want: 0, apply: true, note: "activation has timed out" };
    return { want: UNKNOWN, apply: false, again: timeout, note: "activating" };
  }
  if (before.active === "False") return inactiveToZero(spec, found, elapsed);
  if (elapsed < spec.stableWindow) {
    const again = spec.stableWindow - elapsed;
    return { want: 1, apply: true, again, note: "active for less than the stable window" };
  }
  // A service that is in proxy mode already gives no news that would bring the next look.
  const again = found.mode === "Proxy" ? ALREADY_PROXIED : undefined;
  return { want: 0, apply: false, note: "can deactivate", ...(again === undefined ? {} : { again }) };
}

/** Long enough without traffic, and long enough behind the activator, that no request can miss its pod. */
function inactiveToZero(spec: PodAutoscalerSpec, found: Found, inactiveFor: Seconds): Step {
  if (spec.targetBurstCapacity !== -1 && !found.probeReachesActivator) {
    return { want: 0, apply: false, probing: true, note: "not yet backed by the activator" };
  }
  const retention = spec.reachable ? spec.podRetention : 0;
  if (inactiveFor >= Math.max(spec.scaleToZeroGracePeriod, retention)) return { want: 0, apply: true };
  if (inactiveFor < retention) {
    return { want: 0, apply: false, again: retention - inactiveFor, note: "last pod is retained" };
  }
  const wait = spec.scaleToZeroGracePeriod - found.proxyFor;
  if (wait <= 0) return { want: 0, apply: true, note: "has been in proxy mode for the grace period" };
  return { want: 0, apply: false, again: wait, note: "in proxy mode for less than the grace period" };
}

/** So many activators that they could hold what the pods serve, and the burst. */
function activatorsFor(spec: PodAutoscalerSpec, readyPods: number): number {
  const { targetBurstCapacity, totalValue, activatorCapacity } = spec;
  if (targetBurstCapacity === 0) return FEWEST_ACTIVATORS;
  const capacity = readyPods * totalValue + Math.max(0, targetBurstCapacity);
  return Math.max(FEWEST_ACTIVATORS, Math.ceil(capacity / activatorCapacity));
}

const NO_TRAFFIC = ["NoTraffic", "The target is not receiving traffic."] as const;
const TIMED_OUT = ["TimedOut", "The target could not be activated."] as const;
const QUEUED = ["Queued", "Requests to the target are being buffered as resources are provisioned."] as const;

function statusAfter(spec: PodAutoscalerSpec, before: Status, found: Found, want: number, now: Seconds): Status {
  const minScale = spec.reachable ? spec.minScale : 0;
  const threshold = Math.max(minScale, before.initialized ? 1 : spec.initialScale);
  const reached = found.readyPods >= threshold;
  const initialized = before.initialized || (reached && found.hasServices);
  const desiredScale = want === UNKNOWN && before.desiredScale >= 0 ? before.desiredScale : want;
  const marked = (active: Active, [reason, message]: readonly [string, string]): Status => {
    const same = before.active === active && before.reason === reason && before.message === message;
    return { active, reason, message, since: same ? before.since : now, initialized, desiredScale };
  };
  if (want === 0 || threshold === 0) {
    return marked("False", before.active === "Unknown" && threshold > 0 ? TIMED_OUT : NO_TRAFFIC);
  }
  const moving = want > 0 || before.active !== "False";
  if (!reached) return moving ? marked("Unknown", QUEUED) : marked("False", NO_TRAFFIC);
  return moving ? marked("True", ["", ""]) : { ...before, initialized, desiredScale };
}
