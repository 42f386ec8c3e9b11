/**
 * Calls that wait: in a pod for a worker, or at the service for a pod. Lines are threaded through the calls' own
 * columns in both directions, so that whoever gives up leaves from the middle at no cost to the others.
 */
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Service } from "../service.js";
import { type CallId, type Calls, NONE as NOTHING, type PodId, type Pods, type State } from "../state.js";
import { CallState } from "./call-state.js";
import type { Recorder } from "./recorder.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** Where a call waits, in the column `line`. */
export const Line = {
  None: 0,
  Pod: 1,
  Service: 2,
  /** In no line: it has done a piece of work, and whoever waited for its worker goes first. */
  Between: 3,
  /** At its caller's proxy, for a connection: see mesh/connections.ts. */
  AtProxy: 4,
  /** With its machine's proxy, which works for it: see mesh/passes.ts. */
  AtMachine: 5,
} as const;
const NoLine = Line.None;
const InPod = Line.Pod;
const AtService = Line.Service;
const Podless = CallState.Podless;
const Plain = CallState.Call;

export class Lines {
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly pods: Pods;
  private readonly gaveUp: EventKind<CallId>;

  constructor(
    private readonly state: State,
    private readonly recorder: Recorder,
    /** Told of each call whose patience is at its end; it has left its line. */
    gaveUp: (call: CallId) => void,
  ) {
    const { calls, pods, sim } = state;
    this.sim = sim;
    this.calls = calls;
    this.pods = pods;
    this.gaveUp = sim.event("call.gave-up", (call: CallId) => {
      calls.event[call] = NONE;
      this.leave(call);
      gaveUp(call);
    });
  }

  private begin(call: CallId, service: Service): void {
    const { calls, state } = this;
    calls.since[call] = this.sim.now;
    if (service.patienceLaw === NONE) return;
    state.draws.draw(service.patienceLaw, calls.request[call], calls.site[call] ^ PATIENCE);
    calls.event[call] = state.sim.after(state.draws.value, this.gaveUp, call);
  }

  /** Leaves whichever line it stands in. */
  leave(call: CallId): void {
    const { calls } = this;
    const service = this.state.services[calls.service[call]];
    if (calls.line[call] === InPod) this.leavePod(call, calls.pod[call] as PodId, service);
    else this.leaveService(call, service);
  }

  /** Last in its pod's line. */
  joinPod(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    const last = pods.queued[pod]++ === 0 ? NONE : pods.tail[pod];
    calls.line[call] = InPod;
    calls.next[call] = NONE;
    calls.before[call] = last;
    if (last === NONE) pods.head[pod] = call;
    else calls.next[last] = call;
    pods.tail[pod] = call;
    this.begin(call, service);
  }

  /** Last in its service's line. */
  joinService(call: CallId, service: Service): void {
    const { calls } = this;
    const last = service.tail;
    service.waiting++;
    calls.line[call] = AtService;
    calls.next[call] = NONE;
    calls.before[call] = last;
    if (last === NONE) service.head = call;
    else calls.next[last] = call;
    service.tail = call;
    this.begin(call, service);
  }

  /** Leaves its pod's line, from wherever it stands. */
  leavePod(call: CallId, pod: PodId, service: Service): void {
    const { calls, pods } = this;
    const before = calls.before[call];
    const next = calls.next[call];
    pods.queued[pod]--;
    this.end(call);
    this.recorder.waited(service, this.sim.now - calls.since[call]);
    if (before === NONE) pods.head[pod] = next;
    else calls.next[before] = next;
    if (next === NONE) pods.tail[pod] = before;
    else calls.before[next] = before;
  }

  /** Leaves its service's line, from wherever it stands. */
  leaveService(call: CallId, service: Service): void {
    const { calls } = this;
    const before = calls.before[call];
    const next = calls.next[call];
    service.waiting--;
    this.end(call);
    const waited = this.sim.now - calls.since[call];
    if (calls.state[call] === Podless) service.startingUp += waited;
    else this.recorder.waited(service, waited);
    calls.state[call] = Plain;
    if (before === NONE) service.head = next;
    else calls.next[before] = next;
    if (next === NONE) service.tail = before;
    else calls.before[next] = before;
  }

  private end(call: CallId): void {
    const { calls } = this;
    calls.line[call] = NoLine;
    if (calls.event[call] === NONE) return;
    this.state.sim.cancel(calls.event[call]);
    calls.event[call] = NONE;
  }
}

const PATIENCE = 0x38495ab5;
