/**
 * Calls: they travel to a service, reach a pod, wait for a worker, do what the endpoint's program says,
 * call others, and answer. A request is a call whose parent is NONE: one noun where others have two.
 *
 * A branch of a parallel step, and the body of a loop, is a strand: a row of the same table that works in
 * its call's pod and hands control back to it when done.
 *
 * Not modelled: cancelling. When one branch fails the others go on, and the call fails when all are done.
 */
import type { Draws } from "../kernel/distributions.js";
import { siteWithin } from "../kernel/request-chance.js";
import type { EventKind, Simulation } from "../kernel/simulation.js";
import { Cpu } from "./cpu.js";
import { Op, type Program } from "./program.js";
import type { Recorder } from "./recorder.js";
import {
  type CallId,
  type Calls,
  Failure,
  NONE,
  Phase,
  type PodId,
  type Pods,
  type Service,
  type State,
} from "./state.js";

/** What traffic asks of the rest of the world. */
export interface TrafficEvents {
  /** A draining pod has answered its last call. */
  readonly podIdle: (pod: PodId) => void;
  /** A closed user has his answer. */
  readonly userAnswered: (user: number) => void;
  /** A service whose scaler wants to know of every call has got or ended one. */
  readonly callsChanged: (service: Service) => void;
}

export class Traffic {
  readonly cpu: Cpu;
  private readonly sim: Simulation;
  private readonly program: Program;
  private readonly services: readonly Service[];
  private readonly pods: Pods;
  private readonly calls: Calls;
  private readonly draws: Draws;
  private readonly reached: EventKind<CallId>;
  private readonly waited: EventKind<CallId>;
  private readonly replied: EventKind<CallId>;
  /** Pods whose queue is being worked off further up the stack. */
  private pumping = NONE;

  constructor(
    private readonly state: State,
    private readonly recorder: Recorder,
    private readonly events: TrafficEvents,
  ) {
    const { sim, program, services, pods, calls } = state;
    this.sim = sim;
    this.program = program;
    this.services = services;
    this.pods = pods;
    this.calls = calls;
    this.draws = state.draws;
    this.cpu = new Cpu(state, (call) => this.worked(call));
    this.reached = sim.event("call.reached", (call: CallId) => this.reach(call));
    this.waited = sim.event("call.waited", (call: CallId) => {
      calls.event[call] = NONE;
      this.advance(call);
    });
    this.replied = sim.event("call.replied", (call: CallId) => this.reply(call));
  }

  /** Sends a call to an endpoint: from outside (parent NONE, perhaps with a user who waits), or from another call. */
  send(endpoint: number, parent: number, request: number, site: number, user: number): void {
    const { calls, state } = this;
    const id = state.endpoints[endpoint].service;
    const service = this.services[id];
    const call = calls.rows.add();
    calls.service[call] = id;
    calls.endpoint[call] = endpoint;
    calls.pod[call] = NONE;
    calls.parent[call] = parent;
    calls.pc[call] = state.endpoints[endpoint].entry;
    calls.request[call] = request;
    calls.site[call] = site;
    calls.state[call] = CALL;
    calls.failure[call] = Failure.None;
    calls.event[call] = NONE;
    calls.user[call] = user;
    calls.startedAt[call] = this.sim.now;
    const { hopLaw, proxyLaw } = service;
    if (hopLaw === NONE && proxyLaw === NONE) return this.reach(call);
    const { draws } = state;
    let delay = 0;
    if (hopLaw !== NONE) {
      draws.draw(hopLaw, request, site ^ HOP);
      delay = draws.value;
    }
    if (proxyLaw !== NONE) {
      draws.draw(proxyLaw, request, site ^ PROXY);
      delay += draws.value;
    }
    service.network += delay;
    this.sim.after(delay, this.reached, call);
  }

  /** A pod has become ready, or has a worker free: calls that wait at the service may go. */
  release(service: Service): void {
    const { calls } = this;
    while (service.head !== NONE) {
      const pod = this.choosePod(service);
      if (pod === NONE) return;
      const call = service.head as CallId;
      service.head = calls.next[call];
      if (service.head === NONE) service.tail = NONE;
      service.waiting--;
      const waited = this.sim.now - calls.since[call];
      if (calls.state[call] === PODLESS) service.startingUp += waited;
      else this.recorder.waited(service, waited);
      calls.state[call] = CALL;
      this.enter(call, pod, service);
    }
  }

  /** Ends every call in a pod that is killed under them. */
  kill(pod: PodId): void {
    const { calls, pods, sim } = this;
    this.cpu.stop(pod);
    const lost: CallId[] = [];
    for (let row = 0; row < calls.rows.high; row++) {
      const call = row as CallId;
      if (calls.parent[call] === FREE || calls.pod[call] !== pod) continue;
      if (calls.event[call] !== NONE) sim.cancel(calls.event[call]);
      calls.event[call] = NONE;
      lost.push(call);
    }
    const gone = new Set<number>(lost);
    for (let row = 0; row < calls.rows.high; row++) if (gone.has(calls.parent[row])) calls.parent[row] = ORPHAN;
    pods.head[pod] = pods.tail[pod] = NONE;
    pods.queued[pod] = pods.busy[pod] = 0;
    for (const call of lost) {
      if (calls.state[call] === STRAND) {
        this.free(call);
        continue;
      }
      calls.state[call] = CALL; // the workers are gone with the pod
      this.end(call, Failure.Killed);
    }
  }

  /** Whether a row of the table is a call that has reached its service and has not ended there. */
  isInService(row: number): boolean {
    const { calls } = this;
    const inPod = calls.pod[row] !== NONE && calls.state[row] !== STRAND;
    return calls.parent[row] !== FREE && (inPod || calls.state[row] === PODLESS || calls.state[row] === CENTRAL);
  }

  /** Number of requests without an answer, counted from the table: a check on the books. */
  countRequests(): number {
    let count = 0;
    for (let row = 0; row < this.calls.rows.high; row++) if (this.calls.parent[row] === NONE) count++;
    return count;
  }

  private reach(call: CallId): void {
    const { calls } = this;
    const service = this.services[calls.service[call]];
    service.arrived++;
    const pod = this.choosePod(service);
    if (pod === NONE) this.waitAtService(call, service);
    else this.enter(call, pod, service);
    if (service.wakes) this.events.callsChanged(service);
  }

  /** The pod for the next call, or NONE when it has to wait at the service. */
  private choosePod(service: Service): PodId {
    const { ready } = service;
    if (ready.count === 0) return NONE as PodId;
    if (!service.waitsAtService)
      return ready.items[service.balancer.pick(ready.items, ready.count, this.pods.inFlight)] as PodId;
    for (let i = 0; i < ready.count; i++) {
      const pod = ready.items[i];
      if (this.pods.busy[pod] < service.limit) return pod as PodId;
    }
    return NONE as PodId;
  }

  private waitAtService(call: CallId, service: Service): void {
    const { calls } = this;
    if (service.waitsAtService && service.waiting >= service.queueLimit) return this.end(call, Failure.Refused);
    calls.state[call] = service.ready.count === 0 ? PODLESS : CENTRAL;
    calls.since[call] = this.sim.now;
    calls.next[call] = NONE;
    if (service.tail === NONE) service.head = call;
    else calls.next[service.tail] = call;
    service.tail = call;
    service.waiting++;
  }

  private enter(call: CallId, pod: PodId, service: Service): void {
    const { pods } = this;
    this.calls.pod[call] = pod;
    pods.inFlight[pod]++;
    if (service.proxyCpu > 0) pods.used[pod] += service.proxyCpu;
    if (!service.holdsCall) return this.advance(call);
    if (pods.busy[pod] >= service.limit) return this.queue(call, pod, service);
    pods.busy[pod]++;
    this.calls.state[call] = SERVED;
    this.recorder.waited(service, 0);
    this.advance(call);
  }

  private queue(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    if (pods.queued[pod] >= service.queueLimit) return this.fail(call, Failure.Refused);
    calls.since[call] = this.sim.now;
    calls.next[call] = NONE;
    if (pods.queued[pod]++ === 0) pods.head[pod] = call;
    else calls.next[pods.tail[pod]] = call;
    pods.tail[pod] = call;
  }

  /** A worker of the pod is free again: the calls that wait for one go on, first come first served. */
  private pump(pod: PodId, service: Service): void {
    const { calls, pods } = this;
    if (service.waitsAtService) {
      if (service.head !== NONE) this.release(service);
      return;
    }
    // A call that ends at once frees its worker at once; this loop, not the stack, then takes the next.
    if (pods.queued[pod] === 0 || this.pumping === pod) return;
    const outer = this.pumping;
    this.pumping = pod;
    while (pods.queued[pod] > 0 && pods.busy[pod] < service.limit) {
      const call = pods.head[pod] as CallId;
      pods.head[pod] = calls.next[call];
      pods.queued[pod]--;
      pods.busy[pod]++;
      this.recorder.waited(service, this.sim.now - calls.since[call]);
      if (service.holdsCall) {
        calls.state[call] = SERVED;
        this.advance(call);
      } else this.work(call, pod, service);
    }
    this.pumping = outer;
  }

  /** Goes on with a call or a strand until it has to wait for something. */
  private advance(call: CallId): void {
    const { calls, program } = this;
    for (;;) {
      const pc = calls.pc[call];
      switch (program.op[pc]) {
        case Op.Cpu:
          return this.startWork(call);
        case Op.Call: {
          calls.pc[call] = pc + 1;
          const site = siteWithin(calls.site[call], program.site[pc]);
          return this.send(program.arg[pc], call, calls.request[call], site, NONE);
        }
        case Op.End:
          return this.end(call, Failure.None);
        case Op.Wait: {
          calls.pc[call] = pc + 1;
          this.draw(call, pc);
          this.services[calls.service[call]].waited += this.draws.value;
          calls.event[call] = this.sim.after(this.draws.value, this.waited, call);
          return;
        }
        case Op.Choose:
          calls.pc[call] = this.choose(call, pc);
          break;
        case Op.Goto:
          calls.pc[call] = program.jump[pc];
          break;
        case Op.Fork:
          return this.fork(call, pc);
        case Op.Repeat: {
          calls.pc[call] = program.jump[pc];
          this.draw(call, pc);
          const turns = Math.round(this.draws.value);
          if (turns < 1) break;
          calls.count[call] = 1;
          return this.startStrand(call, pc + 1, program.site[pc], turns);
        }
        case Op.Again:
          if (--calls.turns[call] === 0) return this.join(call);
          calls.site[call] = siteWithin(calls.site[call], program.site[pc]);
          calls.pc[call] = program.arg[pc];
          break;
        case Op.Join:
          return this.join(call);
        default:
          throw new Error(`instruction ${pc} is no operation: ${program.op[pc]}`);
      }
    }
  }

  private choose(call: CallId, pc: number): number {
    const { calls, program, state } = this;
    const draw = state.chance.open(calls.request[call], calls.site[call] ^ program.site[pc]).uniform();
    const last = pc + program.arg[pc];
    for (let entry = pc + 1; entry <= last; entry++) if (draw < program.cumulative[entry]) return program.arg[entry];
    return program.jump[pc];
  }

  private fork(call: CallId, pc: number): void {
    const { calls, program } = this;
    const branches = program.arg[pc];
    calls.pc[call] = program.jump[pc];
    calls.count[call] = branches;
    for (let entry = pc + 1; entry <= pc + branches; entry++) {
      this.startStrand(call, program.arg[entry], program.site[entry], 1);
    }
  }

  private startStrand(call: CallId, pc: number, site: number, turns: number): void {
    const { calls } = this;
    const strand = calls.rows.add();
    calls.service[strand] = calls.service[call];
    calls.endpoint[strand] = calls.endpoint[call];
    calls.pod[strand] = calls.pod[call];
    calls.parent[strand] = call;
    calls.pc[strand] = pc;
    calls.turns[strand] = turns;
    calls.request[strand] = calls.request[call];
    calls.site[strand] = siteWithin(calls.site[call], site);
    calls.state[strand] = STRAND;
    calls.failure[strand] = Failure.None;
    calls.event[strand] = NONE;
    this.advance(strand);
  }

  /** A strand is done: its call goes on when all its strands are. */
  private join(strand: CallId): void {
    const { calls } = this;
    const call = calls.parent[strand] as CallId;
    if (calls.failure[strand] !== Failure.None) calls.failure[call] = calls.failure[strand];
    this.free(strand);
    if (--calls.count[call] === 0) this.resume(call);
  }

  private resume(call: CallId): void {
    const failure = this.calls.failure[call];
    if (failure === Failure.None) this.advance(call);
    else this.fail(call, failure);
  }

  private fail(call: CallId, failure: number): void {
    this.calls.failure[call] = failure;
    if (this.calls.state[call] === STRAND) this.join(call);
    else this.end(call, failure);
  }

  private startWork(call: CallId): void {
    const { calls, pods } = this;
    const service = this.services[calls.service[call]];
    const pod = calls.pod[call] as PodId;
    if (!service.holdsCall) {
      if (pods.busy[pod] >= service.limit) return this.queue(call, pod, service);
      pods.busy[pod]++;
      this.recorder.waited(service, 0);
    }
    this.work(call, pod, service);
  }

  private work(call: CallId, pod: PodId, service: Service): void {
    const { calls } = this;
    const pc = calls.pc[call]++;
    this.draw(call, pc);
    this.cpu.start(call, pod, service, this.draws.value);
  }

  /** Draws the random quantity of an instruction for a call. */
  private draw(call: CallId, pc: number): void {
    const { calls, program } = this;
    this.draws.draw(program.arg[pc], calls.request[call], calls.site[call] ^ program.site[pc]);
  }

  private worked(call: CallId): void {
    const { calls, pods } = this;
    const service = this.services[calls.service[call]];
    if (!service.holdsCall) {
      const pod = calls.pod[call] as PodId;
      pods.busy[pod]--;
      this.pump(pod, service);
    }
    this.advance(call);
  }

  /** The service is done with a call, well or badly: its worker goes free and the answer travels back. */
  private end(call: CallId, failure: number): void {
    const { calls } = this;
    const service = this.services[calls.service[call]];
    const pod = calls.pod[call] as PodId;
    service.ended++;
    service.measured++;
    calls.failure[call] = failure;
    calls.pod[call] = NONE;
    if (failure !== Failure.None) this.count(service, failure);
    if (pod !== NONE) this.leave(call, pod, service);
    if (service.replyLaw === NONE) return this.reply(call);
    this.draws.draw(service.replyLaw, calls.request[call], calls.site[call] ^ REPLY);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.replied, call);
  }

  private leave(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    if (calls.state[call] === SERVED) {
      pods.busy[pod]--;
      this.pump(pod, service);
    }
    if (--pods.inFlight[pod] === 0) {
      pods.idleSince[pod] = this.sim.now;
      if (pods.phase[pod] === Phase.Draining) this.events.podIdle(pod);
    }
    if (service.wakes) this.events.callsChanged(service);
  }

  private count(service: Service, failure: number): void {
    if (failure === Failure.Refused) service.measuredRefused++;
    else service.measuredKilled++;
  }

  /** The answer has arrived: at the caller, or at whoever sent the request. */
  private reply(call: CallId): void {
    const { calls } = this;
    const parent = calls.parent[call];
    const failure = calls.failure[call];
    const latency = this.sim.now - calls.startedAt[call];
    this.recorder.answered(calls.endpoint[call], parent === NONE, latency, failure);
    const user = calls.user[call];
    this.free(call);
    if (parent >= 0) {
      if (failure !== Failure.None) calls.failure[parent] = failure;
      this.resume(parent as CallId);
    } else if (parent === NONE && user !== NONE) this.events.userAnswered(user);
  }

  private free(call: CallId): void {
    this.calls.parent[call] = FREE;
    this.calls.rows.remove(call);
  }
}

// What a row of the table of calls is.
const CALL = 0;
const STRAND = 1;
/** A call that waits for the service's first pod. */
const PODLESS = 2;
/** A call that holds a worker until it ends. */
const SERVED = 3;
/** A call that waits at the service for a worker of any pod. */
const CENTRAL = 4;

// Parents that are no calls, besides NONE for a request: the caller is gone, or the row is free.
const ORPHAN = -2;
const FREE = -3;

// A call's own random quantities, told apart from those of its steps.
const HOP = 0x3c6ef372;
const PROXY = 0x1b873593;
const REPLY = 0x5bd1e995;
