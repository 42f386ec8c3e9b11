/** What a pod asks of its node, what it tolerates, and how its preferences are given up one at a time. */
import type { Pod, Preference, Taint, Toleration } from "./objects.js";
import { both, ofLabels, ofSpecs, type Requirements } from "./requirements.js";

const heaviestFirst = (preferred: readonly Preference[]): readonly Preference[] =>
  [...preferred].sort((a, b) => b.weight - a.weight);

/** The heaviest preference counts as required; of several required terms, the first. */
export function podRequirements(pod: Pod, strict: boolean): Requirements {
  const selected = ofLabels(pod.nodeSelector ?? {});
  const [preferred] = strict ? [] : heaviestFirst(pod.preferred ?? []);
  const liked = preferred === undefined ? selected : both(selected, ofSpecs(preferred.requirements));
  const [required] = pod.required ?? [];
  return required === undefined ? liked : both(liked, ofSpecs(required));
}

function tolerates({ key = "", operator, value = "", effect = "" }: Toleration, taint: Taint): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  return operator === "Exists" || (key !== "" && value === (taint.value ?? ""));
}

/** Karpenter counts PreferNoSchedule as a refusal, too, until a pod's preferences have been relaxed so far. */
export const toleratesAll = (pod: Pod, taints: readonly Taint[] = []): boolean =>
  taints.every((taint) => (pod.tolerations ?? []).some((one) => tolerates(one, taint)));

const soft: Toleration = { operator: "Exists", effect: "PreferNoSchedule" };

export function tolerateSoft(pod: Pod): Pod | undefined {
  const known = (pod.tolerations ?? []).some(
    ({ key = "", operator, value = "", effect }) =>
      key === "" && operator === "Exists" && value === "" && effect === soft.effect,
  );
  return known ? undefined : { ...pod, tolerations: [...(pod.tolerations ?? []), soft] };
}

export const dropRequiredTerm = (pod: Pod): Pod | undefined =>
  (pod.required?.length ?? 0) > 1 ? { ...pod, required: pod.required!.slice(1) } : undefined;

/** The pod with one wish less, or undefined when nothing is left to give up. */
export function relax(pod: Pod, softTaints: boolean): Pod | undefined {
  const fewer = dropRequiredTerm(pod);
  if (fewer !== undefined) return fewer;
  const preferred = heaviestFirst(pod.preferred ?? []);
  if (preferred.length > 0) return { ...pod, preferred: preferred.slice(1) };
  return softTaints ? tolerateSoft(pod) : undefined;
}
