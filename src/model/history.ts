/** The world's values at fixed steps: what plots and the elasticity metrics are made of. */
import { type EventKind, Rank } from "../kernel/simulation.js";
import { LatencyHistogram } from "../measure/histogram.js";
import { Series } from "../measure/series.js";
import type { Bill } from "./bill.js";
import type { Recorder } from "./calls/recorder.js";
import type { Cpu } from "./cpu/cpu.js";
import { expectedWork } from "./expectation.js";
import type { Machines } from "./machines/machines.js";
import type { Fleet } from "./pods/fleet.js";
import { readyCores } from "./pods/pod-size.js";
import type { Service } from "./service.js";
import type { Queue } from "./shares/queue.js";
import type { Shares } from "./shares/shares.js";
import { Phase, type State } from "./state.js";

/** Columns of the whole world; those of a service are called "cart.ready" and so on. */
export const worldColumns = [
  "sentPerSecond",
  "answeredPerSecond",
  "failedPerSecond",
  "inFlight",
  "latencyMean",
  "latencyP50",
  "latencyP95",
  "latencyP99",
  "nodes",
  "nodesReady",
  "podsPending",
  "usdPerHour",
] as const;

/** demand: cores that the requests sent in the step will ask for; capacity: cores of the ready pods; used: cores' time per second. */
export const serviceColumns = ["replicas", "ready", "starting", "queue", "used", "capacity", "demand"] as const;

/** Of a queue "orders.published" and so on: messages a second, those not yet acknowledged, and the age of the first in line. */
export const queueColumns = ["published", "backlog", "oldest"] as const;

export class History {
  readonly series: Series;
  private work: readonly Float64Array[] = [];
  /** Of the weights by which `work` is foreseen. */
  private weightsVersion = 0;
  private readonly step = new LatencyHistogram();
  private readonly usedBefore: number[];
  private readonly publishedBefore: number[];
  private sentBefore: Float64Array;
  private failedBefore = 0;
  private readonly stepEnds: EventKind;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly recorder: Recorder;
      readonly cpu: Cpu;
      readonly fleet: Fleet;
      readonly machines: Machines;
      readonly bill: Bill;
      readonly shares: Shares;
    },
  ) {
    const { services, endpoints } = state;
    const ofServices = services.flatMap(({ spec }) => serviceColumns.map((column) => `${spec.name}.${column}`));
    const ofQueues = state.spec.queues.flatMap(({ name }) => queueColumns.map((column) => `${name}.${column}`));
    this.series = new Series([...worldColumns, ...ofServices, ...ofQueues]);
    this.foresee();
    this.usedBefore = services.map(() => 0);
    this.publishedBefore = state.spec.queues.map(() => 0);
    this.sentBefore = new Float64Array(endpoints.length);
    this.stepEnds = state.sim.event(
      "series.sample",
      () => {
        this.sample();
        this.start();
      },
      Rank.Observe,
    );
  }

  /** What requests ask of services, as far as caches have shown until now, and by the present weights of routes. */
  private foresee(): void {
    this.weightsVersion = this.state.splits.version;
    const { caches } = this.parts.shares;
    this.work = expectedWork(this.state, (service, name) => {
      const cache = caches.all.find((one) => one.service.spec === service && one.spec.name === name)!;
      return cache.spec.content.kind === "chance" ? 1 - cache.spec.content.hitRate : cache.missShare;
    });
  }

  start(): void {
    this.state.sim.after(this.state.spec.seriesStep, this.stepEnds);
  }

  /** Ends a step: takes its row and gives its latencies to the totals. */
  private sample(): void {
    const { state, parts } = this;
    const { recorder, machines, shares } = parts;
    if (shares.caches.all.length > 0 || this.weightsVersion !== state.splits.version) this.foresee();
    const seconds = state.spec.seriesStep;
    this.step.restart();
    for (const histogram of recorder.recent) if (histogram.count > 0) this.step.merge(histogram);
    recorder.closeStep();
    const sent = recorder.sentByEndpoint.map((count, i) => count - this.sentBefore[i]);
    this.sentBefore = recorder.sentByEndpoint.slice();
    const failed = recorder.failed.reduce((sum, count) => sum + count, 0);
    this.series.push(state.sim.now, [
      sent.reduce((sum, count) => sum + count, 0) / seconds,
      this.step.count / seconds,
      (failed - this.failedBefore) / seconds,
      recorder.inFlight,
      this.step.mean(),
      this.step.quantile(0.5),
      this.step.quantile(0.95),
      this.step.quantile(0.99),
      machines.all.length,
      machines.open.length,
      parts.fleet.scheduling.pending.length,
      parts.bill.presentUsdPerHour,
      ...state.services.flatMap((service) => this.serviceValues(service, sent, seconds)),
      ...shares.queues.all.flatMap((queue, id) => this.queueValues(queue, id, seconds)),
    ]);
    this.failedBefore = failed;
  }

  /** The warm-up is over: failures are counted from zero again. */
  restart(): void {
    this.failedBefore = 0;
  }

  private queueValues(queue: Queue, id: number, seconds: number): readonly number[] {
    const published = (queue.published - this.publishedBefore[id]) / seconds;
    this.publishedBefore[id] = queue.published;
    return [published, queue.backlog, queue.oldest(this.state.sim.now)];
  }

  private serviceValues(service: Service, sent: Float64Array, seconds: number): readonly number[] {
    const { pods } = this.state;
    const { members } = service;
    let starting = 0;
    let queue = service.waiting;
    for (let i = 0; i < members.count; i++) {
      const pod = members.items[i];
      queue += pods.queued[pod];
      if (pods.phase[pod] === Phase.Pulling || pods.phase[pod] === Phase.Starting) starting++;
    }
    const used = this.parts.cpu.usedBy(service);
    const perSecond = (used - this.usedBefore[service.id]) / seconds;
    this.usedBefore[service.id] = used;
    const asked = sent.reduce((sum, count, endpoint) => sum + count * this.work[endpoint][service.id], 0) / seconds;
    const demand = asked * meanWorkTimes(this.state, service);
    const { ready } = service;
    return [service.replicas, ready.count, starting, queue, perSecond, readyCores(this.state, service), demand];
  }
}

/** What a call's work is multiplied by on average, when each ready pod gets as many calls as another. */
function meanWorkTimes({ pods }: State, { ready, slowdown }: Service): number {
  if (ready.count === 0) return slowdown;
  let sum = 0;
  for (let i = 0; i < ready.count; i++) sum += pods.workTimes[ready.items[i]];
  return sum / ready.count;
}
