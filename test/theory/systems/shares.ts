/**
 * What calls share beside workers, where it is a queue in disguise: a pool of connections, the consumers of messages, the server
 * behind a cache; and a cache by keys under Zipf's law.
 */
import { constant } from "../../../src/kernel/distributions.js";
import type { CacheSpec, PoolSpec } from "../../../src/model/shares/asynchronous.js";
import type { LoadSpec, ServiceSpec } from "../../../src/model/spec.js";
import { bare, call, cpu, exponential, open, poisson, station, wait } from "../parts.js";
import { type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

interface Markov {
  readonly lambda_: number;
  readonly mu: number;
  readonly c: number;
  readonly K: number;
  readonly theta: number;
}

/** A pod whose calls do nothing but hold a connection. */
const pooled = (mu: number, pool: Partial<PoolSpec>): ServiceSpec =>
  open("shop", [{ kind: "hold", pool: "db", steps: [wait(exponential(1 / mu))] }], {
    pools: [{ name: "db", connections: 1, queue: Infinity, patience: undefined, ...pool }],
  });

const MMC = {
  "P(wait>0) Erlang C": "delayed",
  "Wq mean waiting time": "Wq",
  "W mean sojourn time": "W",
  "Wq p95": "Wqp95",
  "sojourn p95": "Tp95",
} as const;
const few = (c: number): boolean => c === 2 || c === 10;

const pools = systemsOf<Markov>({
  family: "M/M/c by a pool",
  systems: ["M/M/c"],
  variants: ["by a pool"],
  build: ({ lambda_: lambda, mu, c }) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([pooled(mu, { connections: c })], [poisson(lambda)]);
      const warmup = relaxed(lambda / (c * mu), c * mu) + 10 / mu;
      const { sample, tally } = watch({ spec, seed, warmup, length: size / lambda, quantiles: true });
      return { ...sample, Tp95: tally.latencies!.quantile(0.95), Wqp95: tally.waitTimes!.quantile(0.95) };
    },
  }),
  estimate: ({ measure }, { c }) => (few(c) ? MMC[measure as keyof typeof MMC] : undefined),
});

const shortLines = systemsOf<Markov>({
  family: "M/M/c/K by a pool",
  systems: ["M/M/c/K"],
  variants: ["by a pool"],
  build: ({ lambda_: lambda, mu, c, K }) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([pooled(mu, { connections: c, queue: K - c })], [poisson(lambda)]);
      return watch({ spec, seed, warmup: 200 / mu, length: size / lambda }).sample;
    },
  }),
  estimate: ({ measure }, { c }) =>
    c === 1 || c === 4 ? { "P(block)": "blocked", L: "L", "W (accepted)": "W", throughput: "X" }[measure] : undefined,
});

const impatient = systemsOf<Markov>({
  family: "Erlang A by a pool",
  systems: ["M/M/c+M (Erlang A)"],
  variants: ["by a pool"],
  build: ({ lambda_: lambda, mu, c, theta }) => ({
    pilot: 50_000,
    run(seed, size) {
      const spec = bare([pooled(mu, { connections: c, patience: exponential(1 / theta) })], [poisson(lambda)]);
      return watch({ spec, seed, warmup: 100 / mu, length: size / lambda }).sample;
    },
  }),
  estimate: ({ measure }) => (measure === "P(abandon)" ? "blocked" : undefined),
});

/** Messages, from their publication to their acknowledgement: one pod that has c of them at once, or c pods that have one each. */
const consumers = systemsOf<Markov>({
  family: "M/M/c by consumers",
  systems: ["M/M/c"],
  variants: ["by one consumer", "by c consumers"],
  build: ({ lambda_: lambda, mu, c }, variant) => ({
    pilot: 50_000,
    run(seed, size) {
      const [prefetch, replicas] = variant === "by one consumer" ? [c, 1] : [1, c];
      const shop = open("shop", [{ kind: "publish", queue: "mail", time: constant(0) }]);
      const queue = { name: "mail", consumer: { service: "post", endpoint: "call" }, prefetch };
      const spec = {
        ...bare([shop, open("post", [wait(exponential(1 / mu))], { replicas })], [poisson(lambda)]),
        queues: [{ ...queue, visibility: Infinity, deliveries: 20, backOff: constant(0) }],
      };
      const warmup = relaxed(lambda / (c * mu), c * mu) + 10 / mu;
      const { sample, tally } = watch({ spec, seed, warmup, length: size / lambda, quantiles: true, messages: true });
      return { ...sample, Tp95: tally.latencies!.quantile(0.95), Wqp95: tally.waitTimes!.quantile(0.95) };
    },
  }),
  estimate: ({ measure }, { c }) => (few(c) ? MMC[measure as keyof typeof MMC] : undefined),
});

/** Three of four are found in the cache: what is left of a Poisson stream is one, and its server an M/M/1. */
const HIT_RATE = 0.75;

const origins = systemsOf<Markov>({
  family: "M/M/1 behind a cache",
  systems: ["M/M/1"],
  variants: ["behind a cache"],
  build: ({ lambda_: lambda, mu }) => ({
    pilot: 50_000,
    run(seed, size) {
      const cache: CacheSpec = {
        name: "answers",
        latency: constant(0),
        content: { kind: "chance", hitRate: HIT_RATE },
      };
      const front = open("shop", [{ kind: "cache", cache: "answers", miss: [call("origin")] }], { caches: [cache] });
      const origin = station(1, [cpu(exponential(1 / mu))], { name: "origin" });
      const spec = bare([front, origin], [poisson(lambda / (1 - HIT_RATE))]);
      return watch({ spec, seed, warmup: relaxed(lambda / mu, mu), length: size / lambda }).sample;
    },
  }),
  estimate: ({ measure }, { lambda_ }) => {
    if (lambda_ !== 0.5 && lambda_ !== 0.8) return undefined;
    if (measure === "W mean sojourn time") return ({ W }) => W / (1 - HIT_RATE);
    return measure === "Wq mean waiting time" ? "Wq" : undefined;
  },
});

interface Zipf {
  readonly items: number;
  readonly zipf: number;
  readonly size: number;
}

/** Che's approximation is good to a per cent, its authors say, and in truth better. */
const lru = systemsOf<Zipf>({
  family: "LRU",
  systems: ["LRU cache, Zipf IRM"],
  build: ({ items, zipf, size: capacity }) => ({
    pilot: 50_000,
    run(seed, size) {
      const content = { kind: "keys", capacity, timeToLive: undefined, per: "pod", restartsAt: [] } as const;
      const cache: CacheSpec = { name: "answers", latency: constant(0), content: { ...content, singleFlight: false } };
      const shop = open("shop", [{ kind: "cache", cache: "answers", miss: [] }], { caches: [cache] });
      const load: LoadSpec = { ...poisson(1), keys: { count: items, zipf } };
      // After twenty requests for each place there is, the cache has long forgotten that it began empty.
      const { world, sample } = watch({ spec: bare([shop], [load]), seed, warmup: 20 * capacity, length: size });
      const { hits, misses } = world.shares.caches.all[0].measured;
      return { ...sample, hits: hits / (hits + misses) };
    },
  }),
  estimate: () => ({ of: "hits", band: 0.01 }),
});

export const shares: readonly System[] = [...pools, ...shortLines, ...impatient, ...consumers, ...origins, ...lru];
