/** Pools of connections: each pod has its own. Who finds none free stands in line, first come first served. */
import { constant, Draws } from "../../kernel/distributions.js";
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { Parent } from "../calls/call-state.js";
import { Failure } from "../calls/failure.js";
import type { Service } from "../service.js";
import { type CallId, type Calls, NONE as NOTHING, type State } from "../state.js";
import type { PoolSpec } from "./asynchronous.js";
import { Held, type HoldingId, type Holdings } from "./holdings.js";
import type { Waiting } from "./shares.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** A pool as calls read it, and what it has seen in all pods since the measures began. */
export class Pool {
  /** Calls that have got a connection, and the seconds they had waited for it. */
  taken = 0;
  waited: Seconds = 0;
  /** Connections in use now, and their integral over time. */
  inUse = 0;
  private area = 0;
  private changed: Seconds = 0;

  constructor(
    readonly service: Service,
    readonly spec: PoolSpec,
    /** Its number among its service's. */
    readonly place: number,
  ) {}

  use(change: number, now: Seconds): void {
    this.area += this.inUse * (now - this.changed);
    this.changed = now;
    this.inUse += change;
  }

  /** Connections in use since the measures began, in connection-seconds. */
  used(now: Seconds): number {
    this.use(0, now);
    return this.area;
  }

  restart(now: Seconds): void {
    this.use(0, now);
    this.area = this.taken = this.waited = 0;
  }
}

export class Pools {
  readonly all: readonly Pool[];
  /** Pools of a service at most: so many rows has each pod below. */
  private readonly most: number;
  /** By pod and pool: connections in use, and the line for one. */
  private inUse = new Int32Array(0);
  private queued = new Int32Array(0);
  private head = new Int32Array(0);
  private tail = new Int32Array(0);
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly patience: Draws;
  private readonly gaveUp: EventKind<CallId>;

  constructor(
    { sim, calls, services, chance }: State,
    private readonly holdings: Holdings,
    private readonly waiting: Waiting,
  ) {
    this.sim = sim;
    this.calls = calls;
    this.all = services.flatMap((service) => service.spec.pools.map((spec, place) => new Pool(service, spec, place)));
    this.most = Math.max(0, ...services.map(({ spec }) => spec.pools.length));
    this.patience = new Draws(
      this.all.map(({ spec }) => spec.patience ?? constant(0)),
      chance,
    );
    this.gaveUp = sim.event("pool.gave-up", (call: CallId) => {
      calls.event[call] = NONE;
      this.leave(holdings.latest(call, Held.Place));
      waiting.fail(call, Failure.Abandoned);
    });
  }

  /** Whether a call has got a connection at once; if not it stands in line, or has failed. */
  take(call: CallId, id: number): boolean {
    const pool = this.all[id];
    const at = this.calls.pod[call] * this.most + pool.place;
    if (at >= this.inUse.length) this.widen(at);
    if (this.inUse[at] < pool.spec.connections) {
      this.inUse[at]++;
      this.holdings.take(call, Held.Connection, id);
      this.begin(pool, 0);
      return true;
    }
    if (this.queued[at] >= pool.spec.queue) this.waiting.fail(call, Failure.Refused);
    else this.joinLine(call, id, at);
    return false;
  }

  private begin(pool: Pool, waited: Seconds): void {
    pool.taken++;
    pool.waited += waited;
    pool.use(1, this.sim.now);
    this.waiting.observer?.connected?.(pool, waited);
  }

  private joinLine(call: CallId, id: number, at: number): void {
    const { calls, holdings, patience } = this;
    const place = holdings.take(call, Held.Place, id);
    const last = this.queued[at]++ === 0 ? 0 : this.tail[at];
    holdings.before[place] = last;
    holdings.after[place] = 0;
    if (last === 0) this.head[at] = place;
    else holdings.after[last] = place;
    this.tail[at] = place;
    if (this.all[id].spec.patience === undefined) return;
    patience.draw(id, calls.request[call], calls.site[call] ^ PATIENCE);
    calls.event[call] = this.sim.after(patience.value, this.gaveUp, call);
  }

  /** Leaves the line, from wherever it stands. Answers how long it has waited. */
  private leaveLine(place: HoldingId): Seconds {
    const { holdings } = this;
    const pool = this.all[holdings.of[place]];
    const at = this.calls.pod[holdings.call[place]] * this.most + pool.place;
    const before = holdings.before[place];
    const after = holdings.after[place];
    this.queued[at]--;
    if (before === 0) this.head[at] = after;
    else holdings.after[before] = after;
    if (after === 0) this.tail[at] = before;
    else holdings.before[after] = before;
    const waited = this.sim.now - holdings.since[place];
    pool.service.waited += waited;
    return waited;
  }

  /** Gives up a place in line. */
  leave(place: HoldingId): void {
    this.leaveLine(place);
    this.holdings.drop(place);
  }

  /** A connection is free again: the next in line has it. */
  giveBack(connection: HoldingId): void {
    const { holdings, calls, sim } = this;
    const pool = this.all[holdings.of[connection]];
    const at = calls.pod[holdings.call[connection]] * this.most + pool.place;
    pool.use(-1, sim.now);
    holdings.drop(connection);
    if (this.queued[at] === 0) {
      this.inUse[at]--;
      return;
    }
    const place = this.head[at] as HoldingId;
    const call = holdings.call[place] as CallId;
    this.begin(pool, this.leaveLine(place));
    holdings.kind[place] = Held.Connection;
    if (calls.event[call] !== NONE) sim.cancel(calls.event[call]);
    this.waiting.goOn(call);
  }

  restartMeasures(): void {
    for (const pool of this.all) pool.restart(this.sim.now);
  }

  /** Throws when a connection is counted that nobody holds, or held that nobody counts. */
  check(): void {
    const { holdings, calls, all } = this;
    const held = new Int32Array(this.inUse.length);
    const inLine = new Int32Array(this.inUse.length);
    for (let call = 0; call < calls.rows.high; call++) {
      if (calls.parent[call] === Parent.Free) continue;
      for (let one = calls.holds[call]; one !== 0; one = holdings.next[one]) {
        const at = calls.pod[call] * this.most + (all[holdings.of[one]]?.place ?? 0);
        if (holdings.kind[one] === Held.Connection) held[at]++;
        else if (holdings.kind[one] === Held.Place) inLine[at]++;
      }
    }
    for (const [at, count] of held.entries()) {
      if (count === this.inUse[at] && inLine[at] === this.queued[at]) continue;
      const counted = `${this.inUse[at]} connections in use and ${this.queued[at]} calls in line`;
      throw new Error(`pool ${at}: ${counted}, but ${count} are held and ${inLine[at]} stand there`);
    }
  }

  private widen(at: number): void {
    const length = Math.max(64, 2 * this.inUse.length, at + 1);
    for (const column of ["inUse", "queued", "head", "tail"] as const) {
      const wider = new Int32Array(length);
      wider.set(this[column]);
      this[column] = wider;
    }
  }
}

const PATIENCE = 0x6c62272e;
