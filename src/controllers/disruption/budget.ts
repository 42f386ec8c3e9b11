/** PodDisruptionBudget: whether a pod may be evicted now. Percentages round up, of both kinds. */

/** A number of pods, or a share of those expected. */
export type Amount = { readonly pods: number } | { readonly share: number };

export type Budget = { readonly minAvailable: Amount } | { readonly maxUnavailable: Amount };

/** Pods that have to stay healthy; `expected` is what the owning controller has been asked for. */
export function desiredHealthy(budget: Budget, expected: number): number {
  if ("minAvailable" in budget) return scaled(budget.minAvailable, expected);
  return Math.max(0, expected - scaled(budget.maxUnavailable, expected));
}

/**
 * Whether the eviction API lets a pod go. By the default policy (IfHealthyBudget) a pod that is not ready
 * may go while the others keep the budget.
 */
export function mayEvict(budget: Budget, pods: { expected: number; healthy: number; ready: boolean }): boolean {
  const desired = desiredHealthy(budget, pods.expected);
  if (!pods.ready && desired > 0 && pods.healthy >= desired) return true;
  return pods.healthy > desired;
}

// A share is a whole number of per cent here as there, so that its product has no rounding of its own.
const scaled = (amount: Amount, expected: number): number =>
  "pods" in amount ? amount.pods : Math.ceil((Math.round(amount.share * 100) * expected) / 100);
