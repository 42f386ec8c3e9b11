/**
 * Connections of callers' proxies to a service's pods. Calls to one pod, or of one client whose connections stand
 * wherever the network has put them, share a pool: the connection used last goes first; when none has room one more is
 * opened, and the call waits until it, or another, has. So it is in Envoy (conn_pool_base) and in most clients.
 *
 * A connection that nobody has used for long, or whose pod no longer listens, is closed when somebody wants to use it:
 * nobody can tell it from one that was closed on time.
 */
import type { EventKind } from "../../kernel/simulation.js";
import { Failure } from "../calls/failure.js";
import { type CallId, type Calls, NONE as NOTHING, type State } from "../state.js";
import { joinLine, leaveLine } from "./connection-line.js";
import {
  type ConnectionId,
  ConnectionTable,
  idleIn,
  list,
  type PoolId,
  PoolTable,
  unlist,
} from "./connection-tables.js";
import type { SlotId } from "./endpoints.js";
import type { Links, ProxyId } from "./links.js";
import type { ConnectionsSpec } from "./mesh-spec.js";
import type { Sender } from "./sender.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** The answer to who wants a connection: he has to wait, or has been heard already. */
export const LATER = -1;

export class Connections {
  readonly table = new ConnectionTable();
  readonly pools = new PoolTable();
  private readonly calls: Calls;
  private readonly mostIdle: number;
  private readonly opened: EventKind<ConnectionId>;
  private readonly freed: EventKind<PoolId>;

  constructor(
    private readonly state: State,
    private readonly links: Links,
    private readonly spec: ConnectionsSpec,
    private readonly law: number,
    private readonly sender: Sender,
  ) {
    const { sim, calls } = state;
    this.calls = calls;
    this.mostIdle = spec.mostIdle ?? Infinity;
    this.opened = sim.event("connection.opened", (connection: ConnectionId) => this.open(connection));
    this.freed = sim.event("connection.freed", (pool: PoolId) => this.serve(pool));
  }

  /** A proxy's pool of connections to one pod, or, for NONE, to all. */
  newPool(proxy: ProxyId, slot: number): PoolId {
    const { pools } = this;
    const pool = pools.rows.add();
    pools.proxy[pool] = proxy;
    pools.slot[pool] = slot;
    pools.first[pool] = pools.head[pool] = pools.tail[pool] = NONE;
    pools.count[pool] = pools.opening[pool] = pools.waiting[pool] = 0;
    return pool;
  }

  /** Gives a call a connection: Failure.None when it may set out, LATER, or why it gets none. */
  acquire(call: CallId, pool: PoolId): number {
    const ready = this.usable(pool);
    if (ready !== NONE) {
      this.attach(ready as ConnectionId, call);
      return Failure.None;
    }
    const proxy = this.links.proxies[this.pools.proxy[pool]];
    if (proxy.pending >= this.spec.pending) {
      this.calls.proxy[call] = NONE;
      return Failure.Overflow;
    }
    joinLine(this.calls, this.pools, this.links, call, pool);
    if (proxy.connections >= this.spec.most) this.sweep(this.pools.proxy[pool] as ProxyId);
    this.dialFor(pool);
    return LATER;
  }

  hasRoom(pool: PoolId): boolean {
    return this.usable(pool) !== NONE;
  }

  /** A call is over, in whatever way: its connection has room for another, unless it cannot be used again. */
  release(call: CallId, failure: number): void {
    const { calls, table, pools, spec } = this;
    const connection = calls.connection[call] as ConnectionId;
    calls.connection[call] = NONE;
    table.streams[connection]--;
    table.idleSince[connection] = this.state.sim.now;
    // One exchange at a time that is broken off leaves its connection in the midst of it.
    const brokenOff = spec.streams === 1 && (failure === Failure.Timeout || failure === Failure.Cancelled);
    const lost = failure === Failure.Unreachable || failure === Failure.Killed;
    const pool = table.pool[connection] as PoolId;
    if (brokenOff || lost || table.uses[connection] >= spec.uses) this.retire(connection);
    else if (table.listed[connection] === 0) list(table, pools, connection);
    this.spare(connection, pool);
    if (pools.head[pool] !== NONE) this.state.sim.after(0, this.freed, pool);
  }

  /** A call that waits for a connection does so no longer. */
  leaveLine(call: CallId): void {
    leaveLine(this.calls, this.pools, this.links, call);
  }

  /** A pod is gone, and all connections to it with it. */
  podGone(slot: SlotId): void {
    const { table } = this;
    for (let row = 0; row < table.rows.high; row++)
      if (table.pool[row] !== NONE && table.slot[row] === slot && table.event[row] === NONE)
        this.retire(row as ConnectionId);
  }

  /** A proxy's pod is gone, and so is what waits there for nobody: copies of its calls. */
  turnAll(proxy: ProxyId): void {
    const { pools } = this;
    for (let pool = 0; pool < pools.rows.high; pool++)
      if (pools.proxy[pool] === proxy) while (pools.head[pool] !== NONE) this.fail(pools.head[pool] as CallId);
  }

  /** A proxy is gone, and its pools with it; nothing waits or is under way there. */
  forget(proxy: ProxyId): void {
    const { table, pools } = this;
    for (let row = 0; row < table.rows.high; row++)
      if (table.pool[row] !== NONE && pools.proxy[table.pool[row]] === proxy) this.close(row as ConnectionId);
    for (let pool = 0; pool < pools.rows.high; pool++) if (pools.proxy[pool] === proxy) this.forgetPool(pool as PoolId);
  }

  forgetPool(pool: PoolId): void {
    this.pools.proxy[pool] = NONE;
    this.pools.rows.remove(pool);
  }

  /** The first connection of a pool that can still be used; those before it are given up. */
  private usable(pool: PoolId): number {
    const { table, pools, spec, links } = this;
    const { now } = this.state.sim;
    for (;;) {
      const first = pools.first[pool];
      if (first === NONE) return NONE;
      const stale = table.streams[first] === 0 && now - table.idleSince[first] >= spec.idle;
      if (!stale && links.endpoints.listening(table.slot[first]) !== NONE) return first;
      this.retire(first as ConnectionId);
    }
  }

  private attach(connection: ConnectionId, call: CallId): void {
    const { table, spec } = this;
    this.calls.connection[call] = connection;
    table.streams[connection]++;
    table.uses[connection]++;
    if (table.streams[connection] >= spec.streams || table.uses[connection] >= spec.uses)
      unlist(table, this.pools, connection);
    this.links.attach(call, table.slot[connection]);
  }

  /** Opens a connection for the last who waits, unless those being opened have room for all, or there may be no more. */
  private dialFor(pool: PoolId): void {
    const { pools, spec, links } = this;
    const id = pools.proxy[pool] as ProxyId;
    const coming = pools.opening[pool] === 0 ? 0 : pools.opening[pool] * spec.streams;
    if (pools.waiting[pool] <= coming) return;
    // A pod without any connection gets one, whatever the limit: else its calls would wait for ever.
    if (links.proxies[id].connections >= spec.most && pools.count[pool] > 0) return;
    const call = pools.tail[pool] as CallId;
    const slot = pools.slot[pool] === NONE ? links.choose(call, links.proxies[id]) : pools.slot[pool];
    if (slot === NONE) return this.fail(call);
    this.dial(call, pool, slot as SlotId);
  }

  private dial(call: CallId, pool: PoolId, slot: SlotId): void {
    const { table, pools, state } = this;
    const connection = table.rows.add();
    table.pool[connection] = pool;
    table.slot[connection] = slot;
    table.streams[connection] = table.uses[connection] = table.listed[connection] = 0;
    table.idleSince[connection] = state.sim.now;
    this.links.endpoints.slots.calls[slot]++;
    pools.count[pool]++;
    pools.opening[pool]++;
    this.links.proxies[pools.proxy[pool]].connections++;
    let time = 0;
    if (this.law !== NONE) {
      state.draws.draw(this.law, this.calls.request[call], this.calls.site[call] ^ CONNECT);
      time = state.draws.value;
    }
    table.event[connection] = state.sim.after(time, this.opened, connection);
  }

  /** A connection is there, or is not: the pod did not listen. */
  private open(connection: ConnectionId): void {
    const { table, pools, links } = this;
    const pool = table.pool[connection] as PoolId;
    const slot = table.slot[connection] as SlotId;
    table.event[connection] = NONE;
    pools.opening[pool]--;
    const listens = links.endpoints.listening(slot) !== NONE;
    if (listens) {
      list(table, pools, connection);
      this.serve(pool);
      this.spare(connection, pool);
    } else {
      this.retire(connection);
      // All who wait for one pod fail with it; of those who do not mind where, the one who asked first.
      const all = pools.slot[pool] !== NONE;
      while (pools.head[pool] !== NONE) {
        this.fail(pools.head[pool] as CallId);
        if (!all) break;
      }
    }
    links.endpoints.leave(slot);
  }

  private fail(call: CallId): void {
    this.leaveLine(call);
    this.calls.proxy[call] = NONE;
    this.sender.turnAway(call, Failure.Unreachable);
  }

  /** Those who wait get what there is. */
  private serve(pool: PoolId): void {
    const { pools } = this;
    while (pools.head[pool] !== NONE) {
      const ready = this.usable(pool);
      if (ready === NONE) return this.dialFor(pool);
      const call = pools.head[pool] as CallId;
      this.leaveLine(call);
      this.attach(ready as ConnectionId, call);
      this.sender.setOut(call);
    }
  }

  /** Closes what has been idle for too long, to make room below the limit; looked for once an idle time at most. */
  private sweep(proxy: ProxyId): void {
    const { table, pools, spec } = this;
    const { now } = this.state.sim;
    const about = this.links.proxies[proxy];
    if (now < about.sweptAt + spec.idle) return;
    about.sweptAt = now;
    for (let row = 0; row < table.rows.high; row++) {
      if (table.pool[row] === NONE || pools.proxy[table.pool[row]] !== proxy) continue;
      const idle = table.listed[row] === 1 && table.streams[row] === 0 && now - table.idleSince[row] >= spec.idle;
      if (idle) this.close(row as ConnectionId);
    }
  }

  /** Gives up a connection that nobody needs now, where its pool keeps as many as it may. */
  private spare(connection: ConnectionId, pool: PoolId): void {
    const { table, pools, mostIdle } = this;
    if (mostIdle === Infinity || pools.head[pool] !== NONE || table.pool[connection] !== pool) return;
    if (table.streams[connection] === 0 && idleIn(table, pools, pool) > mostIdle) this.retire(connection);
  }

  /** Takes no more calls, and closes once those on it are over. */
  private retire(connection: ConnectionId): void {
    const { table } = this;
    unlist(table, this.pools, connection);
    table.uses[connection] = Infinity;
    if (table.streams[connection] === 0) this.close(connection);
  }

  private close(connection: ConnectionId): void {
    const { table, pools, state, links } = this;
    const pool = table.pool[connection];
    unlist(table, pools, connection);
    const opening = table.event[connection] !== NONE;
    if (opening) {
      state.sim.cancel(table.event[connection]);
      pools.opening[pool]--;
    }
    pools.count[pool]--;
    links.proxies[pools.proxy[pool]].connections--;
    table.pool[connection] = NONE;
    table.rows.remove(connection);
    // Last of all: whoever is the last to leave takes his pod's pools with him.
    if (opening) links.endpoints.leave(table.slot[connection] as SlotId);
  }
}

const CONNECT = 0x4cf5ad43;
