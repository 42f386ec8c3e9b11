/** What a VerticalPodAutoscaler says about its containers: which are scaled, in what, and between which bounds. */
import type { Amounts, Recommendation, Resource } from "./recommender.js";

export interface ContainerPolicy {
  readonly mode?: "Auto" | "Off";
  readonly controlledResources?: readonly Resource[];
  /** An amount of 0 is no bound. */
  readonly minAllowed?: Amounts;
  readonly maxAllowed?: Amounts;
  /** What follows the recommendation; limits, too, unless told. */
  readonly controlledValues?: "RequestsAndLimits" | "RequestsOnly";
}

export type Policies = Readonly<Record<string, ContainerPolicy>>;

/** A container's own policy, else that of all others, "*". */
export const policyOf = (policies: Policies, container: string): ContainerPolicy =>
  policies[container] ?? policies["*"] ?? {};

/** Raised to the least, then lowered to the most: where these are at odds the most wins. The recommender's own most fills gaps. */
export function capped(recommendation: Recommendation, policy: ContainerPolicy, mostOfAll: Amounts): Recommendation {
  const most = { ...mostOfAll, ...policy.maxAllowed };
  const within = (amounts: Amounts): Amounts =>
    Object.fromEntries(
      (Object.entries(amounts) as [Resource, number][]).map(([resource, amount]) => {
        const raised = Math.max(amount, policy.minAllowed?.[resource] || 0);
        return [resource, Math.min(raised, most[resource] || Infinity)];
      }),
    );
  return {
    target: within(recommendation.target),
    lowerBound: within(recommendation.lowerBound),
    upperBound: within(recommendation.upperBound),
    uncappedTarget: recommendation.uncappedTarget,
  };
}
