/** Open networks of exponential queues (Jackson), and closed ones with users who think. */
import { constant } from "../../../src/kernel/distributions.js";
import type { LoadSpec, Step } from "../../../src/model/spec.js";
import type { World } from "../../../src/model/world.js";
import { bare, call, cpu, exponential, node, poisson, sharing, station } from "../parts.js";
import { type Sample, type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

interface Jackson {
  readonly external: readonly number[];
  readonly routing: readonly (readonly number[])[];
  readonly mu: readonly number[];
}

/** Calls at each node, waiting for it or in work there, and calls a second, over time: by what each call spent there. */
function ofNodes({ services }: World, length: number): Sample {
  return Object.fromEntries(
    services.flatMap(({ queueing, working, measured }, i) => [
      [`L ${i + 1}`, (queueing + working) / length],
      [`lambda ${i + 1}`, measured / length],
    ]),
  );
}

/** A call goes on to another node by calling it after its own work, and comes back there if chance wants it so. */
const jackson = systemsOf<Jackson>({
  family: "Jackson network",
  systems: ["open Jackson network"],
  key: ({ routing }) => (routing === undefined ? "Jackson api-svc-db/cache" : "Jackson with feedback"),
  build: ({ external, routing, mu }) => ({
    pilot: 30_000,
    run(seed, size) {
      const [spec, rate] = routing === undefined ? [shop(), 10] : [feedback({ external, routing, mu }), 2.5];
      const length = size / rate;
      const { world, sample } = watch({ spec, seed, warmup: relaxed(0.9, 2), length });
      return { ...sample, ...ofNodes(world, length) };
    },
  }),
  estimate({ measure, parameters }) {
    if (measure === "mean end-to-end time") return "W";
    return measure === "L" ? `L ${parameters.node}` : measure.replace("node ", "");
  },
});

function feedback({ external, routing, mu }: Jackson) {
  const name = (i: number): string => `node-${i + 1}`;
  const services = mu.map((rate, i) => {
    const options = routing[i].map((probability, j) => ({ probability, steps: [call(name(j))] }));
    return node(name(i), 1, [cpu(exponential(1 / rate)), { kind: "choose", options }]);
  });
  const loads = external.flatMap((rate, i) => (rate > 0 ? [poisson(rate, name(i), `load-${i + 1}`)] : []));
  return bare(services, loads);
}

function shop() {
  const options = [
    { probability: 0.7, steps: [call("db")] },
    { probability: 0.3, steps: [call("cache")] },
  ];
  return bare(
    [
      node("api", 2, [cpu(exponential(1 / 6)), call("svc")]),
      node("svc", 5, [cpu(exponential(1 / 3)), { kind: "choose", options }]),
      node("db", 5, [cpu(exponential(1 / 2))]),
      node("cache", 1, [cpu(exponential(1 / 5))]),
    ],
    [poisson(10, "api")],
  );
}

/** Stations in a row, each of which calls the next after its work. */
function row(means: readonly number[], kind: (name: string, steps: readonly Step[]) => ReturnType<typeof node>) {
  return means.map((mean, i) => {
    const next = i + 1 < means.length ? [call(`station-${i + 2}`)] : [];
    return kind(`station-${i + 1}`, [cpu(exponential(mean)), ...next]);
  });
}

const tandem = systemsOf<{ readonly lambda_: number; readonly mu: readonly number[] }>({
  family: "tandem",
  systems: ["tandem M/M/1 x2", "tandem M/M/1 x3"],
  build: ({ lambda_: lambda, mu }) => ({
    pilot: 50_000,
    run(seed, size) {
      const stations = row(
        mu.map((rate) => 1 / rate),
        (name, steps) => node(name, 1, steps),
      );
      const spec = bare(stations, [poisson(lambda, "station-1")]);
      const warmup = 2 * relaxed(lambda, 1);
      const { sample, tally } = watch({ spec, seed, warmup, length: size / lambda, quantiles: true });
      return { ...sample, p99: tally.latencies!.quantile(0.99) };
    },
  }),
  estimate: () => "p99",
});

const thinking = (users: number, think: number, to: string, endpoint = "call"): LoadSpec => ({
  kind: "closed",
  name: `users-of-${endpoint}`,
  mix: [{ service: to, endpoint, share: 1 }],
  users,
  think: think === 0 ? constant(0) : exponential(think),
});

interface Closed {
  readonly demands: readonly number[];
  readonly think: number;
  readonly N: number;
}

const THROUGHPUT_AND_RESPONSE: Readonly<Record<string, string>> = {
  "throughput X": "X",
  "response time R": "W",
  throughput: "X",
  "mean response": "W",
};

const closed = systemsOf<Closed>({
  family: "closed network",
  systems: ["closed network MVA"],
  build: ({ demands, think, N }) => ({
    pilot: 20_000,
    run(seed, size) {
      const stations = row(demands, (name, steps) => node(name, 1, steps));
      const spec = bare(stations, [thinking(N, think, "station-1")]);
      const most = 1 / Math.max(...demands);
      return watch({ spec, seed, warmup: 10 * (think + N / most), length: size / most }).sample;
    },
  }),
  estimate: ({ measure }) => THROUGHPUT_AND_RESPONSE[measure],
});

interface Multiclass {
  /** Of each class at each station. */
  readonly demands: readonly (readonly number[])[];
  readonly think: readonly number[];
  readonly N: readonly number[];
}

/** With demands that differ by class the product form needs stations that share their core. */
const multiclass = systemsOf<Multiclass>({
  family: "closed network, two classes",
  systems: ["closed multiclass MVA"],
  build: ({ demands, think, N }) => ({
    pilot: 20_000,
    run(seed, size) {
      const stations = demands[0].map((_, i) => {
        const endpoints = demands.map((ofClass, k) => {
          const next: Step[] =
            i + 1 < ofClass.length ? [{ kind: "call", service: `station-${i + 2}`, endpoint: `class-${k + 1}` }] : [];
          return { name: `class-${k + 1}`, steps: [cpu(exponential(ofClass[i])), ...next] };
        });
        return sharing(1, { name: `station-${i + 1}`, endpoints });
      });
      const loads = N.map((users, k) => thinking(users, think[k], "station-1", `class-${k + 1}`));
      const length = size / 11;
      const { tally, sample } = watch({ spec: bare(stations, loads), seed, warmup: 50, length });
      const { answersOf, latencyOf } = tally;
      const ofClasses = N.flatMap((_, k) => [
        [`X class ${k + 1}`, answersOf[k] / length],
        [`R class ${k + 1}`, latencyOf[k] / answersOf[k]],
      ]);
      return { ...sample, ...Object.fromEntries(ofClasses) };
    },
  }),
  estimate: ({ measure }) => measure,
});

interface Finite {
  readonly N: number;
  readonly think_mean: number;
  readonly mu: number;
  readonly c: number;
}

const finite = systemsOf<Finite>({
  family: "M/M/c//N",
  systems: ["M/M/c//N closed users"],
  build: ({ N, think_mean: think, mu, c }) => ({
    pilot: 20_000,
    run(seed, size) {
      const spec = bare([station(c, [cpu(exponential(1 / mu))])], [thinking(N, think, "shop")]);
      return watch({ spec, seed, warmup: 20 * (think + N / (c * mu)), length: size / (c * mu) }).sample;
    },
  }),
  estimate: ({ measure }) => THROUGHPUT_AND_RESPONSE[measure],
});

export const networks: readonly System[] = [...jackson, ...tandem, ...closed, ...multiclass, ...finite];
