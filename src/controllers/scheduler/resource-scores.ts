/** How full a node would be: upstream's three strategies of NodeResourcesFit, and the balance between resources. */
import { NON_ZERO, type NodeInfo, requestsOf } from "./node-info.js";
import type { Pod } from "./objects.js";

export interface FitStrategy {
  readonly type: "LeastAllocated" | "MostAllocated" | "RequestedToCapacityRatio";
  readonly resources: readonly { readonly name: string; readonly weight: number }[];
  /** Scores 0..10 at percentages of use, for RequestedToCapacityRatio. */
  readonly shape?: readonly { readonly utilization: number; readonly score: number }[];
}

export const LEAST_ALLOCATED: FitStrategy = {
  type: "LeastAllocated",
  resources: [
    { name: "cpu", weight: 1 },
    { name: "memory", weight: 1 },
  ],
};

const whole = (numerator: number, denominator: number): number => Math.trunc(numerator / denominator);

/** Broken line through the shape's points, in whole numbers; its scores count up to 100. */
function onShape(shape: NonNullable<FitStrategy["shape"]>, percent: number): number {
  for (const [i, { utilization, score }] of shape.entries()) {
    if (percent > utilization) continue;
    const before = shape[i - 1];
    if (before === undefined) return score * 10;
    const rise = (score - before.score) * 10 * (percent - before.utilization);
    return before.score * 10 + whole(rise, utilization - before.utilization);
  }
  return (shape.at(-1)?.score ?? 0) * 10;
}

function resourceScore({ type, shape = [] }: FitStrategy, requested: number, allocatable: number): number {
  if (type === "LeastAllocated")
    return requested > allocatable ? 0 : whole((allocatable - requested) * 100, allocatable);
  if (type === "MostAllocated") return whole(Math.min(requested, allocatable) * 100, allocatable);
  return onShape(shape, requested > allocatable ? 100 : whole(requested * 100, allocatable));
}

const BUILT_IN = new Set(["cpu", "memory", "ephemeral-storage"]);

export function fitScore(pod: Pod, strategy: FitStrategy): (info: NodeInfo) => number {
  const requests = requestsOf(pod, NON_ZERO);
  const ratio = strategy.type === "RequestedToCapacityRatio";
  return ({ node, nonZeroRequested }) => {
    let [sum, weights] = [0, 0];
    for (const { name, weight } of strategy.resources) {
      const [wanted, allocatable] = [requests[name] ?? 0, node.allocatable[name] ?? 0];
      if (allocatable === 0 || (wanted === 0 && !BUILT_IN.has(name))) continue;
      const score = resourceScore(strategy, (nonZeroRequested[name] ?? 0) + wanted, allocatable);
      if (ratio && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return ratio ? Math.round(sum / weights) : whole(sum, weights);
  };
}

/** 100 where all resources are used alike, less by the standard deviation of their shares. */
function balance(fractions: readonly number[]): number {
  const [a = 0, b = 0] = fractions;
  let std = 0;
  if (fractions.length === 2) std = Math.abs((a - b) / 2);
  else if (fractions.length > 2) {
    const mean = fractions.reduce((sum, one) => sum + one, 0) / fractions.length;
    std = Math.sqrt(fractions.reduce((sum, one) => sum + (one - mean) * (one - mean), 0) / fractions.length);
  }
  return Math.trunc((1 - std) * 100);
}

/** What the pod does to the balance: about 75 when nothing. Undefined for a pod that asks for nothing. */
export function balancedScore(
  pod: Pod,
  resources: readonly string[] = ["cpu", "memory"],
): ((info: NodeInfo) => number) | undefined {
  const requests = requestsOf(pod);
  if (resources.every((name) => (requests[name] ?? 0) === 0)) return undefined;
  return ({ node, requested }) => {
    const [before, after]: [number[], number[]] = [[], []];
    for (const name of resources) {
      const [wanted, allocatable] = [requests[name] ?? 0, node.allocatable[name] ?? 0];
      if (allocatable === 0 || (wanted === 0 && !BUILT_IN.has(name))) continue;
      before.push(Math.min(1, (requested[name] ?? 0) / allocatable));
      after.push(Math.min(1, ((requested[name] ?? 0) + wanted) / allocatable));
    }
    return 50 + whole(50 + balance(after) - balance(before), 2);
  };
}
