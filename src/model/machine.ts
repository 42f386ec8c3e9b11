/** One machine: what it is, on which terms it was bought, and which pods stand on it. */
import type { EventHandle } from "../kernel/simulation.js";
import type {
  Candidate,
  CapacityType,
  MachineOrder,
  NodeTaint,
  NodeView,
  PlacedPod,
  Size,
} from "../policy/contract.js";
import type { MiB, Seconds, Usd } from "../units.js";
import { isDaemon } from "./background.js";
import { sizeOf } from "./pod-size.js";
import type { NodeGroupSpec } from "./spec.js";
import { NONE, type NodeId, type PodId, type State } from "./state.js";

/** Where and on which terms it is had. */
export interface Offering {
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly usdPerHour: Usd;
}

type Words = Pick<MachineOrder, "claim" | "labels" | "taints" | "drainLimit">;

const none: Readonly<Record<string, string>> = {};

/** The view is what schedulers and provisioners see, kept up to date in place. */
export class Machine implements NodeView, Candidate {
  ready = false;
  /** Takes no new pods, for the time being. */
  cordoned = false;
  draining = false;
  noticeAt: Seconds = NaN;
  podCount = 0;
  /** Of these, pods of DaemonSets, which stay as long as the machine does. */
  daemonCount = 0;
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly usdPerHour: Usd;
  readonly claim: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  readonly drainLimit: Seconds;
  readonly free: { cpuMillicores: number; memoryMiB: number };
  /** When each image (by its key) is on its disk, and when the pull under way ends: one at a time. */
  readonly imageReadyAt = new Map<string, Seconds>();
  pullsUntil: Seconds = 0;
  /** What is to come: the cloud's notice and then the end, or the end of its drain's patience. */
  interruption: EventHandle = NONE;
  drainOver: EventHandle = NONE;

  constructor(
    readonly id: NodeId,
    readonly spec: NodeGroupSpec,
    { zone, capacityType, usdPerHour }: Offering,
    { claim, labels = none, taints = [], drainLimit = Infinity }: Words,
    readonly boughtAt: Seconds,
    private readonly state: State,
  ) {
    this.zone = zone;
    this.capacityType = capacityType;
    this.usdPerHour = usdPerHour;
    this.claim = claim;
    this.labels = labels;
    this.taints = taints;
    this.drainLimit = drainLimit;
    this.free = { ...spec.allocatable };
  }

  get group(): string {
    return this.spec.name;
  }
  get allocatable(): Size {
    return this.spec.allocatable;
  }
  get maxPods(): number {
    return this.spec.maxPods;
  }
  get pods(): readonly PlacedPod[] {
    const { pods, owners } = this.state;
    return this.podIds().map((pod) => {
      const owner = owners[pods.service[pod]];
      const { name, lifecycle } = owner.spec;
      const daemon = isDaemon(owner) ? { daemon: true } : {};
      return { service: name, ...sizeOf(pods, pod), annotations: lifecycle.annotations, ...daemon };
    });
  }

  /** Nothing but daemons is on it. */
  get empty(): boolean {
    return this.podCount === this.daemonCount;
  }

  podIds(): PodId[] {
    const { nodes, pods } = this.state;
    const ids: PodId[] = [];
    for (let pod = nodes.firstPod[this.id]; pod !== NONE; pod = pods.nextOnNode[pod]) ids.push(pod as PodId);
    return ids;
  }

  /** Seconds until an image is here, the pull begun now if need be. */
  pull(image: string, size: MiB, now: Seconds): Seconds {
    const there = this.imageReadyAt.get(image);
    if (there !== undefined) return Math.max(0, there - now);
    this.pullsUntil = Math.max(now, this.pullsUntil) + size / this.state.spec.cluster.pullMiBPerSecond;
    this.imageReadyAt.set(image, this.pullsUntil);
    return this.pullsUntil - now;
  }
}
