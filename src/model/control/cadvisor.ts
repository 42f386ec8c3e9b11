/** What the kubelet knows of the containers on its node: the counters as its last housekeeping of each found them. */
import { type Housekeeping, jittered, nextInterval } from "../../controllers/kubelet/housekeeping.js";
import type { Point } from "../../controllers/metrics-server/storage.js";
import { EventQueue } from "../../kernel/event-queue.js";
import { RandomStream } from "../../kernel/random.js";
import { type EventHandle, type EventKind, Rank } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { Cpu } from "../cpu/cpu.js";
import { heldMiB } from "../pods/lifecycle.js";
import { NONE, type PodId, type State } from "../state.js";

interface Container {
  readonly startedAt: Seconds;
  /** CPU seconds of the pod's earlier containers: a counter begins at nought. */
  readonly usedBefore: Seconds;
  point: Point;
  interval: Seconds;
  /** In the queue of rounds. */
  round: EventHandle;
}

export class Cadvisor {
  private readonly containers = new Map<PodId, Container>();
  private readonly jitter: RandomStream;
  /** When each container is due, apart from all other events: a large cluster's containers would make every call's way through those longer. */
  private readonly rounds = new EventQueue();
  private readonly due: EventKind;
  /** The event for the first of them. */
  private awaited: EventHandle = NONE;

  constructor(
    private readonly state: State,
    private readonly cpu: Cpu,
    private readonly housekeeping: Housekeeping,
  ) {
    this.jitter = new RandomStream(state.seed, "kubelet/housekeeping");
    this.due = state.sim.event("kubelet.housekeeping", () => this.round(), Rank.Observe);
  }

  /** A container is measured at once when it starts. */
  started(pod: PodId): void {
    const { now } = this.state.sim;
    const about = { startedAt: now, usedBefore: this.cpu.used(pod) };
    const container = { ...about, point: this.read(pod, about), interval: this.housekeeping.interval };
    this.containers.set(pod, { ...container, round: this.next(pod, container.interval) });
    this.awaitFirst();
  }

  ended(pod: PodId): void {
    const container = this.containers.get(pod);
    if (container === undefined) return;
    this.rounds.cancel(container.round);
    this.containers.delete(pod);
  }

  latest(pod: PodId): Point | undefined {
    return this.containers.get(pod)?.point;
  }

  /** Measures who is due; perhaps nobody is any more. */
  private round(): void {
    const { rounds, state } = this;
    this.awaited = NONE;
    while (rounds.pop(state.sim.now)) this.measure(rounds.a as PodId);
    this.awaitFirst();
  }

  private measure(pod: PodId): void {
    const container = this.containers.get(pod)!;
    const { point: before } = container;
    container.point = this.read(pod, container);
    const { cpuNanoseconds, memoryBytes } = container.point;
    const unchanged = cpuNanoseconds === before.cpuNanoseconds && memoryBytes === before.memoryBytes;
    container.interval = nextInterval(container.interval, this.housekeeping, unchanged);
    container.round = this.next(pod, container.interval);
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
    const delay = jittered(interval, this.housekeeping.jitter, this.jitter.uniform());
    return this.rounds.add(this.state.sim.now + delay, Rank.Observe, 0, pod, 0);
  }

  private awaitFirst(): void {
    const { rounds, state, awaited } = this;
    const first = rounds.nextTime;
    if (first === Infinity) return;
    if (awaited === NONE) this.awaited = state.sim.at(first, this.due);
    else if (first < state.sim.due(awaited)) state.sim.move(awaited, first);
  }
}
