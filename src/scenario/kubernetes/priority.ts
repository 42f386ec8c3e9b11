/** PriorityClasses: who comes first, and who may take the place of others. */
import { show } from "../../policy/fields.js";
import { knownClasses, type PriorityClasses } from "../shape/placing.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { said, type WrittenFields } from "./written.js";

/** The section `priorityClasses` of a scenario. */
export type Classes = Readonly<Record<string, Partial<PriorityClasses[string]> & { readonly value: number }>>;

/** The highest that users may give; what is above is the system's. */
const HIGHEST = 1_000_000_000;
const LOWEST = -(2 ** 31);
/** Whose names begin so. */
const SYSTEM = "system-";

export function priorityClassesOf(manifests: readonly Manifest[]): Classes {
  const classes: Record<string, Classes[string]> = {};
  let first: string | undefined;
  for (const { kind, name, root } of manifests) {
    if (kind !== "PriorityClass") continue;
    const value = root.at("value");
    const preemptionPolicy = root.at("preemptionPolicy").word("PreemptLowerPriority", "Never");
    const globalDefault = isTrue(root.at("globalDefault"));
    if (!value.there) value.missing("a priority");
    else if (isPriority(value)) classes[name] = said({ value: value.value as number, preemptionPolicy, globalDefault });
    const called = root.at("metadata", "name");
    if (name.startsWith(SYSTEM)) called.say(`expected a name that does not begin with ${SYSTEM}, got "${name}"`);
    if (globalDefault !== true) continue;
    if (first !== undefined) root.at("globalDefault").say(`expected one default, got ${first} and ${name}`);
    first ??= name;
  }
  return classes;
}

function isPriority(field: Field): boolean {
  field.mark();
  const value = field.value as number;
  if (Number.isSafeInteger(value) && value >= LOWEST && value <= HIGHEST) return true;
  field.say(`expected a whole number from ${LOWEST} to ${HIGHEST}, got ${show(field.value)}`);
  return false;
}

function isTrue(field: Field): true | undefined {
  if (!field.there) return undefined;
  field.mark();
  if (typeof field.value !== "boolean") field.say(`expected true or false, got ${show(field.value)}`);
  return field.value === true ? true : undefined;
}

/** A pod's `priorityClass`. Its priority as a number is what admission has made of that. */
export function priorityFields(pod: Field, classes: Classes): WrittenFields {
  const [field, number] = [pod.at("priorityClassName"), pod.at("priority")];
  const name = field.text();
  const priority = number.whole(LOWEST, 2 * HIGHEST + 1000);
  if (name === undefined || name === "") {
    const byDefault = Object.values(classes).find(({ globalDefault }) => globalDefault)?.value ?? 0;
    if (priority !== undefined && priority !== 0 && priority !== byDefault)
      number.say(`expected a priorityClassName, from which the API server makes the number, got ${priority} alone`);
    return {};
  }
  if (knownClasses(classes as PriorityClasses).includes(name)) {
    const { value } = classes[name] ?? {};
    if (value !== undefined && priority !== undefined && priority !== value)
      number.say(`expected the priority of ${name}, which is ${value}, got ${priority}`);
    return { priorityClass: { value: name } };
  }
  if (priority !== undefined && priority <= HIGHEST) return priority === 0 ? {} : { priority: { value: priority } };
  field.warn("no PriorityClass of these manifests; without one in the cluster no pod is let in; taken as none");
  return {};
}
