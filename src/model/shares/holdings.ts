/**
 * What calls hold, or stand in line for, beside workers: a row for each, and a list of them for each call, the latest first.
 * Whatever ends a call, it gives them all back (shares.ts). Row 0 is nobody's, so that 0 can mean nothing.
 */
import type { Id } from "../../kernel/simulation.js";
import { FIRST_CAPACITY, Rows } from "../../kernel/table.js";
import type { Seconds } from "../../units.js";
import type { CallId, Calls } from "../state.js";

export type HoldingId = Id<"holding">;

export const Held = {
  /** A connection of a pool. `of`: the pool in the pod. */
  Connection: 0,
  /** A place in line for one. */
  Place: 1,
  /** The task of fetching what others have missed as well. `of`: the cache. */
  Lead: 2,
  /** A place in line behind such a lead. `of`: the lead. */
  Follower: 3,
  /** One of the messages that a pod may have at once. `of`: the inbox in the pod. */
  Message: 4,
} as const;

export class Holdings {
  kind = new Uint8Array(FIRST_CAPACITY);
  of = new Int32Array(FIRST_CAPACITY);
  call = new Int32Array(FIRST_CAPACITY);
  /** The next of what its call holds. */
  next = new Int32Array(FIRST_CAPACITY);
  /** Neighbours in line. */
  before = new Int32Array(FIRST_CAPACITY);
  after = new Int32Array(FIRST_CAPACITY);
  /** Of a lead: who stands in line behind it. */
  head = new Int32Array(FIRST_CAPACITY);
  tail = new Int32Array(FIRST_CAPACITY);
  since = new Float64Array(FIRST_CAPACITY);
  /** Of a lead and its followers: the instruction that looked. */
  pc = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<HoldingId>(this);

  constructor(
    private readonly calls: Calls,
    private readonly clock: { readonly now: Seconds },
  ) {
    this.rows.add();
  }

  /** One more that a call holds. */
  take(call: CallId, kind: number, of: number): HoldingId {
    const holding = this.rows.add();
    this.kind[holding] = kind;
    this.of[holding] = of;
    this.call[holding] = call;
    this.next[holding] = this.calls.holds[call];
    this.since[holding] = this.clock.now;
    this.calls.holds[call] = holding;
    return holding;
  }

  /** What a call has taken last: what it holds nests, so this is the first to be given back. */
  latest(call: CallId, kind: number): HoldingId {
    const holding = this.calls.holds[call] as HoldingId;
    if (holding === 0 || this.kind[holding] !== kind) throw new Error(`call ${call} holds no ${kind} on top`);
    return holding;
  }

  /** Forgets the latest of a call. */
  drop(holding: HoldingId): void {
    this.calls.holds[this.call[holding]] = this.next[holding];
    this.rows.remove(holding);
  }
}
