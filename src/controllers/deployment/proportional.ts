/** A Deployment that is scaled while several of its ReplicaSets have pods: each gets its part of the change. */
import { type ReplicaSet, sum } from "./replica-set.js";

export interface Scaling {
  readonly replicas: number;
  readonly surge: number;
  /** Pods that the Deployment last said it had; for sets that do not know their part. */
  readonly said: number;
}

/** The size of each active set after the change. */
export function proportions(sets: readonly ReplicaSet[], scaling: Scaling): ReadonlyMap<ReplicaSet, number> {
  const { replicas, surge } = scaling;
  const allowed = replicas > 0 ? replicas + surge : 0;
  const change = allowed - sum(sets, (set) => set.replicas);
  // The largest come first; of equals the newer when growing, the older when shrinking.
  const sign = change > 0 ? 1 : -1;
  const ordered = [...sets].sort((one, two) => two.replicas - one.replicas || sign * (two.serial - one.serial));
  const sizes = new Map<ReplicaSet, number>();
  let given = 0;
  for (const set of ordered) {
    const part = change === 0 ? 0 : partOf(set, scaling, change, given);
    sizes.set(set, set.replicas + part);
    given += part;
  }
  const [first] = ordered;
  if (first !== undefined && change !== 0) sizes.set(first, Math.max(0, sizes.get(first)! + change - given));
  return sizes;
}

function partOf(set: ReplicaSet, scaling: Scaling, change: number, given: number): number {
  if (change === given) return 0;
  const fraction = fractionOf(set, scaling);
  return change > 0 ? Math.min(fraction, change - given) : Math.max(fraction, change - given);
}

function fractionOf(set: ReplicaSet, { replicas, surge, said }: Scaling): number {
  if (replicas === 0) return -set.replicas;
  const before = set.most === 0 ? said : set.most;
  if (before === 0) return 0;
  return Math.round((set.replicas * (replicas + surge)) / before) - set.replicas;
}
