/**
 * CPU limits as the kernel enforces them, beside the fluid default: in each period (100 ms unless the kubelet is told
 * otherwise) the threads of a container run at full speed until they have used limit × period together, and then none of
 * them runs until the next period begins. Periods follow each other from the container's start.
 *
 * Not modelled: the slices of 5 ms in which the quota is handed to single cores, and bursts that are saved up.
 */
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { Owner } from "../service.js";
import { NONE, type NodeId, type PodId, type Pods, type State } from "../state.js";

/** What it asks of the CPU. */
interface Shares {
  used(pod: PodId): Seconds;
  /** Brings a container's accounts up to now. */
  advance(pod: PodId): void;
  /** True when it has rescheduled all pods of the node. */
  demand(node: NodeId, change: number): boolean;
  reschedule(pod: PodId): void;
}

/** Who has used up his quota is stopped so much later, so that what is done at that very instant is done. */
const NANOSECOND = 1e-9;

export class Cfs {
  private readonly sim: Simulation;
  private readonly pods: Pods;
  private readonly owners: readonly Owner[];
  private readonly due: EventKind<PodId>;

  constructor(
    { sim, pods, owners }: State,
    private readonly cpu: Shares,
  ) {
    this.sim = sim;
    this.pods = pods;
    this.owners = owners;
    this.due = sim.event("cfs.due", (pod: PodId) => {
      pods.quotaEvent[pod] = NONE;
      if (sim.now < pods.periodEnd[pod] && pods.presentLimit[pod] > 0) this.cap(pod, 0);
      this.settle(pod);
    });
  }

  /** A container's pieces of work, or their speed, have changed: when does its quota or its period end now? */
  settle(pod: PodId): void {
    const { pods, sim } = this;
    if (sim.now >= pods.periodEnd[pod]) this.beginPeriod(pod);
    const active = pods.active[pod];
    const event = pods.quotaEvent[pod];
    if (active === 0) {
      if (event !== NONE) sim.cancel(event);
      pods.quotaEvent[pod] = NONE;
      return;
    }
    const left = pods.quota[pod] - (this.cpu.used(pod) - pods.usedAtPeriod[pod]);
    const exhausted = sim.now + Math.max(0, left) / (active * pods.speed[pod]) + NANOSECOND;
    const next = exhausted < pods.periodEnd[pod] ? exhausted : pods.periodEnd[pod]; // NaN and Infinity while stopped
    if (event === NONE) pods.quotaEvent[pod] = sim.at(next, this.due, pod);
    else sim.move(event, next);
  }

  private beginPeriod(pod: PodId): void {
    const { pods, sim } = this;
    const period = this.owners[pods.service[pod]].spec.cfsPeriod!;
    const begun = Math.floor((sim.now - pods.startedAt[pod]) / period + NANOSECOND);
    pods.periodEnd[pod] = pods.startedAt[pod] + (begun + 1) * period;
    pods.usedAtPeriod[pod] = this.cpu.used(pod);
    if (pods.presentLimit[pod] < Infinity) this.cap(pod, Infinity);
  }

  /** A resize in place: the container's weight is another now, and its limit shall be. A quota not yet used up runs on. */
  relimit(pod: PodId, cores: number): void {
    this.cap(pod, cores);
    if (this.pods.quota[pod] > 0) this.settle(pod);
  }

  /** The container may use so many cores from now on. */
  private cap(pod: PodId, cores: number): void {
    const { pods } = this;
    this.cpu.advance(pod);
    const active = pods.active[pod];
    const before = Math.min(active, pods.presentLimit[pod]);
    const after = Math.min(active, cores);
    pods.presentLimit[pod] = cores;
    pods.speed[pod] = active === 0 ? 0 : after / active;
    if (!this.cpu.demand(pods.node[pod] as NodeId, after - before)) this.cpu.reschedule(pod);
  }
}
