/**
 * Calls of one client to one pod, by a hash of its address: nginx's ip_hash (ngx_http_upstream_ip_hash_module.c) or
 * HAProxy's source with its default hash type, map-based (get_server_sh in backend.c, lb_map.c).
 *
 * Both take the hash modulo the weights of the pods that are there, so most clients change pods when their number changes.
 *
 * Not modelled: that nginx keeps a server it finds dead in the modulus and hashes on for the clients of that one alone.
 */
import type { Balancer, Upstream } from "../contract.js";
import { defineBalancer } from "../define.js";
import { oneOf, whole } from "../fields.js";
import { addressOf } from "./source-address.js";

/** Of the first three numbers: clients of one /24 are one to nginx. */
export function nginxHash(address: number): number {
  let hash = 89;
  for (let shift = 24; shift >= 8; shift -= 8) hash = (hash * 113 + ((address >>> shift) & 255)) % 6271;
  return hash;
}

function totalWeight({ rows, count, weight }: Upstream): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += weight[rows[i]];
  return total;
}

/** nginx's: the pods one after another, each as long as its weight. */
function alongWeights({ rows, weight }: Upstream, point: number): number {
  let place = 0;
  let left = point;
  while (left >= weight[rows[place]]) left -= weight[rows[place++]];
  return place;
}

/** HAProxy's map: as many places as the weights, reduced to lowest terms, add up to, filled in turns that spread a heavy server's. */
export function mapOf(weights: readonly number[]): Int32Array {
  const divisor = weights.reduce((one, other) => commonDivisor(one, other));
  const shares = weights.map((weight) => weight / divisor);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const score = shares.map(() => 0);
  return Int32Array.from({ length: total }, () => {
    let best = 0;
    let highest = -Infinity;
    for (const [i, share] of shares.entries()) {
      score[i] += share;
      const reached = Math.floor((score[i] + total) / total);
      if (reached > highest) {
        highest = reached;
        best = i;
      }
    }
    score[best] -= total;
    return best;
  });
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other);
}

export const ipHash = defineBalancer({
  name: "ip-hash",
  summary: "Calls of one client to one pod, by its address.",
  fields: {
    as: oneOf("nginx", "haproxy").default("nginx").describe("Whose hash: nginx's ip_hash, or HAProxy's source."),
    network: whole(1)
      .refine((value) => value < 224, { error: (issue) => `expected a whole number from 1 to 223, got ${issue.input}` })
      .default(10)
      .describe("The first number of clients' addresses; a load's keys are its clients."),
  },
  create: ({ as, network }): Balancer => {
    let version = -1;
    let total = 1;
    let map: Int32Array = new Int32Array(1);
    function learn(upstream: Upstream): void {
      version = upstream.version;
      total = totalWeight(upstream);
      const { rows, count, weight } = upstream;
      // HAProxy's weights are whole numbers.
      const whole = (row: number): number => Math.max(1, Math.round(weight[row]));
      if (as === "haproxy") map = mapOf(Array.from(rows.subarray(0, count), whole));
    }
    return {
      hashes: true,
      byKey: true,
      pick(upstream, key) {
        if (version !== upstream.version) learn(upstream);
        const address = addressOf(key, network);
        return as === "nginx" ? alongWeights(upstream, nginxHash(address) % total) : map[address % map.length];
      },
    };
  },
});
