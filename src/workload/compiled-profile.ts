/**
 * A profile as straight lines. Between two knots the rate is linear, hence the
 * expected number of calls is quadratic and its inverse a square root: arrivals
 * need neither thinning nor root finding.
 *
 * The lines meet the exact profile at every knot and stay within 1e-4 of its peak
 * in between. That is a bound and not an estimate: a chord over a width h is off
 * by at most h² max|rate″| / 8, and the second derivative of every kind of profile,
 * of their sums and of their products, is bounded from above piece by piece.
 */
import type { Seconds } from "../units.js";
import { type Profile, profileComplaints, rateAt, rateOnBranch } from "./profile.js";

/** Knots in order of time, from 0 to the horizon; two knots at one time are a jump. */
export interface CompiledProfile {
  /** Seconds. */
  readonly times: Float64Array;
  /** Calls per second at each knot. */
  readonly rates: Float64Array;
  /** Expected calls from 0 until each knot. */
  readonly calls: Float64Array;
}

const TOLERANCE = 1e-4; // of the peak
const KNOT_LIMIT = 2 ** 22; // 100 MB of knots: beyond this the spec is a mistake of units rather than a wish
const NEGLIGIBLE = 1e-200; // a bend so small that its products with other rates underflow
const PIECES_AT_ONCE = 64; // below this many equal pieces, halving an interval further would win little

/**
 * Compiles a profile over [0, horizon] seconds; throws an Error with all that is
 * wrong with the profile, or when it needs more than 2²² knots.
 */
export function compileProfile(profile: Profile, horizon: Seconds): CompiledProfile {
  const complaints = profileComplaints(profile);
  if (!(horizon > 0 && horizon < Infinity)) complaints.push(`horizon: expected a finite time above 0, got ${horizon}`);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  const edges = edgesOf(profile, horizon);
  const tolerance = TOLERANCE * visiblePeak(profile, edges);
  const knots = new Knots(horizon);
  for (let i = 0; i + 1 < edges.length; i++) addPiece(profile, edges[i]!, edges[i + 1]!, tolerance, knots);
  knots.add(horizon, rateAt(profile, horizon));
  return knots.compiled();
}

/** The highest rate on [0, horizon]: exact for a single profile, at most 1e-4 too low for sums and products. */
export function peakRate(profile: Profile, horizon: Seconds): number {
  return compileProfile(profile, horizon).rates.reduce((peak, rate) => Math.max(peak, rate), 0);
}

/** Expected calls from 0 until `t` seconds, the last rate going on after the horizon. */
export function callsUntil({ times, rates, calls }: CompiledProfile, t: Seconds): number {
  if (t <= 0) return 0;
  const last = times.length - 1;
  if (t >= times[last]!) return calls[last]! + (t - times[last]!) * rates[last]!;
  const i = knotBefore(times, t);
  return calls[i]! + ((t - times[i]!) * (rates[i]! + lineAt(times, rates, i, t))) / 2;
}

/** Calls per second at `t`, the first rate before 0 and the last after the horizon. */
export function compiledRateAt({ times, rates }: CompiledProfile, t: Seconds): number {
  const last = times.length - 1;
  if (t <= times[0]!) return rates[0]!;
  return t >= times[last]! ? rates[last]! : lineAt(times, rates, knotBefore(times, t), t);
}

function lineAt(times: Float64Array, rates: Float64Array, i: number, t: Seconds): number {
  return rates[i]! + ((rates[i + 1]! - rates[i]!) * (t - times[i]!)) / (times[i + 1]! - times[i]!);
}

/** The last knot at or before `t`: at a jump the one after it. */
function knotBefore(times: Float64Array, t: Seconds): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

class Knots {
  private readonly times: number[] = [];
  private readonly rates: number[] = [];

  constructor(private readonly horizon: Seconds) {}

  add(time: Seconds, rate: number): void {
    const last = this.times.length - 1;
    if (time === this.times[last] && rate === this.rates[last]) return;
    if (last + 1 >= KNOT_LIMIT) throw tooManyKnots(this.horizon);
    this.times.push(time);
    this.rates.push(rate);
  }

  compiled(): CompiledProfile {
    const times = Float64Array.from(this.times);
    const rates = Float64Array.from(this.rates);
    const calls = new Float64Array(times.length);
    for (let i = 1; i < times.length; i++)
      calls[i] = calls[i - 1]! + ((times[i]! - times[i - 1]!) * (rates[i]! + rates[i - 1]!)) / 2;
    return { times, rates, calls };
  }
}

function tooManyKnots(horizon: Seconds): Error {
  return new Error(
    `profile: expected at most ${KNOT_LIMIT} knots over ${horizon} s, got more: its waves or bursts are too short for this horizon`,
  );
}

/** Cuts one smooth piece into lines, finer where it bends more. */
function addPiece(profile: Profile, a: Seconds, b: Seconds, tolerance: number, knots: Knots): void {
  const middle = (a + b) / 2;
  const { bend, value } = bounds(profile, a, b);
  // A peak that no edge shows leaves no tolerance; then the bound of the value stands in for it.
  const pieces = bend < NEGLIGIBLE ? 1 : Math.ceil((b - a) * Math.sqrt(bend / (8 * (tolerance || TOLERANCE * value))));
  if (pieces > PIECES_AT_ONCE && middle > a && middle < b) {
    addPiece(profile, a, middle, tolerance, knots);
    addPiece(profile, middle, b, tolerance, knots);
    return;
  }
  for (let i = 0; i < pieces; i++) {
    const t = a + ((b - a) * i) / pieces;
    knots.add(t, rateOnBranch(profile, middle, t));
  }
  knots.add(b, rateOnBranch(profile, middle, b));
}

/** The highest rate at the edges and midway between them: a lower bound of the peak. */
function visiblePeak(profile: Profile, edges: Float64Array): number {
  let peak = rateAt(profile, edges[edges.length - 1]!);
  for (let i = 0; i + 1 < edges.length; i++) {
    const middle = (edges[i]! + edges[i + 1]!) / 2;
    for (const t of [edges[i]!, middle, edges[i + 1]!]) peak = Math.max(peak, rateOnBranch(profile, middle, t));
  }
  return peak;
}

/** Where the profile jumps, bends sharply, or has the crest of a wave; with 0 and the horizon, sorted, no two alike. */
function edgesOf(profile: Profile, horizon: Seconds): Float64Array {
  const edges = [0, horizon];
  collectEdges(profile, horizon, (time) => {
    if (edges.length >= KNOT_LIMIT) throw tooManyKnots(horizon);
    if (time > 0 && time < horizon) edges.push(time);
  });
  return Float64Array.from(edges)
    .sort()
    .filter((time, i, sorted) => time !== sorted[i - 1]);
}

function collectEdges(profile: Profile, horizon: Seconds, add: (time: Seconds) => void): void {
  switch (profile.kind) {
    case "constant":
      return;
    case "ramp":
      add(profile.start);
      add(profile.end);
      return;
    case "steps":
      for (const step of profile.at) add(step.time);
      return;
    case "wave": {
      // Quarter periods: a product of waves may be 0 at every crest, yet not also where they cross their means.
      const quarter = profile.period / 4;
      for (let k = Math.ceil(-profile.phase / quarter); profile.phase + k * quarter < horizon; k++)
        add(profile.phase + k * quarter);
      return;
    }
    case "burst": {
      const { start, duration, every } = profile;
      const first = every === undefined ? 0 : Math.max(0, Math.floor(-start / every));
      for (let k = first; start + k * (every ?? 0) < horizon; k++) {
        add(start + k * (every ?? 0));
        add(start + k * (every ?? 0) + duration);
        if (every === undefined) return;
      }
      return;
    }
    case "flashCrowd":
      add(profile.start);
      add(profile.start + profile.rise);
      add(profile.start + profile.rise + profile.hold);
      return;
    case "product":
    case "sum":
      for (const part of profile.of) collectEdges(part, horizon, add);
  }
}

/** Upper bounds over one smooth piece of a rate and of its first two derivatives, in absolute value. */
interface Bounds {
  readonly value: number;
  readonly slope: number;
  readonly bend: number;
}

function bounds(profile: Profile, a: Seconds, b: Seconds): Bounds {
  const middle = (a + b) / 2;
  switch (profile.kind) {
    case "wave": {
      const turn = (2 * Math.PI) / profile.period;
      const { mean, amplitude } = profile;
      return { value: mean + amplitude, slope: amplitude * turn, bend: amplitude * turn * turn };
    }
    case "product":
      return profile.of.map((factor) => bounds(factor, a, b)).reduce(boundsOfProduct);
    case "sum":
      return profile.of.map((part) => bounds(part, a, b)).reduce(boundsOfSum);
    default: {
      const from = rateOnBranch(profile, middle, a);
      const to = rateOnBranch(profile, middle, b);
      const value = Math.max(from, to);
      if (profile.kind === "flashCrowd" && middle >= profile.start + profile.rise + profile.hold && profile.decay > 0) {
        const slope = Math.abs(from - profile.base) / profile.decay;
        return { value, slope, bend: slope / profile.decay };
      }
      return { value, slope: Math.abs(to - from) / (b - a), bend: 0 };
    }
  }
}

/** Leibniz: (f g)″ = f″ g + 2 f′ g′ + f g″. */
function boundsOfProduct(f: Bounds, g: Bounds): Bounds {
  return {
    value: f.value * g.value,
    slope: f.slope * g.value + f.value * g.slope,
    bend: f.bend * g.value + 2 * f.slope * g.slope + f.value * g.bend,
  };
}

function boundsOfSum(f: Bounds, g: Bounds): Bounds {
  return { value: f.value + g.value, slope: f.slope + g.slope, bend: f.bend + g.bend };
}

/**
 * The time by which a given number of calls is expected: the inverse of the
 * integral of the rate, walking forward. A walk over all knots costs what one pass
 * over them costs, however many calls are asked for.
 */
export class ProfileInverse {
  private knot = 0;
  private startTime: Seconds = 0;
  private startCalls = 0;
  private startRate = 0;
  private slope = 0;
  private endTime: Seconds = 0;
  private endCalls = 0;
  private last: Seconds = 0;

  constructor(private readonly profile: CompiledProfile) {
    this.enter(0);
  }

  /**
   * The earliest time, in seconds, at which `calls` calls are expected; Infinity
   * when that never happens. `calls` must not fall from one question to the next.
   */
  timeOf(calls: number): Seconds {
    while (calls > this.endCalls) this.enter(this.knot + 1);
    const due = calls - this.startCalls;
    if (due <= 0) return this.last;
    const rate = this.startRate;
    let time = this.startTime;
    // The other form of the root, (√… − rate) / slope, loses all digits when the slope is small.
    if (this.slope === 0) time += due / rate;
    else time += (2 * due) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * this.slope * due)));
    if (time > this.endTime) time = this.endTime;
    if (time > this.last) this.last = time;
    return this.last;
  }

  private enter(knot: number): void {
    const { times, rates, calls } = this.profile;
    const last = times.length - 1;
    this.knot = knot;
    this.startTime = times[knot]!;
    this.startCalls = calls[knot]!;
    this.startRate = rates[knot]!;
    this.endTime = knot < last ? times[knot + 1]! : Infinity;
    this.endCalls = knot < last ? calls[knot + 1]! : Infinity;
    const width = this.endTime - this.startTime;
    this.slope = knot < last && width > 0 ? (rates[knot + 1]! - rates[knot]!) / width : 0;
  }
}
