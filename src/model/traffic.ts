/**
 * Calls: they travel to a service, reach a pod, wait for a worker, do what the endpoint's program says
 * (steps.ts), and answer. A request is a call whose parent is NONE: one noun where others have two.
 */
import type { Draws } from "../kernel/distributions.js";
import type { EventKind, Simulation } from "../kernel/simulation.js";
import { Parent as Parents, CallState as States } from "./call-state.js";
import { Cpu } from "./cpu.js";
import { Failure as Failures } from "./failure.js";
import type { Recorder } from "./recorder.js";
import {
  type CallId,
  type Calls,
  NONE as NOTHING,
  type Owner,
  Phase,
  type PodId,
  type Pods,
  type Service,
  type State,
} from "./state.js";
import { Steps } from "./steps.js";
import { choosePod } from "./upstream.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const Failure = Failures;
const CallState = States;
const Parent = Parents;

/** What traffic asks of the rest of the world. */
export interface TrafficEvents {
  /** A draining pod has answered its last call. */
  readonly podIdle: (pod: PodId) => void;
  /** A pod has more calls than its memory bears. */
  readonly tooManyCalls: (pod: PodId) => void;
  /** A closed user has his answer. */
  readonly userAnswered: (user: number) => void;
  /** The process of a background pod has ended. */
  readonly exited: (call: CallId, failure: number) => void;
  /** A service whose scaler wants to know of it has got or ended a call, or a first one has found no ready pod. */
  readonly callsChanged: (service: Service) => void;
}

export class Traffic {
  readonly cpu: Cpu;
  readonly steps: Steps;
  private readonly sim: Simulation;
  private readonly services: readonly Service[];
  private readonly pods: Pods;
  private readonly calls: Calls;
  private readonly draws: Draws;
  private readonly reached: EventKind<CallId>;
  private readonly replied: EventKind<CallId>;
  /** Pods whose queue is being worked off further up the stack. */
  private pumping = NONE;

  constructor(
    private readonly state: State,
    private readonly recorder: Recorder,
    private readonly events: TrafficEvents,
  ) {
    const { sim, services, pods, calls } = state;
    this.sim = sim;
    this.services = services;
    this.pods = pods;
    this.calls = calls;
    this.draws = state.draws;
    this.steps = new Steps(state, this, events.exited);
    this.cpu = new Cpu(state, (call) => this.worked(call));
    this.reached = sim.event("call.reached", (call: CallId) => this.reach(call));
    this.replied = sim.event("call.replied", (call: CallId) => this.reply(call));
  }

  /** Sends a call to an endpoint: from outside (parent NONE, perhaps with a user who waits), or from another call. */
  send(endpoint: number, parent: number, request: number, site: number, user: number, key: number): void {
    const { calls } = this;
    const { service: id, entry } = this.state.endpoints[endpoint];
    const service = this.services[id];
    const call = calls.rows.add();
    calls.service[call] = id;
    calls.endpoint[call] = endpoint;
    calls.pod[call] = NONE;
    calls.parent[call] = parent;
    calls.pc[call] = entry;
    calls.request[call] = request;
    calls.site[call] = site;
    calls.state[call] = CallState.Call;
    calls.failure[call] = Failure.None;
    calls.event[call] = NONE;
    calls.user[call] = user;
    calls.key[call] = key;
    calls.startedAt[call] = this.sim.now;
    if (service.proxyLaw !== NONE) return this.passProxy(call, service);
    if (service.hopLaw === NONE) return this.reach(call);
    this.draws.draw(service.hopLaw, request, site ^ HOP);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.reached, call);
  }

  /** The way to a service behind a proxy: the hop, if it takes time, and the proxy. */
  private passProxy(call: CallId, service: Service): void {
    const { calls, draws } = this;
    draws.draw(service.proxyLaw, calls.request[call], calls.site[call] ^ PROXY);
    let delay = draws.value;
    if (service.hopLaw !== NONE) {
      draws.draw(service.hopLaw, calls.request[call], calls.site[call] ^ HOP);
      delay += draws.value;
    }
    service.network += delay;
    this.sim.after(delay, this.reached, call);
  }

  /** A pod has become ready, or has a worker free: calls that wait at the service may go. */
  release(service: Service): void {
    const { calls } = this;
    while (service.head !== NONE) {
      const call = service.head as CallId;
      const pod = choosePod(this.state, service, call);
      if (pod === NONE) return;
      service.head = calls.next[call];
      if (service.head === NONE) service.tail = NONE;
      service.waiting--;
      const waited = this.sim.now - calls.since[call];
      if (calls.state[call] === CallState.Podless) service.startingUp += waited;
      else this.recorder.waited(service, waited);
      calls.state[call] = CallState.Call;
      this.enter(call, pod, service);
    }
  }

  private reach(call: CallId): void {
    const { calls } = this;
    const service = this.services[calls.service[call]];
    service.come(this.sim.now);
    const pod = choosePod(this.state, service, call);
    if (pod === NONE) this.waitAtService(call, service);
    else this.enter(call, pod, service);
    if (service.wakes) this.events.callsChanged(service);
  }

  private waitAtService(call: CallId, service: Service): void {
    const { calls } = this;
    if (service.waitsAtService && service.waiting >= service.queueLimit) return this.end(call, Failure.Refused);
    calls.state[call] = service.ready.count === 0 ? CallState.Podless : CallState.Central;
    calls.since[call] = this.sim.now;
    calls.next[call] = NONE;
    if (service.tail === NONE) service.head = call;
    else calls.next[service.tail] = call;
    service.tail = call;
    service.waiting++;
    if (service.activator && service.waiting === 1 && service.ready.count === 0) this.events.callsChanged(service);
  }

  private enter(call: CallId, pod: PodId, service: Service): void {
    const { pods } = this;
    this.calls.pod[call] = pod;
    if (++pods.inFlight[pod] > pods.mostInFlight[pod]) this.events.tooManyCalls(pod);
    if (service.proxyCpu > 0) pods.used[pod] += service.proxyCpu;
    if (!service.holdsCall) return this.steps.advance(call);
    if (pods.busy[pod] >= service.limit) return this.queue(call, pod, service);
    pods.busy[pod]++;
    this.calls.state[call] = CallState.Served;
    this.recorder.waited(service, 0);
    this.steps.advance(call);
  }

  private queue(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    if (pods.queued[pod] >= service.queueLimit) return this.steps.fail(call, Failure.Refused);
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
        calls.state[call] = CallState.Served;
        this.steps.advance(call);
      } else this.work(call, pod, service);
    }
    this.pumping = outer;
  }

  /** A piece of CPU work is next: it needs a worker where workers are held for work alone. */
  startWork(call: CallId): void {
    const { calls, pods } = this;
    const owner = this.state.owners[calls.service[call]];
    const pod = calls.pod[call] as PodId;
    if (!owner.holdsCall) {
      if (pods.busy[pod] >= owner.limit) return this.queue(call, pod, owner);
      pods.busy[pod]++;
      this.recorder.waited(owner, 0);
    }
    this.work(call, pod, owner);
  }

  private work(call: CallId, pod: PodId, owner: Owner): void {
    this.steps.draw(call, this.calls.pc[call]++);
    this.cpu.start(call, pod, owner);
  }

  private worked(call: CallId): void {
    const { calls, pods } = this;
    const owner = this.state.owners[calls.service[call]];
    if (!owner.holdsCall) {
      pods.busy[calls.pod[call]]--;
      this.pump(calls.pod[call] as PodId, owner);
    }
    this.steps.advance(call);
  }

  /** The service is done with a call, well or badly: its worker goes free and the answer travels back. */
  end(call: CallId, failure: number): void {
    const { calls } = this;
    const service = this.services[calls.service[call]];
    const pod = calls.pod[call] as PodId;
    service.go(this.sim.now);
    calls.failure[call] = failure;
    calls.pod[call] = NONE;
    if (failure === Failure.Refused) service.measuredRefused++;
    else if (failure === Failure.Killed) service.measuredKilled++;
    if (pod !== NONE) this.leave(call, pod, service);
    if (service.replyLaw === NONE) this.reply(call);
    else this.sendReply(call, service);
  }

  private sendReply(call: CallId, service: Service): void {
    this.draws.draw(service.replyLaw, this.calls.request[call], this.calls.site[call] ^ REPLY);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.replied, call);
  }

  private leave(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    if (calls.state[call] === CallState.Served) {
      pods.busy[pod]--;
      this.pump(pod, service);
    }
    if (--pods.inFlight[pod] === 0) {
      pods.idleSince[pod] = this.sim.now;
      if (pods.phase[pod] === Phase.Draining) this.events.podIdle(pod);
    }
    if (service.learns) service.balancer.answered!(pod, this.sim.now - calls.startedAt[call], this.sim.now);
    if (service.wakes) this.events.callsChanged(service);
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
      this.steps.resume(parent as CallId);
    } else if (parent === NONE && user !== NONE) this.events.userAnswered(user);
  }

  free(call: CallId): void {
    this.calls.parent[call] = Parent.Free;
    this.calls.rows.remove(call);
  }
}

// A call's own random quantities, told apart from those of its steps.
const HOP = 0x3c6ef372;
const PROXY = 0x1b873593;
const REPLY = 0x5bd1e995;
