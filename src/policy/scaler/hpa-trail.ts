/** What an HPA's decision rested on, told in the units that people write: upstream counts everything in thousandths. */
import type { HpaCondition, TrailStep } from "../../controllers/hpa/index.js";
import type { Seconds } from "../../units.js";
import type { Condition, Reason } from "../contract.js";

/** Of a trail's step, those facts that are thousandths. */
const QUANTITIES = ["averageValue", "value", "total"];

function quantityOf(metric: string, milli: number): number | string {
  if (metric.startsWith("cpu ")) return `${milli}m`;
  if (metric.startsWith("memory ")) return `${Number((milli / 1000 / 2 ** 20).toPrecision(6))}Mi`;
  return milli / 1000;
}

/** The name of an object's or an outside metric: "queue" of "external metric queue(nil)". */
const nameIn = (what: string): string | undefined => /^\S+ metric (.*?)(\(nil\))?$/.exec(what)?.[1];

/** `age` says how old the value of a metric outside the pods is, by its name. */
export function inUsersUnits(
  trail: readonly TrailStep[],
  age: (metric: string) => Seconds | undefined,
): readonly Reason[] {
  return trail.map((step): Reason => {
    const { what, seen } = step;
    if (seen?.ratio === undefined) return step;
    const facts = Object.entries(seen).map(([name, value]) =>
      QUANTITIES.includes(name) ? [name, quantityOf(what, Number(value))] : [name, value],
    );
    const named = nameIn(what);
    const sampleAge = named === undefined ? undefined : age(named);
    if (sampleAge !== undefined) facts.push(["sampleAge", sampleAge]);
    return { ...step, seen: Object.fromEntries(facts) as Record<string, number | string> };
  });
}

export const conditionOf = ({ type, status, reason, message }: HpaCondition): Condition => ({
  type,
  status: status ? "True" : "False",
  reason,
  message,
});
