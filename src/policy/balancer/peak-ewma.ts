/**
 * The better of two pods drawn at random, as Linkerd's (tower's peak EWMA): a pod's cost is its latency times the
 * calls under way plus one, and the latency jumps to a peak at once and forgets it slowly.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { Balancer, Upstream } from "../contract.js";
import { defineBalancer } from "../define.js";
import { interval } from "../fields.js";

/** What a proxy makes of the latencies of its pods, by row. */
export class PeakLatency {
  private estimate = new Float64Array(8);
  private since = new Float64Array(8);
  private known = new Uint8Array(8);

  constructor(
    private readonly first: Seconds,
    private readonly decay: Seconds,
  ) {}

  /** Seconds that a call to the pod is thought to take now. */
  now(row: number, now: Seconds): Seconds {
    if (row >= this.known.length || this.known[row] === 0) this.meet(row, now);
    // Time without an answer counts as an answer that took none.
    this.estimate[row] *= Math.exp(-(now - this.since[row]) / this.decay);
    this.since[row] = now;
    return this.estimate[row];
  }

  answered(row: number, took: Seconds, now: Seconds): void {
    if (row >= this.known.length || this.known[row] === 0) this.meet(row, now);
    const old = this.estimate[row];
    const keeps = Math.exp(-(now - this.since[row]) / this.decay);
    this.estimate[row] = took > old ? took : old * keeps + took * (1 - keeps);
    this.since[row] = now;
  }

  forget(row: number): void {
    if (row < this.known.length) this.known[row] = 0;
  }

  private meet(row: number, now: Seconds): void {
    if (row >= this.known.length) this.grow(row);
    this.known[row] = 1;
    this.estimate[row] = this.first;
    this.since[row] = now;
  }

  private grow(row: number): void {
    const length = 2 * row;
    const { estimate, since, known } = this;
    this.estimate = new Float64Array(length);
    this.since = new Float64Array(length);
    this.known = new Uint8Array(length);
    this.estimate.set(estimate);
    this.since.set(since);
    this.known.set(known);
  }
}

function ofTwo(stream: RandomStream, cost: (upstream: Upstream, place: number) => number): Balancer["pick"] {
  return (upstream) => {
    if (upstream.count === 1) return 0;
    const one = stream.below(upstream.count);
    const other = stream.below(upstream.count - 1);
    const two = other < one ? other : other + 1;
    return cost(upstream, two) < cost(upstream, one) ? two : one;
  };
}

export const peakEwma = defineBalancer({
  name: "peak-ewma",
  summary: "The better of two pods by recent peak latency and calls under way, as Linkerd.",
  fields: {
    defaultRtt: interval().prefault("30ms").describe("Latency of a pod not heard of yet."),
    decay: interval().prefault("10s").describe("Over how long a peak is forgotten, to the 1/e."),
  },
  create: ({ defaultRtt, decay }, { stream, clock }): Balancer => {
    const latency = new PeakLatency(defaultRtt, decay);
    const cost = ({ rows, active }: Upstream, place: number): number =>
      latency.now(rows[place], clock.now) * (active[rows[place]] + 1);
    return {
      pick: ofTwo(stream, cost),
      answered: (row, took, now) => latency.answered(row, took, now),
      forget: (row) => latency.forget(row),
    };
  },
});
