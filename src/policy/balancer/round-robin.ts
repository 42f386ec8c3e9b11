/**
 * Round robin as Envoy's: every proxy begins at a place of its own, drawn at its start, and its count goes on
 * when pods come and go. Pods of unequal weights take their turns by earliest deadline first.
 *
 * Not modelled: one count for each worker thread of a proxy.
 */
import type { Balancer } from "../contract.js";
import { defineBalancer } from "../define.js";
import { EarliestDeadline } from "./earliest-deadline.js";

const HIGHEST = 0x7fffffff;

export const roundRobin = defineBalancer({
  name: "round-robin",
  summary: "The pods in turn, as often as their weights say.",
  fields: {},
  create: (_, { stream }): Balancer => {
    const start = stream.bits() & HIGHEST;
    const turns = new EarliestDeadline();
    let turn = start;
    let version = -1;
    return {
      pick(upstream) {
        const { rows, count, weight } = upstream;
        if (upstream.even) {
          const chosen = turn % count;
          turn = (turn + 1) & HIGHEST;
          return chosen;
        }
        if (version !== upstream.version) {
          version = upstream.version;
          turns.begin(
            Array.from(rows.subarray(0, count), (row) => weight[row]),
            start,
          );
        }
        const chosen = turns.first;
        turns.turn(weight[rows[chosen]]);
        return chosen;
      },
    };
  },
});
