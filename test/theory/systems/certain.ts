/** Where nothing is left to chance: bills, and the moments of the laws. */
import { type Distribution, moments } from "../../../src/kernel/distributions.js";
import { cluster, unlimitedGroup, world } from "../../../src/model/builders.js";
import { createWorld } from "../../../src/model/world.js";
import type { Provisioner } from "../../../src/policy/contract.js";
import { type Sample, type System, systemsOf } from "../system.js";

const EXACT = 1e-9;

/** Buys a machine at the first second and gives it back so many seconds later. */
const tenant = (seconds: number): Provisioner => ({
  period: 1,
  plan: ({ now, nodes }) => ({
    add: now === 1 ? [{ group: "rented", count: 1 }] : [],
    remove: now === 1 + seconds ? nodes.map(({ id }) => id) : [],
    rule: "a timed rent",
  }),
});

const bills = systemsOf<{ readonly seconds: number; readonly price_per_hour: number }>({
  family: "bills",
  systems: ["billing per second, 60 s minimum"],
  build: ({ seconds, price_per_hour: usdPerHour }) => ({
    pilot: 1,
    run(seed) {
      const group = { ...unlimitedGroup, name: "rented", count: 0, min: 0, usdPerHour };
      const provisioner = { name: "tenant", create: () => tenant(seconds) };
      const rented = createWorld(
        world({ cluster: cluster({ groups: [group], provisioner, minimumBilled: 60 }) }),
        seed,
      );
      rented.sim.run(2 * seconds + 100);
      return { usd: rented.bill().usd };
    },
  }),
  estimate: () => ({ of: "usd", kind: "equal", band: EXACT }),
});

type Numbers = Readonly<Record<string, number>>;

const LAWS: Readonly<Record<string, (about: Numbers) => Distribution>> = {
  lognormal: ({ mu, sigma }) => ({
    shape: "lognormal",
    mean: Math.exp(mu + sigma ** 2 / 2),
    cv: Math.sqrt(Math.expm1(sigma ** 2)),
  }),
  weibull: ({ shape, scale }) => ({ shape: "weibull", scale, power: shape }),
  pareto: ({ alpha, xm }) => ({ shape: "pareto", low: xm, high: Infinity, alpha }),
  erlang: ({ k, rate }) => ({ shape: "erlang", mean: k / rate, k }),
  gamma: ({ shape, scale }) => ({ shape: "gamma", mean: shape * scale, cv: 1 / Math.sqrt(shape) }),
  "h2 balanced": ({ mean, scv }) => ({ shape: "hyperexponential", mean, cv: Math.sqrt(scv) }),
  "bounded pareto": ({ k, p, alpha }) => ({ shape: "pareto", low: k, high: p, alpha }),
};

const lawNamed = (system: string) => LAWS[system.replace("distribution ", "")];

const laws = systemsOf<Numbers>({
  family: "moments of laws",
  systems: Object.keys(LAWS).map((name) => `distribution ${name}`),
  build: (parameters, _, system) => ({
    pilot: 1,
    run: (): Sample => ({ ...moments(lawNamed(system)(parameters)) }),
  }),
  estimate: ({ measure }) => ({
    of: measure === "second moment" ? ({ mean, variance }) => variance + mean ** 2 : measure,
    kind: "equal",
    band: EXACT,
  }),
});

export const certain: readonly System[] = [...bills, ...laws];
