/** Small worlds to look into: requests at given instants, and the latency of each answer. */
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import type { LoadSpec, ServiceSpec, Step, WorldSpec } from "../../src/model/spec.js";
import { createWorld, type World } from "../../src/model/world.js";
import type { Scaler } from "../../src/policy/contract.js";

export const cpu = (seconds: number): Step => ({ kind: "cpu", work: constant(seconds) });
export const wait = (seconds: number): Step => ({ kind: "wait", time: constant(seconds) });
export const call = (name: string): Step => ({ kind: "call", service: name, endpoint: "call" });

/** Requests at these instants, in order, all to one service. */
export const at = (to: string, ...times: readonly number[]): LoadSpec => ({
  kind: "open",
  name: `${to} at ${times[0]}`,
  mix: [{ service: to, endpoint: "call", share: 1 }],
  arrivals: () => {
    let i = 0;
    return { next: () => times[i++] ?? Infinity };
  },
});

export interface Answer {
  readonly at: number;
  readonly latency: number;
  readonly failure: number;
}

/** Plays until nothing more happens (or until `until`), and lists the requests' answers in their order. */
export function play(spec: WorldSpec, until = 1000): { readonly answers: readonly Answer[]; readonly world: World } {
  const answers: Answer[] = [];
  const played: World = createWorld(spec, 1, {
    observer: {
      answered(_endpoint, request, latency, failure) {
        if (request) answers.push({ at: played.sim.now, latency, failure });
      },
    },
  });
  played.sim.run(until);
  played.checkBooks();
  return { answers, world: played };
}

/** One service under the given requests. */
export function shop(
  about: Partial<ServiceSpec> & { readonly steps?: readonly Step[] },
  ...times: readonly number[]
): WorldSpec {
  return world({ services: [service(about)], loads: [at("shop", ...times)] });
}

export const latencies = (answers: readonly Answer[]): readonly number[] =>
  answers.map(({ latency }) => +latency.toFixed(9));

/** Asks for these numbers of replicas at these times, and for what it asked last in between. */
export const timetable = (
  ...entries: readonly (readonly [time: number, replicas: number])[]
): ServiceSpec["scaler"] => ({
  name: "timetable",
  create: (): Scaler => ({
    period: 1,
    desiredReplicas: ({ now, replicas }) => entries.findLast(([time]) => time <= now)?.[1] ?? replicas,
  }),
});
