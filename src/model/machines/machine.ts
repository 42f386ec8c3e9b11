/** One machine: what it is, on which terms it was bought, and which pods stand on it. */
import { CAPACITY_TYPE } from "../../controllers/karpenter/labels.js";
import type { EventHandle } from "../../kernel/simulation.js";
import type { Candidate, CapacityType, MachineOrder, NodeView, PlacedPod, Size } from "../../policy/contract.js";
import type { MiB, Seconds, Usd } from "../../units.js";
import { NodeObject, podObject } from "../placing/api-objects.js";
import { sizeOf } from "../pods/pod-size.js";
import type { NodeGroupSpec } from "../spec.js";
import { NONE, type NodeId, type PodId, type State } from "../state.js";
import { isDaemon } from "../workloads/background.js";

/** Where and on which terms it is had. */
export interface Offering {
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly usdPerHour: Usd;
}

type Words = Pick<MachineOrder, "claim" | "labels" | "taints" | "drainLimit">;

/** The view is what schedulers and provisioners see, kept up to date in place. */
export class Machine implements NodeView, Candidate {
  ready = false;
  /** Takes no new pods, for the time being. */
  cordoned = false;
  draining = false;
  noticeAt: Seconds = NaN;
  podCount = 0;
  readonly boughtAt: Seconds;
  /** Of these, pods of DaemonSets, which stay as long as the machine does. */
  daemonCount = 0;
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly usdPerHour: Usd;
  readonly claim: string | undefined;
  readonly drainLimit: Seconds;
  readonly free: { cpuMillicores: number; memoryMiB: number };
  /** When each image is on its disk, with its size, and when the pull under way ends: one at a time. */
  private readonly images = new Map<string, { readonly at: Seconds; readonly size: MiB }>();
  readonly object: NodeObject;
  pullsUntil: Seconds = 0;
  /** What is to come: the cloud's notice and then the end, or the end of its drain's patience. */
  interruption: EventHandle = NONE;
  drainOver: EventHandle = NONE;

  constructor(
    readonly id: NodeId,
    readonly spec: NodeGroupSpec,
    { zone, capacityType, usdPerHour }: Offering,
    { claim, labels, taints = [], drainLimit = Infinity }: Words,
    name: string,
    private readonly state: State,
  ) {
    this.zone = zone;
    this.capacityType = capacityType;
    this.usdPerHour = usdPerHour;
    this.claim = claim;
    this.drainLimit = drainLimit;
    this.free = { ...spec.allocatable };
    this.boughtAt = state.sim.now;
    const own = { ...spec.labels, [CAPACITY_TYPE]: capacityType, ...labels };
    const about = { ...spec, labels: own, taints: [...spec.taints, ...taints] };
    this.object = new NodeObject(name, about, zone, () => this.imagesNow());
  }

  /** It says nothing and does nothing. */
  get silent(): boolean {
    return this.state.nodes.still[this.id] === 1;
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
      const object = podObject(this.state, pod);
      return { service: name, ...sizeOf(pods, pod), object, annotations: lifecycle.annotations, ...daemon };
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

  private imagesNow(): readonly { readonly name: string; readonly size: MiB }[] {
    const { now } = this.state.sim;
    const there: { readonly name: string; readonly size: MiB }[] = [];
    for (const [name, { at, size }] of this.images) if (at <= now) there.push({ name, size });
    return there;
  }

  /** An image is on its disk from this time on. */
  hold(image: string, size: MiB, at: Seconds): void {
    this.images.set(image, { at, size });
  }

  /** Seconds until an image is here, the pull begun now if need be. */
  pull(image: string, size: MiB, now: Seconds): Seconds {
    const there = this.images.get(image);
    if (there !== undefined) return Math.max(0, there.at - now);
    this.pullsUntil = Math.max(now, this.pullsUntil) + size / this.state.spec.cluster.pullMiBPerSecond;
    this.hold(image, size, this.pullsUntil);
    return this.pullsUntil - now;
  }
}
