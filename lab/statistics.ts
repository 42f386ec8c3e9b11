/** Numbers out of the answers of runs, measured or simulated. */

export interface Answers {
  /** Of the requests that were answered well, in seconds. */
  readonly latencies: readonly number[];
  readonly failed: number;
  /** Requests that went to a backend, or tried to. */
  readonly tries: number;
}

export const together = (all: readonly Answers[]): Answers => ({
  latencies: all.flatMap(({ latencies }) => latencies),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  tries: all.reduce((sum, { tries }) => sum + tries, 0),
});

/** The smallest value that at least a share `q` of them do not exceed; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Half the width of the range in which 95 of 100 plays lie that differ by chance alone, as normal ones do. */
export function spread(values: readonly number[]): number {
  const middle = mean(values);
  return 1.96 * Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

export interface Compared {
  readonly measured: number;
  readonly simulated: number;
  /** Of the simulated value from the measured one, as a share of that; NaN where both are 0. */
  readonly error: number;
  /** What chance alone makes of the simulated value, as a share of the measured one. */
  readonly chance: number;
}

/** One number of the measured answers against the same of every play. */
export function compare(measured: Answers, plays: readonly Answers[], of: (answers: Answers) => number): Compared {
  const real = of(measured);
  const values = plays.map(of);
  const simulated = mean(values);
  return { measured: real, simulated, error: (simulated - real) / real, chance: spread(values) / real };
}
