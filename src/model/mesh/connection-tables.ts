/** The rows of connections and of their pools, and the list of those in a pool that have room. */
import type { Id } from "../../kernel/simulation.js";
import { FIRST_CAPACITY, Rows } from "../../kernel/table.js";
import { NONE as NOTHING } from "../state.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

export type ConnectionId = Id<"connection">;
export type PoolId = Id<"pool">;

export class ConnectionTable {
  /** Its pool, or NONE of a row in no use. */
  pool = new Int32Array(FIRST_CAPACITY);
  slot = new Int32Array(FIRST_CAPACITY);
  /** Calls on it now, and ever. */
  streams = new Int32Array(FIRST_CAPACITY);
  uses = new Float64Array(FIRST_CAPACITY);
  idleSince = new Float64Array(FIRST_CAPACITY);
  /** While it is being opened, the event of that; else NONE. */
  event = new Int32Array(FIRST_CAPACITY);
  /** Whether it stands in its pool's list, and its neighbours there. */
  listed = new Uint8Array(FIRST_CAPACITY);
  next = new Int32Array(FIRST_CAPACITY);
  before = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<ConnectionId>(this);
}

export class PoolTable {
  proxy = new Int32Array(FIRST_CAPACITY);
  /** The pod that all its connections lead to, or NONE: each to another. */
  slot = new Int32Array(FIRST_CAPACITY);
  /** Connections with room, the one used last first. */
  first = new Int32Array(FIRST_CAPACITY);
  /** Connections open or being opened, and the latter alone. */
  count = new Int32Array(FIRST_CAPACITY);
  opening = new Int32Array(FIRST_CAPACITY);
  /** Calls that wait for one. */
  waiting = new Int32Array(FIRST_CAPACITY);
  head = new Int32Array(FIRST_CAPACITY);
  tail = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<PoolId>(this);
}

/** A connection has room, and was used last of all in its pool. */
export function list(table: ConnectionTable, pools: PoolTable, connection: ConnectionId): void {
  const pool = table.pool[connection];
  const first = pools.first[pool];
  table.listed[connection] = 1;
  table.next[connection] = first;
  table.before[connection] = NONE;
  if (first !== NONE) table.before[first] = connection;
  pools.first[pool] = connection;
}

/** A connection has no room, or is to have none any more. */
export function unlist(table: ConnectionTable, pools: PoolTable, connection: ConnectionId): void {
  if (table.listed[connection] === 0) return;
  const next = table.next[connection];
  const before = table.before[connection];
  table.listed[connection] = 0;
  if (before === NONE) pools.first[table.pool[connection]] = next;
  else table.next[before] = next;
  if (next !== NONE) table.before[next] = before;
}

/** Connections of a pool that no call is on. */
export function idleIn(table: ConnectionTable, pools: PoolTable, pool: PoolId): number {
  let idle = 0;
  for (let one = pools.first[pool]; one !== NONE; one = table.next[one]) if (table.streams[one] === 0) idle++;
  return idle;
}
