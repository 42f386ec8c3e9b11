/** Plays vectors through dryscale's controllers, and says where a decision differs from the real one. */
import { type Difference, firstDifference } from "./compare.js";
import { players } from "./players/index.js";
import type { Vector } from "./vector.js";

export interface Failure extends Difference {
  readonly vector: Vector;
  /** The script's time there, or the number of the step when the script gives none. */
  readonly at: unknown;
  readonly step: number;
}

/** The first difference of a vector, or undefined when every decision is equal. An error of ours is a difference, too. */
export function failureOf(vector: Vector): Failure | undefined {
  const play = players[vector.controller];
  const whole = (expected: unknown, got: unknown): Failure => ({ vector, at: "–", step: -1, field: "", expected, got });
  if (play === undefined)
    return whole(`a controller that is played: ${Object.keys(players).join(", ")}`, vector.controller);
  let decisions: readonly unknown[];
  try {
    decisions = play(vector);
  } catch (error) {
    return whole("decisions", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  for (const [step, expected] of vector.expected.entries()) {
    const found = firstDifference(expected, decisions[step]);
    const at = (vector.script[step] as { readonly at?: unknown } | null)?.at ?? `step ${step}`;
    if (found !== undefined) return { vector, at, step, ...found };
  }
  if (decisions.length !== vector.expected.length)
    return whole(`${vector.expected.length} decisions`, `${decisions.length}`);
  return undefined;
}

export interface Tally {
  readonly controller: string;
  readonly version: string;
  situations: number;
  /** Decisions compared. */
  steps: number;
  readonly failures: Failure[];
}

/** Plays all; a tally for each controller and version, in the order of their first vectors. */
export function playAll(vectors: readonly Vector[]): readonly Tally[] {
  const tallies = new Map<string, Tally>();
  for (const vector of vectors) {
    const { controller, version } = vector;
    const key = `${controller} ${version}`;
    const tally = tallies.get(key) ?? { controller, version, situations: 0, steps: 0, failures: [] };
    tallies.set(key, tally);
    tally.situations++;
    tally.steps += vector.expected.length;
    const failure = failureOf(vector);
    if (failure !== undefined) tally.failures.push(failure);
  }
  return [...tallies.values()];
}
