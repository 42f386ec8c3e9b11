/** Callers who try again, who give up, and who do not wait for one answer alone. */
import { constant } from "../../../src/kernel/distributions.js";
import { plainRoute, type RetriesSpec, type RouteSpec } from "../../../src/model/calls/route.js";
import type { ServiceSpec, Step } from "../../../src/model/spec.js";
import type { World } from "../../../src/model/world.js";
import { bare, call, cpu, exponential, poisson, station, wait } from "../parts.js";
import { type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";

const route = (about: Partial<RouteSpec>): RouteSpec => ({ ...plainRoute, ...about });

/** Tries again whatever happened, so often at most, each after a time of this law. */
const again = (most: number, backOff: RetriesSpec["backOff"] = constant(0)): RetriesSpec => ({
  most,
  on: ["refused"],
  backOff,
  budget: undefined,
});

/** Calls of a service that has infinitely many workers. */
const crowd = { limit: Infinity, queue: 0, holds: "call", waitsAt: "pod" } as const;

interface Retrial {
  readonly lambda_: number;
  readonly mu: number;
  readonly c?: number;
  readonly theta: number;
}

/** Whoever finds all servers busy comes back after an exponential time, as often as it takes. */
const retrial = systemsOf<Retrial>({
  family: "retrial",
  systems: ["M/M/1 retrial (linear)", "M/M/c/c retrial"],
  build: ({ lambda_: lambda, mu, c = 1, theta }) => ({
    pilot: 50_000,
    run(seed, size) {
      const about = { route: route({ retries: again(1e9, exponential(1 / theta)) }) };
      const spec = bare([station(c, [cpu(exponential(1 / mu))], about, 0)], [poisson(lambda)]);
      let looks = 0;
      let orbit = 0;
      let full = 0;
      const look = ({ recorder, state }: World): void => {
        const busy = state.pods.busy[0];
        looks++;
        orbit += recorder.inFlight - busy;
        if (busy === c) full++;
      };
      const rho = lambda / (c * mu);
      const warmup = (40 / (mu * (1 - rho) ** 2)) * (1 + mu / theta);
      const { sample } = watch({ spec, seed, warmup, length: size / lambda, look, lookRate: lambda });
      return { ...sample, orbit: orbit / looks, full: full / looks };
    },
  }),
  estimate: ({ measure }) =>
    ({
      "mean orbit size": "orbit",
      "mean orbit": "orbit",
      "mean sojourn": "W",
      "P(arrival blocked -> orbit)": "full",
    })[measure],
});

interface Amplified {
  readonly fail_prob: number;
  readonly max_attempts: number;
}

/** Fails with this probability, each time anew: it calls somebody who refuses everything. */
const failing = (probability: number): Step => ({
  kind: "choose",
  options: [{ probability, steps: [call("shut")] }],
});
/** Its one worker is never free: the first call holds it for ever. */
const shut = station(1, [wait(constant(1e15))], { name: "shut" }, 0);

const amplification = systemsOf<Amplified>({
  family: "retries",
  systems: ["retry amplification"],
  build: ({ fail_prob, max_attempts }) => ({
    pilot: 100_000,
    run(seed, size) {
      const shop: Partial<ServiceSpec> = { concurrency: crowd, route: route({ retries: again(max_attempts - 1) }) };
      const services = [station(1, [failing(fail_prob)], shop), shut];
      const spec = bare(services, [poisson(1), { ...poisson(1e-9, "shut", "holder"), ...atOnce("shut") }]);
      const { sample, world } = watch({ spec, seed, warmup: 10, length: size });
      return { ...sample, attempts: world.services[0].arrived / world.recorder.sentByEndpoint[0] };
    },
  }),
  estimate: ({ measure }, { fail_prob, max_attempts }) => {
    if (measure === "mean attempts") return "attempts";
    // Nobody waits for what happens once in 10⁹ times and less.
    return fail_prob ** max_attempts > 1e-6 ? "blocked" : undefined;
  },
});

/** One request, at once. */
function atOnce(service: string) {
  return {
    mix: [{ service, endpoint: "call", share: 1 }],
    arrivals: () => {
      let came = false;
      return {
        next: () => {
          if (came) return Infinity;
          came = true;
          return 0;
        },
      };
    },
  };
}

interface Chain {
  readonly depth: number;
  readonly attempts_per_layer: number;
}

const chain = systemsOf<Chain>({
  family: "retries",
  systems: ["retry amplification in call chain"],
  build: ({ depth, attempts_per_layer }) => ({
    pilot: 1,
    run(seed) {
      const about = { concurrency: crowd, route: route({ retries: again(attempts_per_layer - 1) }) };
      const layers = Array.from({ length: depth }, (_, i) =>
        station(1, [call(i + 1 < depth ? `layer ${i + 1}` : "shut")], { name: `layer ${i}`, ...about }),
      );
      const once = [
        { ...poisson(1e-9, "shut", "holder"), ...atOnce("shut") },
        { ...poisson(1e-9, "layer 0", "one"), ...atOnce("layer 0") },
      ];
      const { world } = watch({ spec: bare([...layers, shut], once), seed, warmup: 0, length: 100 });
      return { events: 1, attempts: world.services[depth].arrived - 1 };
    },
  }),
  estimate: () => ({ of: "attempts", kind: "equal" }),
});

interface Loss {
  readonly lambda_: number;
  readonly mu: number;
  readonly c: number;
  readonly max_attempts: number;
}

/** An approximation that takes the tries for a Poisson stream: they come back after a long time, so that they nearly are. */
const loss = systemsOf<Loss>({
  family: "loss with retries",
  systems: ["loss system with independent retries (Poisson approx)"],
  build: ({ lambda_: lambda, mu, c, max_attempts }) => ({
    pilot: 100_000,
    run(seed, size) {
      const retries = again(max_attempts - 1, exponential(50 / mu));
      const spec = bare([station(c, [cpu(exponential(1 / mu))], { route: route({ retries }) }, 0)], [poisson(lambda)]);
      const warmup = 3000 / mu;
      let before = 0;
      const length = size / lambda;
      const look = ({ services }: World): void => {
        if (before === 0) before = services[0].arrived;
      };
      const { sample, world } = watch({ spec, seed, warmup, length, look, every: length });
      return { ...sample, offered: (world.services[0].arrived - before) / length };
    },
  }),
  estimate: () => ({ of: "offered", band: 0.01 }),
});

interface Patience {
  readonly lambda_: number;
  readonly mu: number;
  readonly c?: number;
  readonly theta?: number;
  readonly patience?: number;
}

const abandonment = systemsOf<Patience>({
  family: "abandonment",
  systems: ["M/M/c+M (Erlang A)", "M/M/1+D (deterministic patience in queue)"],
  build: ({ lambda_: lambda, mu, c = 1, theta, patience }) => ({
    pilot: 50_000,
    run(seed, size) {
      const law = theta === undefined ? constant(patience!) : exponential(1 / theta);
      const concurrency = { limit: c, queue: Infinity, holds: "call", waitsAt: "pod", patience: law } as const;
      const spec = bare([station(c, [cpu(exponential(1 / mu))], { concurrency })], [poisson(lambda)]);
      const { sample } = watch({ spec, seed, warmup: 200 / mu, length: size / lambda });
      return sample;
    },
  }),
  estimate: ({ measure }) =>
    ({ "P(abandon)": "blocked", "mean queueing time (all)": "Wq", "P(wait>0)": "delayed" })[measure],
});

interface Hedged {
  readonly mu: number;
  readonly d: number;
}

/** The second try goes out when the first has not answered after d, and takes a time of its own. */
const hedged = systemsOf<Hedged>({
  family: "hedged",
  systems: ["hedged request, Exp(mu) replies, hedge after d"],
  build: ({ mu, d }) => ({
    pilot: 100_000,
    run(seed, size) {
      const about = { concurrency: crowd, route: route({ hedge: { after: d, most: 1 } }) };
      const spec = bare([station(1, [wait(exponential(1 / mu))], about)], [poisson(1)]);
      const { sample, tally, world } = watch({ spec, seed, warmup: 10, length: size, quantiles: true });
      const extra = world.services[0].arrived / world.recorder.sentByEndpoint[0] - 1;
      return { ...sample, extra, p99: tally.latencies!.quantile(0.99) };
    },
  }),
  estimate: ({ measure }) => ({ "mean latency": "W", "extra load fraction": "extra", "p99 latency": "p99" })[measure],
});

interface Quorum {
  readonly n: number;
  readonly k: number;
}

const quorum = systemsOf<Quorum>({
  family: "k of n",
  systems: ["k-of-n quorum, Exp(1)"],
  build: ({ n, k }) => ({
    pilot: 100_000,
    run(seed, size) {
      const branches = Array.from({ length: n }, () => [wait(exponential(1))]);
      const spec = bare([station(1, [{ kind: "parallel", need: k, branches }], { concurrency: crowd })], [poisson(1)]);
      return watch({ spec, seed, warmup: 10, length: size }).sample;
    },
  }),
  estimate: () => "W",
});

export const impatience: readonly System[] = [
  ...retrial,
  ...amplification,
  ...chain,
  ...loss,
  ...abandonment,
  ...hedged,
  ...quorum,
];
