/** What a pod is to be loaded with: the annotations, the container's own limit and the defaults, taken together. */

export interface TargetSpec {
  readonly metric: "concurrency" | "rps";
  /** Calls that a container takes at once; 0 is no limit. */
  readonly containerConcurrency: number;
  readonly target?: number | undefined;
  /** A share of the target to aim for. */
  readonly targetUtilization?: number | undefined;
}

const DEFAULT_CONCURRENCY = 100;
const DEFAULT_RPS = 200;
const DEFAULT_UTILIZATION = 0.7;
const LEAST_TARGET = 0.01;

/** `total` is what a pod can take; `target` what the autoscaler aims for. */
export function metricTarget(spec: TargetSpec): { readonly target: number; readonly total: number } {
  const { metric, containerConcurrency, target, targetUtilization = DEFAULT_UTILIZATION } = spec;
  const limited = metric === "concurrency" && containerConcurrency > 0;
  const usual = metric === "rps" ? DEFAULT_RPS : containerConcurrency || DEFAULT_CONCURRENCY;
  const wished = target ?? usual;
  const total = limited ? Math.min(wished, containerConcurrency) : wished;
  return { target: Math.max(LEAST_TARGET, total * targetUtilization), total };
}
