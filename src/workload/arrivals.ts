/**
 * When calls arrive, as an endless row of times. A renewal process lives in
 * operational time: its n-th arrival is where the integral of the profile reaches
 * the sum of n gaps of mean 1. With exponential gaps that is exactly the Poisson
 * process of that rate (Çinlar, "Introduction to Stochastic Processes", 1975,
 * section 4.7); with other gaps the rate keeps its profile and the clumping follows the gaps.
 */
import { randomGeometric } from "d3-random";
import { RandomStream } from "../kernel/random.js";
import type { Seconds } from "../units.js";
import { callsUntil, compileProfile, ProfileInverse } from "./compiled-profile.js";
import { Complaints } from "./complaints.js";
import { complainOfGaps, createGaps, type GapLaw } from "./gaps.js";
import { complainOfMmpp, Mmpp, type MmppSpec, mmppRate } from "./mmpp.js";
import { type Profile, profileComplaints } from "./profile.js";

export interface Arrivals {
  /** The next arrival, in seconds from the start: never before the last one, and Infinity when there are no more. */
  next(): Seconds;
}

export type ArrivalSpec = (RenewalSpec | MmppSpec) & {
  /** How many calls come together each time; without it, one. */
  readonly batch?: BatchSpec;
};

export interface RenewalSpec {
  readonly kind: "renewal";
  readonly gaps: GapLaw;
  /** Of arrivals: with batches, calls are as many times more as the mean batch. */
  readonly profile: Profile;
}

/** Geometric on 1, 2, 3, …: the memoryless size. */
export type BatchSpec =
  | { readonly kind: "constant"; readonly size: number }
  | { readonly kind: "geometric"; readonly mean: number };

/**
 * The arrivals of a spec. Each random quantity draws from a stream of its own,
 * `<name>/gaps`, `<name>/batch` and so on, fixed by the seed. The profile is
 * followed until the horizon, in seconds, and its last rate goes on after it. Time 0
 * is no arrival: the first comes one gap later.
 *
 * Throws an Error with all that is wrong with the spec.
 */
export function createArrivals(spec: ArrivalSpec, seed: number, name: string, horizon: Seconds): Arrivals {
  const complaints = arrivalComplaints(spec, name);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  const single = spec.kind === "mmpp" ? new Mmpp(spec, seed, name) : new Renewal(spec, seed, name, horizon);
  return spec.batch === undefined ? single : new Batches(single, createSizes(spec.batch, seed, name));
}

/** The mean number of calls per second over [0, horizon], batches included; of an MMPP, in the long run. */
export function meanRate(spec: ArrivalSpec, horizon: Seconds): number {
  const arrivals =
    spec.kind === "mmpp" ? mmppRate(spec) : callsUntil(compileProfile(spec.profile, horizon), horizon) / horizon;
  if (spec.batch === undefined) return arrivals;
  return arrivals * (spec.batch.kind === "constant" ? spec.batch.size : spec.batch.mean);
}

/** What is wrong with a spec, as lines that begin with the path of the fault; empty when nothing is. */
export function arrivalComplaints(spec: ArrivalSpec, path = "arrivals"): string[] {
  const to = new Complaints();
  if (spec.kind === "mmpp") {
    complainOfMmpp(spec, path, to);
  } else if (spec.kind === "renewal") {
    complainOfGaps(spec.gaps, `${path}.gaps`, to);
    to.lines.push(...profileComplaints(spec.profile, `${path}.profile`));
  } else {
    to.add(`${path}.kind`, "renewal or mmpp", (spec as { readonly kind: unknown }).kind);
  }
  if (spec.batch !== undefined) complainOfBatch(spec.batch, `${path}.batch`, to);
  return to.lines;
}

function complainOfBatch(batch: BatchSpec, path: string, to: Complaints): void {
  if (batch.kind === "constant") {
    if (!(Number.isInteger(batch.size) && batch.size >= 1))
      to.add(`${path}.size`, "a whole number, 1 or more", batch.size);
  } else if (batch.kind === "geometric") {
    if (!(batch.mean >= 1 && batch.mean < Infinity)) to.add(`${path}.mean`, "a finite number, 1 or more", batch.mean);
  } else {
    to.add(`${path}.kind`, "constant or geometric", (batch as { readonly kind: unknown }).kind);
  }
}

class Renewal implements Arrivals {
  private calls = 0;
  private readonly gap: () => number;
  private readonly inverse: ProfileInverse;

  constructor(spec: RenewalSpec, seed: number, name: string, horizon: Seconds) {
    this.gap = createGaps(spec.gaps, seed, name);
    this.inverse = new ProfileInverse(compileProfile(spec.profile, horizon));
  }

  next(): Seconds {
    this.calls += this.gap();
    return this.inverse.timeOf(this.calls);
  }
}

class Batches implements Arrivals {
  private time: Seconds = 0;
  private left = 0;

  constructor(
    private readonly single: Arrivals,
    private readonly size: () => number,
  ) {}

  next(): Seconds {
    if (this.left === 0) {
      this.time = this.single.next();
      this.left = this.size();
    }
    this.left--;
    return this.time;
  }
}

function createSizes(batch: BatchSpec, seed: number, name: string): () => number {
  if (batch.kind === "constant") return () => batch.size;
  const stream = new RandomStream(seed, `${name}/batch`);
  return randomGeometric.source(() => stream.uniform())(1 / batch.mean);
}
