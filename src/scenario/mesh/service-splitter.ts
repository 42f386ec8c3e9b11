/** Consul's service-splitter: a service's calls by weights to subsets of it and to other services. */

import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import type { Target } from "./service-resolver.js";

export interface Splitter {
  readonly at: Field;
  readonly splits: readonly (Target & { readonly weight: number })[];
}

/** Consul's own slack, in per cent. */
const SLACK = 0.005;

/** By the names of their services. */
export function splittersIn(manifests: readonly Manifest[]): ReadonlyMap<string, Splitter> {
  const found = new Map<string, Splitter>();
  for (const { kind, name, root } of manifests) {
    if (kind !== "ServiceSplitter") continue;
    const list = root.at("spec", "splits");
    const splits = list.items().map((at) => ({
      service: at.at("service").text() || name,
      subset: at.at("serviceSubset").text() || undefined,
      weight: weightOf(at.at("weight")),
      at,
    }));
    const sum = splits.reduce((all, { weight }) => all + weight, 0);
    if (Math.abs(sum - 100) > SLACK) list.say(`expected weights with a sum of 100, got ${Number(sum.toPrecision(12))}`);
    found.set(name, { at: root.at("metadata", "name"), splits });
  }
  return found;
}

function weightOf(field: Field): number {
  field.mark();
  const value = field.value ?? 0;
  if (typeof value === "number" && value >= 0 && value <= 100) return value;
  field.say(`expected a weight from 0 to 100, got ${JSON.stringify(field.value)}`);
  return 0;
}
