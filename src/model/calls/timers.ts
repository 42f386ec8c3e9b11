/**
 * Timeouts: many of a few lengths, nearly all of them stopped before they are due.
 *
 * Timers of one length end in the order in which they began, so each length is a list, threaded through the
 * rows' own columns, with one event in the queue for its first. A timer that is stopped leaves its list at
 * once and the event where it is: a timeout that never fires costs the queue nothing.
 */
import type { EventKind, Id, Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { type CallId, type Calls, NONE } from "../state.js";

/** The timers of one length. */
export type LengthId = Id<"length">;

/** The first: of rows without a timer, as all are that nobody has started one for. */
const NEVER = 0;

interface Length {
  readonly seconds: Seconds;
  first: number;
  last: number;
  /** Whether the event is in the queue. */
  awaited: boolean;
}

const newLength = (seconds: Seconds): Length => ({ seconds, first: NONE, last: NONE, awaited: false });

export class Timers {
  private readonly lengths: Length[] = [newLength(Infinity)];
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

  /** The list for timers of so many seconds, which may be Infinity. */
  length(seconds: Seconds): LengthId {
    const known = this.lengths.findIndex((one) => one.seconds === seconds);
    return (known >= 0 ? known : this.lengths.push(newLength(seconds)) - 1) as LengthId;
  }

  /** Starts a row's timer; a row has one at a time. */
  start(call: CallId, id: LengthId): void {
    const { calls } = this;
    if (id === NEVER) return;
    calls.timer[call] = id;
    const length = this.lengths[id];
    calls.timerDue[call] = this.sim.now + length.seconds;
    calls.timerNext[call] = NONE;
    calls.timerBefore[call] = length.last;
    if (length.last === NONE) length.first = call;
    else calls.timerNext[length.last] = call;
    length.last = call;
    if (!length.awaited) this.await(id);
  }

  /** Stops a row's timer, if it runs. */
  stop(call: CallId): void {
    const { calls } = this;
    const id = calls.timer[call];
    if (id === NEVER) return;
    calls.timer[call] = NEVER;
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
