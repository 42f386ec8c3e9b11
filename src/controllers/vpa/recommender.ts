/**
 * What the recommender recommends for the containers of a pod: percentiles of the usage, a margin, the trust in a history of
 * that length, and least amounts that the containers of a pod share.
 */
import type { Fraction, Seconds } from "../../units.js";
import { power } from "./floats.js";
import { type Aggregate, wholeAmount } from "./usage.js";

export interface RecommendationSpec {
  readonly safetyMarginFraction: Fraction;
  readonly podMinCpuMillicores: number;
  readonly podMinMemoryMb: number;
  readonly targetCpuPercentile: Fraction;
  readonly lowerBoundCpuPercentile: Fraction;
  readonly upperBoundCpuPercentile: Fraction;
  readonly confidenceIntervalCpu: Seconds;
  readonly targetMemoryPercentile: Fraction;
  readonly lowerBoundMemoryPercentile: Fraction;
  readonly upperBoundMemoryPercentile: Fraction;
  readonly confidenceIntervalMemory: Seconds;
  /** Amounts are rounded up to multiples of these. */
  readonly roundCpuMillicores: number;
  readonly roundMemoryBytes: number;
}

export type Resource = "cpu" | "memory";
/** Millicores and bytes; what is not controlled is absent. */
export type Amounts = Readonly<Partial<Record<Resource, number>>>;

export interface Recommendation {
  readonly target: Amounts;
  readonly lowerBound: Amounts;
  readonly upperBound: Amounts;
  /** The target before any policy. */
  readonly uncappedTarget: Amounts;
}

interface Estimate {
  readonly target: number;
  readonly lowerBound: number;
  readonly upperBound: number;
}

/** For one container of a pod that has that many. */
export function recommend(
  spec: RecommendationSpec,
  usage: Aggregate,
  containers: number,
  controlled: readonly Resource[],
): Recommendation {
  const estimates = { cpu: cpuEstimate(spec, usage, containers), memory: memoryEstimate(spec, usage, containers) };
  const steps = { cpu: spec.roundCpuMillicores, memory: spec.roundMemoryBytes };
  const amounts = (of: keyof Estimate): Amounts =>
    Object.fromEntries(controlled.map((resource) => [resource, roundedUp(estimates[resource][of], steps[resource])]));
  const target = amounts("target");
  return {
    target,
    lowerBound: amounts("lowerBound"),
    upperBound: amounts("upperBound"),
    uncappedTarget: target,
  };
}

function cpuEstimate(spec: RecommendationSpec, usage: Aggregate, containers: number): Estimate {
  const base = (share: Fraction): number => withMargin(spec, wholeAmount(usage.cpu.percentile(share) * 1000));
  const least = wholeAmount(wholeAmount(spec.podMinCpuMillicores * 0.001 * 1000) * (1 / containers));
  return estimateOf(confidence(usage, spec.confidenceIntervalCpu), least, {
    target: base(spec.targetCpuPercentile),
    lowerBound: base(spec.lowerBoundCpuPercentile),
    upperBound: base(spec.upperBoundCpuPercentile),
  });
}

function memoryEstimate(spec: RecommendationSpec, usage: Aggregate, containers: number): Estimate {
  const base = (share: Fraction): number => withMargin(spec, wholeAmount(usage.memoryPeaks.percentile(share)));
  const least = wholeAmount(wholeAmount(spec.podMinMemoryMb * 1024 * 1024) * (1 / containers));
  return estimateOf(confidence(usage, spec.confidenceIntervalMemory), least, {
    target: base(spec.targetMemoryPercentile),
    lowerBound: base(spec.lowerBoundMemoryPercentile),
    upperBound: base(spec.upperBoundMemoryPercentile),
  });
}

const withMargin = (spec: RecommendationSpec, amount: number): number =>
  amount + wholeAmount(amount * spec.safetyMarginFraction);

/** Intervals of history, by the span of the cpu samples and by their number at one a minute. */
function confidence({ firstSample = 0, lastSample = firstSample, samples }: Aggregate, interval: Seconds): number {
  return Math.min((lastSample - firstSample) / interval, samples / (interval / 60));
}

/** A short history widens the bounds: with none at all, from the least to the most. */
function estimateOf(trust: number, least: number, { target, lowerBound, upperBound }: Estimate): Estimate {
  return {
    target: Math.max(target, least),
    lowerBound: Math.max(wholeAmount(lowerBound * power(1 + 0.001 / trust, -2)), least),
    upperBound: Math.max(wholeAmount(upperBound * (1 + 1 / trust)), least),
  };
}

const roundedUp = (amount: number, step: number): number => Math.ceil(amount / step) * step;
