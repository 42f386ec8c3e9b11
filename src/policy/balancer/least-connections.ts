/**
 * The pod with the fewest calls for its weight, as nginx's least_conn and HAProxy's leastconn look for it among all.
 * They differ in who goes first of equals.
 *
 * - `turns` (nginx, ngx_http_upstream_least_conn_module.c): calls / weight; equals take smooth weighted turns among themselves.
 * - `longest` (HAProxy, lb_fwlc.c): (calls + 1) / weight, or 0 without calls, in steps of 1/256; of equals the one that
 *   has had its number of calls for the longest.
 */
import type { Balancer, Upstream } from "../contract.js";
import { defineBalancer } from "../define.js";
import { oneOf } from "../fields.js";
import { CurrentWeights } from "./current-weights.js";

function inTurns(): Balancer {
  const current = new CurrentWeights();
  return {
    pick({ rows, count, active, weight }) {
      let best = 0;
      let equals = 1;
      for (let i = 1; i < count; i++) {
        const one = active[rows[i]] * weight[rows[best]];
        const least = active[rows[best]] * weight[rows[i]];
        if (one < least) {
          best = i;
          equals = 1;
        } else if (one === least) equals++;
      }
      if (equals === 1) return best;
      const calls = active[rows[best]];
      const worth = weight[rows[best]];
      let highest = -Infinity;
      let given = 0;
      for (let i = best; i < count; i++) {
        const row = rows[i];
        if (active[row] * worth !== calls * weight[row]) continue;
        const raised = current.raise(row, weight[row]);
        given += weight[row];
        if (raised > highest) {
          highest = raised;
          best = i;
        }
      }
      current.take(rows[best], given);
      return best;
    },
    forget: (row) => current.forget(row),
  };
}

/** HAProxy's scale of weights: one place in the tree is 1/256 of a call on a server of weight 1. */
const PLACES = 256;

function byStanding(): Balancer {
  /** By row: the number of the latest change of its calls; 0 before it is known. */
  let since = new Float64Array(16);
  let changes = 0;
  let version = -1;
  function changed(row: number): void {
    if (row >= since.length) {
      const wider = new Float64Array(2 * (row + 1));
      wider.set(since);
      since = wider;
    }
    since[row] = ++changes;
  }
  function meet({ rows, count }: Upstream): void {
    for (let i = 0; i < count; i++) if (!(since[rows[i]] > 0)) changed(rows[i]);
  }
  return {
    pick(upstream) {
      const { rows, count, active, weight } = upstream;
      if (version !== upstream.version) {
        version = upstream.version;
        meet(upstream);
      }
      let best = 0;
      let least = Infinity;
      for (let i = 0; i < count; i++) {
        const row = rows[i];
        const calls = active[row];
        const place = calls === 0 ? 0 : Math.floor((PLACES * (calls + 1)) / weight[row]);
        if (place < least || (place === least && since[row] < since[rows[best]])) {
          least = place;
          best = i;
        }
      }
      changed(rows[best]);
      return best;
    },
    answered: (row) => changed(row),
    forget(row) {
      since[row] = 0;
    },
  };
}

export const leastConnections = defineBalancer({
  name: "least-connections",
  summary: "The one with the fewest calls for its weight, of all.",
  fields: {
    ties: oneOf("turns", "longest")
      .default("turns")
      .describe("Of equals: smooth turns as nginx, or who has had so few the longest as HAProxy."),
  },
  create: ({ ties }): Balancer => (ties === "turns" ? inTurns() : byStanding()),
});
