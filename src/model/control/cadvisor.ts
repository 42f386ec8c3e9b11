/** What the kubelet knows of the containers on its node: the counters as its last housekeeping of each found them. */
import { type Housekeeping, jittered, nextInterval } from "../../controllers/kubelet/housekeeping.js";
import type { Point } from "../../controllers/metrics-server/storage.js";
import { RandomStream } from "../../kernel/random.js";
import { type EventHandle, type EventKind, Rank } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { Cpu } from "../cpu/cpu.js";
import { heldMiB } from "../pods/lifecycle.js";
import type { PodId, State } from "../state.js";

interface Container {
  readonly startedAt: Seconds;
  /** CPU seconds of the pod's earlier containers: a counter begins at nought. */
  readonly usedBefore: Seconds;
  point: Point;
  interval: Seconds;
  event: EventHandle;
}

export class Cadvisor {
  private readonly containers = new Map<PodId, Container>();
  private readonly jitter: RandomStream;
  private readonly due: EventKind<PodId>;

  constructor(
    private readonly state: State,
    private readonly cpu: Cpu,
    private readonly housekeeping: Housekeeping,
  ) {
    this.jitter = new RandomStream(state.seed, "kubelet/housekeeping");
    this.due = state.sim.event("kubelet.housekeeping", (pod: PodId) => this.measure(pod), Rank.Observe);
  }

  /** A container is measured at once when it starts. */
  started(pod: PodId): void {
    const { now } = this.state.sim;
    const about = { startedAt: now, usedBefore: this.cpu.used(pod) };
    const container = { ...about, point: this.read(pod, about), interval: this.housekeeping.interval };
    this.containers.set(pod, { ...container, event: this.next(pod, container.interval) });
  }

  ended(pod: PodId): void {
    const container = this.containers.get(pod);
    if (container === undefined) return;
    this.state.sim.cancel(container.event);
    this.containers.delete(pod);
  }

  latest(pod: PodId): Point | undefined {
    return this.containers.get(pod)?.point;
  }

  private measure(pod: PodId): void {
    const container = this.containers.get(pod)!;
    const { point: before } = container;
    container.point = this.read(pod, container);
    const { cpuNanoseconds, memoryBytes } = container.point;
    const unchanged = cpuNanoseconds === before.cpuNanoseconds && memoryBytes === before.memoryBytes;
    container.interval = nextInterval(container.interval, this.housekeeping, unchanged);
    container.event = this.next(pod, container.interval);
  }

  private read(pod: PodId, { startedAt, usedBefore }: Pick<Container, "startedAt" | "usedBefore">): Point {
    const { pods, owners, sim } = this.state;
    const { lifecycle } = owners[pods.service[pod]].spec;
    return {
      startedAt,
      at: sim.now,
      cpuNanoseconds: Math.round((this.cpu.used(pod) - usedBefore) * 1e9),
      memoryBytes: Math.round(heldMiB(lifecycle, pods.inFlight[pod]) * 2 ** 20),
    };
  }

  private next(pod: PodId, interval: Seconds): EventHandle {
    return this.state.sim.after(jittered(interval, this.housekeeping.jitter, this.jitter.uniform()), this.due, pod);
  }
}
