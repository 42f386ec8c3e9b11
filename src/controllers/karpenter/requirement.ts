/**
 * One label's requirement as a set: values that are allowed, or all but those, within bounds of whole numbers. Every
 * operator (In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte) becomes such a set, and sets can be intersected.
 */
import { normalizedLabels } from "./labels.js";

export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" | "Gte" | "Lte";

export interface RequirementSpec {
  readonly key: string;
  readonly operator: Operator;
  readonly values?: readonly string[];
  readonly minValues?: number;
}

export interface Requirement {
  readonly key: string;
  /** Whether `values` are those forbidden instead of those allowed. */
  readonly complement: boolean;
  readonly values: ReadonlySet<string>;
  readonly gte: number | undefined;
  readonly lte: number | undefined;
  readonly minValues: number | undefined;
}

export function requirement({ key, operator, values = [], minValues }: RequirementSpec): Requirement {
  const bound = Number.parseInt(values[0] ?? "0", 10);
  const lower = operator === "Gt" ? bound + 1 : bound;
  const upper = operator === "Lt" ? bound - 1 : bound;
  return {
    key: normalizedLabels[key] ?? key,
    complement: operator !== "In" && operator !== "DoesNotExist",
    values: new Set(operator === "In" || operator === "NotIn" ? values : []),
    gte: operator === "Gt" || operator === "Gte" ? lower : undefined,
    lte: operator === "Lt" || operator === "Lte" ? upper : undefined,
    minValues,
  };
}

export const inValues = (key: string, ...values: readonly string[]): Requirement =>
  requirement({ key, operator: "In", values });

const WHOLE = /^[+-]?\d+$/;

function within(value: string, gte: number | undefined, lte: number | undefined): boolean {
  if (gte === undefined && lte === undefined) return true;
  if (!WHOLE.test(value)) return false;
  const number = Number.parseInt(value, 10);
  return (gte === undefined || number >= gte) && (lte === undefined || number <= lte);
}

const greatest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);
const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);

function* common(a: Requirement, b: Requirement): Generator<string> {
  const gte = greatest(a.gte, b.gte);
  const lte = least(a.lte, b.lte);
  const [list, other] = a.complement ? [b, a] : [a, b];
  for (const value of list.values)
    if (other.values.has(value) !== other.complement && within(value, gte, lte)) yield value;
}

const apart = (gte: number | undefined, lte: number | undefined): boolean =>
  gte !== undefined && lte !== undefined && gte > lte;

export function intersection(a: Requirement, b: Requirement): Requirement {
  const gte = greatest(a.gte, b.gte);
  const lte = least(a.lte, b.lte);
  const minValues = greatest(a.minValues, b.minValues);
  const { key } = a;
  const concrete = { key, complement: false, gte: undefined, lte: undefined, minValues };
  if (apart(gte, lte)) return { ...concrete, values: new Set() };
  if (!a.complement || !b.complement) return { ...concrete, values: new Set(common(a, b)) };
  const values = new Set([...a.values, ...b.values].filter((value) => within(value, gte, lte)));
  return { key, complement: true, values, gte, lte, minValues };
}

/** Whether any value satisfies both. Two complements always have one, unless their bounds exclude each other. */
export function overlap(a: Requirement, b: Requirement): boolean {
  if (apart(greatest(a.gte, b.gte), least(a.lte, b.lte))) return false;
  if (a.complement && b.complement) return true;
  return !common(a, b).next().done;
}

export const allows = ({ values, complement, gte, lte }: Requirement, value: string): boolean =>
  values.has(value) !== complement && within(value, gte, lte);

/** Bounds alone count as Exists. */
export function operatorOf({ complement, values }: Requirement): Operator {
  if (complement) return values.size > 0 ? "NotIn" : "Exists";
  return values.size > 0 ? "In" : "DoesNotExist";
}

const SHOWN = 5;

/** As upstream prints it: five values at most, then how many others. */
export function text(one: Requirement): string {
  const operator = operatorOf(one);
  const sorted = [...one.values].sort();
  const shown = sorted.length > SHOWN ? [...sorted.slice(0, SHOWN), `and ${sorted.length - SHOWN} others`] : sorted;
  const set = operator === "In" || operator === "NotIn" ? ` [${shown.join(" ")}]` : "";
  const from = one.gte === undefined ? "" : ` >=${one.gte}`;
  const to = one.lte === undefined ? "" : ` <=${one.lte}`;
  const flexible = one.minValues === undefined ? "" : ` minValues ${one.minValues}`;
  return `${one.key} ${operator}${set}${from}${to}${flexible}`;
}
