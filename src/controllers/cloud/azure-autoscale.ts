/**
 * Azure Monitor autoscale, one profile of it, by its documented behaviour: not decision for decision.
 *
 * Documented: out if any rule for it fires (the greatest size wins), in only if all do; out goes first; no scale-in that
 * would make a rule for out fire, with sizes in between tried before giving up; a rule's cooldown counts from the last
 * action; the profile's default holds when metrics are missing and there are fewer.
 * Ours: percentages are rounded away from the present size.
 */
import type { Decision } from "./decision.js";

export const operators = {
  ">": (value: number, threshold: number) => value > threshold,
  ">=": (value: number, threshold: number) => value >= threshold,
  "<": (value: number, threshold: number) => value < threshold,
  "<=": (value: number, threshold: number) => value <= threshold,
} as const;

export interface AzureRule {
  readonly metric: string;
  readonly operator: keyof typeof operators;
  readonly threshold: number;
  readonly direction: "Increase" | "Decrease";
  readonly type: "ChangeCount" | "PercentChangeCount" | "ExactCount";
  readonly value: number;
  readonly cooldown: number;
}

export interface AzureProfile {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly rules: readonly AzureRule[];
}

export interface AzureLook {
  readonly at: number;
  readonly size: number;
  /** For each rule its metric over its window, NaN where it is missing. */
  readonly values: readonly number[];
}

const fires = ({ operator, threshold }: AzureRule, value: number): boolean => operators[operator](value, threshold);

function target({ direction, type, value }: AzureRule, size: number): number {
  if (type === "ExactCount") return value;
  const change = type === "ChangeCount" ? value : Math.ceil((size * value) / 100 - 1e-9);
  return direction === "Increase" ? size + change : size - change;
}

/** The smallest size from `wanted` up, below `size`, at which no rule for out would fire; undefined when there is none. */
export function withoutFlapping(
  rules: readonly AzureRule[],
  { size, values }: AzureLook,
  wanted: number,
): number | undefined {
  const steady = (count: number) =>
    rules.every((rule, i) => rule.direction === "Decrease" || !fires(rule, (values[i] * size) / count));
  for (let count = Math.max(1, wanted); count < size; count++) if (steady(count)) return count;
  return undefined;
}

export function createAzureAutoscale(profile: AzureProfile) {
  const { rules } = profile;
  let lastAction = -Infinity;
  const clamp = (size: number): number => Math.max(profile.min, Math.min(profile.max, size));

  function decide(look: AzureLook): Decision {
    const { at, size, values } = look;
    const trail = rules.map((rule, i) => ({
      what: `${rule.metric} ${rule.operator} ${rule.threshold}`,
      seen: { value: values[i], fires: String(fires(rule, values[i])) },
      wished: fires(rule, values[i]) ? clamp(target(rule, size)) : size,
    }));
    const stay = (rule: string): Decision => ({ size: clamp(size), rule, trail });
    if (clamp(size) !== size) return stay("within the profile's limits");
    if (values.every(Number.isNaN)) {
      return size < profile.default
        ? { size: profile.default, rule: "default capacity", trail }
        : stay("metrics unavailable");
    }
    const indexed = rules.map((rule, i) => ({ rule, firing: fires(rule, values[i]) }));
    const out = indexed.filter(({ rule, firing }) => rule.direction === "Increase" && firing);
    const inwards = indexed.filter(({ rule }) => rule.direction === "Decrease");
    const all = inwards.length > 0 && inwards.every(({ firing }) => firing);
    const deciding = out.length > 0 ? out : all ? inwards : [];
    if (deciding.length === 0) return stay("no rule fires");
    const ready = deciding.filter(({ rule }) => at >= lastAction + rule.cooldown);
    if (ready.length === 0 || (out.length === 0 && ready.length < inwards.length)) return stay("cooldown");
    const wanted = clamp(Math.max(...ready.map(({ rule }) => target(rule, size))));
    if (out.length > 0) return wanted > size ? { size: wanted, rule: "scale out", trail } : stay("at its maximum");
    if (wanted >= size) return stay("at its minimum");
    const steady = withoutFlapping(rules, look, wanted);
    if (steady === undefined) return stay("flapping");
    return { size: steady, rule: "scale in", trail: [...trail, { what: "flapping check", wished: steady }] };
  }

  return (look: AzureLook): Decision => {
    const decision = decide(look);
    if (Number.isFinite(decision.size) && decision.size !== look.size) lastAction = look.at;
    return decision;
  };
}
