/** A summary that is small enough to say by hand what its tables must be. */
import { LatencyHistogram } from "../../src/measure/histogram.js";
import type { PolicySummary, Summary } from "../../src/report/summary.js";

type Found = PolicySummary["measures"][string];

const found = (mean: number | null, halfWidth: number | null): Found => ({ mean, halfWidth, n: 3, level: 0.95 });

export function policyOf(name: string, measures: PolicySummary["measures"], kept = false): PolicySummary {
  const { buckets, ...latency } = new LatencyHistogram().toJSON();
  return {
    name,
    replications: 3,
    growing: null,
    objectives: [{ name: "slo.1", kept }],
    measures,
    latency: { ...latency, buckets: buckets.map(([bucket, count]) => [bucket, count]) },
  };
}

const headline = { better: "lower", headline: true } as const;

/** fixed, the baseline, and hpa: faster, at the same price. */
export function comparing(): Summary {
  const fixed = {
    "latency.p99": found(1, 0.04),
    "errors.share": found(null, null),
    "slo.1": found(0.9, 0.005),
    "cost.perHour": found(0.576, 0),
  };
  const hpa = {
    "latency.p99": found(0.29, 0.02),
    "errors.share": found(null, null),
    "slo.1": found(0.995, 0.0005),
    "cost.perHour": found(0.576, 0),
  };
  return {
    schemaVersion: 1,
    scenario: "shop",
    question: "Which?",
    seed: 7,
    replications: 3,
    warmup: 120,
    duration: 780,
    objectives: [
      { name: "slo.1", label: "all: 99 % within 300 ms", endpoint: null, latency: 0.3, share: 0.99, errors: null },
    ],
    policies: [policyOf("fixed", fixed), policyOf("hpa", hpa, true)],
    comparisons: [
      {
        policy: "hpa",
        baseline: "fixed",
        measures: {
          "latency.p99": { ...found(-0.71, 0.038), verdict: "better" },
          "errors.share": { ...found(null, null), verdict: "no difference shown" },
          "slo.1": { ...found(0.095, 0.096), verdict: "no difference shown" },
          "cost.perHour": { ...found(0, 0), verdict: "no difference shown" },
        },
      },
    ],
    measures: [
      { name: "latency.p99", label: "latency, p99", unit: "s", group: "latency", ...headline },
      { name: "errors.share", label: "failed requests", unit: "share", group: "errors", ...headline },
      {
        name: "slo.1",
        label: "objective 1 (all: 99 % within 300 ms)",
        unit: "share",
        group: "slo",
        ...headline,
        better: "higher",
      },
      { name: "cost.perHour", label: "cost per hour", unit: "USD/h", group: "cost", ...headline },
    ],
    failed: [],
    interrupted: false,
  };
}
