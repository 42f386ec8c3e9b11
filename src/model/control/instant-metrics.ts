/**
 * The metrics pipeline without its delays: at each scrape every pod's counter is read as it stands, and at once known. What
 * differs with the real one is in docs/controllers/metrics.md.
 */
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Signal } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { Cpu } from "../cpu/cpu.js";
import { heldMiB } from "../pods/lifecycle.js";
import type { Service } from "../service.js";
import type { PodId, State } from "../state.js";
import { LONGEST_HISTORY, type Metrics, meanUse, presentLoad } from "./metrics.js";
import { firstTime } from "./phases.js";

type Sample = Readonly<Record<Signal, number>>;

/** A container younger than this has no sample yet (metrics-server's rule for fresh containers). */
const YOUNGEST_SAMPLED: Seconds = 10;

export class InstantMetrics implements Metrics {
  /** One list per service, the latest sample last. */
  private readonly history: Sample[][];
  private readonly arrivedBefore: number[];
  /** Services that are sampled: those with a scaler, those that make Jobs, and those that a scaler has asked for. */
  private readonly watched: boolean[];
  private readonly scrape: EventKind;
  private scrapedAt = NaN;

  constructor(
    private readonly state: State,
    private readonly cpu: Cpu,
  ) {
    const { sim, services, spec } = state;
    this.history = services.map(() => []);
    this.arrivedBefore = services.map(() => 0);
    const queues = spec.background.flatMap(({ runs }) =>
      runs.kind === "scaled" ? runs.scaled.triggers.map(({ service }) => service) : [],
    );
    this.watched = services.map(
      ({ scaler, spec: { name, sizer } }) => scaler !== undefined || sizer !== undefined || queues.includes(name),
    );
    this.scrape = sim.event(
      "metrics.scrape",
      () => {
        this.scrapedAt = sim.now;
        for (const service of services) if (this.watched[service.id]) this.scrapeService(service);
        sim.after(spec.scrapePeriod, this.scrape);
      },
      Rank.Observe,
    );
  }

  start(): void {
    const { sim, spec, seed } = this.state;
    if (!this.watched.includes(true)) return;
    sim.after(firstTime(spec.controllers, seed, "metrics-server", spec.scrapePeriod), this.scrape);
  }

  mean(service: Service, signal: Signal, window: Seconds): number {
    this.watch(service);
    const samples = this.history[service.id];
    const count = Math.max(1, Math.round(window / this.state.spec.scrapePeriod));
    const recent = samples.slice(-count).map((sample) => sample[signal]);
    const known = recent.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  }

  sampledAt(service: Service): Seconds {
    return this.history[service.id].length === 0 ? NaN : this.scrapedAt;
  }

  started(): void {} // its counter is read at scrapes alone

  ended(): void {}

  /** From the first question on, so a service without a scaler has no samples before. */
  private watch(service: Service): void {
    if (this.watched[service.id]) return;
    this.watched[service.id] = true;
    this.arrivedBefore[service.id] = service.arrived;
  }

  private scrapeService(service: Service): void {
    const { members } = service;
    for (let i = 0; i < members.count; i++) this.samplePod(members.items[i] as PodId);
    const history = this.history[service.id];
    history.push({
      ...meanUse(this.state, service),
      ...presentLoad(this.state, service),
      rate: (service.arrived - this.arrivedBefore[service.id]) / this.state.spec.scrapePeriod,
    });
    this.arrivedBefore[service.id] = service.arrived;
    if (history.length > 2 * LONGEST_HISTORY) history.splice(0, LONGEST_HISTORY);
  }

  private samplePod(pod: PodId): void {
    const { pods, sim, spec, services } = this.state;
    if (this.state.stillness.has(pod)) {
      pods.sample[pod] = pods.memorySample[pod] = NaN;
      return;
    }
    const age = sim.now - pods.startedAt[pod];
    if (!(age >= YOUNGEST_SAMPLED)) return;
    const window = Math.min(spec.scrapePeriod, age);
    const used = this.cpu.used(pod);
    pods.sample[pod] = (1000 * (used - pods.usedBefore[pod])) / window;
    pods.usedBefore[pod] = used;
    pods.memorySample[pod] = heldMiB(services[pods.service[pod]].spec.lifecycle, pods.inFlight[pod]);
    pods.sampledAt[pod] = sim.now;
    pods.sampleWindow[pod] = window;
  }
}
