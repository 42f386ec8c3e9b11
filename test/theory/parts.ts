/** Words for building the systems: laws by their squared coefficient of variation, arrivals, stations. */
import { constant, type Distribution } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import type { LoadSpec, ServiceSpec, Step, WorldSpec } from "../../src/model/spec.js";
import { type ArrivalSpec, createArrivals } from "../../src/workload/arrivals.js";
import type { GapLaw } from "../../src/workload/gaps.js";

export const exponential = (mean: number): Distribution => ({ shape: "exponential", mean });
export const hyper = (mean: number, scv: number): Distribution => ({
  shape: "hyperexponential",
  mean,
  cv: Math.sqrt(scv),
});
export const lognormal = (mean: number, scv: number): Distribution => ({
  shape: "lognormal",
  mean,
  cv: Math.sqrt(scv),
});
export const erlang = (mean: number, k: number): Distribution => ({ shape: "erlang", mean, k });
export const uniform = (low: number, high: number): Distribution => ({ shape: "uniform", low, high });

/** Laws of service by Kendall's letter. */
export function lawOf(letter: string, mean: number): Distribution {
  switch (letter) {
    case "D":
      return constant(mean);
    case "M":
      return exponential(mean);
    case "E2":
      return erlang(mean, 2);
    case "H2":
      return hyper(mean, 4);
    case "LN":
      return lognormal(mean, 4);
    case "U":
      return uniform(0, 2 * mean);
    default:
      throw new Error(`no law is called ${letter}`);
  }
}

export const cpu = (work: Distribution): Step => ({ kind: "cpu", work });
export const wait = (time: Distribution): Step => ({ kind: "wait", time });
export const call = (name: string): Step => ({ kind: "call", service: name, endpoint: "call" });

/** Forever, as far as a run of theory goes. */
const HORIZON = 1e12;

/** Arrivals of any kind at a service's endpoint. */
export function arriving(spec: ArrivalSpec, to = "shop", name = "load", horizon = HORIZON): LoadSpec {
  return {
    kind: "open",
    name,
    mix: [{ service: to, endpoint: "call", share: 1 }],
    arrivals: (seed) => createArrivals(spec, seed, name, horizon),
  };
}

export function renewal(rate: number, gaps: GapLaw = { law: "poisson" }): ArrivalSpec {
  return { kind: "renewal", gaps, profile: { kind: "constant", rate } };
}

export const poisson = (rate: number, to = "shop", name = "load"): LoadSpec => arriving(renewal(rate), to, name);

/** A pod with so many cores and workers, first come first served, and room for so many calls that wait. */
export function station(servers: number, steps: readonly Step[], about: Partial<ServiceSpec> = {}, room = Infinity) {
  return service({
    size: { cpuMillicores: 1000 * servers, memoryMiB: 256 },
    cpuLimitMillicores: 1000 * servers,
    concurrency: { limit: servers, queue: room, holds: "call", waitsAt: "pod" },
    steps,
    ...about,
  });
}

/** The same, whose workers are held for its own work alone: what a node of a network is. */
export function node(name: string, servers: number, steps: readonly Step[], about: Partial<ServiceSpec> = {}) {
  const concurrency = { limit: servers, queue: Infinity, holds: "work", waitsAt: "pod" } as const;
  return station(servers, steps, { name, concurrency, ...about });
}

/** As many workers as it takes, held for CPU work alone, of which there is none. */
export const open = (name: string, steps: readonly Step[] = [], about: Partial<ServiceSpec> = {}): ServiceSpec =>
  node(name, Infinity, steps, {
    size: { cpuMillicores: 1000, memoryMiB: 256 },
    cpuLimitMillicores: Infinity,
    ...about,
  });

/** A pod whose calls share so many cores evenly, each on one at most. */
export function sharing(cores: number, about: Partial<ServiceSpec> & { readonly steps?: readonly Step[] }) {
  return service({
    size: { cpuMillicores: 1000 * cores, memoryMiB: 256 },
    cpuLimitMillicores: 1000 * cores,
    concurrency: { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" },
    ...about,
  });
}

/** A world without series: theory runs for millions of seconds. */
export const bare = (services: readonly ServiceSpec[], loads: readonly LoadSpec[]): WorldSpec =>
  world({ services, loads, seriesStep: 1e15 });
