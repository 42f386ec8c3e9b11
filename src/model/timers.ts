/**
 * Timeouts: many of a few lengths, nearly all of them stopped before they are due.
 *
 * Timers of one length end in the order in which they began, so each length is a list, threaded through the
 * rows' own columns, with one event in the queue for its first. A timer that is stopped leaves its list at
 * once and the event where it is: a timeout that never fires costs the queue nothing.
 */
import type { EventKind, Id, Simulation } from "../kernel/simulation.js";
import type { Seconds } from "../units.js";
import { type CallId, type Calls, NONE } from "./state.js";

/** The timers of one length. */
type LengthId = Id<"length">;

interface Length {
  readonly seconds: Seconds;
  first: number;
  last: number;
  /** Whether the event is in the queue. */
  awaited: boolean;
}

export class Timers {
  private readonly lengths: Length[] = [];
  private readonly due: EventKind<LengthId>;

  constructor(
    private readonly sim: Simulation,
    private readonly calls: Calls,
    fired: (call: CallId) => void,
  ) {
    this.due = sim.event("call.timeout", (id: LengthId) => {
      const length = this.lengths[id];
      length.awaited = false;
      while (length.first !== NONE && calls.timerDue[length.first] <= sim.now) {
        const call = length.first as CallId;
        this.stop(call);
        fired(call);
      }
      this.await(id);
    });
  }

  /** The list for timers of so many seconds, NONE for those that never end. */
  length(seconds: Seconds): number {
    if (seconds === Infinity) return NONE;
    const known = this.lengths.findIndex((one) => one.seconds === seconds);
    return known >= 0 ? known : this.lengths.push({ seconds, first: NONE, last: NONE, awaited: false }) - 1;
  }

  /** Starts a row's timer; a row has one at a time. */
  start(call: CallId, id: number): void {
    const { calls } = this;
    calls.timer[call] = id;
    if (id === NONE) return;
    const length = this.lengths[id];
    calls.timerDue[call] = this.sim.now + length.seconds;
    calls.timerNext[call] = NONE;
    calls.timerBefore[call] = length.last;
    if (length.last === NONE) length.first = call;
    else calls.timerNext[length.last] = call;
    length.last = call;
    if (!length.awaited) this.await(id as LengthId);
  }

  /** Stops a row's timer, if it runs. */
  stop(call: CallId): void {
    const { calls } = this;
    const id = calls.timer[call];
    if (id === NONE) return;
    calls.timer[call] = NONE;
    const length = this.lengths[id];
    const before = calls.timerBefore[call];
    const next = calls.timerNext[call];
    if (before === NONE) length.first = next;
    else calls.timerNext[before] = next;
    if (next === NONE) length.last = before;
    else calls.timerBefore[next] = before;
  }

  private await(id: LengthId): void {
    const length = this.lengths[id];
    if (length.first === NONE || length.awaited) return;
    length.awaited = true;
    this.sim.at(this.calls.timerDue[length.first], this.due, id);
  }
}
