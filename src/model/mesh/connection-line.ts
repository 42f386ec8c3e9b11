/** The line of the calls that wait for a connection of one pool, threaded through their own columns. */
import { Line } from "../calls/lines.js";
import { type CallId, type Calls, NONE as NOTHING } from "../state.js";
import type { PoolId, PoolTable } from "./connection-tables.js";
import type { SlotId } from "./endpoints.js";
import type { Links } from "./links.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** A call waits for a connection, last of all. */
export function joinLine(calls: Calls, pools: PoolTable, links: Links, call: CallId, pool: PoolId): void {
  const last = pools.tail[pool];
  calls.line[call] = Line.AtProxy;
  calls.connection[call] = pool; // while it waits: where
  calls.next[call] = NONE;
  calls.before[call] = last;
  if (last === NONE) pools.head[pool] = call;
  else calls.next[last] = call;
  pools.tail[pool] = call;
  links.proxies[pools.proxy[pool]].pending++;
  pools.waiting[pool]++;
  if (pools.slot[pool] !== NONE) links.endpoints.slots.calls[pools.slot[pool]]++;
}

/** A call that waits for a connection does so no longer. */
export function leaveLine(calls: Calls, pools: PoolTable, links: Links, call: CallId): void {
  const pool = calls.connection[call];
  const before = calls.before[call];
  const next = calls.next[call];
  calls.line[call] = Line.None;
  calls.connection[call] = NONE;
  links.proxies[pools.proxy[pool]].pending--;
  pools.waiting[pool]--;
  if (before === NONE) pools.head[pool] = next;
  else calls.next[before] = next;
  if (next === NONE) pools.tail[pool] = before;
  else calls.before[next] = before;
  if (pools.slot[pool] !== NONE) links.endpoints.leave(pools.slot[pool] as SlotId);
}
