/**
 * The metrics pipeline as a cluster has it. The kubelet measures each container when its housekeeping comes round, the
 * metrics server asks the nodes at its resolution and answers with the usage between the last two points of each container;
 * what is not of pods comes by way of Prometheus. So a sample is as old as the three waits together.
 */
import { type PodPoints, PodStorage } from "../../controllers/metrics-server/storage.js";
import { RandomStream } from "../../kernel/random.js";
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Signal } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { Cpu } from "../cpu/cpu.js";
import type { Service } from "../service.js";
import type { PipelineSpec } from "../spec.js";
import { NONE, type NodeId, type PodId, type State } from "../state.js";
import { Cadvisor } from "./cadvisor.js";
import { LONGEST_HISTORY, type Metrics, meanUse } from "./metrics.js";
import { firstTime } from "./phases.js";
import { Prometheus } from "./prometheus.js";

interface Use {
  /** When it was known, and when the latest of its points was measured. */
  readonly at: Seconds;
  readonly measuredAt: Seconds;
  readonly cpu: number;
  readonly memory: number;
}

const NOTHING: Use = { at: NaN, measuredAt: NaN, cpu: NaN, memory: NaN };
const CONTAINER = "app";
/** The metrics server spreads its questions over so much for each node, and over so much in all. */
const [SPREAD_PER_NODE, LONGEST_SPREAD]: readonly Seconds[] = [0.008, 4];

export class MetricsPipeline implements Metrics {
  private readonly cadvisor: Cadvisor;
  private readonly prometheus: Prometheus;
  private readonly storage: PodStorage<PodId>;
  private readonly delays: RandomStream;
  private readonly tick: EventKind;
  private readonly ask: EventKind<NodeId>;
  private readonly store: EventKind;
  private batch = new Map<PodId, PodPoints>();
  /** One list per service, the latest last. */
  private readonly history: Use[][];

  constructor(
    private readonly state: State,
    cpu: Cpu,
    spec: PipelineSpec,
  ) {
    const { sim, services, seed } = state;
    this.cadvisor = new Cadvisor(state, cpu, spec.housekeeping);
    this.prometheus = new Prometheus(state, spec.prometheus);
    this.storage = new PodStorage(state.spec.scrapePeriod);
    this.delays = new RandomStream(seed, "metrics-server/delays");
    this.history = services.map(() => []);
    this.tick = sim.event("metrics-server.tick", () => this.askAll(), Rank.Observe);
    this.ask = sim.event("metrics-server.ask", (node: NodeId) => this.readNode(node), Rank.Observe);
    this.store = sim.event("metrics-server.store", () => this.publish(), Rank.Observe);
  }

  start(): void {
    const { sim, spec, seed, services } = this.state;
    sim.after(firstTime(spec.controllers, seed, "metrics-server", spec.scrapePeriod), this.tick);
    for (const service of services) if (service.scaler !== undefined) this.prometheus.watch(service);
  }

  mean(service: Service, signal: Signal, window: Seconds): number {
    if (signal !== "cpu" && signal !== "memory") return this.prometheus.mean(service, signal, window);
    const uses = this.history[service.id];
    const since = uses.findLastIndex(({ at }) => at <= this.state.sim.now - window) + 1;
    const recent = uses.slice(Math.min(since, uses.length - 1)).map((use) => use[signal]);
    const known = recent.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  }

  sampledAt(service: Service, signal: Signal): Seconds {
    if (signal !== "cpu" && signal !== "memory") return this.prometheus.sampledAt(service);
    return (this.history[service.id].at(-1) ?? NOTHING).measuredAt;
  }

  started(pod: PodId): void {
    this.cadvisor.started(pod);
  }

  ended(pod: PodId): void {
    this.cadvisor.ended(pod);
  }

  /** One scrape: every node is asked within a short time, and the answers are stored together. */
  private askAll(): void {
    const { sim, spec, nodes } = this.state;
    const spread = Math.min(SPREAD_PER_NODE * nodes.rows.live, LONGEST_SPREAD);
    let latest = 0;
    for (let row = 0; row < nodes.rows.high; row++) {
      const delay = this.delays.uniform() * spread;
      latest = Math.max(latest, delay);
      sim.after(delay, this.ask, row as NodeId);
    }
    sim.after(latest, this.store);
    sim.after(spec.scrapePeriod, this.tick);
  }

  private readNode(node: NodeId): void {
    const { nodes, pods } = this.state;
    if (nodes.still[node] === 1) return;
    for (let pod = nodes.firstPod[node]; pod !== NONE; pod = pods.nextOnNode[pod]) {
      const point = this.cadvisor.latest(pod as PodId);
      if (point !== undefined) this.batch.set(pod as PodId, { [CONTAINER]: point });
    }
  }

  private publish(): void {
    this.storage.store(this.batch);
    this.batch = new Map();
    for (const service of this.state.services) {
      const measuredAt = this.showPods(service);
      const history = this.history[service.id];
      history.push({ at: this.state.sim.now, measuredAt, ...meanUse(this.state, service) });
      if (history.length > 2 * LONGEST_HISTORY) history.splice(0, LONGEST_HISTORY);
    }
  }

  /** Answers when the latest of their points was measured. */
  private showPods({ members }: Service): Seconds {
    const { pods } = this.state;
    let latest = NaN;
    for (let i = 0; i < members.count; i++) {
      const pod = members.items[i] as PodId;
      const metrics = this.storage.metricsOf(pod);
      const usage = metrics?.containers[CONTAINER];
      pods.sample[pod] = usage === undefined ? NaN : usage.cpuNanocores / 1e6;
      pods.memorySample[pod] = usage === undefined ? NaN : usage.memoryBytes / 2 ** 20;
      pods.sampledAt[pod] = metrics?.at ?? NaN;
      pods.sampleWindow[pod] = metrics?.window ?? NaN;
      if (metrics !== undefined && !(metrics.at < latest)) latest = metrics.at;
    }
    return latest;
  }
}
