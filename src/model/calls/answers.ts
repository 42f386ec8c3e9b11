/** What becomes of a call at its caller: he has its answer, or waits for it no longer. */

import type { Shares } from "../shares/shares.js";
import { type CallId, NONE as NOTHING, type State } from "../state.js";
import { leaveBrood } from "./brood.js";
import { Parent as Parents, CallState as States } from "./call-state.js";
import { Failure as Failures } from "./failure.js";
import type { Recorder } from "./recorder.js";
import type { Steps } from "./steps.js";
import type { Tries } from "./tries.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const Failure = Failures;
const CallState = States;
const Parent = Parents;

/** What answers ask of traffic. */
interface Roads {
  readonly steps: Steps;
  readonly tries: Tries;
  readonly shares: Shares;
  free(call: CallId): void;
}

export class Answers {
  constructor(
    private readonly state: State,
    private readonly recorder: Recorder,
    private readonly roads: Roads,
    private readonly userAnswered: (user: number) => void,
  ) {}

  /** The answer has arrived: at the caller, or at whoever sent the request. */
  reply(call: CallId): void {
    const { calls, services } = this.state;
    const parent = calls.parent[call];
    const failure = calls.failure[call];
    const { links } = services[calls.service[call]];
    if (links !== undefined && calls.state[call] !== CallState.Guard) links.answered(call, failure);
    const latency = this.state.sim.now - calls.startedAt[call];
    this.recorder.answered(calls.endpoint[call], parent === NONE, latency, failure);
    if (parent >= 0 && calls.state[parent] === CallState.Guard)
      return this.roads.tries.answered(parent as CallId, call, failure);
    this.recorder.watch?.concluded(call, latency, failure);
    const user = calls.user[call];
    if (parent >= 0) leaveBrood(calls, parent, call);
    this.roads.free(call);
    this.passOn(parent, user, failure);
  }

  /** A call's caller has waited long enough; what has been sent goes on for nobody, or stops. */
  tooLate(call: CallId): void {
    const { calls, sim } = this.state;
    const parent = calls.parent[call];
    const user = calls.user[call];
    const latency = sim.now - calls.startedAt[call];
    this.recorder.answered(calls.endpoint[call], parent === NONE, latency, Failure.Timeout);
    this.recorder.watch?.concluded(call, latency, Failure.Timeout);
    if (parent >= 0) leaveBrood(calls, parent, call);
    this.roads.tries.abandon(call, Failure.Timeout);
    this.passOn(parent, user, Failure.Timeout);
  }

  /** Whoever has called goes on, well or badly: a call, a message, a user. */
  private passOn(parent: number, user: number, failure: number): void {
    if (parent >= 0) {
      if (failure !== Failure.None) this.state.calls.failure[parent] = failure;
      this.roads.steps.resume(parent as CallId);
    } else if (parent === Parent.Message) this.roads.shares.queues.answered(user, failure);
    else if (parent === NONE && user !== NONE) this.userAnswered(user);
  }
}
