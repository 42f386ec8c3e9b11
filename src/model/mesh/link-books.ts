/** What proxies count is what there is: checked with the other books at the end of every run. */
import { CallState, Parent } from "../call-state.js";
import { NONE, type State } from "../state.js";

/** Throws with the numbers when a proxy counts calls that are not there, or a slot is held by nobody. */
export function checkLinks({ services, calls }: State): void {
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
      if (calls.proxy[call] !== NONE) requests[calls.proxy[call]]++;
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
    const { slots } = links.endpoints;
    for (let slot = 0; slot < slots.rows.high; slot++)
      if (slots.calls[slot] !== (held.get(slot) ?? 0))
        throw new Error(`${spec.name}: ${slots.calls[slot]} calls hold slot ${slot}, but ${held.get(slot) ?? 0} do`);
  }
}
