/**
 * Round robin, from a place drawn at the start, as Envoy's: the count goes on when pods come and go.
 *
 * Not modelled: weights; one count for each worker of each proxy. This is one for all callers.
 */
import { defineBalancer } from "../define.js";

const HIGHEST = 0x7fffffff;

export const roundRobin = defineBalancer({
  name: "round-robin",
  summary: "The pods in turn.",
  fields: {},
  create: (_, { stream }) => {
    let turn = stream.bits() & HIGHEST;
    return {
      pick(_pods, count) {
        const chosen = turn % count;
        turn = (turn + 1) & HIGHEST;
        return chosen;
      },
    };
  },
});
