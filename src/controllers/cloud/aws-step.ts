/**
 * AWS step scaling and simple scaling, by their documented behaviour: not decision for decision.
 *
 * Step: an alarm that lasts acts at every datapoint; instances warming up are no capacity for the arithmetic, but are taken
 * off what is wanted, and hold scaling in back. Of several policies the one with the greatest size wins, in both directions.
 * Simple: one adjustment, then no other until the cooldown, counted from the end of the activity, is over.
 */
import { type Adjustment, adjusted, type Side, type Step, stepFor } from "./aws-adjustment.js";
import type { Decision } from "./decision.js";

export interface Alarm {
  readonly side: Side;
  readonly threshold: number;
  /** Datapoints in a row at or beyond the threshold. */
  readonly datapoints: number;
}

export interface StepPolicy extends Adjustment, Alarm {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface StepLook {
  readonly at: number;
  readonly size: number;
  /** Instances warming up. */
  readonly warming: number;
  readonly min: number;
  readonly max: number;
  /** A datapoint for each policy, NaN where it is missing. */
  readonly metrics: readonly number[];
}

/** Tells at each datapoint which alarms sound. A missing datapoint starts the count anew: insufficient data. */
function createAlarms(alarms: readonly Alarm[]) {
  const counts = alarms.map(() => 0);
  return (metrics: readonly number[]): readonly boolean[] =>
    alarms.map(({ side, threshold, datapoints }, i) => {
      const beyond = side === "above" ? metrics[i] >= threshold : metrics[i] <= threshold;
      counts[i] = beyond ? counts[i] + 1 : 0;
      return counts[i] >= datapoints;
    });
}

const clamp = (value: number, { min, max }: StepLook): number => Math.max(min, Math.min(max, value));

interface Proposal {
  readonly name: string;
  readonly size: number;
  readonly metric: number;
}

const greatest = (proposals: readonly Proposal[]): Proposal =>
  proposals.reduce((best, one) => (one.size > best.size ? one : best));

function traced(look: StepLook, proposals: readonly Proposal[], size: number, rule: string): Decision {
  const seen = { warming: look.warming };
  const trail = proposals.map((one) => ({ what: one.name, seen: { metric: one.metric, ...seen }, wished: one.size }));
  return { size, rule, trail: [...trail, { what: rule, wished: size }] };
}

export function createStepScaling(policies: readonly StepPolicy[]) {
  const alarms = createAlarms(policies);
  return (look: StepLook): Decision => {
    const capacity = Math.max(0, look.size - look.warming);
    const sounding = alarms(look.metrics);
    const proposals = policies.flatMap((policy, i): Proposal[] => {
      const metric = look.metrics[i];
      const step = sounding[i] ? stepFor(policy.steps, policy.threshold, metric, policy.side) : undefined;
      if (step === undefined) return [];
      // Taking away starts from all there are: what warms up holds it back below.
      const from = step.adjustment < 0 ? look.size : capacity;
      return [{ name: policy.name, metric, size: clamp(adjusted(from, step.adjustment, policy), look) }];
    });
    if (proposals.length === 0) return traced(look, proposals, look.size, "no alarm");
    const { size } = greatest(proposals);
    if (size > look.size) return traced(look, proposals, size, "step adjustment");
    const inwards = proposals.every((one) => one.size < look.size);
    if (!inwards || size === look.size) return traced(look, proposals, look.size, "capacity on its way");
    if (look.warming > 0) return traced(look, proposals, look.size, "warming up");
    return traced(look, proposals, size, "step adjustment");
  };
}

export interface SimplePolicy extends Adjustment, Alarm {
  readonly name: string;
  readonly adjustment: number;
}

/** `settled` is false while an earlier activity still launches or terminates. */
export function createSimpleScaling(policies: readonly SimplePolicy[], cooldown: number) {
  const alarms = createAlarms(policies);
  let acting = false;
  let cooldownUntil = -Infinity;
  return (look: StepLook & { readonly settled: boolean }): Decision => {
    const sounding = alarms(look.metrics);
    const i = sounding.indexOf(true);
    if (acting && look.settled) {
      acting = false;
      cooldownUntil = look.at + cooldown;
    }
    if (i < 0) return traced(look, [], look.size, "no alarm");
    const policy = policies[i];
    const size = clamp(adjusted(look.size, policy.adjustment, policy), look);
    const proposals = [{ name: policy.name, metric: look.metrics[i], size }];
    if (acting) return traced(look, proposals, look.size, "activity in progress");
    if (look.at < cooldownUntil) return traced(look, proposals, look.size, "cooldown");
    acting = size !== look.size;
    return traced(look, proposals, size, acting ? "simple adjustment" : "at its bound");
  };
}
