/** How AWS step and simple scaling change a capacity, and which step a metric falls in: documented behaviour. */

export const adjustmentTypes = ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"] as const;

export interface Adjustment {
  readonly type: (typeof adjustmentTypes)[number];
  /** Least change that a percentage makes; 0 for none. */
  readonly minMagnitude: number;
}

/** A step's bounds are offsets from the alarm's threshold; -∞ and ∞ where the vendor's are null. */
export interface Step {
  readonly lower: number;
  readonly upper: number;
  readonly adjustment: number;
}

/** Which side of the threshold an alarm watches decides which of a step's bounds belongs to it. */
export type Side = "above" | "below";

/** Percentages: beyond ±1 toward zero, between them away from it. */
function wholeChange(change: number): number {
  if (change > 0 && change < 1) return 1;
  if (change < 0 && change > -1) return -1;
  return Math.trunc(change + Math.sign(change) * 1e-9);
}

/** Capacity after an adjustment, before the group's bounds. */
export function adjusted(capacity: number, value: number, { type, minMagnitude }: Adjustment): number {
  if (type === "ExactCapacity") return value;
  if (type === "ChangeInCapacity") return capacity + value;
  const change = wholeChange((capacity * value) / 100);
  return capacity + (Math.abs(change) < minMagnitude ? Math.sign(value) * minMagnitude : change);
}

/** The step that a metric falls in, or undefined. */
export function stepFor(steps: readonly Step[], threshold: number, metric: number, side: Side): Step | undefined {
  const offset = metric - threshold;
  return steps.find(({ lower, upper }) =>
    side === "above" ? lower <= offset && offset < upper : lower < offset && offset <= upper,
  );
}

/** What the vendor would refuse about the steps, in words; nothing where they are in order. */
export function stepFaults(steps: readonly Step[]): readonly string[] {
  const faults: string[] = [];
  if (steps.length > 20) faults.push(`expected 20 steps at most, got ${steps.length}`);
  const sorted = [...steps].sort((one, other) => one.lower - other.lower);
  for (const [i, { lower, upper }] of sorted.entries()) {
    if (lower >= upper) faults.push(`expected a lower bound below the upper one, got ${lower} and ${upper}`);
    const next = sorted[i + 1];
    if (next !== undefined && next.lower !== upper) {
      faults.push(`expected steps without gap or overlap, got one up to ${upper} and the next from ${next.lower}`);
    }
  }
  if (sorted.some(({ lower }) => lower < 0 && lower > -Infinity) && sorted[0].lower !== -Infinity) {
    faults.push("expected one step without a lower bound beside those with negative bounds");
  }
  if (sorted.some(({ upper }) => upper > 0 && upper < Infinity) && sorted.at(-1)?.upper !== Infinity) {
    faults.push("expected one step without an upper bound beside those with positive bounds");
  }
  return faults;
}
