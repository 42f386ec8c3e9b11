/** What a request asks of each service on average: the demand that a capacity planner sets against the supply. */
import { moments } from "../kernel/distributions.js";
import type { Fraction, Seconds } from "../units.js";
import { type Aim, type Asked, type Headers, type RuleSpec, waysOf } from "./routes/virtual-host.js";
import type { ServiceSpec, Step, WorldSpec } from "./spec.js";
import type { State } from "./state.js";

/** How many looks into a cache miss. */
type MissShare = (service: ServiceSpec, cache: string) => Fraction;

/**
 * CPU seconds that one call of an endpoint causes at each service, its calls to others included: a row an
 * endpoint (as the program has them), a column a service. Failures are not foreseen; calls of virtual hosts are, by their
 * present weights, and all loads count alike where rules go by headers.
 */
export function expectedWork(state: State, missShare: MissShare): readonly Float64Array[] {
  const { spec, endpoints } = state;
  const names = endpoints.map(({ host, name }) => `${host}/${name}`);
  const rows = endpoints.map(({ service: id, host, name, virtual }) => {
    const service = spec.services[id];
    const { steps } = service.endpoints.find((one) => one.name === name) ?? { steps: [] };
    const checks = service.checks.map((check) => ({ kind: "call", ...check }) as const);
    const own: readonly Step[] = virtual ? [{ kind: "call", service: host, endpoint: name }] : [...checks, ...steps];
    const from = virtual ? undefined : host;
    return { id, ...countSteps(state, own, from, (cache) => missShare(service, cache)) };
  });
  let work = rows.map(() => new Float64Array(spec.services.length));
  // Each round looks one call further down; calls that come back to themselves with a probability converge.
  for (let round = 0; round < ROUNDS; round++) {
    work = rows.map(({ id, own, calls }) => {
      const row = new Float64Array(spec.services.length);
      row[id] = own;
      for (const [name, times] of calls) {
        for (const [to, seconds] of work[names.indexOf(name)].entries()) row[to] += times * seconds;
      }
      return row;
    });
  }
  return work;
}

/** The steps' own work in seconds, and how often they call others. */
function countSteps(
  state: State,
  steps: readonly Step[],
  from: string | undefined,
  missShare: (cache: string) => Fraction,
): { own: Seconds; calls: Map<string, number> } {
  let own = 0;
  const calls = new Map<string, number>();
  const add = (name: string, times: number): void => void calls.set(name, (calls.get(name) ?? 0) + times);
  const walk = (list: readonly Step[], times: number): void => {
    for (const step of list) {
      if (step.kind === "cpu") own += times * moments(step.work).mean;
      else if (step.kind === "parallel") for (const branch of step.branches) walk(branch, times);
      else if (step.kind === "choose")
        for (const option of step.options) walk(option.steps, times * option.probability);
      else if (step.kind === "repeat") walk(step.steps, times * moments(step.times).mean);
      else if (step.kind === "hold") walk(step.steps, times);
      else if (step.kind === "cache") walk(step.miss, times * missShare(step.cache));
      else if (step.kind === "publish") add(consumerOf(state.spec, step.queue), times);
      else if (step.kind === "call") callsOf(state, step, from, (name, share) => add(name, share * times));
    }
  };
  walk(steps, 1);
  return { own, calls };
}

/** Which services a call goes to, and what part of it. */
function callsOf(
  state: State,
  { service, endpoint }: Step & { kind: "call" },
  from: string | undefined,
  add: (name: string, share: number) => void,
): void {
  const host = state.spec.routes.find(({ name }) => name === service);
  if (host === undefined) return add(`${service}/${endpoint}`, 1);
  const asked: Asked = { endpoint, from };
  const ways = waysOf(host, asked);
  const name = (aim: Aim): string => `${aim.service}/${aim.endpoint ?? endpoint}`;
  const follow = (rule: RuleSpec, part: number): void => {
    const weights = state.splits.weights(rule);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const past = part * (1 - (rule.abort?.share ?? 0));
    for (const [i, aim] of rule.to.entries()) add(name(aim), (past * weights[i]) / total);
    for (const { share, ...aim } of rule.mirrors) add(name(aim), past * share);
  };
  for (const [headers, share] of sharesOfClasses(state)) {
    const way = ways.find(({ takes }) => takes === undefined || takes(headers));
    if (way !== undefined) follow(way.rule, share);
  }
}

function sharesOfClasses({ program, spec }: State): readonly (readonly [Headers, number])[] {
  const { classes } = program.routes;
  if (classes.length === 1) return [[classes[0], 1]];
  const each = spec.loads.flatMap(({ headers = [] }) => {
    const rest = 1 - headers.reduce((sum, { share }) => sum + share, 0);
    return [[classes[0], rest] as const, ...headers.map(({ given, share }) => [given, share] as const)];
  });
  return each.map(([headers, share]) => [headers, share / spec.loads.length]);
}

function consumerOf({ queues }: Pick<WorldSpec, "queues">, queue: string): string {
  const { service, endpoint } = queues.find(({ name }) => name === queue)!.consumer;
  return `${service}/${endpoint}`;
}

const ROUNDS = 64;
