/**
 * The requests of a run, as dryscale itself would send them: when, how much work, and from which client. So the backends sleep
 * for just as long as the simulated pods work, and what differs between measured and simulated is not chance.
 */
import { noHop } from "../src/model/builders.js";
import { plainRoute } from "../src/model/calls/route.js";
import type { ServiceSpec, WorldSpec } from "../src/model/spec.js";
import { plainWorkload } from "../src/model/workloads/workload.js";
import { createWorld } from "../src/model/world.js";
import { addressOf, dotted } from "../src/policy/balancer/source-address.js";
import type { Balancer } from "../src/policy/contract.js";
import type { Arrivals } from "../src/workload/arrivals.js";
import { NETWORK } from "./scenario.js";

export interface Request {
  /** Seconds from the beginning of the run. */
  readonly at: number;
  /** Seconds that a worker needs for it. */
  readonly work: number;
  /** Address of its client. */
  readonly from: string;
}

/** Where requests come from when it does not matter: then connections can be used again. */
const HOME = "127.0.0.1";

/** Far more workers than there are requests. */
const ROOM = 1e6;

/** Longer than any work. */
const REST = 60;

/** The same service with a worker for every call, and nothing else that could delay one. */
const alone = (service: ServiceSpec, balancer: Balancer): ServiceSpec => ({
  ...service,
  replicas: 1,
  bounds: { min: 1, max: 1 },
  size: { ...service.size, cpuMillicores: 1000 * ROOM },
  cpuLimitMillicores: 1000 * ROOM,
  concurrency: { limit: ROOM, queue: ROOM, holds: "call", waitsAt: "pod" },
  endpoints: service.endpoints.map(({ name, steps }) => ({ name, steps: steps.filter(({ kind }) => kind === "cpu") })),
  hop: noHop,
  workload: plainWorkload,
  route: plainRoute,
  mesh: undefined,
  balancer: () => balancer,
});

/** The requests sent before `until`, in order: each one's work is how long it takes when nobody is in its way. */
export function requestsOf(spec: WorldSpec, seed: number, until: number): readonly Request[] {
  const keys: number[] = [];
  const listener: Balancer = {
    hashes: true,
    byKey: true,
    pick(_, key) {
      keys.push(key);
      return 0;
    },
  };
  const loads = spec.loads.map((load) => {
    if (load.kind !== "open") throw new Error("the lab sends open load alone");
    return { ...load, arrivals: (of: number) => before(until, load.arrivals(of)) };
  });
  const found: { at: number; work: number }[] = [];
  const world = createWorld({ ...spec, services: [alone(spec.services[0], listener)], loads, faults: [] }, seed, {
    observer: {
      answered: (_, request, latency) => request && found.push({ at: world.sim.now - latency, work: latency }),
    },
  });
  world.sim.run(until + REST);
  const from = (key: number): string => (spec.loads[0].keys === undefined ? HOME : dotted(addressOf(key, NETWORK)));
  return found.sort((one, other) => one.at - other.at).map((one, i) => ({ ...one, from: from(keys[i]) }));
}

/** The arrivals before a time. */
export function before(until: number, arrivals: Arrivals): Arrivals {
  return {
    next() {
      const at = arrivals.next();
      return at < until ? at : Infinity;
    },
  };
}
