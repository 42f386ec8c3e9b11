/** What a scaler sees of its service. */
import type { Passed, PodView, ServiceView, Signal } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import { sizeOf } from "../pods/pod-size.js";
import type { Service } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";
import type { Metrics } from "./metrics.js";

/** Lists are made when asked for: a scaler per request asks at every call. */
export class View implements ServiceView {
  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly metrics: Metrics,
    /** As its scale says. */
    readonly replicas: number,
  ) {}

  get now(): Seconds {
    return this.state.sim.now;
  }
  get name(): string {
    return this.service.spec.name;
  }
  get ready(): number {
    const { ready } = this.service;
    if (this.state.spec.controllers.informerDelay === 0) return ready.count;
    let seen = 0;
    for (let i = 0; i < ready.count; i++) if (this.seenReady(ready.items[i] as PodId)) seen++;
    return seen;
  }
  get min(): number {
    return this.service.spec.bounds.min;
  }
  get max(): number {
    return this.service.spec.bounds.max;
  }
  get size() {
    return this.service.resources.size;
  }
  get inFlight(): number {
    let count = this.service.waiting;
    for (const pod of this.members()) count += this.state.pods.inFlight[pod];
    return count;
  }
  get waiting(): number {
    return this.service.waiting;
  }
  get passed(): Passed {
    const { arrived, ended, callSeconds, countedAt, activator } = this.service;
    const since = callSeconds + (arrived - ended) * (this.now - countedAt);
    return { calls: arrived, callSeconds: activator ? since : NaN };
  }
  get idle(): readonly Seconds[] {
    const { pods, sim } = this.state;
    const idle = this.members().filter((pod) => pods.phase[pod] === Phase.Ready && pods.inFlight[pod] === 0);
    return idle.map((pod) => sim.now - pods.idleSince[pod]).sort((one, two) => two - one);
  }
  get pods(): readonly PodView[] {
    const { pods } = this.state;
    const oldestFirst = this.members().sort((one, two) => pods.serial[one] - pods.serial[two]);
    return oldestFirst.map((pod) => this.podView(pod));
  }

  mean(signal: Signal, window: Seconds, of?: string): number {
    const service = this.named(of);
    return service.unmeasured > 0 ? NaN : this.metrics.mean(service, signal, window);
  }

  sampledAt(signal: Signal, of?: string): Seconds {
    const service = this.named(of);
    return service.unmeasured > 0 ? NaN : this.metrics.sampledAt(service, signal);
  }

  private named(name: string | undefined): Service {
    const { services } = this.state;
    const service = name === undefined ? this.service : services.find(({ spec }) => spec.name === name);
    if (service !== undefined) return service;
    const names = services.map(({ spec }) => spec.name).join(", ");
    throw new Error(`${this.name}: expected a service to measure, got "${name}"; there are ${names}`);
  }

  /** Whether it is ready, and has been for as long as it takes to be told so. */
  private seenReady(pod: PodId): boolean {
    const { pods, sim, spec } = this.state;
    return pods.phase[pod] === Phase.Ready && sim.now - pods.readySince[pod] >= spec.controllers.informerDelay;
  }

  private members(): PodId[] {
    const { items, count } = this.service.members;
    return Array.from(items.subarray(0, count)) as PodId[];
  }

  private podView(pod: PodId): PodView {
    const { pods } = this.state;
    const known = this.service.unmeasured === 0;
    return {
      size: sizeOf(pods, pod),
      pending: pods.phase[pod] < Phase.Starting,
      ready: this.seenReady(pod),
      draining: pods.phase[pod] === Phase.Draining,
      startedAt: pods.startedAt[pod],
      readySince: pods.readySince[pod],
      cpuMillicores: known ? pods.sample[pod] : NaN,
      memoryMiB: known ? pods.memorySample[pod] : NaN,
      sampledAt: known ? pods.sampledAt[pod] : NaN,
      sampleWindow: known ? pods.sampleWindow[pod] : NaN,
    };
  }
}
