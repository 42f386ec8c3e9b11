/** A request that goes to several services at once and waits for all. */
import type { Step } from "../../../src/model/spec.js";
import { bare, call, cpu, exponential, node, poisson, sharing, wait } from "../parts.js";
import { type System, systemsOf } from "../system.js";
import { watch } from "../watch.js";
import { relaxed } from "./queues.js";

interface Parameters {
  readonly lambda_: number;
  readonly n: number;
}

const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `branch-${i + 1}`);

/** Calls all of them at once, and does nothing itself. */
const gate = (called: readonly string[]) =>
  sharing(1, { name: "gate", steps: [{ kind: "parallel", branches: called.map((name) => [call(name)]) }] });

const queueing = systemsOf<Parameters>({
  family: "fork-join",
  systems: ["fork-join 2-way (M/M/1 branches)", "fork-join 3-way (M/M/1 branches)", "fork-join n-way"],
  key: ({ n, lambda_ }) => `fork-join n=${n} lambda=${lambda_}`,
  build: ({ lambda_: lambda, n }) => ({
    pilot: 10_000,
    run(seed, size) {
      const branches = names(n).map((name) => node(name, 1, [cpu(exponential(1))]));
      const spec = bare([gate(names(n)), ...branches], [poisson(lambda, "gate")]);
      return watch({ spec, seed, warmup: relaxed(lambda, 1), length: size / lambda }).sample;
    },
  }),
  estimate: () => "W",
});

const fanOut = systemsOf<Parameters>({
  family: "fan-out",
  systems: ["fan-out without queueing"],
  build: ({ n }) => ({
    pilot: 10_000,
    run(seed, size) {
      const branches = names(n).map((name) => sharing(1, { name, steps: [wait(exponential(1))] }));
      const spec = bare([gate(names(n)), ...branches], [poisson(1, "gate")]);
      return watch({ spec, seed, warmup: 20, length: size }).sample;
    },
  }),
  estimate: () => "W",
});

interface Tail {
  readonly p_slow: number;
  readonly fanout: number;
}

/** A request is slow when one of its many calls is. */
const tail = systemsOf<Tail>({
  family: "tail at scale",
  systems: ["tail at scale"],
  build: ({ p_slow: probability, fanout }) => ({
    pilot: Math.ceil(20_000 / fanout),
    run(seed, size) {
      const slow: Step = { kind: "choose", options: [{ probability, steps: [wait({ shape: "constant", value: 1 })] }] };
      const leaf = sharing(1, { name: "leaf", steps: [slow] });
      const spec = bare([gate(Array.from({ length: fanout }, () => "leaf")), leaf], [poisson(1, "gate")]);
      let slowOnes = 0;
      const answered = (latency: number): void => {
        if (latency > 0.5) slowOnes++;
      };
      // What is slow takes events of the queue, what is not does work as well: so many calls count as events.
      const { sample, tally } = watch({ spec, seed, warmup: 20, length: size, answered });
      return { slow: slowOnes / tally.answers, events: sample.events + (tally.answers * fanout) / 2 };
    },
  }),
  estimate: () => "slow",
});

export const forkJoin: readonly System[] = [...queueing, ...fanOut, ...tail];
