/** A pod's resources by its recommendation: as the admission controller writes them into new pods and a resize into old ones. */
import { type ContainerPolicy, type Policies, policyOf } from "./policy.js";
import type { ContainerState, Recommendations } from "./priority.js";
import type { Amounts, Resource } from "./recommender.js";

const RESOURCES: readonly Resource[] = ["cpu", "memory"];

/** What the policies leave of a recommendation for a pod: where only requests are controlled, they stop at the limits. */
export function recommendedFor(
  containers: readonly ContainerState[],
  recommended: Recommendations,
  policies: Policies,
): Recommendations {
  return Object.fromEntries(
    containers.flatMap(({ name, limits }) => {
      const own = recommended[name];
      const policy = policyOf(policies, name);
      if (own === undefined) return [];
      const within = (amounts: Amounts): Amounts => bounded(amounts, limits, policy);
      const { target, lowerBound, upperBound } = own;
      return [
        [name, { target: within(target), lowerBound: within(lowerBound), upperBound: within(upperBound) }] as const,
      ];
    }),
  );
}

function bounded(amounts: Amounts, limits: Amounts, policy: ContainerPolicy): Amounts {
  const stops = policy.controlledValues === "RequestsOnly" ? limits : {};
  return Object.fromEntries(
    RESOURCES.flatMap((resource) => {
      const amount = amounts[resource];
      if (amount === undefined) return [];
      const raised = Math.max(amount, policy.minAllowed?.[resource] || 0);
      const capped = Math.min(raised, policy.maxAllowed?.[resource] || Infinity);
      return [[resource, Math.min(capped, stops[resource] ?? Infinity)]];
    }),
  );
}

/** By the containers' names. Where limits are controlled too, they keep their proportion to the requests. */
export function resized(
  containers: readonly ContainerState[],
  recommended: Recommendations,
  policies: Policies,
): Readonly<Record<string, { readonly requests: Amounts; readonly limits: Amounts }>> {
  return Object.fromEntries(
    containers.flatMap(({ name, requests, limits }) => {
      const target = recommended[name]?.target;
      if (target === undefined) return [];
      const controlled = policyOf(policies, name).controlledValues ?? "RequestsAndLimits";
      const scaled = controlled === "RequestsOnly" ? {} : proportional(requests, limits, target);
      return [[name, { requests: target, limits: scaled }] as const];
    }),
  );
}

function proportional(requests: Amounts, limits: Amounts, target: Amounts): Amounts {
  return Object.fromEntries(
    RESOURCES.flatMap((resource) => {
      const limit = limits[resource];
      const wished = target[resource];
      if (!limit || !wished) return [];
      const request = requests[resource];
      if (!request || request === limit) return [[resource, wished]];
      return [[resource, Number((BigInt(limit) * BigInt(wished)) / BigInt(request))]];
    }),
  );
}
