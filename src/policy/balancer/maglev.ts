/**
 * Consistent hashing by a table, as Envoy's maglev: each pod fills the table in an order of its own, one place
 * after another, the heavier ones more often; a call goes to whoever holds the place of its hash.
 */
import type { Balancer, Upstream } from "../contract.js";
import { defineBalancer } from "../define.js";
import { show, whole } from "../fields.js";
import { balanceFactor, bounded, percentOf } from "./bounded-load.js";
import { hash64, remainder } from "./hashing.js";

/** The table: at each place of it a place in `upstream.rows`. */
export function tableOf(upstream: Upstream, size: number): Int32Array {
  const { rows, count, weight } = upstream;
  const fillers = Array.from(rows.subarray(0, count), (row, place) => {
    const key = upstream.address(row);
    const offset = Number(hash64(key) % BigInt(size));
    const skip = Number(hash64(key, 1n) % BigInt(size - 1)) + 1;
    return { key, place, offset, skip, weight: weight[row], wanted: 0, tried: 0 };
  }).sort((one, two) => (one.key < two.key ? -1 : one.key > two.key ? 1 : 0));
  const heaviest = Math.max(...fillers.map((one) => one.weight));
  const table = new Int32Array(size).fill(-1);
  let filled = 0;
  for (let round = 1; filled < size; round++) {
    for (const one of fillers) {
      if (filled === size) break;
      if (round * one.weight < one.wanted) continue;
      one.wanted += heaviest;
      let at = (one.offset + one.skip * one.tried++) % size;
      while (table[at] >= 0) at = (one.offset + one.skip * one.tried++) % size;
      table[at] = one.place;
      filled++;
    }
  }
  return table;
}

const prime = (n: number): boolean => {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
};

export const maglev = defineBalancer({
  name: "maglev",
  summary: "Calls of one key to one pod, by a table of hashes.",
  fields: {
    tableSize: whole(2)
      .refine((value) => value < 2 ** 21 && prime(value), {
        error: (issue) => `expected a prime below 2097152, got ${show(issue.input)}`,
      })
      .default(65_537)
      .describe("Places in the table, a prime."),
    balanceFactor,
  },
  create: ({ tableSize, balanceFactor: factor }): Balancer => {
    const percent = factor === undefined ? undefined : percentOf(factor);
    let version = -1;
    let table: Int32Array;
    return {
      hashes: true,
      pick(upstream, high, low) {
        if (version !== upstream.version) {
          version = upstream.version;
          table = tableOf(upstream, tableSize);
        }
        const place = table[remainder(high, low, tableSize)];
        return percent === undefined ? place : bounded(upstream, place, high, low, percent);
      },
    };
  },
});
