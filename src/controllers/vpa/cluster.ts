/**
 * The recommender's picture of the pods that a VerticalPodAutoscaler selects: what came of their containers outlives them, and
 * a recommendation is for all containers of one name.
 */
import { capped, type Policies, policyOf } from "./policy.js";
import { type Amounts, type Recommendation, type RecommendationSpec, type Resource, recommend } from "./recommender.js";
import { Aggregate, type AggregationSpec, ContainerUsage } from "./usage.js";

export interface RecommenderSpec extends AggregationSpec, RecommendationSpec {
  readonly policies: Policies;
  /** The recommender's own bound, where a policy has none. */
  readonly maxAllowed: Amounts;
}

const BOTH: readonly Resource[] = ["cpu", "memory"];

export class Recommender {
  private readonly pods = new Map<string, Map<string, ContainerUsage>>();
  /** By the container's name, then by the pods' labels. */
  private readonly aggregates = new Map<string, Map<string, Aggregate>>();

  constructor(private readonly spec: RecommenderSpec) {}

  /** A pod that is known already keeps what its containers have. */
  addPod(pod: string, labels: string, containers: readonly string[]): void {
    const known = this.pods.get(pod) ?? new Map<string, ContainerUsage>();
    for (const name of containers) {
      if (!known.has(name)) known.set(name, new ContainerUsage(this.aggregateOf(name, labels)));
    }
    this.pods.set(pod, known);
  }

  removePod(pod: string): void {
    this.pods.delete(pod);
  }

  container(pod: string, name: string): ContainerUsage | undefined {
    return this.pods.get(pod)?.get(name);
  }

  /** By the container's name, with the number of cpu samples behind it; without those that are switched off. */
  recommendations(): ReadonlyMap<string, Recommendation & { readonly samples: number }> {
    const { spec } = this;
    const scaled = [...this.aggregates].filter(([name]) => policyOf(spec.policies, name).mode !== "Off");
    return new Map(
      scaled.map(([name, parts]) => {
        const policy = policyOf(spec.policies, name);
        const usage = new Aggregate(spec);
        for (const part of parts.values()) usage.merge(part);
        const found = recommend(spec, usage, scaled.length, policy.controlledResources ?? BOTH);
        return [name, { ...capped(found, policy, spec.maxAllowed), samples: usage.samples }];
      }),
    );
  }

  private aggregateOf(name: string, labels: string): Aggregate {
    const parts = this.aggregates.get(name) ?? new Map<string, Aggregate>();
    const aggregate = parts.get(labels) ?? new Aggregate(this.spec);
    this.aggregates.set(name, parts.set(labels, aggregate));
    return aggregate;
  }
}
