/** How many pods a rolling update may have too many, and how many may be missing: upstream's `ResolveFenceposts`. */

/** A number of pods, or a share of the replicas such as "25%". */
export type Quantity = number | string;

export interface Strategy {
  readonly type: "RollingUpdate" | "Recreate";
  readonly maxSurge: Quantity;
  readonly maxUnavailable: Quantity;
}

export interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

/** Surge rounds up, unavailable down. Where both come to nothing one pod may be missing, since the other way needs room. */
export function fenceposts({ type, maxSurge, maxUnavailable }: Strategy, replicas: number): Fenceposts {
  if (type === "Recreate") return { surge: 0, unavailable: 0 };
  const surge = Math.ceil(podsOf(maxSurge, replicas));
  const rounded = Math.floor(podsOf(maxUnavailable, replicas));
  const unavailable = surge === 0 && rounded === 0 ? 1 : rounded;
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

const podsOf = (quantity: Quantity, replicas: number): number =>
  typeof quantity === "number" ? quantity : (Number.parseInt(quantity, 10) * replicas) / 100;
