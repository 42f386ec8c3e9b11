/**
 * A Markov-modulated Poisson process: Poisson arrivals whose rate is that of a
 * hidden state, which changes after an exponential stay. Simulated exactly, from
 * event to event. Source: Fischer and Meier-Hellstern, "The Markov-modulated
 * Poisson process cookbook", Performance Evaluation 18 (1993).
 */
import { RandomStream } from "../kernel/random.js";
import type { Seconds } from "../units.js";
import type { Complaints } from "./complaints.js";

export interface MmppSpec {
  readonly kind: "mmpp";
  readonly states: readonly MmppState[];
  /** transitions[i][j] is the probability that j follows i: 0 on the diagonal, rows of sum 1. Without it, in a circle. */
  readonly transitions?: readonly (readonly number[])[];
  /** The state at time 0; without it, drawn from the stationary law, so that the mean rate holds from the start. */
  readonly start?: number;
}

export interface MmppState {
  /** Calls per second. */
  readonly rate: number;
  /** Mean stay. */
  readonly sojourn: Seconds;
}

/** The arrivals of one such process. The spec must be without complaints. */
export class Mmpp {
  private now: Seconds = 0;
  private state: number;
  private leaves: Seconds;
  private readonly transitions: readonly (readonly number[])[];
  private readonly gaps: RandomStream;
  private readonly stays: RandomStream;
  private readonly moves: RandomStream;

  constructor(
    private readonly spec: MmppSpec,
    seed: number,
    name: string,
  ) {
    this.gaps = new RandomStream(seed, `${name}/gaps`);
    this.stays = new RandomStream(seed, `${name}/stays`);
    this.moves = new RandomStream(seed, `${name}/moves`);
    this.transitions = transitionsOf(spec);
    this.state = spec.start ?? pick(stateProbabilities(spec), this.moves.uniform());
    this.leaves = this.stay();
  }

  /** The next arrival, in seconds. */
  next(): Seconds {
    // Expected calls until the arrival; what one state leaves over, the next uses up.
    let left = this.gaps.exponential();
    for (;;) {
      const { rate } = this.spec.states[this.state]!;
      const room = (this.leaves - this.now) * rate;
      if (left < room) {
        this.now = Math.min(this.now + left / rate, this.leaves);
        return this.now;
      }
      left -= room;
      this.now = this.leaves;
      if (this.transitions.length > 1) this.state = pick(this.transitions[this.state]!, this.moves.uniform());
      this.leaves = this.now + this.stay();
    }
  }

  private stay(): Seconds {
    return this.spec.states[this.state]!.sojourn * this.stays.exponential();
  }
}

/** The long-run mean rate, in calls per second. */
export function mmppRate(spec: MmppSpec): number {
  const share = stateProbabilities(spec);
  return spec.states.reduce((sum, state, i) => sum + share[i]! * state.rate, 0);
}

function transitionsOf({ states, transitions }: MmppSpec): readonly (readonly number[])[] {
  return transitions ?? states.map((_, i) => states.map((_, j) => (j === (i + 1) % states.length ? 1 : 0)));
}

function pick(probabilities: readonly number[], uniform: number): number {
  let left = uniform;
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i]!;
    if (left < 0) return i;
  }
  // Rounding alone leads here; a state of probability 0 must still not be chosen.
  return probabilities.findLastIndex((probability) => probability > 0);
}

/** The share of time in each state: of the visits, by GTH elimination (no subtraction, no cancelling), times the stays. */
function stateProbabilities(spec: MmppSpec): readonly number[] {
  const chain = transitionsOf(spec).map((row) => [...row]);
  for (let n = chain.length - 1; n > 0; n--) {
    let out = 0;
    for (let j = 0; j < n; j++) out += chain[n]![j]!;
    for (let i = 0; i < n; i++) {
      chain[i]![n]! /= out;
      for (let j = 0; j < n; j++) chain[i]![j]! += chain[i]![n]! * chain[n]![j]!;
    }
  }
  const visits = [1];
  for (let n = 1; n < chain.length; n++) visits.push(visits.reduce((sum, visit, i) => sum + visit * chain[i]![n]!, 0));
  const time = visits.map((visit, i) => visit * spec.states[i]!.sojourn);
  const total = time.reduce((sum, share) => sum + share, 0);
  return time.map((share) => share / total);
}

/** Adds what is wrong with a process, under `path`. */
export function complainOfMmpp(spec: MmppSpec, path: string, to: Complaints): void {
  const { states, start } = spec;
  if (states.length === 0) to.add(`${path}.states`, "at least one state", "none");
  states.forEach((state, i) => {
    to.notNegative(`${path}.states[${i}].rate`, state.rate);
    to.positive(`${path}.states[${i}].sojourn`, state.sojourn);
  });
  if (states.length > 0 && !states.some((state) => state.rate > 0))
    to.add(`${path}.states`, "a state with a rate above 0", "none");
  if (start !== undefined && states[start] === undefined)
    to.add(`${path}.start`, `the number of a state, 0 to ${states.length - 1}`, start);
  if (spec.transitions !== undefined) complainOfTransitions(spec.transitions, states.length, `${path}.transitions`, to);
}

function complainOfTransitions(
  rows: readonly (readonly number[])[],
  count: number,
  path: string,
  to: Complaints,
): void {
  if (rows.length !== count) to.add(path, `${count} rows, one for each state`, rows.length);
  rows.forEach((row, i) => {
    if (row.length !== count) to.add(`${path}[${i}]`, `${count} probabilities, one for each state`, row.length);
    row.forEach((probability, j) => {
      if (!(probability >= 0 && probability <= 1)) to.add(`${path}[${i}][${j}]`, "a probability", probability);
    });
    const sum = row.reduce((total, probability) => total + probability, 0);
    if (count > 1 && row[i] !== 0) to.add(`${path}[${i}][${i}]`, "0, for a stay ends in another state", row[i]);
    if (Math.abs(sum - 1) > 1e-9) to.add(`${path}[${i}]`, "probabilities of sum 1", sum);
  });
  // Without this some states have no share of time, or the process dies in states of rate 0.
  if (rows.length === count && !rows.every((_, i) => reached(rows, i).size === count))
    to.add(path, "every state to be reachable from every other", "a chain that falls apart");
}

function reached(rows: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set([from]);
  // A set that grows while it is walked: each state reached adds those reached from it.
  for (const i of seen) {
    for (const j of rows.keys()) if (rows[i]![j]! > 0) seen.add(j);
  }
  return seen;
}
