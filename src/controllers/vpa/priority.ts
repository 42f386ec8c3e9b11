/** Which pods are worth an update, and in which order: who wants to grow first, then who is furthest from the target. */
import type { Fraction, Seconds } from "../../units.js";
import type { Amounts, Recommendation, Resource } from "./recommender.js";

export interface ContainerState {
  readonly name: string;
  /** What the pod's spec says. */
  readonly requests: Amounts;
  readonly limits: Amounts;
  /** What it runs with, where a resize has not come to it yet. */
  readonly actual?: Amounts;
  /** How it ended before its present start. */
  readonly ended?: { readonly reason: string; readonly startedAt: Seconds; readonly finishedAt: Seconds };
  /** What a resize of each resource takes; nothing said, the container goes on running. */
  readonly resizePolicy?: Readonly<Partial<Record<Resource, "NotRequired" | "RestartContainer">>>;
}

export type Recommendations = Readonly<Record<string, Omit<Recommendation, "uncappedTarget">>>;

export interface Priority {
  readonly outsideRecommendedRange: boolean;
  readonly scaleUp: boolean;
  /** Of the pod's whole requests, relative to them, summed over the resources. */
  readonly resourceDiff: Fraction;
}

const RESOURCES: readonly Resource[] = ["cpu", "memory"];

export function priorityOf(containers: readonly ContainerState[], recommended: Recommendations): Priority {
  let outsideRecommendedRange = false;
  let scaleUp = false;
  const requested = { cpu: 0, memory: 0 };
  const wished = { cpu: 0, memory: 0 };
  const told = new Set<Resource>();
  for (const container of containers) {
    const own = recommended[container.name];
    if (own === undefined) continue;
    const requests = container.actual ?? container.requests;
    for (const resource of RESOURCES) {
      const target = own.target[resource];
      if (target === undefined) continue;
      const request = requests[resource];
      told.add(resource);
      wished[resource] += target;
      if (request === undefined) {
        // As good as nothing: it has to grow, and is outside of any range.
        outsideRecommendedRange = scaleUp = true;
        continue;
      }
      requested[resource] += request;
      if (target > request) scaleUp = true;
      const { [resource]: lower = -Infinity } = own.lowerBound;
      const { [resource]: upper = Infinity } = own.upperBound;
      if (request < lower || request > upper) outsideRecommendedRange = true;
    }
  }
  const resourceDiff = RESOURCES.reduce((sum, resource) => {
    if (!told.has(resource)) return sum;
    // Amounts in thousandths, as quantities are compared: a request of nothing counts as one.
    const unit = resource === "cpu" ? 1 : 1000;
    const request = Math.max(requested[resource] * unit, 1);
    return sum + Math.abs(request - wished[resource] * unit) / request;
  }, 0);
  return { outsideRecommendedRange, scaleUp, resourceDiff };
}

/** Below 0 when the first comes first. */
export function compare(one: Priority, two: Priority): number {
  if (one.scaleUp !== two.scaleUp) return one.scaleUp ? -1 : 1;
  return two.resourceDiff - one.resourceDiff;
}
