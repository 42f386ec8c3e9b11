import type { LivePod } from "../controllers/scheduler/objects.js";
import { type Distribution, Draws } from "../kernel/distributions.js";
import { IntList } from "../kernel/int-list.js";
import { RandomStream } from "../kernel/random.js";
import { RequestChance } from "../kernel/request-chance.js";
import { type Id, Simulation, type Trace } from "../kernel/simulation.js";
import { FIRST_CAPACITY, Rows } from "../kernel/table.js";
import type { Balancer, Scaler } from "../policy/contract.js";
import { Background } from "./background.js";
import { type CompiledEndpoint, compile, type Program } from "./program.js";
import type { Resources, ServiceSpec, WorldSpec } from "./spec.js";
import { Gateway } from "./upstream.js";
import { usableCores } from "./usable-cores.js";
import type { Revision } from "./workload.js";

export type NodeId = Id<"node">;
export type PodId = Id<"pod">;
export type CallId = Id<"call">;
export type ServiceId = Id<"service">;

export const NONE = -1;

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
  /** Link in a queue. */
  next = new Int32Array(FIRST_CAPACITY);
  /** Its pending event while it works alone or waits. */
  event = new Int32Array(FIRST_CAPACITY);
  /** The closed user who waits for it, or NONE. */
  user = new Int32Array(FIRST_CAPACITY);
  /** What the request is about, a number of its load's keys, or NONE. */
  key = new Int32Array(FIRST_CAPACITY);
  /** When its present state began. */
  since = new Float64Array(FIRST_CAPACITY);
  startedAt = new Float64Array(FIRST_CAPACITY);
  /** In a pod whose calls share its CPU: the virtual time at which it is done, and its place in the pairing heap. */
  finish = new Float64Array(FIRST_CAPACITY);
  child = new Int32Array(FIRST_CAPACITY);
  sibling = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<CallId>(this);
}

export class Nodes {
  group = new Int32Array(FIRST_CAPACITY);
  phase = new Uint8Array(FIRST_CAPACITY);
  firstPod = new Int32Array(FIRST_CAPACITY);
  podCount = new Int32Array(FIRST_CAPACITY);
  cores = new Float64Array(FIRST_CAPACITY);
  /** Cores that the active pods on it could use at this moment. */
  demand = new Float64Array(FIRST_CAPACITY);
  event = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<NodeId>(this);
}

/** What a pod is one of. */
export type Owner = Service | Background;

/** Few things are objects, many things are rows: services are few, pods and calls are many. */
export class Service {
  readonly limit: number;
  readonly queueLimit: number;
  readonly holdsCall: boolean;
  readonly waitsAtService: boolean;
  /**
   * Whether every piece of work of its pods always has a core to itself: there are no more workers
   * than requested cores, and a request is always granted. Such work is done at a time known when it starts.
   */
  readonly dedicated: boolean;
  readonly proxyCpu: number;
  /** What a pod of the template's size can use of CPU at most; its request where nothing limits it. */
  readonly coresPerPod: number;
  /** What its next pod is made with. */
  resources: Resources;
  /** What its pods were, are and will be; the first is as the spec says. */
  readonly revisions: readonly Revision[];
  readonly members = new IntList();
  readonly ready = new IntList();
  balancer!: Balancer;
  upstream!: Gateway;
  scaler: Scaler | undefined;
  wakes = false;
  /** Its balancer learns from answers. */
  learns = false;
  activator = false;
  replicas = 0;
  created = 0;
  draining = 0;
  /** Containers that have ended and been started again since time 0. */
  restarts = 0;
  /** Calls that wait at the service, for a pod or for a worker of any. */
  head: number = NONE;
  tail: number = NONE;
  waiting = 0;
  // Counts since time 0, for the books; see recorder.ts for what is measured.
  arrived = 0;
  ended = 0;
  /** Behind an activator: seconds that calls have spent here until `countedAt`. */
  callSeconds = 0;
  countedAt = 0;
  /** CPU seconds of pods that are gone. */
  usedByGone = 0;
  // Sums of seconds since the measures began.
  queueing = 0;
  startingUp = 0;
  work = 0;
  working = 0;
  waited = 0;
  network = 0;
  // Calls that ended since the measures began, and those of them that were refused or killed here.
  measured = 0;
  measuredRefused = 0;
  measuredKilled = 0;

  constructor(
    readonly id: ServiceId,
    readonly spec: ServiceSpec,
    /** Laws of its hop, or NONE for what takes no time. */
    readonly hopLaw: number,
    readonly proxyLaw: number,
    readonly replyLaw: number,
  ) {
    const { concurrency, size, cpuLimitMillicores, imageMiB, startup, lifecycle, workload } = spec;
    const first = { image: 0, imageMiB, startup, crashAfter: lifecycle.crashAfter, workTimes: 1 };
    this.revisions = [first, ...workload.revisions];
    this.limit = concurrency.limit;
    this.queueLimit = concurrency.queue;
    this.holdsCall = concurrency.holds === "call";
    this.waitsAtService = concurrency.waitsAt === "service";
    const requests = this.revisions.map(({ resources }) => (resources?.size ?? size).cpuMillicores);
    this.dedicated = concurrency.limit <= Math.min(...requests) / 1000;
    this.proxyCpu = spec.hop.proxyCpu;
    this.coresPerPod = usableCores(concurrency.limit, cpuLimitMillicores / 1000, size.cpuMillicores);
    this.resources = spec;
  }

  /** The number of calls here is about to change: what they have spent here until now is added up. */
  private count(now: number): void {
    this.callSeconds += (this.arrived - this.ended) * (now - this.countedAt);
    this.countedAt = now;
  }

  come(now: number): void {
    if (this.activator) this.count(now);
    this.arrived++;
  }

  go(now: number): void {
    if (this.activator) this.count(now);
    this.ended++;
    this.measured++;
  }

  /** Ends the warm-up: sums of seconds begin again, counts for the books do not. */
  restartMeasures(): void {
    this.queueing = this.startingUp = this.work = this.working = this.waited = this.network = 0;
    this.measured = this.measuredRefused = this.measuredKilled = 0;
  }
}

/** Everything that exists in a run. What happens to it is in traffic.ts, cpu.ts, fleet.ts, machines.ts and control.ts. */
export interface State {
  readonly spec: WorldSpec;
  readonly seed: number;
  readonly sim: Simulation;
  readonly program: Program;
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
  /** By pod; see api-objects.ts. */
  readonly podObjects: (LivePod | undefined)[];
}

export function createState(spec: WorldSpec, seed: number, trace?: Trace): State {
  const program = compile(spec.services, spec.background);
  const laws = [...program.laws];
  const law = (of: Distribution): number => (of.shape === "constant" && of.value === 0 ? NONE : laws.push(of) - 1);
  const services = spec.services.map((service, id) => {
    const { latency, reply, proxyLatency } = service.hop;
    return new Service(id as ServiceId, service, law(latency), law(proxyLatency), law(reply));
  });
  const chance = new RequestChance(seed, "requests");
  const background = spec.background.map(
    (background, i) => new Background((services.length + i) as ServiceId, background, program.processes[i]),
  );
  const state: State = {
    spec,
    seed,
    sim: new Simulation(trace),
    program,
    endpoints: program.endpoints,
    draws: new Draws(laws, chance),
    chance,
    services,
    background,
    owners: [...services, ...background],
    pods: new Pods(),
    calls: new Calls(),
    nodes: new Nodes(),
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
