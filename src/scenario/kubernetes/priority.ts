/** PriorityClasses: who comes first, and who may take the place of others. */
import { show } from "../../policy/fields.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";

/** The highest that users may give; what is above is the system's. */
const HIGHEST = 1_000_000_000;
const LOWEST = -(2 ** 31);
/** Whose names begin so. */
const SYSTEM = "system-";

export function checkPriorityClasses(manifests: readonly Manifest[]): void {
  let first: string | undefined;
  for (const { kind, name, root: whole } of manifests) {
    if (kind !== "PriorityClass") continue;
    const root = whole.unread;
    const value = root.at("value");
    if (!value.there) value.missing("a priority");
    else checkValue(value);
    root.at("preemptionPolicy").word("PreemptLowerPriority", "Never");
    const called = root.at("metadata", "name");
    if (name.startsWith(SYSTEM)) called.say(`expected a name that does not begin with ${SYSTEM}, got "${name}"`);
    if (!isTrue(root.at("globalDefault"))) continue;
    if (first !== undefined) root.at("globalDefault").say(`expected one default, got ${first} and ${name}`);
    first ??= name;
  }
}

function checkValue(field: Field): void {
  const value = field.value as number;
  if (Number.isSafeInteger(value) && value >= LOWEST && value <= HIGHEST) return;
  field.say(`expected a whole number from ${LOWEST} to ${HIGHEST}, got ${show(field.value)}`);
}

function isTrue(field: Field): boolean {
  if (field.there && typeof field.value !== "boolean") field.say(`expected true or false, got ${show(field.value)}`);
  return field.value === true;
}
