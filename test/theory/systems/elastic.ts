/** Servers that come and go with the calls: set-up, delayed switch-off, and functions kept alive. */
import { constant, type Distribution } from "../../../src/kernel/distributions.js";
import type { World } from "../../../src/model/world.js";
import { perRequest } from "../../../src/policy/scaler/per-request.js";
import { bare, cpu, exponential, poisson, station } from "../parts.js";
import { type Sample, type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";

/** An event of a service that is scaled per request costs as much time as so many others. */
const COST = 10;

type KeepAlive = "none" | number | { readonly exponential: number };

interface Elastic {
  readonly lambda: number;
  readonly law: Distribution;
  readonly most: number;
  readonly startup: Distribution;
  readonly keepAlive: KeepAlive;
  readonly warmup: number;
}

/** A pod a call, asked for when the call comes; calls wait at the service for whichever pod is free first. */
function elastic({ lambda, law, most, startup, keepAlive, warmup }: Elastic): (seed: number, size: number) => Sample {
  return (seed, size) => {
    const shop = station(1, [cpu(law)], {
      replicas: 0,
      bounds: { min: 0, max: most },
      concurrency: { limit: 1, queue: Infinity, holds: "call", waitsAt: "service" },
      startup,
      grace: Infinity,
      scaler: { name: "per-request", create: (context) => perRequest.create({ concurrency: 1, keepAlive }, context) },
    });
    let looks = 0;
    let busy = 0;
    let idle = 0;
    let starting = 0;
    const look = ({ services: [service], state: { pods } }: World): void => {
      looks++;
      let atWork = 0;
      for (let i = 0; i < service.ready.count; i++) atWork += pods.busy[service.ready.items[i]];
      busy += atWork;
      idle += service.ready.count - atWork;
      starting += service.members.count - service.ready.count;
    };
    let before = 0;
    const firstLook = (world: World): void => {
      if (looks === 0) before = world.services[0].created;
      look(world);
    };
    const spec = bare([shop], [poisson(lambda)]);
    const { sample, world } = watch({ spec, seed, warmup, length: size / lambda, look: firstLook, lookRate: lambda });
    const cold = (world.services[0].created - before) / size;
    return {
      ...sample,
      events: COST * sample.events,
      cold,
      busy: busy / looks,
      idle: idle / looks,
      starting: starting / looks,
      warm: 1 - cold,
      pods: (busy + idle) / looks,
    };
  };
}

interface Setup {
  readonly lambda_: number;
  readonly mu: number;
  readonly k: number;
  readonly alpha: number;
  readonly beta: number;
}

const setup = systemsOf<Setup>({
  family: "set-up and delayed switch-off",
  systems: ["M/M/1/setup", "M/M/k/setup", "M/M/k/setup/delayedoff"],
  build: ({ lambda_: lambda, mu, k = 1, alpha, beta }) => ({
    pilot: 5_000,
    run: elastic({
      lambda,
      law: exponential(1 / mu),
      most: k,
      startup: exponential(1 / alpha),
      keepAlive: beta === undefined ? "none" : { exponential: 1 / beta },
      warmup: 50 / alpha + 500,
    }),
  }),
  estimate: ({ measure }) =>
    ({
      "mean response": "W",
      "mean number of busy servers": "busy",
      "mean number of servers in setup": "starting",
      "mean servers in setup": "starting",
      "mean idle servers": "idle",
    })[measure],
});

interface Function {
  readonly lambda_: number;
  readonly ES: number;
  readonly keepalive_mean: number;
  readonly keepalive: number;
}

/** A function starts in no time here: the vectors count cold starts, they do not wait for them. */
const functions = systemsOf<Function>({
  family: "FaaS",
  systems: ["FaaS scale-per-request", "FaaS scale-per-request, deterministic keep-alive"],
  build: ({ lambda_: lambda, ES, keepalive_mean, keepalive }) => ({
    pilot: 5_000,
    run: elastic({
      lambda,
      law: exponential(ES),
      most: Infinity,
      startup: constant(0),
      keepAlive: keepalive ?? { exponential: keepalive_mean },
      warmup: 20 * (keepalive ?? keepalive_mean),
    }),
  }),
  estimate: ({ measure }) =>
    ({
      "P(cold start)": "cold",
      "mean idle instances": "idle",
      "mean busy instances": "busy",
      "mean instances (busy+idle)": "pods",
    })[measure],
});

/** So short a call that it is over before the next comes. */
const INSTANT = 1e-6;

const instant = systemsOf<Function>({
  family: "FaaS, instant calls",
  systems: ["FaaS keep-alive, negligible execution time"],
  build: ({ lambda_: lambda, keepalive }) => ({
    pilot: 5_000,
    run: elastic({
      lambda,
      law: constant(INSTANT),
      most: Infinity,
      startup: constant(0),
      keepAlive: keepalive,
      warmup: 20 * keepalive,
    }),
  }),
  // Warm is the time with an instance, which is idle all of it.
  estimate: ({ measure }) => (measure === "P(cold)" ? "cold" : "idle"),
});

export const elasticity: readonly System[] = [...setup, ...functions, ...instant];
