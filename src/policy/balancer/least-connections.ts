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
  /** Those with the fewest calls so far, as rows and as places. */
  let equals = new Int32Array(16);
  let places = new Int32Array(16);
  return {
    pick({ rows, count, active, weight }) {
      if (count > equals.length) {
        equals = new Int32Array(2 * count);
        places = new Int32Array(2 * count);
      }
      let found = 0;
      for (let i = 0; i < count; i++) {
        if (found > 0) {
          const one = active[rows[i]] * weight[equals[0]];
          const least = active[equals[0]] * weight[rows[i]];
          if (one > least) continue;
          if (one < least) found = 0;
        }
        places[found] = i;
        equals[found++] = rows[i];
      }
      return found === 1 ? places[0] : places[current.turn(equals, found, weight)];
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
