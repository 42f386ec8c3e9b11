/** Servers that break down and are repaired: queues that wait meanwhile, and how often enough of several are up. */
import type { Distribution } from "../../../src/kernel/distributions.js";
import { cluster, unlimitedGroup } from "../../../src/model/builders.js";
import type { FaultSpec } from "../../../src/model/faults/spec.js";
import type { World } from "../../../src/model/world.js";
import { bare, cpu, exponential, poisson, station } from "../parts.js";
import { type Sample, type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";

/** A machine that stands still now and then: what was in work goes on afterwards. */
const breakdowns = (machine: string, up: Distribution, down: Distribution): FaultSpec => ({
  name: machine,
  when: { kind: "often", gap: up, length: down },
  what: {
    kind: "slow-node",
    nodes: { group: undefined, zone: undefined, portion: { names: [machine] } },
    speed: 0,
  },
});

interface Breaking {
  readonly lambda_: number;
  readonly mu: number;
  readonly fail_rate: number;
  readonly repair_rate: number;
}

const queue = systemsOf<Breaking>({
  family: "breakdowns",
  systems: ["M/M/1 with breakdowns (fail any time, preemptive resume)"],
  build: ({ lambda_: lambda, mu, fail_rate: fails, repair_rate: repairs }) => ({
    pilot: 200_000,
    run(seed, size) {
      const faults = [breakdowns("unlimited-0", exponential(1 / fails), exponential(1 / repairs))];
      const spec = { ...bare([station(1, [cpu(exponential(1 / mu))])], [poisson(lambda)]), faults };
      return watch({ spec, seed, warmup: 20 / fails, length: size / lambda }).sample;
    },
  }),
  estimate: () => "W",
});

interface Redundant {
  readonly n: number;
  readonly k: number;
  readonly a: number;
}

/** From one failure to the next of a machine. */
const CYCLE = 100;

const LAWS: Readonly<Record<string, (mean: number) => Distribution>> = {
  exponential,
  // Of power 2 the mean is scale·√π / 2: failures by wear, not by chance.
  weibull: (mean) => ({ shape: "weibull", scale: (2 * mean) / Math.sqrt(Math.PI), power: 2 }),
};

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

/** That k of n are up, when each is with probability a, by itself. */
const enough = (n: number, k: number, a: number): number =>
  Array.from({ length: n - k + 1 }, (_, i) => choose(n, k + i) * a ** (k + i) * (1 - a) ** (n - k - i)).reduce(
    (sum, one) => sum + one,
  );

/** Of ten with three nines each, so many are down at once about once a year: too rare to be seen, but each is seen to be down. */
const isRare = ({ n, k, a }: Redundant): boolean => 1 - enough(n, k, a) < 1e-5;

const redundancy = systemsOf<Redundant>({
  family: "availability",
  systems: ["k-of-n availability"],
  variants: Object.keys(LAWS),
  build: ({ n, k, a }, law) => ({
    pilot: 2000,
    run(seed, size) {
      const machines = Array.from({ length: n }, (_, i) => `unlimited-${i}`);
      const faults = machines.map((name) => breakdowns(name, LAWS[law](a * CYCLE), LAWS[law]((1 - a) * CYCLE)));
      const groups = [{ ...unlimitedGroup, count: n, max: n }];
      const spec = { ...bare([], []), cluster: cluster({ groups }), faults };
      let looks = 0;
      let enoughUp = 0;
      let up = 0;
      const look = ({ state: { nodes } }: World): void => {
        const now = machines.filter((_, node) => nodes.pace[node] > 0).length;
        looks++;
        up += now / n;
        if (now >= k) enoughUp++;
      };
      const plan = { spec, seed, warmup: 20 * CYCLE, length: size * CYCLE, look, lookRate: 20 / CYCLE };
      const { world } = watch(plan);
      return { available: enoughUp / looks, up: up / looks, events: world.sim.fired };
    },
  }),
  estimate: (_, about) => (isRare(about) ? ({ up }: Sample) => enough(about.n, about.k, up) : "available"),
});

export const breaking: readonly System[] = [...queue, ...redundancy];
