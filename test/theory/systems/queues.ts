/** Exponential queues: M/M/1, M/M/c, M/M/c/K; and Erlang's loss system, whatever the law of service. */

import type { World } from "../../../src/model/world.js";
import { arriving, bare, cpu, exponential, lawOf, poisson, renewal, station } from "../parts.js";
import { type Estimate, type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";

/** Time after which a queue has forgotten that it began empty: ten of its relaxation times. */
export const relaxed = (rho: number, mu: number): number => 10 / (mu * (1 - Math.sqrt(Math.min(rho, 0.97))) ** 2);

interface Markov {
  readonly lambda_: number;
  readonly mu: number;
  readonly ES: number;
  readonly c: number;
  readonly K: number;
}

const variance = (mean: string, square: string) => (means: Readonly<Record<string, number>>) =>
  means[square] - means[mean] ** 2;

const mm1 = systemsOf<Markov>({
  family: "M/M/1",
  systems: ["M/M/1"],
  key: ({ lambda_, mu, ES }) => `M/M/1 lambda=${lambda_} mu=${mu ?? 1 / ES}`,
  build: ({ lambda_: lambda, mu }) => ({
    pilot: 50_000,
    run(seed, size) {
      let looks = 0;
      let number = 0;
      let square = 0;
      const look = ({ recorder }: World): void => {
        const n = recorder.inFlight;
        looks++;
        number += n;
        square += n * n;
      };
      const spec = bare([station(1, [cpu(exponential(1 / mu))])], [poisson(lambda)]);
      const plan = { spec, seed, warmup: relaxed(lambda / mu, mu), length: size / lambda };
      const { sample, tally } = watch({ ...plan, quantiles: true, look, lookRate: lambda });
      const { latencies } = tally;
      return {
        ...sample,
        N: number / looks,
        N2: square / looks,
        p50: latencies!.quantile(0.5),
        p99: latencies!.quantile(0.99),
      };
    },
  }),
  estimate: ({ measure }) =>
    ({
      "L mean number in system": "L",
      "W mean sojourn time": "W",
      "Wq mean waiting time": "Wq",
      "sojourn p50": "p50",
      "sojourn p99": "p99",
      "var of number in system": variance("N", "N2"),
      "Var(Wq)": variance("Wq", "Wq2"),
    })[measure],
});

const mmc = systemsOf<Markov>({
  family: "M/M/c",
  systems: ["M/M/c"],
  build: ({ lambda_: lambda, mu, c }) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([station(c, [cpu(exponential(1 / mu))])], [poisson(lambda)]);
      const warmup = relaxed(lambda / (c * mu), c * mu) + 10 / mu;
      const { sample, tally } = watch({ spec, seed, warmup, length: size / lambda, quantiles: true });
      return { ...sample, Tp95: tally.latencies!.quantile(0.95), Wqp95: tally.waitTimes!.quantile(0.95) };
    },
  }),
  estimate: ({ measure }) =>
    ({
      "P(wait>0) Erlang C": "delayed",
      "Wq mean waiting time": "Wq",
      "W mean sojourn time": "W",
      "Wq p95": "Wqp95",
      "sojourn p95": "Tp95",
    })[measure],
});

const mmck = systemsOf<Markov>({
  family: "M/M/c/K",
  systems: ["M/M/c/K"],
  build: ({ lambda_: lambda, mu, c, K }) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([station(c, [cpu(exponential(1 / mu))], {}, K - c)], [poisson(lambda)]);
      return watch({ spec, seed, warmup: 200 / mu, length: size / lambda }).sample;
    },
  }),
  estimate: ({ measure }) =>
    ({ "P(block)": "blocked", L: "L", "W (accepted)": "W", throughput: "X" })[measure] satisfies Estimate | undefined,
});

const erlangB = systemsOf<{ readonly A: number; readonly c: number }>({
  family: "Erlang B",
  systems: ["Erlang B (M/G/c/c)"],
  variants: ["M", "D", "H2", "LN"],
  build: ({ A, c }, law) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([station(c, [cpu(lawOf(law, 1))], {}, 0)], [arriving(renewal(A))]);
      return watch({ spec, seed, warmup: 50, length: size / A }).sample;
    },
  }),
  estimate: ({ measure }) => ({ "P(block)": "blocked" })[measure],
});

export const queues: readonly System[] = [...mm1, ...mmc, ...mmck, ...erlangB];
