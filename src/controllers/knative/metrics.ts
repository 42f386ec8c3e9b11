/** What the autoscaler collects of a revision: one report a second of its pods, reports of the activators, and their averages. */
import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { Observed } from "./autoscaler.js";
import { TimedBuckets, WeightedBuckets, type WindowAverage } from "./buckets.js";

/** A second as a queue-proxy or an activator reports it. What came through an activator is in the activator's report. */
export interface Stat {
  readonly concurrency: number;
  readonly proxiedConcurrency: number;
  readonly requests: number;
  readonly proxiedRequests: number;
}

export interface MetricSpec {
  readonly stableWindow: Seconds;
  readonly panicWindow: Seconds;
  readonly weighted?: boolean;
  /** Without pods to scrape (an activator that is always in the path) silence means no load; with them, no data. */
  readonly scraped: boolean;
}

interface Windows {
  readonly stable: WindowAverage;
  readonly panic: WindowAverage;
}

export class Collection {
  private readonly concurrency: Windows;
  private readonly rps: Windows;

  constructor(private readonly spec: MetricSpec) {
    const make = (window: Seconds) => (spec.weighted === true ? new WeightedBuckets(window) : new TimedBuckets(window));
    const windows = (): Windows => ({ stable: make(spec.stableWindow), panic: make(spec.panicWindow) });
    this.concurrency = windows();
    this.rps = windows();
  }

  record(now: Seconds, stat: Stat): void {
    const concurrency = stat.concurrency - stat.proxiedConcurrency;
    const requests = stat.requests - stat.proxiedRequests;
    for (const window of [this.concurrency.stable, this.concurrency.panic]) window.record(now, concurrency);
    for (const window of [this.rps.stable, this.rps.panic]) window.record(now, requests);
  }

  /** Undefined while there is no data to scale on. */
  observed(metric: "concurrency" | "rps", now: Seconds): Observed | undefined {
    const { stable, panic } = this[metric];
    if (this.spec.scraped && stable.isEmpty(now)) return undefined;
    return { stable: stable.average(now), panic: panic.average(now) };
  }
}

/** A share of the stable window in whole seconds, one at least. */
export const panicWindowOf = (stableWindow: Seconds, share: number): Seconds =>
  Math.max(1, Math.round(stableWindow * share));

/** Pods to ask of so many for a mean that is 95 % certain: a few, however many there are. */
export function sampleSize(pods: number): number {
  if (pods <= 3) return Math.max(pods, 0);
  return Math.ceil((pods * UNBOUNDED_SAMPLE) / (pods + UNBOUNDED_SAMPLE - 1));
}

const UNBOUNDED_SAMPLE = (1.96 * 1.96 * 100) / (5 * 5);

/** One pod that can be asked, and whether it is older than the stable window. */
export interface Scraped {
  readonly stat: Stat;
  readonly old: boolean;
}

/** Asks a sample of the pods, old ones first since young ones report too little, and stands it for all. Undefined without pods. */
export function scrape(pods: readonly Scraped[], stream: RandomStream): Stat | undefined {
  if (pods.length === 0) return undefined;
  const size = sampleSize(pods.length);
  const old = pods.filter((pod) => pod.old);
  const young = pods.filter((pod) => !pod.old);
  const asked = old.length < size ? [...old, ...shuffled(young, stream)] : shuffled(old, stream);
  const estimate = (read: (stat: Stat) => number): number =>
    (asked.slice(0, size).reduce((sum, { stat }) => sum + read(stat), 0) / size) * pods.length;
  return {
    concurrency: estimate((stat) => stat.concurrency),
    proxiedConcurrency: estimate((stat) => stat.proxiedConcurrency),
    requests: estimate((stat) => stat.requests),
    proxiedRequests: estimate((stat) => stat.proxiedRequests),
  };
}

function shuffled<T>(items: readonly T[], stream: RandomStream): readonly T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}
