/** How many nodes may start to go now: empty ones and those to be drained, less what is on its way already. */

export interface Budgets {
  readonly maxParallelism: number;
  readonly maxDrainParallelism: number;
}

export interface Counts {
  readonly empty: number;
  readonly drain: number;
}

export function cropped(wanted: Counts, inFlight: Counts, { maxParallelism, maxDrainParallelism }: Budgets): Counts {
  const budget = Math.max(0, maxParallelism - inFlight.empty - inFlight.drain);
  const empty = Math.min(wanted.empty, budget);
  const drainBudget = Math.max(0, Math.min(maxDrainParallelism - inFlight.drain, budget - empty));
  return { empty, drain: Math.min(wanted.drain, drainBudget) };
}
