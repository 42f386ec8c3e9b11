/** Queues whose service or arrivals are not exponential, first come first served. */
import type { Distribution } from "../../../src/kernel/distributions.js";
import type { GapLaw } from "../../../src/workload/gaps.js";
import { arriving, bare, cpu, erlang, exponential, hyper, lawOf, lognormal, renewal, station } from "../parts.js";
import { type Estimate, type Sample, type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

interface Queue {
  readonly lambda: number;
  readonly servers: number;
  readonly law: Distribution;
  readonly gaps?: GapLaw;
  /** (ca² + cs²) / 2: how much longer than M/M/1 it remembers. */
  readonly clumping: number;
}

const queue =
  ({ lambda, servers, law, gaps, clumping }: Queue) =>
  (seed: number, size: number) => {
    const spec = bare([station(servers, [cpu(law)])], [arriving(renewal(lambda, gaps))]);
    const warmup = Math.max(1, clumping) * relaxed(lambda / servers, servers) + 20;
    return watch({ spec, seed, warmup, length: size / lambda });
  };

const varianceOfWait = ({ Wq, Wq2 }: Sample): number => Wq2 - Wq ** 2;

interface Poisson {
  readonly lambda_: number;
  readonly scv: number;
  readonly t: number;
  readonly c: number;
}

const scvOf: Readonly<Record<string, number>> = { E2: 0.5, E4: 0.25, D: 0, U: 1 / 3 };

function serviceLaw(system: string, scv: number): Distribution {
  const letter = system.split("/")[1];
  if (letter === "E4") return erlang(1, 4);
  if (letter === "H2") return hyper(1, scv);
  if (letter === "LN") return lognormal(1, scv);
  return lawOf(letter, 1);
}

const mg1 = systemsOf<Poisson>({
  family: "M/G/1",
  systems: ["M/E2/1", "M/E4/1", "M/H2/1", "M/LN/1", "M/U/1"],
  key: ({ lambda_, scv }, { system }) => {
    const varied = system === "M/H2/1" || system === "M/LN/1" ? ` scv=${scv}` : "";
    return `${system} lambda=${lambda_}${varied}`;
  },
  build: ({ lambda_: lambda, scv }, _, system) => {
    const spread = scvOf[system.split("/")[1]] ?? scv;
    const run = queue({ lambda, servers: 1, law: serviceLaw(system, scv), clumping: (1 + spread) / 2 });
    return { pilot: 50_000, run: (seed, size) => run(seed, size).sample };
  },
  estimate: ({ measure }) => ({ Wq: "Wq", "Var(Wq)": varianceOfWait })[measure],
});

const md1 = systemsOf<Poisson>({
  family: "M/D/1",
  systems: ["M/D/1"],
  key: ({ lambda_ }) => `M/D/1 lambda=${lambda_}`,
  build: ({ lambda_: lambda }) => ({
    pilot: 50_000,
    run(seed, size) {
      const times = [0.5, 1, 3];
      const within = times.map(() => 0);
      const spec = bare([station(1, [cpu(lawOf("D", 1))])], [arriving(renewal(lambda))]);
      const waited = (wait: number): void => {
        for (let i = 0; i < times.length; i++) if (wait <= times[i] + ROUNDING) within[i]++;
      };
      const { sample, tally } = watch({ spec, seed, warmup: relaxed(lambda, 1), length: size / lambda, waited });
      return { ...sample, ...Object.fromEntries(times.map((t, i) => [`within ${t}`, within[i] / tally.waits])) };
    },
  }),
  estimate: ({ measure }, { t }) =>
    ({ Wq: "Wq", "P(Wq<=t)": `within ${t}`, "Var(Wq)": varianceOfWait })[measure] satisfies Estimate | undefined,
});

/** A wait of just one service, of a call that came right after another, is 1 s but for the last digits. */
const ROUNDING = 1e-9;

const mdc = systemsOf<Poisson>({
  family: "M/D/c",
  systems: ["M/D/c"],
  build: ({ lambda_: lambda, c }) => {
    const run = queue({ lambda, servers: c, law: lawOf("D", 1), clumping: 0.5 });
    return { pilot: 50_000, run: (seed, size) => run(seed, size).sample };
  },
  estimate: ({ measure }) => ({ Wq: "Wq", "P(wait=0) ": ({ delayed }: Sample) => 1 - delayed })[measure],
});

const GAPS: Readonly<Record<string, { readonly gaps: GapLaw; readonly scv: number }>> = {
  D: { gaps: { law: "deterministic" }, scv: 0 },
  E2: { gaps: { law: "erlang", k: 2 }, scv: 0.5 },
  H2: { gaps: { law: "hyperexponential", cv: 2 }, scv: 4 },
};

const gim1 = systemsOf<Poisson>({
  family: "GI/M/1",
  systems: ["D/M/1", "E2/M/1", "H2/M/1 (scv 4 balanced)"],
  build: ({ lambda_: lambda }, _, system) => {
    const { gaps, scv } = GAPS[system.split("/")[0]];
    const run = queue({ lambda, servers: 1, law: exponential(1), gaps, clumping: (1 + scv) / 2 });
    return { pilot: 50_000, run: (seed, size) => run(seed, size).sample };
  },
  estimate: ({ measure }) =>
    ({
      Wq: "Wq",
      "P(wait>0)": "delayed",
      "Kingman/Allen-Cunneen approx Wq": { of: "Wq", kind: "shown" } satisfies Estimate,
    })[measure] as Estimate | undefined,
});

const kingman = systemsOf<Poisson>({
  family: "GI/G/1 bound",
  systems: ["GI/G/1"],
  build: ({ lambda_: lambda }) => {
    const gaps: GapLaw = { law: "erlang", k: 2 };
    const run = queue({ lambda, servers: 1, law: hyper(1, 2), gaps, clumping: 1.25 });
    return { pilot: 50_000, run: (seed, size) => run(seed, size).sample };
  },
  estimate: () => ({ of: "Wq", kind: "bound" }),
});

interface Several {
  readonly c: number;
  readonly rho: number;
  readonly lambda_: number;
  readonly ca2: number;
  readonly cs2: number;
}

const withVariation = (scv: number): Distribution =>
  scv === 1 ? exponential(1) : scv < 1 ? erlang(1, Math.round(1 / scv)) : hyper(1, scv);

/** Approximations, two of which were held against an independent simulation: ours is held against that. */
const ggc = systemsOf<Several>({
  family: "GI/G/c",
  systems: ["GI/G/c", "H2/LN/20"],
  build: ({ c, rho, ca2, cs2, lambda_ }, _, system) => {
    const run = queue({
      lambda: lambda_ ?? rho * c,
      servers: c,
      law: system === "H2/LN/20" ? lognormal(1, cs2) : withVariation(cs2),
      gaps: ca2 === 1 ? { law: "poisson" } : { law: "hyperexponential", cv: Math.sqrt(ca2) },
      clumping: (ca2 + cs2) / 2,
    });
    return { pilot: 50_000, run: (seed, size) => run(seed, size).sample };
  },
  estimate: ({ tag, simulation_check }) => ({
    of: "Wq",
    kind: tag === "simulation" || simulation_check !== undefined ? "interval" : "shown",
  }),
});

export const general: readonly System[] = [...mg1, ...md1, ...mdc, ...gim1, ...kingman, ...ggc];
