/** Who selects whom: labels, node selectors, taints and tolerations, the terms of pod affinity. */
import {
  type LabelSelector,
  type Labels,
  type Node,
  type NodeSelectorTerm,
  namespaceOf,
  type Pod,
  type PodAffinityTerm,
  type Requirement,
  type Taint,
  type Toleration,
} from "./objects.js";

const NO_LABELS: Labels = {};
export const labelsOf = (of: { readonly labels?: Labels }): Labels => of.labels ?? NO_LABELS;

const WHOLE = /^[+-]?\d+$/;

function meets(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  const value = labels[key];
  if (operator === "In") return value !== undefined && values.includes(value);
  if (operator === "NotIn") return value === undefined || !values.includes(value);
  if (operator === "Exists") return value !== undefined;
  if (operator === "DoesNotExist") return value === undefined;
  const [bound = ""] = values;
  if (value === undefined || !WHOLE.test(value) || !WHOLE.test(bound)) return false;
  if (operator === "Gt") return Number(value) > Number(bound);
  return operator === "Lt" && Number(value) < Number(bound);
}

const holds = (labels: Labels, wanted: Labels | undefined): boolean => {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false;
  return true;
};

export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  return holds(labels, selector.matchLabels) && (selector.matchExpressions ?? []).every((one) => meets(labels, one));
}

/** An empty selector selects all, and counts as none where pods are counted. */
export const isEmpty = (selector: LabelSelector | undefined): boolean =>
  selector !== undefined &&
  Object.keys(selector.matchLabels ?? NO_LABELS).length === 0 &&
  (selector.matchExpressions ?? []).length === 0;

/** A term without requirements matches no node. */
export function matchesTerm(node: Pick<Node, "labels">, { matchExpressions = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length > 0 && matchExpressions.every((one) => meets(labelsOf(node), one));
}

/** The node selector, and one term at least of the required node affinity. */
export function wantsNode(pod: Pick<Pod, "nodeSelector" | "affinity">, node: Pick<Node, "labels">): boolean {
  if (!holds(labelsOf(node), pod.nodeSelector)) return false;
  const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}

function tolerates({ key = "", operator = "", value = "", effect = "" }: Toleration, taint: Taint): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "" || operator === "Equal") return value === (taint.value ?? "");
  return operator === "Exists";
}

export const toleratesTaint = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean =>
  tolerations?.some((one) => tolerates(one, taint)) ?? false;

/** Taints that forbid the node: those that only ask to avoid it are for the score. */
export const isForbidden = (pod: Pod, node: Node): boolean =>
  node.taints?.some(
    (taint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") && !toleratesTaint(pod.tolerations, taint),
  ) ?? false;

/** A term without namespaces speaks of its owner's. */
export function matchesPod(term: PodAffinityTerm, owner: Pod, pod: Pod): boolean {
  const { namespaces = [] } = term;
  const known =
    namespaces.length === 0 ? namespaceOf(owner) === namespaceOf(pod) : namespaces.includes(namespaceOf(pod));
  return known && selects(term.labelSelector, labelsOf(pod)) && relates(term, labelsOf(owner), labelsOf(pod));
}

/** Upstream's API server makes expressions of the selector of these keys when the owner is created. */
function relates({ matchLabelKeys, mismatchLabelKeys }: PodAffinityTerm, own: Labels, other: Labels): boolean {
  const same = (key: string): boolean => own[key] === other[key];
  const known = (key: string): boolean => own[key] !== undefined;
  if (matchLabelKeys?.some((key) => known(key) && !same(key)) === true) return false;
  return mismatchLabelKeys?.some((key) => known(key) && same(key)) !== true;
}
