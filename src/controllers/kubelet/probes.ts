/**
 * What the kubelet's probes make of a container that comes up so long after its start: when the pod is
 * ready, or when a probe gives the container up.
 *
 * A startup probe holds the two others back until its first success; readiness is then asked at once. A
 * liveness probe without one gives up a container that takes too long to come up. A container that does not
 * listen yet refuses at once, so that a failure then takes no time.
 */
import type { Seconds } from "../../units.js";

export interface Probe {
  readonly initialDelay: Seconds;
  readonly period: Seconds;
  readonly timeout: Seconds;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export interface Probes {
  readonly startup: Probe | undefined;
  readonly readiness: Pick<Probe, "initialDelay" | "period" | "successThreshold"> | undefined;
  readonly liveness: Probe | undefined;
}

export interface ComingUp {
  /** After the container's start. */
  readonly after: Seconds;
  /** Undefined: the pod is ready then. Else the probe that ends the container. */
  readonly endedBy?: "startup" | "liveness";
}

/** Seconds are counted from the container's start; `up` is when it could answer. */
export function comingUp({ startup, readiness, liveness }: Probes, up: Seconds): ComingUp {
  const started = startup === undefined ? undefined : firstSuccess(startup, up);
  if (startup !== undefined && started! > lastChance(startup))
    return { after: lastChance(startup), endedBy: "startup" };
  const ready = readyAt(readiness, started, up);
  // While a startup probe holds it back, liveness cannot give the container up; afterwards it answers.
  if (liveness !== undefined && startup === undefined && firstSuccess(liveness, up) > lastChance(liveness))
    return { after: lastChance(liveness), endedBy: "liveness" };
  return { after: ready };
}

function readyAt(readiness: Probes["readiness"], started: Seconds | undefined, up: Seconds): Seconds {
  if (readiness === undefined) return started ?? up;
  const { initialDelay, period, successThreshold } = readiness;
  const more = (successThreshold - 1) * period;
  if (started === undefined) return firstSuccess(readiness, up) + more;
  return started + Math.ceil(Math.max(0, initialDelay - started) / period) * period + more;
}

const firstSuccess = ({ initialDelay, period }: Pick<Probe, "initialDelay" | "period">, up: Seconds): Seconds =>
  initialDelay + Math.ceil(Math.max(0, up - initialDelay) / period) * period;

/** The probe whose failure is one too many. */
const lastChance = ({ initialDelay, period, failureThreshold }: Probe): Seconds =>
  initialDelay + (failureThreshold - 1) * period;
