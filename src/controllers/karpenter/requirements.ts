/** Requirements by label: what a node must be, what an instance type is, what a pod asks for. */
import { wellKnown } from "./labels.js";
import {
  intersection,
  inValues,
  operatorOf,
  overlap,
  type Requirement,
  type RequirementSpec,
  requirement,
} from "./requirement.js";

export type Requirements = ReadonlyMap<string, Requirement>;

/** All of them at once; two for the same label become their intersection. */
export function requirements(...lists: readonly Iterable<Requirement>[]): Map<string, Requirement> {
  const all = new Map<string, Requirement>();
  for (const list of lists)
    for (const one of list) {
      const known = all.get(one.key);
      all.set(one.key, known === undefined ? one : intersection(one, known));
    }
  return all;
}

export const ofSpecs = (specs: readonly RequirementSpec[]): Map<string, Requirement> =>
  requirements(specs.map(requirement));

export const ofLabels = (labels: Readonly<Record<string, string>>): Map<string, Requirement> =>
  requirements(Object.entries(labels).map(([key, value]) => inValues(key, value)));

export const both = (a: Requirements, b: Requirements): Map<string, Requirement> =>
  requirements(a.values(), b.values());

const absent = (one: Requirement): boolean => {
  const operator = operatorOf(one);
  return operator === "NotIn" || operator === "DoesNotExist";
};

/** Whether each label that both name can have a value (or, refused by both, none at all). */
export function intersects(a: Requirements, b: Requirements): boolean {
  for (const [key, asked] of b) {
    const there = a.get(key);
    if (there === undefined || overlap(there, asked)) continue;
    if (!absent(asked) || !absent(there)) return false;
  }
  return true;
}

const none: ReadonlySet<string> = new Set();

/** Whether `there` can be what `asked` asks for; labels that `there` does not have are refused unless `undefinedOk`. */
export function compatible(there: Requirements, asked: Requirements, undefinedOk: ReadonlySet<string> = none): boolean {
  for (const [key, one] of asked) if (!undefinedOk.has(key) && !there.has(key) && !absent(one)) return false;
  return intersects(there, asked);
}

export const loosely = (there: Requirements, asked: Requirements): boolean => compatible(there, asked, wellKnown);
