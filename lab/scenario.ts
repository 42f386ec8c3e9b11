/** A case as a scenario of dryscale's, in the words that a user would write it in. */
import { readScenario, type Scenario } from "../src/scenario/read.js";
import { active, BACKENDS, type Case, durationOf, type ProxyName, passive, WORKERS, work } from "./cases.js";

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

/** The container ends, and is up again when the backend is; its proxy has a list of backends that nobody changes, and finds out by itself. */
function death(
  { dies }: Case,
  proxy: ProxyName,
): { readonly service: readonly string[]; readonly top: readonly string[] } {
  if (dies === undefined) return { service: [], top: [] };
  const checks =
    proxy === "nginx"
      ? `passive: { failures: ${passive.failures}, timeout: ${passive.seconds}s }`
      : `active: { interval: ${active.interval}s, fall: ${active.fall}, rise: ${active.rise} }`;
  return {
    service: [`    startup: ${dies.back - dies.at}s`, `    health: { ${checks} }`],
    top: [
      `faults: [{ crash: { service: backend, pods: [backend-${dies.backend}] }, at: ${dies.at}s }]`,
      "mesh: { use: plain, discovery: { watch: 1h } }",
    ],
  };
}

function retries({ tries, dies }: Case): readonly string[] {
  if (tries === undefined) return [];
  // A proxy passes over the backends that a request has been at.
  const others = dies === undefined ? "" : `, attempts: ${BACKENDS}`;
  // No answer takes so long: nginx's proxy_read_timeout and HAProxy's timeout server.
  const perTry = "perTry: 60s";
  return [`    retries: { most: ${tries - 1}, on: [refused, unreachable, killed], ${perTry}, backOff: 0s${others} }`];
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
  const { name, clients, rate } = about;
  const { hop, steps } = hopAndSteps(about, way);
  const died = death(about, proxy);
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
    ...retries(about),
    ...slowness(about),
    ...died.service,
    `    endpoints: { get: ${steps} }`,
    ...died.top,
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
