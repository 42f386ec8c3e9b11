/** What proxies count is what there is: checked with the other books at the end of every run. */
import { CallState, Parent } from "../calls/call-state.js";
import { Line } from "../calls/lines.js";
import { NONE, type State } from "../state.js";
import type { Links } from "./links.js";

/** Throws with the numbers when a proxy counts calls that are not there, or a slot is held by nobody. */
export function checkLinks(state: State): void {
  const { services, calls } = state;
  for (const { id, spec, links } of services) {
    if (links === undefined) continue;
    const requests = links.proxies.map(() => 0);
    const guards = links.proxies.map(() => 0);
    const held = new Map<number, number>();
    for (let call = 0; call < calls.rows.high; call++) {
      if (calls.parent[call] === Parent.Free || calls.service[call] !== id) continue;
      if (calls.state[call] === CallState.Strand) continue;
      if (calls.state[call] === CallState.Guard) {
        guards[calls.proxy[call]]++;
        continue;
      }
      const waits = calls.line[call] === Line.AtProxy;
      if (calls.proxy[call] !== NONE && !waits) requests[calls.proxy[call]]++;
      if (calls.slot[call] !== NONE) held.set(calls.slot[call], (held.get(calls.slot[call]) ?? 0) + 1);
    }
    for (const [i, proxy] of links.proxies.entries()) {
      const active = proxy.active.reduce((sum, count) => sum + count, 0);
      if (proxy.requests !== requests[i] || active !== requests[i] || proxy.underWay !== guards[i])
        throw new Error(
          `${spec.name}: a proxy counts ${proxy.requests} requests, ${active} at pods and ${proxy.underWay} calls, ` +
            `but ${requests[i]} and ${guards[i]} are under way`,
        );
    }
    if (links.connections !== undefined) checkConnections(state, spec.name, links, held);
    const kept = [...(links.names?.answers() ?? []), ...links.proxies.map(({ resolution }) => resolution?.answer)];
    for (const answer of new Set(kept))
      for (const slot of answer?.items ?? []) held.set(slot, (held.get(slot) ?? 0) + 1);
    const { slots } = links.endpoints;
    for (let slot = 0; slot < slots.rows.high; slot++)
      if (slots.calls[slot] !== (held.get(slot) ?? 0))
        throw new Error(`${spec.name}: ${slots.calls[slot]} calls hold slot ${slot}, but ${held.get(slot) ?? 0} do`);
  }
}

/** Pools count their connections and those who wait; connections count the calls on them. Adds to what holds each slot. */
function checkConnections(state: State, name: string, links: Links, held: Map<number, number>): void {
  const { calls } = state;
  const { table, pools } = links.connections!;
  const hold = (slot: number): void => void held.set(slot, (held.get(slot) ?? 0) + 1);
  const open = links.proxies.map(() => 0);
  const streams = new Map<number, number>();
  const waiting = new Map<number, number>();
  for (let call = 0; call < calls.rows.high; call++) {
    const mine = calls.parent[call] !== Parent.Free && calls.service[call] === links.service.id;
    if (!mine || calls.state[call] === CallState.Strand || calls.state[call] === CallState.Guard) continue;
    const to = calls.line[call] === Line.AtProxy ? waiting : streams;
    const place = calls.connection[call];
    if (calls.proxy[call] === NONE) continue;
    to.set(place, (to.get(place) ?? 0) + 1);
    if (to === waiting && pools.slot[place] !== NONE) hold(pools.slot[place]);
  }
  for (let row = 0; row < table.rows.high; row++) {
    if (table.pool[row] === NONE) continue;
    open[pools.proxy[table.pool[row]]]++;
    if (table.event[row] !== NONE) hold(table.slot[row]);
    if (table.streams[row] !== (streams.get(row) ?? 0))
      throw new Error(
        `${name}: connection ${row} counts ${table.streams[row]} calls, but has ${streams.get(row) ?? 0}`,
      );
  }
  for (const [i, proxy] of links.proxies.entries())
    if (proxy.connections !== open[i])
      throw new Error(`${name}: a proxy counts ${proxy.connections} connections of ${open[i]}`);
  for (let pool = 0; pool < pools.rows.high; pool++)
    if (pools.proxy[pool] !== NONE && pools.waiting[pool] !== (waiting.get(pool) ?? 0))
      throw new Error(`${name}: ${pools.waiting[pool]} wait at pool ${pool}, but ${waiting.get(pool) ?? 0} do`);
}
