import type { Fraction, Seconds } from "../units.js";

/**
 * How closely supply follows demand: the elasticity metrics of SPEC RG (Herbst, Bauer et al.) and BUNGEE
 * (Herbst et al. 2015), as fractions where those papers print per cent.
 */

/** A value that changes in steps: it is `units` from `time` on. In order of time; of two at one time the later counts. */
export type StepFunction = readonly (readonly [time: Seconds, units: number])[];

export interface Provisioning {
  /** The least units that meet the objective at each time, not negative. Known at the start of the window. */
  readonly demand: StepFunction;
  /** The units that were there. Known at the start of the window. */
  readonly supply: StepFunction;
  /** The start of the window; 0 unless given. */
  readonly from?: Seconds;
  /** The length T of the window. What changes at its end or later does not count. */
  readonly duration: Seconds;
  /** The grid on which instability compares directions, 1 s unless given. */
  readonly step?: Seconds;
}

export interface Elasticity {
  /** Units lacking, mean over time. */
  readonly accuracyU: number;
  /** Units too many, mean over time. */
  readonly accuracyO: number;
  /** Share of time with too few units. */
  readonly timeshareU: Fraction;
  /** Share of time with too many units. */
  readonly timeshareO: Fraction;
  /** Units lacking over units demanded, mean over time (θU). */
  readonly thetaU: Fraction;
  /** Units too many over units demanded, mean over time (θO). Where nothing is demanded, over one unit. */
  readonly thetaO: Fraction;
  /** Units too many over units supplied, mean over time: θO as Ilyushkin et al. (2018) have it. */
  readonly accuracyOOverSupply: Fraction;
  /** Share of time with too few or too many units. */
  readonly wrongProvisioningTimeshare: Fraction;
  /** Sum of the absolute changes of demand within the window, units. */
  readonly demandUnitChanges: number;
  /** Sum of the absolute changes of supply within the window, units. */
  readonly supplyUnitChanges: number;
  /** Changes of supply in excess of those of demand, units per second: negative when supply is too lazy. */
  readonly jitterPerSecond: number;
  /** Share of grid steps where demand and supply move in different directions (υ); NaN on a grid of one step or none. */
  readonly instability: Fraction;
  /** Distance to the perfect autoscaler (σ): the 5-norm of θU, θO, both time shares and instability. */
  readonly autoscalingDeviation: Fraction;
}

/** A stretch of time in which neither demand nor supply changes. */
interface Stretch {
  readonly from: Seconds;
  readonly to: Seconds;
  readonly demand: number;
  readonly supply: number;
}

/** All the metrics of one window. */
export function elasticity({ demand, supply, from = 0, duration, step = 1 }: Provisioning): Elasticity {
  if (!(duration > 0)) throw new RangeError(`cannot measure elasticity over ${duration} s: expected more than 0`);
  if (!(step > 0)) throw new RangeError(`cannot use a grid of ${step} s: expected more than 0`);
  checkSteps("demand", demand, from);
  checkSteps("supply", supply, from);
  const stretches = merge(demand, supply, { from, until: from + duration });
  const mean = (value: (stretch: Stretch) => number) =>
    stretches.reduce((sum, stretch) => sum + value(stretch) * (stretch.to - stretch.from), 0) / duration;
  const lacking = (s: Stretch) => Math.max(0, s.demand - s.supply);
  const excess = (s: Stretch) => Math.max(0, s.supply - s.demand);

  const timeshareU = mean((s) => (s.demand > s.supply ? 1 : 0));
  const timeshareO = mean((s) => (s.supply > s.demand ? 1 : 0));
  const thetaU = mean((s) => over(lacking(s), s.demand));
  const thetaO = mean((s) => over(excess(s), s.demand || 1));
  const demandUnitChanges = unitChanges(stretches.map((s) => s.demand));
  const supplyUnitChanges = unitChanges(stretches.map((s) => s.supply));
  const instability = shareOfMismatches(stretches, duration, step);
  return {
    accuracyU: mean(lacking),
    accuracyO: mean(excess),
    timeshareU,
    timeshareO,
    thetaU,
    thetaO,
    accuracyOOverSupply: mean((s) => over(excess(s), s.supply)),
    wrongProvisioningTimeshare: timeshareU + timeshareO,
    demandUnitChanges,
    supplyUnitChanges,
    jitterPerSecond: (supplyUnitChanges - demandUnitChanges) / duration,
    instability,
    autoscalingDeviation: norm5([thetaU, thetaO, timeshareU, timeshareO, instability]),
  };
}

/** How many times an autoscaler is better than none; above 1 it helps. */
export interface ElasticSpeedup {
  /** NaN when no term could be used. */
  readonly value: number;
  /** How many of the four ratios exist: one of them does not when either side is 0. */
  readonly termsUsed: number;
}

type Shares = Pick<Elasticity, "thetaU" | "thetaO" | "timeshareU" | "timeshareO">;

/**
 * The geometric mean of (without scaling) / (with scaling) over θU, θO and the two time shares (Bauer et al. 2019).
 * A ratio to or of 0 would make it infinite or 0 whatever the others are; such terms are left out, and `termsUsed` tells.
 */
export function elasticSpeedup(none: Shares, autoscaler: Shares): ElasticSpeedup {
  const terms = (["thetaU", "thetaO", "timeshareU", "timeshareO"] as const)
    .filter((metric) => none[metric] > 0 && autoscaler[metric] > 0)
    .map((metric) => none[metric] / autoscaler[metric]);
  const product = terms.reduce((sofar, term) => sofar * term, 1);
  return { value: terms.length > 0 ? product ** (1 / terms.length) : Number.NaN, termsUsed: terms.length };
}

function checkSteps(name: string, steps: StepFunction, from: Seconds): void {
  if (!(steps.length > 0 && steps[0][0] <= from)) {
    throw new RangeError(`cannot measure elasticity: ${name} is unknown at ${from} s`);
  }
  for (let i = 1; i < steps.length; i++) {
    if (!(steps[i][0] >= steps[i - 1][0])) {
      throw new RangeError(`cannot measure elasticity: ${name} goes back from ${steps[i - 1][0]} to ${steps[i][0]} s`);
    }
  }
}

/** Both functions cut to the window, as one list without gaps. */
function merge(
  demand: StepFunction,
  supply: StepFunction,
  { from, until }: { readonly from: Seconds; readonly until: Seconds },
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let nextDemand = 0;
  let nextSupply = 0;
  for (let now = from; now < until; ) {
    while (nextDemand < demand.length && demand[nextDemand][0] <= now) nextDemand++;
    while (nextSupply < supply.length && supply[nextSupply][0] <= now) nextSupply++;
    const to = Math.min(until, demand[nextDemand]?.[0] ?? until, supply[nextSupply]?.[0] ?? until);
    stretches.push({ from: now, to, demand: demand[nextDemand - 1][1], supply: supply[nextSupply - 1][1] });
    now = to;
  }
  return stretches;
}

function unitChanges(units: readonly number[]): number {
  return units.slice(1).reduce((sum, value, i) => sum + Math.abs(value - units[i]), 0);
}

/** Looks at every grid point whether demand and supply went the same way since the one before. */
function shareOfMismatches(stretches: readonly Stretch[], duration: Seconds, step: Seconds): Fraction {
  const points = Math.floor(duration / step + 1e-9); // 0.3 / 0.1 is a little below 3, and is meant to be 3
  if (points < 2) return Number.NaN;
  let mismatches = 0;
  let current = 0;
  for (let point = 1; point < points; point++) {
    const before = stretches[current];
    const now = stretches[0].from + point * step;
    while (current + 1 < stretches.length && stretches[current].to <= now) current++;
    const { demand, supply } = stretches[current];
    if (Math.sign(demand - before.demand) !== Math.sign(supply - before.supply)) mismatches++;
  }
  return mismatches / (points - 1);
}

/** Nothing over nothing is nothing: no units lack where none are demanded. */
function over(part: number, whole: number): Fraction {
  return part === 0 ? 0 : part / whole;
}

function norm5(terms: readonly Fraction[]): Fraction {
  return terms.reduce((sum, term) => sum + term ** 5, 0) ** (1 / 5);
}
