/**
 * Kubernetes' ResourceQuota (kubernetes v1.36.2): whether a pod may be made in a namespace, beside what is there. It is asked
 * when the pod is made, and never again. Not followed: scopes, counts of other objects, extended resources, and
 * several quotas at once.
 */
import { quantityOf } from "./quantity.js";

/** In the order in which upstream names them. */
export const tracked = ["limits.cpu", "limits.memory", "pods", "requests.cpu", "requests.memory"] as const;
export type Tracked = (typeof tracked)[number];

/** CPU in millicores, memory in bytes; a resource that is not named is not limited. */
export type Amounts = Readonly<Partial<Record<Tracked, number | undefined>>>;

export interface ResourceQuota {
  readonly name: string;
  readonly hard: Amounts;
}

/** A pod to be made, of one container; what it does not say is absent. */
export interface QuotaPod {
  readonly name: string;
  readonly container: string;
  readonly asks: Amounts;
}

/** What pods that there are ask for together. */
export function usedBy(pods: Iterable<Amounts>): Amounts {
  const used = { "limits.cpu": 0, "limits.memory": 0, pods: 0, "requests.cpu": 0, "requests.memory": 0 };
  for (const asks of pods) {
    for (const resource of tracked) used[resource] += asks[resource] ?? 0;
    used.pods++;
  }
  return used;
}

/** Why the pod may not be made beside what is used; undefined: it may. */
export function refusal({ name, hard }: ResourceQuota, used: Amounts, pod: QuotaPod): string | undefined {
  const limited = tracked.filter((resource) => hard[resource] !== undefined);
  const asked: Amounts = { ...pod.asks, pods: 1 };
  const forbidden = `pods "${pod.name}" is forbidden: `;
  const unsaid = limited.filter((resource) => asked[resource] === undefined);
  if (unsaid.length > 0)
    return `${forbidden}failed quota: ${name}: must specify ${unsaid.map((one) => `${one} for: ${pod.container}`).join("; ")}`;
  const exceeded = limited.filter((one) => (used[one] ?? 0) + asked[one]! > hard[one]!);
  if (exceeded.length === 0) return undefined;
  const list = (amounts: Amounts): string =>
    exceeded.map((one) => `${one}=${spelled(one, amounts[one] ?? 0)}`).join(",");
  return `${forbidden}exceeded quota: ${name}, requested: ${list(asked)}, used: ${list(used)}, limited: ${list(hard)}`;
}

const spelled = (resource: Tracked, amount: number): string =>
  resource === "pods"
    ? quantityOf(amount)
    : resource.endsWith(".cpu")
      ? quantityOf(amount / 1000)
      : quantityOf(amount, "binary");
