/**
 * Consistent hashing with bounded loads (Mirrokni et al., arXiv 1608.01350), as Envoy's hash_balance_factor: a pod has at most
 * so many per cent of its share of the calls under way, this one included, rounded up; who finds his pod above that goes to the first
 * of the others that is not, in an order that is his hash's own, and to the least loaded when all are.
 *
 * Envoy shuffles by a Mersenne Twister seeded with the hash; the generator here is another, so the orders differ.
 */
import type { Upstream } from "../contract.js";
import { fraction } from "../fields.js";

export const balanceFactor = fraction()
  .refine((value) => value >= 1, { error: (issue) => `expected 100% or more, got ${issue.input}` })
  .optional()
  .describe("Calls that a pod may have under way, of its share of all. Default: as many as come.");

/** A factor in per cent, in which Envoy reckons: so many calls times 110 are a whole number, and times 1.1 a little more. */
export const percentOf = (factor: number): number => Number((100 * factor).toPrecision(12));

/** How many calls all pods may have together: so many per cent of those that they have, rounded up. */
export const slotsOf = (calls: number, percent: number): number => Math.ceil((calls * percent) / 100);

/** How far a pod is beyond what it may have: more than 1 is too much. */
function overload({ rows, active, weight }: Upstream, place: number, slots: number, weights: number): number {
  const own = Math.max(1, Math.ceil(slots * (weight[rows[place]] / weights)));
  return active[rows[place]] / own;
}

/** The place of the pod for a call whose hash leads to `first`. */
export function bounded(upstream: Upstream, first: number, high: number, low: number, percent: number): number {
  const { rows, count, active, weight } = upstream;
  let calls = 1;
  let weights = 0;
  for (let i = 0; i < count; i++) {
    calls += active[rows[i]];
    weights += weight[rows[i]];
  }
  const slots = slotsOf(calls, percent);
  let least = overload(upstream, first, slots, weights);
  if (least <= 1) return first;
  let chosen = first;
  if (order.length < count) order = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) order[i] = i;
  let state = (high ^ low) | 1;
  for (let left = count; left > 0; left--) {
    state = next(state);
    const drawn = (state >>> 0) % left;
    const place = order[drawn];
    order[drawn] = order[left - 1];
    if (place === first) continue;
    const load = overload(upstream, place, slots, weights);
    if (load <= 1) return place;
    if (load < least) {
      least = load;
      chosen = place;
    }
  }
  return chosen;
}

/** Marsaglia's xorshift of 32 bits. */
function next(state: number): number {
  let x = state ^ (state << 13);
  x ^= x >>> 17;
  return x ^ (x << 5);
}

/** Scratch, filled and read within one call. */
let order = new Int32Array(16);
