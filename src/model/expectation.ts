/** What a request asks of each service on average: the demand that a capacity planner sets against the supply. */
import { moments } from "../kernel/distributions.js";
import type { Fraction, Seconds } from "../units.js";
import type { EndpointSpec, ServiceSpec, Step, WorldSpec } from "./spec.js";

/** How many looks into a cache miss. */
type MissShare = (service: ServiceSpec, cache: string) => Fraction;

/**
 * CPU seconds that one call of an endpoint causes at each service, its calls to others included: a row an
 * endpoint (in the order of services, then of their endpoints), a column a service. Failures are not foreseen.
 */
export function expectedWork(
  spec: Pick<WorldSpec, "services" | "queues">,
  missShare: MissShare,
): readonly Float64Array[] {
  const { services } = spec;
  const names = services.flatMap((service) => service.endpoints.map(({ name }) => `${service.name}/${name}`));
  const rows = services.flatMap((service, id) =>
    service.endpoints.map((endpoint) => ({
      id,
      ...countSteps(
        endpoint,
        (queue) => consumerOf(spec, queue),
        (cache) => missShare(service, cache),
      ),
    })),
  );
  let work = rows.map(() => new Float64Array(services.length));
  // Each round looks one call further down; calls that come back to themselves with a probability converge.
  for (let round = 0; round < ROUNDS; round++) {
    work = rows.map(({ id, own, calls }) => {
      const row = new Float64Array(services.length);
      row[id] = own;
      for (const [name, times] of calls) {
        for (const [to, seconds] of work[names.indexOf(name)].entries()) row[to] += times * seconds;
      }
      return row;
    });
  }
  return work;
}

/** The endpoint's own work in seconds, and how often it calls others. */
function countSteps(
  { steps }: EndpointSpec,
  consumer: (queue: string) => string,
  missShare: (cache: string) => Fraction,
): { own: Seconds; calls: Map<string, number> } {
  let own = 0;
  const calls = new Map<string, number>();
  const walk = (list: readonly Step[], times: number): void => {
    for (const step of list) {
      if (step.kind === "cpu") own += times * moments(step.work).mean;
      else if (step.kind === "parallel") for (const branch of step.branches) walk(branch, times);
      else if (step.kind === "choose")
        for (const option of step.options) walk(option.steps, times * option.probability);
      else if (step.kind === "repeat") walk(step.steps, times * moments(step.times).mean);
      else if (step.kind === "hold") walk(step.steps, times);
      else if (step.kind === "cache") walk(step.miss, times * missShare(step.cache));
      else if (step.kind === "call" || step.kind === "publish") {
        const name = step.kind === "call" ? `${step.service}/${step.endpoint}` : consumer(step.queue);
        calls.set(name, (calls.get(name) ?? 0) + times);
      }
    }
  };
  walk(steps, 1);
  return { own, calls };
}

function consumerOf({ queues }: Pick<WorldSpec, "queues">, queue: string): string {
  const { service, endpoint } = queues.find(({ name }) => name === queue)!.consumer;
  return `${service}/${endpoint}`;
}

const ROUNDS = 64;
