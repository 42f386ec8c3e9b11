import type { LivePod } from "../controllers/scheduler/objects.js";
import { type Distribution, Draws } from "../kernel/distributions.js";
import { RandomStream } from "../kernel/random.js";
import { RequestChance } from "../kernel/request-chance.js";
import { type Id, Simulation, type Trace } from "../kernel/simulation.js";
import { FIRST_CAPACITY, Rows } from "../kernel/table.js";
import { type CompiledEndpoint, compile, type Program } from "./calls/program.js";
import { isLaw } from "./calls/route.js";
import { Gateway } from "./calls/upstream.js";
import { Pauses } from "./faults/pauses.js";
import { changesSpeeds } from "./faults/spec.js";
import { Stillness } from "./faults/stillness.js";
import { Splits } from "./routes/splits.js";
import { type Owner, Service } from "./service.js";
import type { WorldSpec } from "./spec.js";
import { Background } from "./workloads/background.js";

export type NodeId = Id<"node">;
export type PodId = Id<"pod">;
export type CallId = Id<"call">;
export type ServiceId = Id<"service">;

export const NONE = -1;
/** In the column `user` of a copy that nobody waits for. */
export const MIRRORED = -2;

export const Phase = { Gone: 0, Pending: 1, Pulling: 2, Starting: 3, Ready: 4, Draining: 5 } as const;

export class Pods {
  /** The number of its owner: of a service, or, behind those, of what is in the background. */
  service = new Int32Array(FIRST_CAPACITY);
  /** Its number among all pods that its owner ever had. */
  serial = new Int32Array(FIRST_CAPACITY);
  /** The number in its name. */
  ordinal = new Int32Array(FIRST_CAPACITY);
  /** Index into its service's revisions, and what that multiplies the CPU work of its calls by. */
  revision = new Int32Array(FIRST_CAPACITY);
  workTimes = new Float64Array(FIRST_CAPACITY);
  /** In a brown-out: how many times as long work and waits take that begin now, and which part of the calls fails. */
  slowdown = new Float64Array(FIRST_CAPACITY);
  failing = new Float64Array(FIRST_CAPACITY);
  node = new Int32Array(FIRST_CAPACITY);
  nextOnNode = new Int32Array(FIRST_CAPACITY);
  phase = new Uint8Array(FIRST_CAPACITY);
  /** What it requests, and the most that it may use; see pod-size.ts. */
  cpuMillicores = new Float64Array(FIRST_CAPACITY);
  memoryMiB = new Float64Array(FIRST_CAPACITY);
  limitCores = new Float64Array(FIRST_CAPACITY);
  memoryLimitMiB = new Float64Array(FIRST_CAPACITY);
  /** Calls that its memory limit bears; one more, and its container is killed. */
  mostInFlight = new Int32Array(FIRST_CAPACITY);
  /** Where it stands in its owner's lists of members and of ready pods. */
  memberIndex = new Int32Array(FIRST_CAPACITY);
  readyIndex = new Int32Array(FIRST_CAPACITY);
  /** The event that ends its present phase, or NONE. */
  event = new Int32Array(FIRST_CAPACITY);
  createdAt = new Float64Array(FIRST_CAPACITY);
  startedAt = new Float64Array(FIRST_CAPACITY);
  readySince = new Float64Array(FIRST_CAPACITY);
  /** Of a terminating pod: until when its hook runs. */
  stopsAt = new Float64Array(FIRST_CAPACITY);
  /** Calls it has been given and has not answered. */
  inFlight = new Int32Array(FIRST_CAPACITY);
  idleSince = new Float64Array(FIRST_CAPACITY);
  /** Workers in use, and calls waiting for one. */
  busy = new Int32Array(FIRST_CAPACITY);
  queued = new Int32Array(FIRST_CAPACITY);
  head = new Int32Array(FIRST_CAPACITY);
  tail = new Int32Array(FIRST_CAPACITY);
  /** Pieces of CPU work under way. */
  active = new Int32Array(FIRST_CAPACITY);
  /** CPU seconds used; see Cpu.used for how to read it. */
  used = new Float64Array(FIRST_CAPACITY);
  /** Of a pod whose calls share its CPU: virtual time, its speed, when that was set, the earliest to finish, and its event. */
  virtual = new Float64Array(FIRST_CAPACITY);
  speed = new Float64Array(FIRST_CAPACITY);
  changed = new Float64Array(FIRST_CAPACITY);
  earliest = new Int32Array(FIRST_CAPACITY);
  cpuEvent = new Int32Array(FIRST_CAPACITY);
  /** Of a pod under CFS quota: the quota (0: none), the cores it may use now, its period's end, the use before, the next event. */
  quota = new Float64Array(FIRST_CAPACITY);
  presentLimit = new Float64Array(FIRST_CAPACITY);
  periodEnd = new Float64Array(FIRST_CAPACITY);
  usedAtPeriod = new Float64Array(FIRST_CAPACITY);
  quotaEvent = new Int32Array(FIRST_CAPACITY);
  /** What it is worth beside its service's other pods. */
  weight = new Float64Array(FIRST_CAPACITY);
  /** Among those that callers know of, or NONE; see mesh/endpoints.ts. */
  slot = new Int32Array(FIRST_CAPACITY);
  /** CPU seconds at the last scrape, and the latest sample: millicores, and MiB. */
  usedBefore = new Float64Array(FIRST_CAPACITY);
  sampledAt = new Float64Array(FIRST_CAPACITY);
  sampleWindow = new Float64Array(FIRST_CAPACITY);
  sample = new Float64Array(FIRST_CAPACITY);
  memorySample = new Float64Array(FIRST_CAPACITY);
  readonly rows = new Rows<PodId>(this);
}

export class Calls {
  service = new Int32Array(FIRST_CAPACITY);
  endpoint = new Int32Array(FIRST_CAPACITY);
  pod = new Int32Array(FIRST_CAPACITY);
  parent = new Int32Array(FIRST_CAPACITY);
  /** The next instruction. */
  pc = new Int32Array(FIRST_CAPACITY);
  /** Strands still out. */
  count = new Int32Array(FIRST_CAPACITY);
  /** Of a strand that is a loop's body: turns left, the present one included. */
  turns = new Int32Array(FIRST_CAPACITY);
  /** Whose chance it draws from, and where in the tree of calls it stands. */
  request = new Int32Array(FIRST_CAPACITY);
  site = new Int32Array(FIRST_CAPACITY);
  state = new Uint8Array(FIRST_CAPACITY);
  failure = new Uint8Array(FIRST_CAPACITY);
  /** The line that it waits in (lines.ts), and its neighbours there. */
  line = new Uint8Array(FIRST_CAPACITY);
  next = new Int32Array(FIRST_CAPACITY);
  before = new Int32Array(FIRST_CAPACITY);
  /** Its pending event while it works alone or waits. */
  event = new Int32Array(FIRST_CAPACITY);
  /** The closed user who waits for it, or NONE. */
  user = new Int32Array(FIRST_CAPACITY);
  /** What the request is about, a number of its load's keys, or NONE. */
  key = new Int32Array(FIRST_CAPACITY);
  /** Which headers its request has: a number of the program's classes. */
  headers = new Int32Array(FIRST_CAPACITY);
  /** Of a guard: what it goes by, a number of the routes that tries know. */
  route = new Int32Array(FIRST_CAPACITY);
  /** The latest of what it holds (holdings.ts), or 0; who gives a row back has given that back. */
  holds = new Int32Array(FIRST_CAPACITY);
  /** When its present state began. */
  since = new Float64Array(FIRST_CAPACITY);
  startedAt = new Float64Array(FIRST_CAPACITY);
  /** The latest of the rows that it waits for, and the next of those that its own parent waits for (brood.ts). */
  awaits = new Int32Array(FIRST_CAPACITY);
  beside = new Int32Array(FIRST_CAPACITY);
  /** Of a fork: it goes on when some of its branches are done. */
  quorum = new Uint8Array(FIRST_CAPACITY);
  /** Where callers have proxies of their own: the one that sent it, while it waits; and the pod it was sent to (mesh/links.ts). */
  proxy = new Int32Array(FIRST_CAPACITY);
  slot = new Int32Array(FIRST_CAPACITY);
  /** The connection that it is on, or the pool at which it waits for one. */
  connection = new Int32Array(FIRST_CAPACITY);
  /** Where pods refuse calls (admission/): when its pod let it in, NaN if not, and as the how manieth of those under way there. */
  admittedAt = new Float64Array(FIRST_CAPACITY);
  admittedAs = new Int32Array(FIRST_CAPACITY);
  /** Its timer's length, or 0 without one: who gives a row back has stopped it; when it is due, and its neighbours among those of this length. */
  timer = new Int32Array(FIRST_CAPACITY);
  timerDue = new Float64Array(FIRST_CAPACITY);
  timerNext = new Int32Array(FIRST_CAPACITY);
  timerBefore = new Int32Array(FIRST_CAPACITY);
  /** In a pod whose calls share its CPU: the virtual time at which it is done, and its place in the pairing heap. */
  finish = new Float64Array(FIRST_CAPACITY);
  child = new Int32Array(FIRST_CAPACITY);
  sibling = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<CallId>(this);
}

export class Nodes {
  firstPod = new Int32Array(FIRST_CAPACITY);
  cores = new Float64Array(FIRST_CAPACITY);
  /** By number, see State. */
  zone = new Int32Array(FIRST_CAPACITY);
  /** What a core does in a second, of what it should; see faults/. */
  pace = new Float64Array(FIRST_CAPACITY);
  /** It stands still, and all that is on it. */
  still = new Uint8Array(FIRST_CAPACITY);
  /** The proxy that stands there outside of pods: a row of the table of pods that is no pod, or NONE. See mesh/machine-proxies.ts. */
  proxy = new Int32Array(FIRST_CAPACITY);
  /** Cores that the active pods on it could use at this moment. */
  demand = new Float64Array(FIRST_CAPACITY);
  event = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<NodeId>(this);
}

/** Everything that exists in a run. What happens to it is in traffic.ts, cpu.ts, fleet.ts, machines.ts and control.ts. */
export interface State {
  readonly spec: WorldSpec;
  readonly seed: number;
  readonly sim: Simulation;
  readonly program: Program;
  readonly splits: Splits;
  /** Whether calls must know their request's headers, which rules ask for. */
  readonly classed: boolean;
  readonly endpoints: readonly CompiledEndpoint[];
  readonly draws: Draws;
  readonly chance: RequestChance;
  readonly services: readonly Service[];
  readonly background: readonly Background[];
  /** The services, and behind them what is in the background: by the number that a pod has of its owner. */
  readonly owners: readonly Owner[];
  readonly pods: Pods;
  readonly calls: Calls;
  readonly nodes: Nodes;
  /** The zones that machines may be in, by number. */
  readonly zones: readonly string[];
  readonly stillness: Stillness;
  readonly pauses: Pauses;
  /** By pod; see api-objects.ts. */
  readonly podObjects: (LivePod | undefined)[];
}

export function createState(spec: WorldSpec, seed: number, trace?: Trace): State {
  const uneven = changesSpeeds(spec.faults);
  const program = compile(spec, uneven);
  const laws = [...program.laws];
  const law = (of: Distribution): number => (of.shape === "constant" && of.value === 0 ? NONE : laws.push(of) - 1);
  const own = (of: Distribution | undefined): number => (of === undefined ? NONE : laws.push(of) - 1);
  const services = spec.services.map((service, id) => {
    const { latency, reply, passes } = service.hop;
    const passLaws = passes.map((pass) => law(pass.latency)).filter((one) => one !== NONE);
    const { backOff } = service.route.retries;
    const opens = service.mesh?.connections?.opens;
    const connect = opens === undefined ? NONE : law(opens);
    const rare = [own(service.concurrency.patience), own(isLaw(backOff) ? backOff : undefined), connect] as const;
    return new Service(id as ServiceId, service, law(latency), law(reply), passLaws, ...rare, uneven);
  });
  const chance = new RequestChance(seed, "requests");
  const background = spec.background.map(
    (background, i) => new Background((services.length + i) as ServiceId, background, program.processes[i]),
  );
  const [pods, calls, nodes] = [new Pods(), new Calls(), new Nodes()];
  const state: State = {
    spec,
    seed,
    sim: new Simulation(trace),
    program,
    splits: new Splits(program, spec.routes),
    classed: program.routes.classes.length > 1,
    endpoints: program.endpoints,
    draws: new Draws(laws, chance),
    chance,
    services,
    background,
    owners: [...services, ...background],
    pods,
    calls,
    nodes,
    zones: [...new Set(spec.cluster.groups.flatMap((group) => group.zones))],
    stillness: new Stillness(pods, calls, nodes),
    pauses: new Pauses(),
    podObjects: [],
  };
  for (const service of services) {
    const of = (what: string): RandomStream => new RandomStream(seed, `${service.spec.name}/${what}`);
    const stream = (what: string) => ({ stream: of(what), clock: state.sim });
    service.upstream = new Gateway(state.pods, service);
    service.balancer = service.spec.balancer(stream("balancer"));
    service.scaler = service.spec.scaler?.create(stream("scaler"));
    service.learns = service.balancer.answered !== undefined;
    service.wakes = service.scaler?.wakes === true;
    service.activator = service.scaler?.activator === true;
  }
  return state;
}
