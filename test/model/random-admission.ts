/** Random refusals. */
import fc from "fast-check";
import type { AdmissionSpec, LimiterSpec } from "../../src/model/admission/admission-spec.js";
import { law } from "./random-steps.js";

const everybody = { endpoint: undefined, headers: {} };
const minRtt = { interval: 3, jitter: 0.5, requests: 2, concurrency: 1, buffer: 0.25 };

const limiter = fc.constantFrom<LimiterSpec | undefined>(
  undefined,
  { kind: "fixed", limit: 2 },
  { kind: "gradient", percentile: 0.9, updateInterval: 0.3, most: 4, minRtt },
  { kind: "gradient", percentile: 0.5, updateInterval: 0.3, most: 4, minRtt },
  { kind: "aimd", initial: 2, least: 1, most: 3, backOff: 0.5, timeout: 0.4 },
  { kind: "vegas", initial: 2, most: 4, smoothing: 1, probes: 3 },
);

/** Pods and callers that refuse this and that, by limits that a few calls reach. */
export const admission: fc.Arbitrary<AdmissionSpec> = fc.record({
  rateLimit: fc.constantFrom(
    [],
    [{ tokens: 2, perFill: 3, interval: 2, ...everybody }],
    [
      { tokens: 1, perFill: 1, interval: 1, endpoint: "call", headers: {} },
      { tokens: 5, perFill: 1, interval: 2, ...everybody },
    ],
  ),
  globalRateLimit: fc.option(
    fc.record({
      limits: fc.constant([{ requests: 3, unit: 1, ...everybody }]),
      latency: law,
      timeout: fc.constantFrom(0.02, 0.3, 2),
      onTimeout: fc.constantFrom("admit" as const, "refuse" as const),
    }),
    { nil: undefined },
  ),
  shedding: fc.option(
    fc.record({
      queueTime: fc.constantFrom(undefined, { target: 0.05, interval: 0.5 }),
      cpu: fc.constantFrom(undefined, { scaling: 0.1, saturated: 0.6, interval: 0.5, weight: 0.5 }),
      spares: fc.constant([]),
    }),
    { nil: undefined },
  ),
  concurrency: limiter,
  successRate: fc.option(
    fc.record({
      at: fc.constantFrom("caller" as const, "pod" as const),
      window: fc.constantFrom(2, 10),
      threshold: fc.constantFrom(0.5, 0.95),
      aggression: fc.constantFrom(1, 3),
      leastRate: fc.constantFrom(0, 1),
      most: fc.constant(0.8),
    }),
    { nil: undefined },
  ),
});
