/** What a pod asks of its node, what it tolerates, and how its preferences are given up one at a time. */
import type { Labels, PodAffinity } from "../scheduler/objects.js";
import type { Pod, Taint, Toleration } from "./objects.js";
import { both, ofLabels, ofSpecs, type Requirements } from "./requirements.js";

const heaviestFirst = <P extends { readonly weight: number }>(preferred: readonly P[]): readonly P[] =>
  [...preferred].sort((a, b) => b.weight - a.weight);

export const labelsOfPod = ({ app = "", labels }: Pod): Labels => (labels === undefined ? { app } : { app, ...labels });

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
export const toleratesAll = ({ tolerations = [] }: Pick<Pod, "tolerations">, taints: readonly Taint[] = []): boolean =>
  taints.every((taint) => tolerations.some((one) => tolerates(one, taint)));

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

function dropTerm(affinity: PodAffinity | undefined): PodAffinity | undefined {
  const terms = heaviestFirst(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []);
  return terms.length === 0
    ? undefined
    : { ...affinity, preferredDuringSchedulingIgnoredDuringExecution: terms.slice(1) };
}

/** The last takes the place of the first wish to spread, as upstream. */
function dropSpread({ spread = [] }: Pod): Pod["spread"] {
  const first = spread.findIndex(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  if (first < 0) return undefined;
  return spread.map((one, i) => (i === first ? spread[spread.length - 1] : one)).slice(0, -1);
}

/** The pod with one wish less, or undefined when nothing is left to give up. */
export function relax(pod: Pod, softTaints: boolean): Pod | undefined {
  const fewer = dropRequiredTerm(pod);
  if (fewer !== undefined) return fewer;
  const podAffinity = dropTerm(pod.podAffinity);
  if (podAffinity !== undefined) return { ...pod, podAffinity };
  const podAntiAffinity = dropTerm(pod.podAntiAffinity);
  if (podAntiAffinity !== undefined) return { ...pod, podAntiAffinity };
  const preferred = heaviestFirst(pod.preferred ?? []);
  if (preferred.length > 0) return { ...pod, preferred: preferred.slice(1) };
  const spread = dropSpread(pod);
  if (spread !== undefined) return { ...pod, spread };
  return softTaints ? tolerateSoft(pod) : undefined;
}
