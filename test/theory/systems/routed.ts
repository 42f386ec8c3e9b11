/**
 * Streams that are divided on their way: by a route's weights, where each call has a chance of its own and what a branch gets is
 * a Poisson stream again; and by zones that take turns, where every second call of a Poisson stream is Erlang's.
 */
import { cluster, unlimitedGroup } from "../../../src/model/builders.js";
import { plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import type { Balancer, Scheduler } from "../../../src/policy/contract.js";
import { bare, call, cpu, exponential, open, poisson, station } from "../parts.js";
import { type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

interface Markov {
  readonly lambda_: number;
  readonly mu: number;
  readonly c: number;
}

/** Of three calls one goes to the queue that is looked at. */
const SHARE = 1 / 3;

const branches = systemsOf<Markov>({
  family: "M/M/c on a branch",
  systems: ["M/M/c"],
  variants: ["on a branch of a route"],
  build: ({ lambda_: lambda, mu, c }) => ({
    pilot: 50_000,
    run(seed, size) {
      const queue = station(c, [cpu(exponential(1 / mu))], { name: "queue" });
      const to = [
        { service: "queue", weight: 10 },
        { service: "elsewhere", weight: 20 },
      ];
      const rules = [{ matches: [], to, mirrors: [], delay: undefined, abort: undefined, policy: {} }];
      const services = [queue, open("elsewhere")];
      const spec = { ...bare(services, [poisson(lambda / SHARE, "host")]), routes: [{ name: "host", rules }] };
      const warmup = relaxed(lambda / (c * mu), c * mu) + 10 / mu;
      const { sample, tally } = watch({ spec, seed, warmup, length: size / lambda, quantiles: true });
      return { ...sample, Wqp95: tally.waitTimes!.quantile(0.95) };
    },
  }),
  estimate: ({ measure }, { c }) => {
    if (c !== 2 && c !== 10) return undefined;
    if (measure === "W mean sojourn time") return ({ W }) => W / SHARE;
    return { "P(wait>0) Erlang C": "delayed", "Wq mean waiting time": "Wq", "Wq p95": "Wqp95" }[measure];
  },
});

const only: Balancer = { pick: () => 0 };
/** A pod on each machine. */
const spread: Scheduler = { filters: [], score: (_, machine) => machine.free.cpuMillicores };

/** One caller, and a queue in each of two zones, which take turns. */
const turns = systemsOf<Markov>({
  family: "E2/M/1 in zones",
  systems: ["E2/M/1"],
  variants: ["in two zones by turns"],
  build: ({ lambda_: lambda, mu }) => ({
    pilot: 50_000,
    run(seed, size) {
      const locality = { kind: "weighted", weights: { a: 1, b: 1 } } as const;
      const queue = station(1, [cpu(exponential(1 / mu))], {
        ...{ name: "queue", replicas: 2, mesh: { ...plainMesh, locality }, balancer: () => only },
      });
      const machines = { ...unlimitedGroup, count: 2, min: 2, max: 2, zones: ["a", "b"] };
      const spec = {
        ...bare([queue, open("shop", [call("queue")])], [poisson(2 * lambda)]),
        cluster: cluster({ groups: [machines], scheduler: spread }),
      };
      return watch({ spec, seed, warmup: relaxed(lambda / mu, mu), length: size / (2 * lambda) }).sample;
    },
  }),
  estimate: ({ measure }) => ({ Wq: "Wq", "P(wait>0)": "delayed" })[measure],
});

export const routed: readonly System[] = [...branches, ...turns];
