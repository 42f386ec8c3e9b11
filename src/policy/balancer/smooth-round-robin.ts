/**
 * Round robin as nginx's: smooth weighted turns, from the first pod on (ngx_http_upstream_round_robin.c). Weights 5, 1, 1
 * give a a b a c a a. HAProxy's roundrobin is the same where weights are equal; its order differs where they are not.
 *
 * Not modelled: that a try again passes over servers already tried (the next in turn is another one anyway, unless
 * other calls come in between), and that a failure lowers a server's weight for a while.
 */
import type { Balancer } from "../contract.js";
import { defineBalancer } from "../define.js";
import { CurrentWeights } from "./current-weights.js";

export const smoothRoundRobin = defineBalancer({
  name: "smooth-round-robin",
  summary: "The pods in turn from the first on, a heavier one's turns spread out evenly.",
  fields: {},
  create: (): Balancer => {
    const current = new CurrentWeights();
    return {
      pick: ({ rows, count, weight }) => current.turn(rows, count, weight),
      forget: (row) => current.forget(row),
    };
  },
});
