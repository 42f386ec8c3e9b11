/** When the loops of the control plane run: each from a moment of its own, as processes that were started at different times do. */
import { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { ControllersSpec } from "../spec.js";

/** The first time of a loop with this period. A phase of 0 is a whole period from the start: at time 0 there is nothing to see. */
export function firstTime({ phase }: ControllersSpec, seed: number, loop: string, period: Seconds): Seconds {
  if (phase === "random") return new RandomStream(seed, `phase/${loop}`).uniform() * period;
  const rest = phase % period;
  return rest === 0 ? period : rest;
}
