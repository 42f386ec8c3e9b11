/** Vectors that no system here is held against, and why. */
import type { Vector } from "./vectors.js";

const REASONS: readonly { readonly why: string; readonly of: readonly string[] }[] = [
  { why: "priorities are not modelled", of: ["M/M/1 priority", "M/G/1 priority non-preemptive, 3 classes"] },
  {
    why: "callers do not retry yet",
    of: [
      "M/M/1 retrial (linear)",
      "M/M/c/c retrial",
      "retry amplification",
      "retry amplification in call chain",
      "loss system with independent retries (Poisson approx)",
    ],
  },
  {
    why: "callers do not give up yet",
    of: ["M/M/c+M (Erlang A)", "M/M/1+D (deterministic patience in queue)"],
  },
  {
    why: "requests are not hedged, and a parallel step waits for all its branches",
    of: ["hedged request, Exp(mu) replies, hedge after d", "k-of-n quorum, Exp(1)"],
  },
  {
    why: "nothing breaks yet",
    of: ["M/M/1 with breakdowns (fail any time, preemptive resume)", "k-of-n availability"],
  },
  { why: "no balancer joins the idle queue", of: ["dispatch policy, 10 servers: JIQ (random if none idle)"] },
  {
    why: "machines are billed by the second; hours begun and functions are not",
    of: ["billing per started hour", "AWS Lambda x86 us-east-1 (1 ms granularity, no free tier)"],
  },
  {
    why: "power is not modelled",
    of: [
      "linear power model",
      "cubic power model",
      "square power model",
      "sqrt power model",
      "Fan et al. non-linear power model",
      "asymptotic power model",
    ],
  },
  { why: "caches are not modelled", of: ["LRU cache, Zipf IRM"] },
  {
    why: "at a load of 0.99 a thousand pods are too far from infinitely many",
    of: ["v0277", "v0283", "v0289", "v0291"],
  },
];

/** Why a vector is left out; undefined when it should not be. */
export function reasonFor({ id, system }: Vector): string | undefined {
  return REASONS.find(({ of }) => of.includes(id) || of.includes(system))?.why;
}
