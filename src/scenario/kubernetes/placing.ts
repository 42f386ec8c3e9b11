/** Where a pod may and would rather stand, from its template: what kube-scheduler alone sees, as the fields of a service. */
import type { z } from "zod";
import { readBy } from "../issues.js";
import { placingFields as shapes } from "../shape/placing.js";
import type { Field } from "./field.js";
import { plain } from "./pod.js";
import { type Classes, priorityFields } from "./priority.js";
import type { Labels } from "./selector.js";
import { said, type WrittenFields } from "./written.js";

/** What is simulated of a field: all that is below it, these fields of a map, or those of each item of a list. */
type Part = true | { readonly [key: string]: Part } | readonly [Part];

const EXPRESSION: Part = { key: true, operator: true, values: true };
const NODE_TERM: Part = { matchExpressions: [EXPRESSION] };
const SELECTOR: Part = { matchLabels: true, matchExpressions: [EXPRESSION] };
const POD_TERM: Part = { labelSelector: SELECTOR, topologyKey: true, matchLabelKeys: true, mismatchLabelKeys: true };
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const NEAR: Part = { [REQUIRED]: [POD_TERM], [PREFERRED]: [{ weight: true, podAffinityTerm: POD_TERM }] };

const NODE_AFFINITY: Readonly<Record<string, Part>> = {
  [REQUIRED]: { nodeSelectorTerms: [NODE_TERM] },
  [PREFERRED]: [{ weight: true, preference: NODE_TERM }],
};
const AFFINITY = { nodeAffinity: NODE_AFFINITY, podAffinity: NEAR, podAntiAffinity: NEAR };
/** A DaemonSet's pods each have their node: there is nothing to prefer, and nobody to be near. */
const NODES_ALONE = { nodeAffinity: { [REQUIRED]: NODE_AFFINITY[REQUIRED] } };
const TOLERATION: Part = { key: true, operator: true, value: true, effect: true };
const SPREAD: Part = {
  ...{ maxSkew: true, topologyKey: true, whenUnsatisfiable: true, labelSelector: SELECTOR, minDomains: true },
  ...{ nodeAffinityPolicy: true, nodeTaintsPolicy: true, matchLabelKeys: true },
};

/** Labels of nodes by the names that they had; nodes carry some of these to this day. */
const RENAMED: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
};
export const nodeLabel = (key: string): string => RENAMED[key] ?? key;

/** Every simulated machine has these, so that asking for them says nothing. */
const EVERYWHERE: Labels = { "kubernetes.io/os": "linux" };

/** Undefined where the pod says nothing that a scheduler which goes by sizes alone would not do. */
export function placingOf(pod: Field, classes: Classes): WrittenFields {
  return said({
    nodeSelector: selectorOf(pod),
    tolerations: listed(tolerationsOf(pod.at("tolerations"))),
    affinity: plain(affinityOf(pod.at("affinity"), AFFINITY)),
    topologySpreadConstraints: listed(pod.at("topologySpreadConstraints").items().map(spreadOf)),
    ...priorityFields(pod, classes),
  }) as WrittenFields;
}

/** What decides on which nodes a DaemonSet has its pods. */
export function nodesOf(pod: Field): WrittenFields {
  return said({
    nodeSelector: selectorOf(pod),
    tolerations: listed(tolerationsOf(pod.at("tolerations"))),
    affinity: plain(affinityOf(pod.at("affinity"), NODES_ALONE)),
  }) as WrittenFields;
}

function selectorOf(pod: Field) {
  const labels = Object.entries(pod.at("nodeSelector").texts())
    .map(([key, value]) => [nodeLabel(key), value])
    .filter(([key, value]) => EVERYWHERE[key] !== value);
  return labels.length === 0 ? undefined : plain(Object.fromEntries(labels));
}

const listed = (list: readonly unknown[]) => (list.length === 0 ? undefined : plain(list));

/** Reads the simulated parts and checks them by the scenario's own rules, which are upstream's. */
function readPart(field: Field, part: Part, schema: z.ZodType): unknown {
  const value = partOf(field, part);
  const read = readBy(schema, value);
  if ("faults" in read)
    for (const { path, message, key, suggestion } of read.faults)
      field.at(...path).say(message, { key: key === true, suggestion });
  return value;
}

function partOf(field: Field, part: Part): unknown {
  if (!field.there) return undefined;
  if (part === true) return field.mark().value;
  const { value } = field;
  if (Array.isArray(part)) {
    if (!Array.isArray(value)) return value;
    // To the API an empty list is none.
    return value.length === 0 ? field.mark() && undefined : field.items().map((one) => partOf(one, part[0]));
  }
  if (typeof value !== "object" || Array.isArray(value)) return value;
  // An empty map says something: a selector of all.
  if (Object.keys(value!).length === 0) return field.mark().value;
  const parts = Object.entries(part as { readonly [key: string]: Part });
  return said(Object.fromEntries(parts.map(([key, inside]) => [key, partOf(field.at(key), inside)])));
}

const spreadOf = (field: Field): unknown =>
  renamed(readPart(field, SPREAD, shapes.topologySpreadConstraints.unwrap().element));

/** What admission gives every pod: how long it stays on a node that is lost. */
const isGiven = ({ value }: Field): boolean => {
  const { key, effect, tolerationSeconds } = value as Readonly<Record<string, unknown>>;
  const lost = key === "node.kubernetes.io/not-ready" || key === "node.kubernetes.io/unreachable";
  return lost && effect === "NoExecute" && tolerationSeconds !== undefined;
};

function tolerationsOf(list: Field): unknown[] {
  const maps = list.items().filter((one) => {
    const isMap = typeof one.value === "object" && one.value !== null && !Array.isArray(one.value);
    if (!isMap) one.say("expected a toleration, which is a map");
    return isMap && !isGiven(one);
  });
  return maps.map((one) => readPart(one, TOLERATION, shapes.tolerations.unwrap().element));
}

function affinityOf(field: Field, simulated: typeof AFFINITY | typeof NODES_ALONE): unknown {
  if (!field.there) return undefined;
  const near = field.at("nodeAffinity");
  const terms: Readonly<Record<string, readonly Field[]>> = {
    [REQUIRED]: near.at(REQUIRED, "nodeSelectorTerms").items(),
    [PREFERRED]: near
      .at(PREFERRED)
      .items()
      .map((one) => one.at("preference")),
  };
  const kept = Object.entries(simulated.nodeAffinity).filter(([key]) => {
    const byName = terms[key].some((term) => term.at("matchFields").there && !term.at("matchExpressions").there);
    if (byName) near.at(key).warn("nodes by their names are not simulated: left out as a whole", { key: true });
    return !byName;
  });
  const part = { ...simulated, nodeAffinity: Object.fromEntries(kept) };
  const value = renamed(readPart(field, part, shapes.affinity.unwrap()));
  return isSaid(value) ? value : undefined;
}

/** An affinity whose every part is empty is none. */
const isSaid = (value: unknown): boolean =>
  typeof value !== "object" || (value !== null && Object.values(value).some(isSaid));

/** With the names that labels of nodes have today. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inside]) => {
    const isLabel = (key === "topologyKey" || key === "key") && typeof inside === "string";
    return [key, isLabel ? nodeLabel(inside) : renamed(inside)];
  });
  return Object.fromEntries(entries);
}
