/** A run in virtual time: the same requests, answered by dryscale's model. */
import { RandomStream } from "../src/kernel/random.js";
import type { WorldSpec } from "../src/model/spec.js";
import { createWorld } from "../src/model/world.js";
import type { Arrivals } from "../src/workload/arrivals.js";
import { before } from "./requests.js";
import type { Answers } from "./statistics.js";

/** The generator sends to the millisecond. Where queues are long, that is enough for other backends to be chosen. */
const TICK = 0.001;

/** Longer than anything that is under way when the last request is sent. */
const REST = 60;

/** The requests sent before `until`. `chance` tells plays apart whose requests are the same: the balancer draws otherwise, and each comes a little earlier or later. */
export function simulate(spec: WorldSpec, seed: number, until: number, chance: number): Answers {
  const latencies: number[] = [];
  const counts = { sent: 0, failed: 0, tries: 0 };
  const stream = (what: string): RandomStream => new RandomStream(seed, `lab ${chance}/${what}`);
  const services = spec.services.map((service) => ({
    ...service,
    balancer: ({ clock }: Parameters<typeof service.balancer>[0]) =>
      service.balancer({ clock, stream: stream("balancer") }),
  }));
  const loads = spec.loads.map((load) => {
    if (load.kind !== "open") throw new Error("the lab sends open load alone");
    return { ...load, arrivals: (of: number) => jittered(before(until, load.arrivals(of)), stream("ticks")) };
  });
  const world = createWorld({ ...spec, services, loads }, seed, {
    observer: {
      answered(_, request, latency, failure) {
        if (!request) counts.tries++;
        else if (failure === 0) latencies.push(latency);
        else counts.failed++;
        if (request) counts.sent++;
      },
    },
  });
  world.sim.run(until + REST);
  world.checkBooks();
  // Where nobody tries again a request is its only try.
  return { latencies, failed: counts.failed, tries: counts.tries === 0 ? counts.sent : counts.tries };
}

/** Each up to half a tick earlier or later, but after the one before it. */
function jittered(arrivals: Arrivals, chance: RandomStream): Arrivals {
  let last = 0;
  return {
    next() {
      last = Math.max(last, arrivals.next() + TICK * (chance.uniform() - 0.5));
      return last;
    },
  };
}
