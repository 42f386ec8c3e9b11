/** What a request asks of each service on average: the demand that a capacity planner sets against the supply. */
import { moments } from "../kernel/distributions.js";
import type { Seconds } from "../units.js";
import type { EndpointSpec, ServiceSpec, Step } from "./spec.js";

/**
 * CPU seconds that one call of an endpoint causes at each service, its calls to others included: a row an
 * endpoint (in the order of services, then of their endpoints), a column a service. Failures are not foreseen.
 */
export function expectedWork(services: readonly ServiceSpec[]): readonly Float64Array[] {
  const names = services.flatMap((service) => service.endpoints.map(({ name }) => `${service.name}/${name}`));
  const rows = services.flatMap((service, id) =>
    service.endpoints.map((endpoint) => ({ id, ...countSteps(endpoint) })),
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
function countSteps({ steps }: EndpointSpec): { own: Seconds; calls: Map<string, number> } {
  let own = 0;
  const calls = new Map<string, number>();
  const walk = (list: readonly Step[], times: number): void => {
    for (const step of list) {
      if (step.kind === "cpu") own += times * moments(step.work).mean;
      else if (step.kind === "parallel") for (const branch of step.branches) walk(branch, times);
      else if (step.kind === "choose")
        for (const option of step.options) walk(option.steps, times * option.probability);
      else if (step.kind === "repeat") walk(step.steps, times * moments(step.times).mean);
      else if (step.kind === "call") {
        const name = `${step.service}/${step.endpoint}`;
        calls.set(name, (calls.get(name) ?? 0) + times);
      }
    }
  };
  walk(steps, 1);
  return { own, calls };
}

const ROUNDS = 64;
