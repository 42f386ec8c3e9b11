/**
 * Consistent hashing on a ring, as Envoy's ring_hash: a pod stands on the ring at the hashes of "address_0",
 * "address_1", …, as often as its weight says; a call goes to the first at or after its own hash.
 */
import type { Balancer, Upstream } from "../contract.js";
import { defineBalancer } from "../define.js";
import { whole } from "../fields.js";
import { balanceFactor, bounded, percentOf } from "./bounded-load.js";
import { hash64 } from "./hashing.js";

/** Where the pods stand, in ascending order of their hashes. */
export interface Ring {
  readonly size: number;
  /** The hashes' upper and lower 32 bits. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Places in `upstream.rows`. */
  readonly place: Int32Array;
}

export function ringOf(upstream: Upstream, least: number, most: number): Ring {
  const { rows, count, weight } = upstream;
  const weights = Array.from(rows.subarray(0, count), (row) => weight[row]);
  const sum = weights.reduce((total, one) => total + one, 0);
  const shares = weights.map((one) => one / sum);
  const smallest = Math.min(...shares);
  // Large enough that the lightest pod stands on it a whole number of times.
  const scale = Math.min(Math.ceil(smallest * least) / smallest, most);
  const points: { hash: bigint; place: number }[] = [];
  let wanted = 0;
  for (const [place, share] of shares.entries()) {
    wanted += scale * share;
    for (let i = 0; points.length < wanted; i++)
      points.push({ hash: hash64(`${upstream.address(rows[place])}_${i}`), place });
  }
  points.sort((one, two) => (one.hash < two.hash ? -1 : one.hash > two.hash ? 1 : 0));
  return {
    size: points.length,
    high: Uint32Array.from(points, ({ hash }) => Number(hash >> 32n)),
    low: Uint32Array.from(points, ({ hash }) => Number(hash & 0xffffffffn)),
    place: Int32Array.from(points, ({ place }) => place),
  };
}

/** Index on the ring of the first at or after a hash, from the beginning again after the last. */
export function indexOn({ size, high, low }: Ring, above: number, below: number): number {
  let from = 0;
  let to = size;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const before = high[middle] < above || (high[middle] === above && low[middle] < below);
    if (before) from = middle + 1;
    else to = middle;
  }
  return from === size ? 0 : from;
}

export const ringHash = defineBalancer({
  name: "ring-hash",
  summary: "Calls of one key to one pod, by a ring of hashes.",
  fields: {
    minimumRingSize: whole(1).default(1024).describe("Places on the ring at least."),
    maximumRingSize: whole(1).default(8_388_608).describe("Places on the ring at most."),
    balanceFactor,
  },
  create: ({ minimumRingSize, maximumRingSize, balanceFactor: factor }): Balancer => {
    const percent = factor === undefined ? undefined : percentOf(factor);
    let version = -1;
    let ring: Ring;
    return {
      hashes: true,
      pick(upstream, high, low) {
        if (version !== upstream.version) {
          version = upstream.version;
          ring = ringOf(upstream, minimumRingSize, maximumRingSize);
        }
        const place = ring.place[indexOn(ring, high, low)];
        return percent === undefined ? place : bounded(upstream, place, high, low, percent);
      },
    };
  },
});
