import { expect, test } from "vitest";
import { meanInterval } from "../../src/measure/interval.js";
import { createWorld } from "../../src/model/world.js";
import { bare, cpu, exponential, poisson, station } from "./parts.js";

/** Experiments, each of ten replications, as users run them. */
const EXPERIMENTS = 1000;
const REPLICATIONS = 10;

/** M/M/1 at a load of 0.5 and a service of 1 s: the mean time in the system is 2 s. */
const spec = bare([station(1, [cpu(exponential(1))])], [poisson(0.5)]);
const EXACT = 2;

/** After ten relaxation times, some 250 more: long enough for the mean to be nearly normal. */
const WARMUP = 120;
const LENGTH = 3000;

function meanLatency(seed: number): number {
  let count = 0;
  let sum = 0;
  const answered = (_: number, __: boolean, latency: number): void => {
    count++;
    sum += latency;
  };
  const { sim } = createWorld(spec, seed, { observer: { answered } });
  sim.run(WARMUP);
  count = sum = 0;
  sim.run(WARMUP + LENGTH);
  return sum / count;
}

test("95 % intervals of ten replications cover the truth in 93.5 to 96.5 % of 1000 experiments", () => {
  let covered = 0;
  for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
    const first = experiment * REPLICATIONS;
    const samples = Array.from({ length: REPLICATIONS }, (_, i) => meanLatency(first + i));
    const { mean, halfWidth } = meanInterval(samples, 0.95);
    if (Math.abs(mean - EXACT) <= halfWidth) covered++;
  }
  expect(covered / EXPERIMENTS).toBeGreaterThan(0.935);
  expect(covered / EXPERIMENTS).toBeLessThan(0.965);
}, 180_000);
