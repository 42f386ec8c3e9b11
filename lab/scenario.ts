/** A case as a scenario of dryscale's, in the words that a user would write it in. */
import { readScenario, type Scenario } from "../src/scenario/read.js";
import { BACKENDS, type Case, durationOf, type ProxyName, WORKERS, work } from "./cases.js";

/** The first number of the clients' addresses: all that begin with 127 are this machine's own. */
export const NETWORK = 127;

/** What a request's way takes when nobody is in it, in seconds: until it is sent, and from there to the backend and back. */
export interface Way {
  readonly late: number;
  readonly there: number;
}

/** The balancer of dryscale's that chooses as the proxy does. */
export function balancerOf({ balance }: Case, proxy: ProxyName): string {
  switch (balance) {
    case "turns":
      return "smooth-round-robin";
    case "fewest":
      return `{ use: least-connections, ties: ${proxy === "nginx" ? "turns" : "longest"} }`;
    case "two":
      return `{ use: least-request, choices: 2, replacement: ${proxy !== "nginx"} }`;
    case "address":
      return `{ use: ip-hash, as: ${proxy.toLowerCase()}, network: ${NETWORK} }`;
  }
}

function concurrency({ line, limit }: Case): string {
  const fields = [`limit: ${limit?.connections ?? WORKERS}`];
  if (line !== undefined) fields.push(`queue: ${line}`);
  if (limit !== undefined) fields.push("waitsAt: service", `patience: ${limit.patience}s`);
  return `{ ${fields.join(", ")} }`;
}

/** The slow backend is the last ordinal of a StatefulSet, and of a revision whose work takes longer. */
function slowness({ slow }: Case): readonly string[] {
  if (slow === undefined) return [];
  return [
    "    kind: StatefulSet",
    `    rollouts: [{ at: 0s, workTimes: ${slow.times}, partition: ${slow.backend} }]`,
    "    startup: 0s",
  ];
}

const seconds = (time: number): string => `${Number(time.toFixed(6))}s`;

/** A worker is free once its work is done; a connection that the proxy counts, once the answer is back. */
function hopAndSteps({ limit }: Case, { late, there }: Way): { readonly hop: string; readonly steps: string } {
  const law = `{ lognormal: { mean: ${seconds(work.mean)}, cv: ${work.cv} } }`;
  if (limit === undefined)
    return { hop: `{ latency: ${seconds(late + there / 2)}, reply: ${seconds(there / 2)} }`, steps: `{ cpu: ${law} }` };
  return { hop: `{ latency: ${seconds(late)} }`, steps: `[{ cpu: ${law} }, { wait: ${seconds(there)} }]` };
}

export function scenarioText(about: Case, proxy: ProxyName, seed: number, way: Way): string {
  const { name, tries, clients, rate } = about;
  const { hop, steps } = hopAndSteps(about, way);
  return [
    `name: ${proxy} ${name}`,
    `duration: ${durationOf(about)}s`,
    `seed: ${seed}`,
    `network: { hop: ${hop} }`,
    "services:",
    "  backend:",
    `    replicas: ${BACKENDS}`,
    `    cpu: { request: ${WORKERS}, limit: ${WORKERS} }  # a core for each worker: work takes as long as a sleep would`,
    `    concurrency: ${concurrency(about)}`,
    `    balancer: ${balancerOf(about, proxy)}`,
    ...(tries === undefined ? [] : [`    retries: { most: ${tries - 1}, on: [refused], backOff: 0s }`]),
    ...slowness(about),
    `    endpoints: { get: ${steps} }`,
    "load:",
    "  requests:",
    `    rate: ${rate}/s`,
    "    to: backend/get",
    ...(clients === undefined ? [] : [`    keys: { count: ${clients}, zipf: 0 }`]),
    "",
  ].join("\n");
}

export function scenarioOf(about: Case, proxy: ProxyName, seed: number, way: Way): Scenario {
  return readScenario(scenarioText(about, proxy, seed, way), { name: `${proxy} ${about.name}` }).scenario;
}
