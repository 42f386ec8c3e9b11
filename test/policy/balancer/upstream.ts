import type { Upstream } from "../../../src/policy/contract.js";

/** Pods with these loads and weights, as a proxy sees them. Rows are not places: row = 2 × place + 1. */
export function upstream({
  loads,
  weights = [],
  addresses = [],
}: {
  readonly loads: readonly number[];
  readonly weights?: readonly number[];
  readonly addresses?: readonly string[];
}): Upstream & { readonly active: Int32Array; readonly weight: Float64Array } {
  const row = (place: number): number => 2 * place + 1;
  const active = new Int32Array(2 * loads.length + 1);
  const weight = new Float64Array(2 * loads.length + 1).fill(1);
  for (const [i, load] of loads.entries()) active[row(i)] = load;
  for (const [i, worth] of weights.entries()) weight[row(i)] = worth;
  return {
    // One row more than are to be looked at.
    rows: Int32Array.from([...loads.map((_, i) => row(i)), 99]),
    count: loads.length,
    active,
    weight,
    even: new Set(weights).size < 2,
    version: 0,
    address: (of) => addresses[(of - 1) / 2] ?? `pod-${(of - 1) / 2}`,
  };
}
