/** Vectors that no system here is held against, and why. */
import type { Vector } from "./vectors.js";

const REASONS: readonly { readonly why: string; readonly of: readonly string[] }[] = [
  { why: "priorities are not modelled", of: ["M/M/1 priority", "M/G/1 priority non-preemptive, 3 classes"] },
  { why: "no event happens once in a million requests in a run of this length", of: ["v0363"] },
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
  {
    why: "at a load of 0.99 a thousand pods are too far from infinitely many",
    of: ["v0277", "v0283", "v0289", "v0291"],
  },
];

/** Why a vector is left out; undefined when it should not be. */
export function reasonFor({ id, system }: Vector): string | undefined {
  return REASONS.find(({ of }) => of.includes(id) || of.includes(system))?.why;
}
