/**
 * A profile says how many calls per second are expected at each moment. It is
 * plain data, so that a scenario file can hold it; `rateAt` gives its exact value,
 * and compiled-profile.ts turns it into straight lines whose integral has an
 * exact inverse.
 *
 * At a jump the profile already has its new value.
 */
import type { Seconds } from "../units.js";
import { Complaints } from "./complaints.js";

/** Rates are calls per second, 0 or more; within a product, all but the first are dimensionless factors. */
export type Profile =
  | { readonly kind: "constant"; readonly rate: number }
  | RampProfile
  | { readonly kind: "steps"; readonly at: readonly Step[] }
  | WaveProfile
  | BurstProfile
  | FlashCrowdProfile
  | { readonly kind: "product"; readonly of: readonly Profile[] }
  | { readonly kind: "sum"; readonly of: readonly Profile[] };

/** From one rate to another in a straight line; constant before `start` and after `end`. */
export interface RampProfile {
  readonly kind: "ramp";
  readonly from: number;
  readonly to: number;
  readonly start: Seconds;
  readonly end: Seconds;
}

/** The rate from this time on, until the next step. The first step must stand at 0 or before. */
export interface Step {
  readonly time: Seconds;
  readonly rate: number;
}

/** mean + amplitude · sin(2π (t − phase) / period): it rises through its mean at `phase`. */
export interface WaveProfile {
  readonly kind: "wave";
  readonly mean: number;
  /** In calls per second, as the mean, and not above it: a rate is never negative. */
  readonly amplitude: number;
  readonly period: Seconds;
  readonly phase: Seconds;
}

/** `peak` for `duration` from `start` on, once, or again after each `every`; `base` otherwise. */
export interface BurstProfile {
  readonly kind: "burst";
  readonly base: number;
  readonly peak: number;
  readonly start: Seconds;
  readonly duration: Seconds;
  readonly every?: Seconds;
}

/** A straight rise to the peak, a hold, then an exponential return to the base with time constant `decay`. */
export interface FlashCrowdProfile {
  readonly kind: "flashCrowd";
  readonly base: number;
  readonly peak: number;
  readonly start: Seconds;
  readonly rise: Seconds;
  readonly hold: Seconds;
  readonly decay: Seconds;
}

/** The exact rate, in calls per second, at time `t` (which may lie before 0 or after any horizon). */
export function rateAt(profile: Profile, t: Seconds): number {
  return rateOnBranch(profile, t, t);
}

/**
 * The rate at `t` by the formula that holds at `branch`. With `branch` inside a
 * piece and `t` at its end this is the one-sided limit, which `rateAt` cannot give
 * at a jump.
 */
export function rateOnBranch(profile: Profile, branch: Seconds, t: Seconds): number {
  switch (profile.kind) {
    case "constant":
      return profile.rate;
    case "ramp":
      return rampRate(profile, branch, t);
    case "steps":
      return profile.at[stepIndex(profile.at, branch)]?.rate ?? 0;
    case "wave":
      return profile.mean + profile.amplitude * Math.sin((2 * Math.PI * (t - profile.phase)) / profile.period);
    case "burst":
      return inBurst(profile, branch) ? profile.peak : profile.base;
    case "flashCrowd":
      return flashCrowdRate(profile, branch, t);
    case "product":
      return profile.of.reduce((product, factor) => product * rateOnBranch(factor, branch, t), 1);
    case "sum":
      return profile.of.reduce((sum, part) => sum + rateOnBranch(part, branch, t), 0);
  }
}

function rampRate(ramp: RampProfile, branch: Seconds, t: Seconds): number {
  if (branch >= ramp.end) return ramp.to;
  if (branch < ramp.start) return ramp.from;
  return ramp.from + ((ramp.to - ramp.from) * (t - ramp.start)) / (ramp.end - ramp.start);
}

/** The last step at or before `t`, or −1 before the first. */
function stepIndex(steps: readonly Step[], t: Seconds): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.time <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function inBurst(burst: BurstProfile, t: Seconds): boolean {
  const since = t - burst.start;
  if (since < 0) return false;
  return (burst.every === undefined ? since : since - Math.floor(since / burst.every) * burst.every) < burst.duration;
}

function flashCrowdRate(crowd: FlashCrowdProfile, branch: Seconds, t: Seconds): number {
  const { base, peak, start, rise, hold, decay } = crowd;
  if (branch < start) return base;
  if (branch < start + rise) return base + ((peak - base) * (t - start)) / rise;
  if (branch < start + rise + hold) return peak;
  return decay === 0 ? base : base + (peak - base) * Math.exp((start + rise + hold - t) / decay);
}

/** What is wrong with a profile, as lines that begin with the path of the fault; empty when nothing is. */
export function profileComplaints(profile: Profile, path = "profile"): string[] {
  const complaints = new Complaints();
  complain(profile, path, complaints);
  return complaints.lines;
}

function complain(profile: Profile, path: string, to: Complaints): void {
  switch (profile.kind) {
    case "constant":
      to.notNegative(`${path}.rate`, profile.rate);
      return;
    case "ramp":
      complainOfRamp(profile, path, to);
      return;
    case "steps":
      complainOfSteps(profile.at, `${path}.at`, to);
      return;
    case "wave":
      complainOfWave(profile, path, to);
      return;
    case "burst":
      complainOfBurst(profile, path, to);
      return;
    case "flashCrowd":
      for (const field of ["base", "peak", "rise", "hold", "decay"] as const)
        to.notNegative(`${path}.${field}`, profile[field]);
      to.finite(`${path}.start`, profile.start);
      return;
    case "product":
    case "sum":
      if (profile.of.length === 0) to.add(`${path}.of`, "at least one profile", "none");
      profile.of.forEach((part, i) => {
        complain(part, `${path}.of[${i}]`, to);
      });
      return;
    default: {
      // Only data that no type checker has seen comes here.
      const { kind } = profile as { readonly kind: unknown };
      to.add(`${path}.kind`, "constant, ramp, steps, wave, burst, flashCrowd, product or sum", kind);
    }
  }
}

function complainOfRamp(ramp: RampProfile, path: string, to: Complaints): void {
  to.notNegative(`${path}.from`, ramp.from);
  to.notNegative(`${path}.to`, ramp.to);
  to.finite(`${path}.start`, ramp.start);
  to.finite(`${path}.end`, ramp.end);
  if (ramp.end < ramp.start) to.add(`${path}.end`, `a time not before start (${ramp.start} s)`, ramp.end);
}

function complainOfSteps(steps: readonly Step[], path: string, to: Complaints): void {
  if (steps.length === 0) to.add(path, "at least one step", "none");
  steps.forEach((step, i) => {
    const before = steps[i - 1];
    to.finite(`${path}[${i}].time`, step.time);
    to.notNegative(`${path}[${i}].rate`, step.rate);
    if (before === undefined) {
      // Without this, a forgotten first step would silently mean no calls at all.
      if (step.time > 0) to.add(`${path}[0].time`, "0 or less, for the rate from the beginning", step.time);
    } else if (step.time <= before.time) {
      to.add(`${path}[${i}].time`, `a time after the step before (${before.time} s)`, step.time);
    }
  });
}

function complainOfWave(wave: WaveProfile, path: string, to: Complaints): void {
  to.notNegative(`${path}.mean`, wave.mean);
  to.notNegative(`${path}.amplitude`, wave.amplitude);
  to.positive(`${path}.period`, wave.period);
  to.finite(`${path}.phase`, wave.phase);
  if (wave.amplitude > wave.mean)
    to.add(`${path}.amplitude`, `at most the mean (${wave.mean}), for a rate is never negative`, wave.amplitude);
}

function complainOfBurst(burst: BurstProfile, path: string, to: Complaints): void {
  to.notNegative(`${path}.base`, burst.base);
  to.notNegative(`${path}.peak`, burst.peak);
  to.finite(`${path}.start`, burst.start);
  to.positive(`${path}.duration`, burst.duration);
  if (burst.every === undefined) return;
  to.positive(`${path}.every`, burst.every);
  if (burst.every < burst.duration) to.add(`${path}.every`, `at least the duration (${burst.duration} s)`, burst.every);
}
