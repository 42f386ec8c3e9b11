/**
 * Gaps between arrivals, with mean 1: the shape of the randomness, while the
 * profile says how fast time goes by. `cv` is the coefficient of variation, the
 * standard deviation over the mean.
 */
import { randomGamma, randomLogNormal } from "d3-random";
import { RandomStream } from "../kernel/random.js";
import type { Complaints } from "./complaints.js";

export type GapLaw =
  | { readonly law: "poisson" }
  | { readonly law: "deterministic" }
  | { readonly law: "lognormal"; readonly cv: number }
  | { readonly law: "gamma"; readonly cv: number }
  /** The sum of k exponentials: cv = 1/√k. */
  | { readonly law: "erlang"; readonly k: number }
  /** Of two exponentials, each carrying half of the mean ("balanced means"): cv of 1 or more. */
  | { readonly law: "hyperexponential"; readonly cv: number };

/** Draws gaps of mean 1 from streams named after `name`. The law must be without complaints. */
export function createGaps(law: GapLaw, seed: number, name: string): () => number {
  const stream = new RandomStream(seed, `${name}/gaps`);
  const source = () => stream.uniform();
  switch (law.law) {
    case "poisson":
      return () => stream.exponential();
    case "deterministic":
      return () => 1;
    case "lognormal": {
      const variance = Math.log1p(law.cv * law.cv); // of the logarithm
      return randomLogNormal.source(source)(-variance / 2, Math.sqrt(variance));
    }
    case "gamma":
      return randomGamma.source(source)(1 / (law.cv * law.cv), law.cv * law.cv);
    case "erlang":
      return randomGamma.source(source)(law.k, 1 / law.k);
    case "hyperexponential": {
      const square = law.cv * law.cv;
      const first = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
      const phases = new RandomStream(seed, `${name}/gap-phases`);
      return () => stream.exponential() / (2 * (phases.uniform() < first ? first : 1 - first));
    }
  }
}

/** The coefficient of variation of a law. */
export function gapVariation(law: GapLaw): number {
  if (law.law === "poisson") return 1;
  if (law.law === "deterministic") return 0;
  return law.law === "erlang" ? 1 / Math.sqrt(law.k) : law.cv;
}

/** Adds what is wrong with a law, under `path`. */
export function complainOfGaps(law: GapLaw, path: string, to: Complaints): void {
  switch (law.law) {
    case "poisson":
    case "deterministic":
      return;
    case "lognormal":
    case "gamma":
      to.positive(`${path}.cv`, law.cv);
      return;
    case "erlang":
      if (!(Number.isInteger(law.k) && law.k >= 1)) to.add(`${path}.k`, "a whole number, 1 or more", law.k);
      return;
    case "hyperexponential":
      if (!(law.cv >= 1 && law.cv < Infinity)) to.add(`${path}.cv`, "a finite number, 1 or more", law.cv);
      return;
    default: {
      const { law: unknown } = law as { readonly law: unknown };
      to.add(`${path}.law`, "poisson, deterministic, lognormal, gamma, erlang or hyperexponential", unknown);
    }
  }
}
