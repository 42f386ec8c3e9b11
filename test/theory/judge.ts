/** From replications to verdicts. */
import { type Interval, meanInterval } from "../../src/measure/interval.js";
import type { Check, Sample, System } from "./system.js";
import { truthOf } from "./vectors.js";

export interface Verdict {
  readonly system: System;
  readonly check: Check;
  readonly exact: number;
  /** Of the estimate; widened by what the truth itself is known to. */
  readonly interval: Interval;
  /** (simulated − exact) / exact. */
  readonly bias: number;
  /** Half the interval's width, as a fraction of the exact value. */
  readonly width: number;
  readonly inside: boolean;
}

/** What the replications of a system say of each of its vectors. */
export function judge(system: System, samples: readonly Sample[], level: number): Verdict[] {
  return system.checks.map((check) => {
    const truth = truthOf(check.vector);
    const own = jackknife(samples, check.estimate, level);
    const halfWidth = own.n === 1 ? 0 : Math.hypot(own.halfWidth, truth.halfWidth);
    const interval = { ...own, halfWidth };
    const error = interval.mean - truth.value;
    const scale = truth.value === 0 ? 1 : Math.abs(truth.value);
    const reach = halfWidth + check.band * scale;
    const inside = check.kind === "bound" ? error <= reach : Math.abs(error) <= reach;
    return { system, check, exact: truth.value, interval, bias: error / scale, width: halfWidth / scale, inside };
  });
}

/**
 * The interval of a function of means, by the jackknife: of each replication what the estimate would lose
 * without it. For a plain mean these are the samples themselves; of a curved function it takes away most of the bias.
 */
export function jackknife(samples: readonly Sample[], estimate: (means: Sample) => number, level: number): Interval {
  const n = samples.length;
  if (n === 1) return { mean: estimate(samples[0]), halfWidth: 0, n, level };
  const totals: Record<string, number> = {};
  for (const name of Object.keys(samples[0])) totals[name] = samples.reduce((sum, sample) => sum + sample[name], 0);
  const whole = estimate(mapValues(totals, (total) => total / n));
  const parts = samples.map((sample) => {
    const without = estimate(mapValues(totals, (total, name) => (total - sample[name]) / (n - 1)));
    return n * whole - (n - 1) * without;
  });
  return meanInterval(parts, level);
}

function mapValues(record: Readonly<Record<string, number>>, change: (value: number, name: string) => number): Sample {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
