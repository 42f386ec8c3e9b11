/** Runs a world past its warm-up and measures what theory speaks of. */
import { RandomStream } from "../../src/kernel/random.js";
import type { Service } from "../../src/model/service.js";
import type { Pool } from "../../src/model/shares/pools.js";
import type { Queue } from "../../src/model/shares/queue.js";
import type { WorldSpec } from "../../src/model/spec.js";
import { createWorld, type Observer, type World } from "../../src/model/world.js";
import type { Seconds } from "../../src/units.js";
import { FineHistogram } from "./fine-histogram.js";
import type { Sample } from "./system.js";

export interface Plan {
  readonly spec: WorldSpec;
  readonly seed: number;
  readonly warmup: Seconds;
  /** What is measured begins after the warm-up and lasts so long. */
  readonly length: Seconds;
  /** Whether quantiles are wanted, which cost memory. */
  readonly quantiles?: boolean;
  /** Looks at the world at the points of a Poisson process of this rate: what it sees is the average over time (PASTA). */
  readonly look?: (world: World) => void;
  readonly lookRate?: number;
  /** Whether what is measured are messages, from their publication on, and not requests. */
  readonly messages?: boolean;
  /** Looks so often instead, first at the end of the warm-up. */
  readonly every?: Seconds;
  /** Told of every wait that is measured, and of every latency of a request that was served. */
  readonly waited?: (seconds: Seconds) => void;
  readonly answered?: (latency: Seconds) => void;
}

const ENDPOINTS = 64;

/** Counts and sums of what happened to single calls since the measures began. */
export class Tally implements Observer {
  answers = 0;
  failures = 0;
  latency = 0;
  latencySquared = 0;
  waits = 0;
  /** Of them those that were not zero. */
  delayed = 0;
  wait = 0;
  waitSquared = 0;
  readonly answersOf = new Float64Array(ENDPOINTS);
  readonly latencyOf = new Float64Array(ENDPOINTS);
  readonly latencies: FineHistogram | undefined;
  readonly waitTimes: FineHistogram | undefined;

  private told = false;
  private readonly messages: boolean;

  constructor(
    { quantiles = false, messages = false }: Plan,
    private readonly tellWait: ((seconds: Seconds) => void) | undefined,
    private readonly tellLatency: ((latency: Seconds) => void) | undefined,
  ) {
    this.messages = messages;
    this.latencies = quantiles ? new FineHistogram() : undefined;
    this.waitTimes = quantiles ? new FineHistogram() : undefined;
  }

  waited(_: Service, seconds: Seconds): void {
    this.wasWaiting(seconds);
  }

  connected(_: Pool, seconds: Seconds): void {
    this.wasWaiting(seconds);
  }

  delivered(_: Queue, seconds: Seconds): void {
    this.wasWaiting(seconds);
  }

  acknowledged(_: Queue, seconds: Seconds): void {
    if (this.messages) this.succeeded(0, seconds);
  }

  private wasWaiting(seconds: Seconds): void {
    this.waits++;
    if (seconds > 0) this.delayed++;
    this.wait += seconds;
    this.waitSquared += seconds * seconds;
    if (this.waitTimes !== undefined) this.waitTimes.record(seconds);
    if (this.told && this.tellWait !== undefined) this.tellWait(seconds);
  }

  answered(endpoint: number, request: boolean, latency: Seconds, failure: number): void {
    if (!request || this.messages) return;
    if (failure === 0) this.succeeded(endpoint, latency);
    else this.failures++;
  }

  private succeeded(endpoint: number, latency: Seconds): void {
    this.answers++;
    this.latency += latency;
    this.latencySquared += latency * latency;
    this.answersOf[endpoint]++;
    this.latencyOf[endpoint] += latency;
    if (this.latencies !== undefined) this.latencies.record(latency);
    if (this.told && this.tellLatency !== undefined) this.tellLatency(latency);
  }

  /** Ends the warm-up. */
  restart(): void {
    this.told = true;
    this.answers = this.failures = this.latency = this.latencySquared = 0;
    this.waits = this.delayed = this.wait = this.waitSquared = 0;
    this.answersOf.fill(0);
    this.latencyOf.fill(0);
    this.latencies?.restart();
    this.waitTimes?.restart();
  }
}

export interface Watched {
  readonly world: World;
  readonly tally: Tally;
  /**
   * W, W2: mean and mean square of the time in the system; Wq, Wq2: of the wait for a worker; delayed: the
   * share that waited; L: requests in the system over time; X: good answers a second; blocked: the share refused.
   */
  readonly sample: Sample;
}

export function watch(plan: Plan): Watched {
  const { spec, seed, warmup, length, look, lookRate = 1, every, waited, answered } = plan;
  const tally = new Tally(plan, waited, answered);
  const world = createWorld(spec, seed, { observer: tally });
  const { sim, recorder } = world;
  sim.run(warmup);
  world.restartMeasures();
  tally.restart();
  recorder.weigh();
  const area = recorder.inFlightArea;
  if (look !== undefined) lookOften(world, seed, look, every ?? { rate: lookRate });
  sim.run(warmup + length);
  world.checkBooks();
  const sample = {
    W: tally.latency / tally.answers,
    W2: tally.latencySquared / tally.answers,
    Wq: tally.wait / tally.waits,
    Wq2: tally.waitSquared / tally.waits,
    delayed: tally.delayed / tally.waits,
    L: (recorder.inFlightArea - area) / length,
    X: tally.answers / length,
    blocked: tally.failures / (tally.failures + tally.answers),
    events: sim.fired,
  };
  return { world, tally, sample };
}

function lookOften(world: World, seed: number, look: (world: World) => void, step: Seconds | { rate: number }): void {
  const { sim } = world;
  const chance = new RandomStream(seed, "theory/looks");
  const event = sim.event(
    "theory.look",
    () => {
      look(world);
      sim.after(typeof step === "number" ? step : chance.exponential() / step.rate, event);
    },
    LAST,
  );
  sim.after(typeof step === "number" ? 0 : chance.exponential() / step.rate, event);
}

/** A rank after all of the model's. */
const LAST = 3;
