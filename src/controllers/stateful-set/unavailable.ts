/** A number of pods, or a share of the replicas such as "25%". */
export type Quantity = number | string;

/** How many pods an update may have unavailable at once: shares are rounded down, but to one at least. */
export function mayBeUnavailable(most: Quantity, replicas: number): number {
  const pods = typeof most === "number" ? most : Math.floor((Number.parseInt(most, 10) * replicas) / 100);
  return Math.max(1, pods);
}
