import type { Seconds } from "../units.js";
import { type EventHandle, EventQueue } from "./event-queue.js";

declare const subject: unique symbol;

/** A row number that only counts as a `Name`: a pod cannot pass for a node. */
export type Id<Name extends string> = number & { readonly [subject]: Name };

/** A kind of event and the subjects it concerns, two at most. A plain integer at run time. */
export type EventKind<A = void, B = void> = number & { readonly [subject]: (a: A, b: B) => void };

export type { EventHandle };

/** Called with each event before it is handled. For debugging and for proving two runs equal. */
export type Trace = (time: Seconds, name: string, a: number, b: number) => void;

/** At one instant things happen first, are then observed, and are then decided upon. */
export const Rank = { Happen: 0, Observe: 1, Decide: 2 } as const;

/**
 * Virtual time, and what is still to happen in it.
 *
 *     const sim = new Simulation();
 *     const ring = sim.event("phone.ring", (phone: PhoneId) => answer(phone));
 *     sim.after(1.5, ring, phone);
 *     sim.run(60);
 */
export class Simulation {
  now: Seconds = 0;
  /** Events handled so far. */
  fired = 0;

  private readonly queue = new EventQueue();
  private readonly handlers: ((a: number, b: number) => void)[] = [];
  private readonly ranks: number[] = [];

  constructor(private readonly trace?: Trace) {}

  /** Number of events still to happen. */
  get pending(): number {
    return this.queue.length;
  }

  /** When the next event is due, or Infinity. */
  get nextTime(): Seconds {
    return this.queue.nextTime;
  }

  /**
   * Declares a kind of event by what happens when it fires. Declare once, schedule often.
   * Events due at one instant fire by rank, lowest first, then in the order scheduled.
   */
  event(name: string, handle: () => void, rank?: number): EventKind;
  event<A extends number>(name: string, handle: (a: A) => void, rank?: number): EventKind<A>;
  event<A extends number, B extends number>(name: string, handle: (a: A, b: B) => void, rank?: number): EventKind<A, B>;
  event(name: string, handle: (a: never, b: never) => void, rank: number = Rank.Happen): number {
    this.ranks.push(rank);
    const { trace } = this;
    const plain = handle as (a: number, b: number) => void;
    if (trace === undefined) return this.handlers.push(plain) - 1;
    const traced = (a: number, b: number): void => {
      trace(this.now, name, a, b);
      plain(a, b);
    };
    return this.handlers.push(traced) - 1;
  }

  /** Schedules an event so many seconds from now; 0 means next, after what is already due. */
  after(delay: Seconds, kind: EventKind): EventHandle;
  after<A extends number>(delay: Seconds, kind: EventKind<A>, a: A): EventHandle;
  after<A extends number, B extends number>(delay: Seconds, kind: EventKind<A, B>, a: A, b: B): EventHandle;
  after(delay: Seconds, kind: number, a = 0, b = 0): EventHandle {
    if (!(delay >= 0)) negative(delay);
    return this.queue.add(this.now + delay, this.ranks[kind], kind, a, b);
  }

  /** Schedules an event for an instant that is not past. */
  at(time: Seconds, kind: EventKind): EventHandle;
  at<A extends number>(time: Seconds, kind: EventKind<A>, a: A): EventHandle;
  at<A extends number, B extends number>(time: Seconds, kind: EventKind<A, B>, a: A, b: B): EventHandle;
  at(time: Seconds, kind: number, a = 0, b = 0): EventHandle {
    if (!(time >= this.now)) past("schedule for", time, this.now);
    return this.queue.add(time, this.ranks[kind], kind, a, b);
  }

  cancel(handle: EventHandle): void {
    this.queue.cancel(handle);
  }

  /** Puts a pending event at another instant, not past; among those due then it becomes the last of its rank. */
  move(handle: EventHandle, time: Seconds): void {
    if (!(time >= this.now)) past("move an event to", time, this.now);
    this.queue.move(handle, time);
  }

  /** When a pending event is due. */
  due(handle: EventHandle): Seconds {
    return this.queue.timeOf(handle);
  }

  /** Fires every event up to and including `until`, then rests there. */
  run(until: Seconds): void {
    const { queue, handlers } = this;
    while (queue.pop(until)) {
      this.now = queue.time;
      this.fired++;
      handlers[queue.kind](queue.a, queue.b);
    }
    if (until < Infinity) this.now = until;
  }
}

// Apart, because V8 would spell out the numbers of a message before it knows whether there is anything to say.

function negative(delay: Seconds): never {
  throw new RangeError(`cannot schedule ${delay} s from now: delays are 0 or more`);
}

function past(act: string, time: Seconds, now: Seconds): never {
  throw new RangeError(`cannot ${act} ${time} s: it is ${now} s already`);
}
