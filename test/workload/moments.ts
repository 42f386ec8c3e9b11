/** What the tests of arrivals measure. */
import type { Arrivals } from "../../src/workload/arrivals.js";

/** Arrivals in each of `windows` windows of `width` seconds. */
export function countsIn(arrivals: Arrivals, windows: number, width: number): Float64Array {
  const counts = new Float64Array(windows);
  for (let t = arrivals.next(); t < windows * width; t = arrivals.next()) counts[Math.floor(t / width)]!++;
  return counts;
}

export function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return { mean, variance: all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1) };
}
