/** What happens from an empty start, while the load changes, and when calls come in clumps. */
import { constant } from "../../../src/kernel/distributions.js";
import type { WorldSpec } from "../../../src/model/spec.js";
import { createWorld, type World } from "../../../src/model/world.js";
import { timetable } from "../../../src/policy/scaler/timetable.js";
import { arriving, bare, cpu, exponential, poisson, renewal, station } from "../parts.js";
import { type Sample, type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

/** A world costs about as much to build as so many events. */
const BUILDING = 1000;

/** Means over many lives of a world of what is seen at some instants. */
function lives(spec: WorldSpec, seed: number, count: number, times: readonly number[], see: (world: World) => Sample) {
  const totals: Record<string, number> = { events: 0 };
  for (let life = 0; life < count; life++) {
    const world = createWorld(spec, seed * 2 ** 20 + life);
    for (const time of times) {
      world.sim.run(time * BEFORE);
      for (const [name, value] of Object.entries(see(world))) {
        totals[`${name} ${time}`] = (totals[`${name} ${time}`] ?? 0) + value / count;
      }
    }
    totals.events += world.sim.fired + BUILDING;
  }
  return totals;
}

/** An instant is seen just before what is due at it. */
const BEFORE = 1 - 1e-12;

interface Instant {
  readonly lambda_: number;
  readonly mu: number;
  readonly t: number;
}

const TIMES = [1, 5, 10, 50, 100];

const empty = systemsOf<Instant>({
  family: "M/M/1 from empty",
  systems: ["M/M/1 transient from empty"],
  key: ({ lambda_ }) => `M/M/1 from empty lambda=${lambda_}`,
  build: ({ lambda_: lambda, mu }) => ({
    pilot: 500,
    run(seed, size) {
      const spec = bare([station(1, [cpu(exponential(1 / mu))])], [poisson(lambda)]);
      return lives(spec, seed, size, TIMES, ({ recorder }) => ({ N: recorder.inFlight }));
    },
  }),
  estimate: (_, { t }) => `N ${t}`,
});

const STEP_TIMES = [10, 12, 14, 16, 20, 30, 60];

const step = systemsOf<Instant>({
  family: "load step",
  systems: ["Mt/M/ct transient: load step + delayed scale-out"],
  key: () => "load step and delayed scale-out",
  build: () => ({
    pilot: 500,
    run(seed, size) {
      const shop = station(1, [cpu(exponential(1))], {
        replicas: 5,
        concurrency: { limit: 1, queue: Infinity, holds: "call", waitsAt: "service" },
        scaler: {
          name: "timetable",
          create: (context) =>
            timetable.create(
              {
                every: 3600,
                entries: [
                  { at: 0, replicas: 5 },
                  { at: 14, replicas: 10 },
                ],
              },
              context,
            ),
        },
      });
      const at = [
        { time: 0, rate: 4 },
        { time: 10, rate: 9 },
      ];
      const load = arriving({ kind: "renewal", gaps: { law: "poisson" }, profile: { kind: "steps", at } });
      return lives(bare([shop], [load]), seed, size, STEP_TIMES, ({ recorder, services: [service] }) => ({
        N: recorder.inFlight,
        queue: service.waiting,
      }));
    },
  }),
  estimate: ({ measure }, { t }) => (measure === "E[N(t)]" ? `N ${t}` : `queue ${t}`),
});

interface Fluid {
  readonly lambda_: number;
  readonly capacity: number;
  readonly overload_s: number;
  readonly after_rate: number;
}

/** Even arrivals and even work: a fluid but for one call more or less. */
const fluid = systemsOf<Fluid>({
  family: "fluid overload",
  systems: ["fluid overload"],
  build: ({ lambda_: lambda, capacity, overload_s: overload, after_rate: after }) => ({
    pilot: 1,
    run(seed) {
      const at = [
        { time: 0, rate: lambda },
        { time: overload, rate: after },
      ];
      const load = arriving({ kind: "renewal", gaps: { law: "deterministic" }, profile: { kind: "steps", at } });
      const { sim, recorder } = createWorld(bare([station(1, [cpu(constant(1 / capacity))])], [load]), seed);
      sim.run(overload);
      const peak = recorder.inFlight;
      while (recorder.inFlight > 1) sim.run(sim.nextTime);
      return { peak, drain: sim.now - overload, events: sim.fired };
    },
  }),
  estimate: ({ measure }) => ({ of: measure === "peak backlog" ? "peak" : "drain", kind: "equal", band: 0.001 }),
});

interface Batch {
  readonly batch_rate: number;
  readonly q: number;
  readonly mu: number;
}

const batches = systemsOf<Batch>({
  family: "batches",
  systems: ["M^[X]/M/1 geometric batches"],
  build: ({ batch_rate: rate, q, mu }) => ({
    pilot: 50_000,
    run(seed, size) {
      const load = arriving({ ...renewal(rate), batch: { kind: "geometric", mean: 1 / q } });
      const spec = bare([station(1, [cpu(exponential(1 / mu))])], [load]);
      return watch({ spec, seed, warmup: relaxed(rate / q, mu) / q, length: (size * q) / rate }).sample;
    },
  }),
  estimate: () => "L",
});

interface Modulated {
  readonly l1: number;
  readonly l2: number;
  readonly r12: number;
  readonly r21: number;
  readonly mu: number;
}

const mmpp = systemsOf<Modulated>({
  family: "MMPP",
  systems: ["MMPP(2)/M/1"],
  build: ({ l1, l2, r12, r21, mu }) => ({
    pilot: 100_000,
    run(seed, size) {
      const states = [
        { rate: l1, sojourn: 1 / r12 },
        { rate: l2, sojourn: 1 / r21 },
      ];
      const mean = (l1 * r21 + l2 * r12) / (r12 + r21);
      const spec = bare([station(1, [cpu(exponential(1 / mu))])], [arriving({ kind: "mmpp", states })]);
      const warmup = relaxed(mean / mu, mu) * 10;
      return watch({ spec, seed, warmup, length: size / mean }).sample;
    },
  }),
  estimate: () => "W",
});

export const transients: readonly System[] = [...empty, ...step, ...fluid, ...batches, ...mmpp];
