/** Processor sharing, whatever the law of service; and many servers, a call each. */

import { constant } from "../../../src/kernel/distributions.js";
import type { World } from "../../../src/model/world.js";
import { arriving, bare, cpu, exponential, lawOf, poisson, renewal, sharing, wait } from "../parts.js";
import { type Sample, type System, systemsOf } from "../system.js";
import type { Vector } from "../vectors.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

interface Parameters {
  readonly lambda_: number;
  readonly ES: number;
  readonly mu: number;
  readonly c: number;
  readonly x: number;
}

const LAWS = ["D", "M", "H2", "LN"];

/** Share of calls of size 3 among the others, which are so much smaller that the mean size stays 1. */
const PROBES = 0.1;
const PROBE = 3;

function mg1ps(lambda: number, law: string): (seed: number, size: number) => Sample {
  return (seed, size) => {
    let looks = 0;
    let five = 0;
    const look = ({ recorder }: World): void => {
      looks++;
      if (recorder.inFlight === 5) five++;
    };
    const others = lawOf(law, (1 - PROBES * PROBE) / (1 - PROBES));
    const endpoints = [
      { name: "call", steps: [cpu(others)] },
      { name: "probe", steps: [cpu(constant(PROBE))] },
    ];
    const load = {
      ...arriving(renewal(lambda)),
      mix: [
        { service: "shop", endpoint: "call", share: 1 - PROBES },
        { service: "shop", endpoint: "probe", share: PROBES },
      ],
    };
    const spec = bare([sharing(1, { endpoints })], [load]);
    const warmup = 2 * relaxed(lambda, 1);
    const { sample, tally } = watch({ spec, seed, warmup, length: size / lambda, look, lookRate: lambda });
    return { ...sample, five: five / looks, probe: tally.latencyOf[1] / tally.answersOf[1] };
  };
}

const ps = systemsOf<Parameters>({
  family: "M/G/1-PS",
  systems: ["M/G/1-PS"],
  key: ({ lambda_ }) => `M/G/1-PS lambda=${lambda_}`,
  variants: LAWS,
  build: ({ lambda_ }, law) => ({ pilot: 50_000, run: mg1ps(lambda_, law) }),
  estimate: ({ measure }) => ({ "mean sojourn": "W", "E[T | size=3]": "probe", "P(N=5)": "five" })[measure],
});

const mm1ps = systemsOf<Parameters>({
  family: "M/M/1-PS",
  systems: ["M/M/1-PS"],
  build: ({ lambda_: lambda }) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([sharing(1, { steps: [cpu(exponential(1))] })], [poisson(lambda)]);
      return watch({ spec, seed, warmup: relaxed(lambda, 1), length: size / lambda }).sample;
    },
  }),
  estimate:
    () =>
    ({ W, W2 }) =>
      W2 - W ** 2,
});

const mgcps = systemsOf<Parameters>({
  family: "M/G/c-PS",
  systems: ["M/G/c-PS (job uses <=1 core)"],
  variants: LAWS,
  build: ({ lambda_: lambda, c }, law) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([sharing(c, { steps: [cpu(lawOf(law, 1))] })], [poisson(lambda)]);
      return watch({ spec, seed, warmup: relaxed(lambda / c, c) + 50, length: size / lambda }).sample;
    },
  }),
  estimate: () => "W",
});

/** Counts of how often so many were busy, as shares: P0, P1, … */
const BUSY_MOST = 128;

const infinite = systemsOf<Parameters>({
  family: "M/G/inf",
  systems: ["M/G/inf"],
  key: ({ lambda_, ES }) => `M/G/inf lambda=${lambda_} ES=${ES}`,
  variants: LAWS,
  build: ({ lambda_: lambda, ES }, law) => ({
    pilot: 20_000,
    run(seed, size) {
      const seen = new Float64Array(BUSY_MOST);
      let looks = 0;
      const look = ({ recorder }: World): void => {
        looks++;
        seen[Math.min(recorder.inFlight, BUSY_MOST - 1)]++;
      };
      const spec = bare([sharing(1, { steps: [wait(lawOf(law, ES))] })], [poisson(lambda)]);
      const { sample } = watch({ spec, seed, warmup: 100 * ES, length: size / lambda, look, lookRate: lambda / 4 });
      return { ...sample, ...Object.fromEntries(Array.from(seen, (count, n) => [`P${n}`, count / looks])) };
    },
  }),
  estimate: (vector) => (vector.measure === "mean busy" ? "L" : (means) => quantileByShare(means, vector)),
});

/**
 * The p99 of a whole number jumps by one where the share at or below it passes 99 % by a hair (0.9908 at 67), and no
 * interval can be put around a jump. So the share itself is compared, by which the vector's n is the smallest or is not:
 * n times simulated over exact share.
 */
function quantileByShare(means: Sample, { value, parameters }: Vector): number {
  const load = Number(parameters.lambda_) * Number(parameters.ES);
  let term = Math.exp(-load);
  let exact = 0;
  let simulated = 0;
  for (let n = 0; n <= value; n++) {
    exact += term;
    simulated += means[`P${n}`];
    term *= load / (n + 1);
  }
  if (exact < 0.99 || exact - (term * (value + 1)) / load >= 0.99)
    throw new Error(`${value} is no p99 of Poisson(${load})`);
  return (value * simulated) / exact;
}

interface Wave {
  readonly l0: number;
  readonly b: number;
  readonly period: number;
  readonly mu: number;
  readonly t_over_period: number;
}

/** Points of a period at which the calls in flight are counted. */
const POINTS = 120;

/**
 * Rate and calls in flight swing like sines. The swing is fitted to the counts at evenly spaced points, for which
 * Fourier's sums are least squares; the rate peaks at a quarter of the period.
 */
const waves = systemsOf<Wave>({
  family: "Mt/M/inf",
  systems: ["Mt/M/inf"],
  key: ({ l0, b, period, mu }) => `Mt/M/inf l0=${l0} b=${b} period=${period} mu=${mu}`,
  build: ({ l0, b, period, mu }) => ({
    pilot: 2,
    run(seed, cycles) {
      const profile = { kind: "wave", mean: l0, amplitude: b, period, phase: 0 } as const;
      const warm = Math.ceil(20 / mu / period);
      const horizon = (warm + cycles) * period;
      const load = arriving({ kind: "renewal", gaps: { law: "poisson" }, profile }, "shop", "load", horizon);
      const spec = bare([sharing(1, { steps: [wait(exponential(1 / mu))] })], [load]);
      const totals = { quarter: 0, half: 0, sine: 0, cosine: 0 };
      let point = 0;
      const look = ({ recorder }: World): void => {
        if (point === POINTS * cycles) return; // the end is the next cycle's
        const n = recorder.inFlight;
        const at = point++ % POINTS;
        if (at === POINTS / 4) totals.quarter += n / cycles;
        if (at === POINTS / 2) totals.half += n / cycles;
        const phase = (2 * Math.PI * at) / POINTS;
        totals.sine += (2 * n * Math.sin(phase)) / (POINTS * cycles);
        totals.cosine += (2 * n * Math.cos(phase)) / (POINTS * cycles);
      };
      const every = period / POINTS;
      const { sample } = watch({ spec, seed, warmup: warm * period, length: cycles * period, look, every });
      return { ...totals, events: sample.events };
    },
  }),
  estimate({ measure }, { period, t_over_period }) {
    if (measure.startsWith("lag")) return ({ sine, cosine }) => (Math.atan2(-cosine, sine) * period) / (2 * Math.PI);
    if (measure.startsWith("amplitude")) return ({ sine, cosine }) => Math.hypot(sine, cosine);
    return t_over_period === 0.25 ? "quarter" : "half";
  },
});

export const shared: readonly System[] = [...ps, ...mm1ps, ...mgcps, ...infinite, ...waves];
