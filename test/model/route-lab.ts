/** Virtual hosts to look into: "host" before the services "one" (1 s) and "three" (3 s). */
import { RandomStream } from "../../src/kernel/random.js";
import { service, world } from "../../src/model/builders.js";
import type { RuleSpec, VirtualHostSpec } from "../../src/model/routes/virtual-host.js";
import type { LoadSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { at, call, play, wait } from "./lab.js";

export const unlimited = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
export const rule = (about: Partial<RuleSpec> & { readonly weights?: Readonly<Record<string, number>> }): RuleSpec => {
  const { weights = {}, ...rest } = about;
  const to = Object.entries(weights).map(([name, weight]) => ({ service: name, weight }));
  return { matches: [], to, mirrors: [], delay: undefined, abort: undefined, policy: {}, ...rest };
};
export const host = (...rules: readonly RuleSpec[]): VirtualHostSpec => ({ name: "host", rules });
export const back = (name: string, seconds: number, about: Partial<ServiceSpec> = {}): ServiceSpec =>
  service({ name, steps: [wait(seconds)], concurrency: unlimited, ...about });
/** A caller of the host, and two services behind it that take 1 s and 3 s. */
export const behind = (
  routes: VirtualHostSpec,
  about: Partial<ServiceSpec> = {},
  ...times: readonly number[]
): WorldSpec =>
  world({
    services: [service({ steps: [call("host")], concurrency: unlimited }), back("one", 1, about), back("three", 3)],
    routes: [routes],
    loads: [at("shop", ...(times.length === 0 ? [0] : times))],
  });
/** Poisson requests, `count` of them. */
export const many = (to: string, count: number, rate = 10): LoadSpec => ({
  kind: "open",
  name: "many",
  mix: [{ service: to, endpoint: "call", share: 1 }],
  arrivals: (seed) => {
    const stream = new RandomStream(seed, "gaps");
    let now = 0;
    let sent = 0;
    const next = (): number => {
      if (sent++ === count) return Infinity;
      now += stream.exponential() / rate;
      return now;
    };
    return { next };
  },
});
export const ends = (spec: WorldSpec) => play(spec).answers.map(({ at: instant, failure }) => [instant, failure]);

/** The chance that χ² with one degree of freedom exceeds 6.63 is 1 %; seeds are fixed, so this is no lottery. */
export const chiSquare = (seen: readonly number[], expected: readonly number[]): number =>
  seen.reduce((sum, count, i) => sum + (count - expected[i]) ** 2 / expected[i], 0);
