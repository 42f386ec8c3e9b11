/** How many calls a request makes in all. A tree of calls is written in a few lines and grows by multiplication. */
import { moments } from "../kernel/distributions.js";
import type { Step } from "../model/spec.js";
import type { Sayings } from "./check.js";
import type { QueueFields } from "./shape-async.js";
import type { Service } from "./shape-service.js";

const CALLS_LIMIT = 10_000;
const DEPTH_LIMIT = 100; // of calls within calls

/** Complains of endpoints of which one request makes more calls than any real one, messages counted as calls. There must be no circle. */
export function checkFanOut(
  services: ReadonlyMap<string, Service>,
  queues: ReadonlyMap<string, QueueFields>,
  to: Sayings,
): void {
  const known = new Map<string, number>();
  let depth = 0;
  const refuse = (service: string, endpoint: string, message: string): number => {
    to.say(["services", service, "endpoints", endpoint], message, { key: true });
    return 0; // one complaint for the lowest endpoint: those above would only repeat it
  };
  const callsOf = (service: string, endpoint: string): number => {
    const name = `${service}/${endpoint}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    if (depth >= DEPTH_LIMIT)
      return refuse(service, endpoint, `expected at most ${DEPTH_LIMIT} calls within calls, got more`);
    depth++;
    const calls = callsIn(services.get(service)?.endpoints[endpoint] ?? []);
    depth--;
    const many = `expected at most ${CALLS_LIMIT} calls of one request, got ${Math.round(calls)} in the mean`;
    const counted = calls <= CALLS_LIMIT ? calls : refuse(service, endpoint, many);
    known.set(name, counted);
    return counted;
  };
  const callsIn = (steps: readonly Step[]): number => steps.reduce((sum, step) => sum + callsOfStep(step), 0);
  const callsOfStep = (step: Step): number => {
    switch (step.kind) {
      case "call":
        return 1 + callsOf(step.service, step.endpoint);
      case "parallel":
        return step.branches.reduce((sum, branch) => sum + callsIn(branch), 0);
      case "choose":
        return step.options.reduce((sum, { probability, steps }) => sum + probability * callsIn(steps), 0);
      case "repeat":
        return moments(step.times).mean * callsIn(step.steps);
      case "cache":
        return callsIn(step.miss);
      case "hold":
        return callsIn(step.steps);
      case "publish": {
        const consumer = queues.get(step.queue)?.consumer;
        return consumer === undefined ? 0 : 1 + callsOf(consumer.service, consumer.endpoint);
      }
      default:
        return 0;
    }
  };
  for (const [service, { endpoints }] of services)
    for (const endpoint of Object.keys(endpoints)) callsOf(service, endpoint);
}
