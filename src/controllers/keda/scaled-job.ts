/** KEDA's ScaledJob: how many jobs a poll creates, by the queue of each trigger, the jobs there are, and a strategy. */

export type Strategy = "default" | "custom" | "accurate" | "eager";

export interface ScaledJobSpec {
  readonly minReplicaCount?: number | undefined;
  readonly maxReplicaCount?: number | undefined;
  readonly strategy?: Strategy | undefined;
  /** For the custom strategy, which without a percentage is the default one. */
  readonly queueLengthDeduction?: number | undefined;
  readonly runningJobPercentage?: number | undefined;
  readonly multipleScalersCalculation?: "max" | "min" | "avg" | "sum" | undefined;
}

export interface QueueTrigger {
  readonly active: boolean;
  readonly queueLength: number;
  /** Messages that one job is there for. */
  readonly target: number;
}

export interface Jobs {
  /** Unfinished, those pending included. */
  readonly running: number;
  readonly pending: number;
}

export interface JobsAsked {
  readonly active: boolean;
  readonly scaleTo: number;
  readonly maxScale: number;
  readonly create: number;
}

const DEFAULT_MAX_REPLICAS = 100;

/** The least and the most jobs; what is kept at least does not count against the most. */
function boundsOf({ minReplicaCount, maxReplicaCount }: ScaledJobSpec): { readonly min: number; readonly max: number } {
  const crossed = minReplicaCount !== undefined && maxReplicaCount !== undefined && minReplicaCount > maxReplicaCount;
  const min = crossed ? maxReplicaCount : (minReplicaCount ?? 0);
  if (maxReplicaCount === undefined) return { min, max: DEFAULT_MAX_REPLICAS };
  return { min, max: crossed ? maxReplicaCount : maxReplicaCount - min };
}

export function requestJobs(spec: ScaledJobSpec, triggers: readonly QueueTrigger[], jobs: Jobs): JobsAsked {
  const { min, max } = boundsOf(spec);
  const measured = triggers.map(({ active, queueLength, target }) => ({
    ...{ active, queueLength },
    maxValue: target === 0 ? 0 : Math.min(queueLength / target, max),
  }));
  const total = combined(measured, spec.multipleScalersCalculation ?? "max");
  const active = total.active || min > 0;
  const scaleTo = Math.ceil(total.queueLength);
  const maxScale = Math.ceil(Math.min(total.maxValue, max));
  return { active, scaleTo, maxScale, create: active ? jobsToCreate(spec, { scaleTo, maxScale }, jobs) : 0 };
}

interface Measured {
  readonly active: boolean;
  readonly queueLength: number;
  readonly maxValue: number;
}

function combined(triggers: readonly Measured[], how: "max" | "min" | "avg" | "sum"): Measured {
  const active = triggers.filter((trigger) => trigger.active);
  const nothing: Measured = { active: false, queueLength: 0, maxValue: 0 };
  if (how === "max") return active.reduce((most, one) => (one.queueLength > most.queueLength ? one : most), nothing);
  if (how === "min") {
    const fewer = (least: Measured, one: Measured) => least.queueLength === 0 || one.queueLength < least.queueLength;
    return active.reduce((least, one) => (fewer(least, one) ? one : least), nothing);
  }
  const parts = how === "avg" ? active.length : 1;
  const sum = (read: (one: Measured) => number): number => active.reduce((all, one) => all + read(one), 0);
  if (active.length === 0) return nothing;
  return {
    active: true,
    queueLength: sum((one) => one.queueLength) / parts,
    maxValue: sum((one) => one.maxValue) / parts,
  };
}

/** Of so many wished for, those that are missing by the strategy's view of the jobs there are. */
export function jobsToCreate(
  spec: ScaledJobSpec,
  wished: { readonly scaleTo: number; readonly maxScale: number },
  { running, pending }: Jobs,
): number {
  const { min, max } = boundsOf(spec);
  if (running < min) return min - running;
  const room = roomFor(spec, wished.maxScale, { running: running - min, pending }, max);
  const scaleTo = spec.strategy === "eager" ? max : wished.scaleTo;
  return room <= 0 ? 0 : Math.max(0, Math.min(scaleTo, room));
}

function roomFor(spec: ScaledJobSpec, maxScale: number, { running, pending }: Jobs, max: number): number {
  const { strategy, runningJobPercentage, queueLengthDeduction = 0 } = spec;
  if (strategy === "custom" && runningJobPercentage !== undefined) {
    return Math.min(maxScale - queueLengthDeduction - Math.trunc(running * runningJobPercentage), max);
  }
  if (strategy === "accurate") return maxScale + running - pending > max ? max - running : maxScale - pending;
  if (strategy === "eager") return Math.min(max - running - pending, maxScale);
  return maxScale - running;
}
