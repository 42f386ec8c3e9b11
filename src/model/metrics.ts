/** The metrics pipeline: what a metrics server samples of each pod, and what controllers may therefore know. */
import type { Signal } from "../policy/contract.js";
import type { Seconds } from "../units.js";
import type { Cpu } from "./cpu.js";
import { Phase, type PodId, type Service, type State } from "./state.js";

type Sample = Readonly<Record<Signal, number>>;

/** A container younger than this has no sample yet (metrics-server's rule for fresh containers). */
const YOUNGEST_SAMPLED: Seconds = 10;

export class Metrics {
  /** One list per service, the latest sample last. */
  private readonly history: Sample[][];
  private readonly arrivedBefore: number[];
  /** Services that are sampled: those with a scaler, and those that one has asked for. */
  private readonly watched: boolean[];

  constructor(
    private readonly state: State,
    private readonly cpu: Cpu,
  ) {
    this.history = state.services.map(() => []);
    this.arrivedBefore = state.services.map(() => 0);
    this.watched = state.services.map(({ scaler }) => scaler !== undefined);
  }

  /** Samples every pod of every service that is watched. */
  scrape(): void {
    for (const service of this.state.services) if (this.watched[service.id]) this.scrapeService(service);
  }

  /** The mean of the samples that the window holds, one at least; NaN before the first. */
  mean(service: Service, signal: Signal, window: Seconds): number {
    this.watch(service);
    const samples = this.history[service.id];
    const count = Math.max(1, Math.round(window / this.state.spec.scrapePeriod));
    const recent = samples.slice(-count).map((sample) => sample[signal]);
    const known = recent.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  }

  /** From the first question on, so a service without a scaler has no samples before. */
  private watch(service: Service): void {
    if (this.watched[service.id]) return;
    this.watched[service.id] = true;
    this.arrivedBefore[service.id] = service.arrived;
  }

  private scrapeService(service: Service): void {
    const { pods } = this.state;
    const { members } = service;
    let used = 0;
    let requested = 0;
    let queue = service.waiting;
    let concurrency = service.waiting;
    for (let i = 0; i < members.count; i++) {
      const pod = members.items[i] as PodId;
      queue += pods.queued[pod];
      concurrency += pods.inFlight[pod];
      this.samplePod(pod);
      if (pods.phase[pod] !== Phase.Ready || Number.isNaN(pods.sample[pod])) continue;
      used += pods.sample[pod];
      requested += pods.cpuMillicores[pod];
    }
    const history = this.history[service.id];
    history.push({
      cpu: used / requested,
      rate: (service.arrived - this.arrivedBefore[service.id]) / this.state.spec.scrapePeriod,
      concurrency,
      queue,
    });
    this.arrivedBefore[service.id] = service.arrived;
    if (history.length > 2 * LONGEST_HISTORY) history.splice(0, LONGEST_HISTORY);
  }

  private samplePod(pod: PodId): void {
    const { pods, sim, spec } = this.state;
    const age = sim.now - pods.startedAt[pod];
    if (!(age >= YOUNGEST_SAMPLED)) return;
    const window = Math.min(spec.scrapePeriod, age);
    const used = this.cpu.used(pod);
    pods.sample[pod] = (1000 * (used - pods.usedBefore[pod])) / window;
    pods.usedBefore[pod] = used;
    pods.sampledAt[pod] = sim.now;
    pods.sampleWindow[pod] = window;
  }
}

/** Samples kept at least: 17 hours' worth at the usual 15 s. */
const LONGEST_HISTORY = 4096;
