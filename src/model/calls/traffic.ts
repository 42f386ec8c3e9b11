/**
 * Calls: they travel to a service, reach a pod, wait for a worker, do what the endpoint's program says
 * (steps.ts), and answer. A request is a call whose parent is NONE: one noun where others have two.
 */
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import { Cpu } from "../cpu/cpu.js";
import { failsNow } from "../faults/brown-outs.js";
import { Passes } from "../mesh/passes.js";
import { Routing } from "../routes/routing.js";
import type { Owner, Service } from "../service.js";
import { Shares } from "../shares/shares.js";
import { type CallId, type Calls, NONE as NOTHING, Phase, type PodId, type Pods, type State } from "../state.js";
import { Answers } from "./answers.js";
import { Parent as Parents, CallState as States } from "./call-state.js";
import { cancel, handOver } from "./cancel.js";
import { Departures } from "./departures.js";
import { Failure as Failures } from "./failure.js";
import { Lines } from "./lines.js";
import type { Recorder } from "./recorder.js";
import { Steps } from "./steps.js";
import type { TrafficEvents } from "./traffic-events.js";
import { Travel } from "./travel.js";
import { Tries } from "./tries.js";
import { choosePod } from "./upstream.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const Failure = Failures;
const CallState = States;
const Parent = Parents;

export class Traffic {
  readonly cpu: Cpu;
  readonly steps: Steps;
  readonly tries: Tries;
  readonly lines: Lines;
  readonly routing: Routing;
  readonly departures: Departures;
  readonly shares: Shares;
  readonly travel: Travel;
  readonly passes: Passes;
  private readonly answers: Answers;
  private readonly sim: Simulation;
  private readonly services: readonly Service[];
  private readonly pods: Pods;
  private readonly calls: Calls;
  /** Pods whose queue is being worked off further up the stack. */
  private pumping = NONE;
  private cancelling = false;
  private readonly pumpSoon: EventKind<PodId>;

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
    this.passes = new Passes(state, this);
    this.steps = new Steps(state, this, events.exited);
    this.cpu = new Cpu(state, (call) => this.worked(call));
    this.pumpSoon = sim.event("pod.next-call", (pod: PodId) => {
      if (pods.phase[pod] !== Phase.Gone) this.pump(pod, services[pods.service[pod]]);
    });
    this.travel = new Travel(state, this);
    this.departures = new Departures(state, this.travel, this.passes, (call) => this.reply(call));
    this.lines = new Lines(state, recorder, (call) => this.steps.fail(call, Failure.Abandoned));
    this.tries = new Tries(state, this, this.departures);
    this.routing = new Routing(state, this);
    this.shares = new Shares(state, this.steps, this, recorder.observer);
    this.answers = new Answers(state, recorder, this, events.userAnswered);
  }

  /** Sends a new call: from outside (parent NONE, perhaps with a user who waits), or from another call. */
  send(call: CallId, parent: number): void {
    const service = this.services[this.calls.service[call]];
    const { links } = service;
    const proxy = links === undefined ? NONE : links.proxyOf(parent < 0 ? NONE : this.calls.pod[parent]);
    if (service.routed) this.tries.send(call, proxy, service.id);
    else this.departures.depart(call, service, proxy, NONE);
  }

  /** A pod has become ready, or has a worker free: calls that wait at the service may go. */
  release(service: Service): void {
    while (service.head !== NONE) {
      const call = service.head as CallId;
      const pod = choosePod(this.state, service, call);
      if (pod === NONE) break;
      this.lines.leaveService(call, service);
      this.enter(call, pod, service);
    }
    if (service.inboxes.length > 0) this.shares.queues.ready(service);
  }

  /** A call has come to its service. */
  reach(call: CallId): void {
    const { calls } = this;
    const service = this.services[calls.service[call]];
    const { links } = service;
    if (service.cancels && calls.failure[call] !== Failure.None) {
      links?.end(call);
      return this.free(call);
    }
    const pod = choosePod(this.state, service, call);
    if (pod === NONE && links !== undefined && calls.slot[call] !== NONE) {
      calls.failure[call] = Failure.Unreachable;
      return this.travel.goBack(call, service);
    }
    this.arrive(call, pod, service);
  }

  /** A call is at its service, and has got a pod unless that is NONE; so does a message arrive, for a pod that has asked for it. */
  arrive(call: CallId, pod: PodId, service: Service): void {
    service.come(this.sim.now);
    if (pod === NONE) this.waitAtService(call, service);
    else this.enter(call, pod, service);
    if (service.wakes) this.events.callsChanged(service);
  }

  private waitAtService(call: CallId, service: Service): void {
    const { calls } = this;
    if (service.waitsAtService && service.waiting >= service.queueLimit) return this.end(call, Failure.Refused);
    calls.state[call] = service.ready.count === 0 ? CallState.Podless : CallState.Central;
    this.lines.joinService(call, service);
    if (service.activator && service.waiting === 1 && service.ready.count === 0) this.events.callsChanged(service);
  }

  private enter(call: CallId, pod: PodId, service: Service): void {
    this.calls.pod[call] = pod;
    this.pods.inFlight[pod]++;
    if (service.admission === undefined || service.admission.admits(call, pod)) this.comeIn(call, pod, service);
  }

  /** Its pod does not refuse a call. */
  comeIn(call: CallId, pod: PodId, service: Service): void {
    const { pods } = this;
    if (pods.inFlight[pod] > pods.mostInFlight[pod]) this.events.tooManyCalls(pod);
    if (pods.failing[pod] > 0 && failsNow(this.state, pod, call)) return this.steps.fail(call, Failure.Aborted);
    if (service.podWork > 0 && this.passes.holdsUp(call, pod, service)) return;
    if (service.checked) this.steps.advance(call);
    else this.admit(call, pod, service);
  }

  /** A call is let in to the application. */
  admit(call: CallId, pod: PodId, service: Service): void {
    const { pods } = this;
    if (!service.holdsCall) return this.steps.advance(call);
    if (pods.busy[pod] >= service.limit) return this.queue(call, pod, service);
    pods.busy[pod]++;
    this.calls.state[call] = CallState.Served;
    service.admission?.sheds(call, pod, 0);
    this.recorder.waited(service, 0);
    this.steps.advance(call);
  }

  private queue(call: CallId, pod: PodId, service: Service): void {
    if (this.pods.queued[pod] >= service.queueLimit) return this.steps.fail(call, Failure.Refused);
    this.lines.joinPod(call, pod, service);
  }

  /** A worker of the pod is free again: the calls that wait for one go on, first come first served. */
  private pump(pod: PodId, service: Service): void {
    const { calls, pods } = this;
    // What comes after a cancelled call must not end under the hands of who is cancelling.
    if (this.cancelling) return void this.sim.after(0, this.pumpSoon, pod);
    // Who is in the pod already, and waits for his next piece of work, goes on before others are let in.
    if (service.waitsAtService && pods.queued[pod] === 0) {
      if (service.head !== NONE) this.release(service);
      return;
    }
    // A call that ends at once frees its worker at once; this loop, not the stack, then takes the next.
    if (pods.queued[pod] === 0 || this.pumping === pod) return;
    const outer = this.pumping;
    this.pumping = pod;
    while (pods.queued[pod] > 0 && pods.busy[pod] < service.limit) {
      const call = pods.head[pod] as CallId;
      this.lines.leavePod(call, pod, service);
      if (service.admission?.sheds(call, pod, this.sim.now - calls.since[call])) continue;
      pods.busy[pod]++;
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

  /** What a proxy beside the pod has to do for a call is next. */
  startPass(call: CallId): void {
    this.work(call, this.passes.container(call), this.state.owners[this.calls.service[call]]);
  }

  private work(call: CallId, pod: PodId, owner: Owner): void {
    this.steps.draw(call, this.calls.pc[call]++);
    this.cpu.start(call, pod, owner);
  }

  private worked(call: CallId): void {
    const { calls } = this;
    const owner = this.state.owners[calls.service[call]];
    if (this.passes.any && this.passes.isPass(call)) {
      if (this.passes.passed(call) && !(owner as Service).checked)
        this.admit(call, calls.pod[call] as PodId, owner as Service);
      else this.steps.advance(call);
      return;
    }
    if (!owner.holdsCall && !handOver(this, calls, call, owner)) return;
    this.steps.advance(call);
  }

  /** A worker that was held for a piece of work alone is free. */
  workerFree(pod: PodId, service: Service): void {
    this.pods.busy[pod]--;
    this.pump(pod, service);
  }

  /** The service is done with a call, well or badly: its worker goes free and the answer travels back. */
  end(call: CallId, failure: number): void {
    const { calls } = this;
    const service = this.services[calls.service[call]];
    const pod = calls.pod[call] as PodId;
    service.go(this.sim.now);
    calls.failure[call] = failure;
    if (calls.holds[call] !== 0) this.shares.ended(call);
    calls.pod[call] = NONE;
    if (failure === Failure.Refused) service.measuredRefused++;
    else if (failure === Failure.Killed) service.measuredKilled++;
    if (pod !== NONE) this.leave(call, pod, service);
    this.travel.goBack(call, service);
  }

  private leave(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    service.admission?.left(call, pod, calls.failure[call]);
    if (calls.state[call] === CallState.Served) {
      pods.busy[pod]--;
      this.pump(pod, service);
    }
    if (--pods.inFlight[pod] === 0) {
      pods.idleSince[pod] = this.sim.now;
      if (pods.phase[pod] === Phase.Draining) this.events.podIdle(pod);
    }
    if (service.learns && service.links === undefined)
      service.balancer.answered!(pod, this.sim.now - calls.startedAt[call], this.sim.now);
    if (service.wakes) this.events.callsChanged(service);
  }

  /** The answer has arrived: at the caller, or at whoever sent the request. */
  reply(call: CallId): void {
    this.answers.reply(call);
  }

  /** Its caller has waited long enough. */
  tooLate(call: CallId): void {
    this.answers.tooLate(call);
  }

  /** Nobody waits for a call, a guard or a strand any longer, and it is to stop. */
  cancel(row: CallId): void {
    const outer = this.cancelling;
    this.cancelling = true;
    cancel(this.state, this, row);
    this.cancelling = outer;
  }

  free(call: CallId): void {
    if (this.state.stillness.machines > 0) this.state.stillness.forget(call);
    if (this.calls.holds[call] !== 0) this.shares.ended(call);
    if (this.calls.timer[call] !== 0) this.tries.waitsNoLonger(call);
    this.calls.parent[call] = Parent.Free;
    this.calls.rows.remove(call);
  }
}
