/**
 * What the recommender keeps of containers: cpu samples and daily memory peaks, in histograms that the containers with the
 * same name and labels share. Amounts are whole millicores and bytes, times seconds of the Unix clock.
 */
import type { Seconds } from "../../units.js";
import { Buckets, DecayingHistogram } from "./histogram.js";

export interface AggregationSpec {
  readonly memoryAggregationInterval: Seconds;
  readonly memoryHistogramDecayHalfLife: Seconds;
  readonly cpuHistogramDecayHalfLife: Seconds;
  readonly oomBumpUpRatio: number;
  readonly oomMinBumpUpBytes: number;
}

const CORES = new Buckets(1000, 0.01);
const BYTES = new Buckets(1e12, 1e7);
const CPU_WEIGHT = 0.1;
const MOST = 1e14;

/** A whole amount: truncated, from 0 to a bound. What is not a number counts as nothing. */
export const wholeAmount = (value: number): number => (value > 0 ? Math.trunc(Math.min(value, MOST)) : 0);

/** The samples of all containers that share a name and labels. */
export class Aggregate {
  readonly cpu: DecayingHistogram;
  readonly memoryPeaks: DecayingHistogram;
  /** Of cpu alone, as are the times. */
  samples = 0;
  firstSample: Seconds | undefined;
  lastSample: Seconds | undefined;

  constructor(readonly spec: AggregationSpec) {
    this.cpu = new DecayingHistogram(CORES, spec.cpuHistogramDecayHalfLife);
    this.memoryPeaks = new DecayingHistogram(BYTES, spec.memoryHistogramDecayHalfLife);
  }

  addCpu(millicores: number, at: Seconds): void {
    this.cpu.add(millicores / 1000, CPU_WEIGHT, at);
    this.samples++;
    this.span(at, at);
  }

  merge(other: Aggregate): void {
    this.cpu.merge(other.cpu);
    this.memoryPeaks.merge(other.memoryPeaks);
    this.samples += other.samples;
    this.span(other.firstSample, other.lastSample);
  }

  private span(first: Seconds | undefined, last: Seconds | undefined): void {
    if (first !== undefined) this.firstSample = Math.min(first, this.firstSample ?? first);
    if (last !== undefined) this.lastSample = Math.max(last, this.lastSample ?? last);
  }
}

/** One container of one pod. Its methods answer false when a sample was discarded. */
export class ContainerUsage {
  private lastCpu = -Infinity;
  private lastMemory = -Infinity;
  /** The end of the interval to which the peaks belong. */
  private windowEnd: Seconds | undefined;
  private memoryPeak = 0;
  private oomPeak = 0;

  constructor(private readonly aggregate: Aggregate) {}

  addCpu(millicores: number, at: Seconds): boolean {
    if (millicores < 0 || at <= this.lastCpu) return false;
    this.aggregate.addCpu(millicores, at);
    this.lastCpu = at;
    return true;
  }

  addMemory(bytes: number, at: Seconds): boolean {
    if (bytes < 0 || at < this.lastMemory) return false;
    if (this.isNewPeak(bytes, at)) this.memoryPeak = bytes;
    return true;
  }

  /** Counts as a memory sample, at any time that is not a whole interval before the last. An earlier OOM's peak is not raised. */
  recordOom(requestedBytes: number, at: Seconds): boolean {
    const { memoryAggregationInterval, oomMinBumpUpBytes, oomBumpUpRatio } = this.aggregate.spec;
    if (at < this.lastMemory - memoryAggregationInterval) return false;
    const used = Math.max(requestedBytes, this.memoryPeak);
    const needed = Math.max(used + wholeAmount(oomMinBumpUpBytes), wholeAmount(used * oomBumpUpRatio));
    if (this.isNewPeak(needed, at)) this.oomPeak = needed;
    return true;
  }

  /** Puts the first sample of an interval, or a higher one in the place of the old peak, into the histogram. */
  private isNewPeak(bytes: number, at: Seconds): boolean {
    const { memoryPeaks, spec } = this.aggregate;
    const interval = spec.memoryAggregationInterval;
    this.lastMemory = at;
    this.windowEnd ??= at;
    if (at >= this.windowEnd) {
      this.windowEnd += Math.floor((at - this.windowEnd) / interval) * interval + interval;
      this.memoryPeak = 0;
      this.oomPeak = 0;
    } else {
      const old = Math.max(this.memoryPeak, this.oomPeak);
      if (old === 0 || bytes <= old) return false;
      memoryPeaks.subtract(old, 1, this.windowEnd);
    }
    memoryPeaks.add(bytes, 1, this.windowEnd);
    return true;
  }
}
