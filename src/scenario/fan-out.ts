/** How many calls a request makes in all. A tree of calls is written in a few lines and grows by multiplication. */
import { moments } from "../kernel/distributions.js";
import { type Aim, type Asked, type VirtualHostSpec, waysOf } from "../model/routes/virtual-host.js";
import type { Step } from "../model/spec.js";
import type { Sayings } from "./check.js";
import type { Parts } from "./setup.js";
import { hostSpec } from "./shape/routes.js";

const CALLS_LIMIT = 10_000;
const DEPTH_LIMIT = 100; // of calls within calls

/** Complains of endpoints of which one request makes more calls than any real one, messages counted as calls. There must be no circle. */
export function checkFanOut(
  { services, queues, routes }: Pick<Parts, "services" | "queues" | "routes">,
  to: Sayings,
): void {
  const hosts = new Map([...routes].map(([name, route]) => [name, hostSpec(name, route)]));
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
    const checks = (services.get(service)?.checks ?? []).map(({ call }): Step => ({ kind: "call", ...call }));
    const calls = callsIn([...checks, ...(services.get(service)?.endpoints[endpoint] ?? [])], service);
    depth--;
    const many = `expected at most ${CALLS_LIMIT} calls of one request, got ${Math.round(calls)} in the mean`;
    const counted = calls <= CALLS_LIMIT ? calls : refuse(service, endpoint, many);
    known.set(name, counted);
    return counted;
  };
  const callsIn = (steps: readonly Step[], from: string): number =>
    steps.reduce((sum, step) => sum + callsOfStep(step, from), 0);
  const callsOfStep = (step: Step, from: string): number => {
    switch (step.kind) {
      case "call": {
        const host = hosts.get(step.service);
        return host === undefined
          ? 1 + callsOf(step.service, step.endpoint)
          : callsByRoute(host, { endpoint: step.endpoint, from });
      }
      case "parallel":
        return step.branches.reduce((sum, branch) => sum + callsIn(branch, from), 0);
      case "choose":
        return step.options.reduce((sum, { probability, steps }) => sum + probability * callsIn(steps, from), 0);
      case "repeat":
        return moments(step.times).mean * callsIn(step.steps, from);
      case "cache":
        return callsIn(step.miss, from);
      case "hold":
        return callsIn(step.steps, from);
      case "publish": {
        const consumer = queues.get(step.queue)?.consumer;
        return consumer === undefined ? 0 : 1 + callsOf(consumer.service, consumer.endpoint);
      }
      default:
        return 0;
    }
  };
  /** The most that any rule makes of it, and its copies. */
  const callsByRoute = (host: VirtualHostSpec, asked: Asked): number => {
    const count = ({ service, endpoint = asked.endpoint }: Aim): number => 1 + callsOf(service, endpoint);
    const ofRules = waysOf(host, asked).map(
      ({ rule: { to: aims, mirrors } }) =>
        Math.max(0, ...aims.map(count)) + mirrors.reduce((sum, aim) => sum + aim.share * count(aim), 0),
    );
    return Math.max(0, ...ofRules);
  };
  for (const [service, { endpoints }] of services)
    for (const endpoint of Object.keys(endpoints)) callsOf(service, endpoint);
}
