/** Nodes: bought, booting, ready, drained, given back. Also which pods stand where, and which images are there. */
import { type Sampler, sampler } from "../kernel/distributions.js";
import { RandomStream } from "../kernel/random.js";
import type { EventKind } from "../kernel/simulation.js";
import type { Candidate, GroupView, NodeView, PlacedPod, Size } from "../policy/contract.js";
import type { MiB, Seconds } from "../units.js";
import { NodeObject, podObject } from "./api-objects.js";
import type { Bill } from "./bill.js";
import { sizeOf } from "./pod-size.js";
import type { NodeGroupSpec } from "./spec.js";
import { NONE, type NodeId, type PodId, type State } from "./state.js";

/** One machine. The view is what schedulers and provisioners see, kept up to date in place. */
export class Machine implements NodeView, Candidate {
  ready = false;
  draining = false;
  podCount = 0;
  readonly free: { cpuMillicores: number; memoryMiB: number };
  /** When each image is on its disk, with its size, and when the pull under way ends: one at a time. */
  private readonly images = new Map<string, { readonly at: Seconds; readonly size: MiB }>();
  pullsUntil: Seconds = 0;
  readonly boughtAt: Seconds;
  readonly zone: string;
  readonly object: NodeObject;

  constructor(
    readonly id: NodeId,
    readonly spec: NodeGroupSpec,
    /** Its number among the machines of its group, those given back included. */
    serial: number,
    private readonly state: State,
  ) {
    this.free = { ...spec.allocatable };
    this.boughtAt = state.sim.now;
    this.zone = spec.zones[serial % spec.zones.length];
    this.object = new NodeObject(`${spec.name}-${serial}`, spec, this.zone, () => this.imagesNow());
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
    const { pods, services } = this.state;
    return this.podIds().map((pod) => ({
      service: services[pods.service[pod]].spec.name,
      ...sizeOf(pods, pod),
      object: podObject(this.state, pod),
    }));
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

/** What others are told. */
interface MachineEvents {
  /** It takes pods. */
  readonly opened: (machine: Machine) => void;
  /** It takes no more. */
  readonly closed: (machine: Machine) => void;
  /** One that was ready has been given back. */
  readonly gone: (machine: Machine) => void;
  /** Machines have become ready or been given back. */
  readonly countChanged: () => void;
}

interface Group {
  readonly spec: NodeGroupSpec;
  readonly boot: Sampler;
  count: number;
  /** Machines ever bought: the next one's zone. */
  bought: number;
}

export class Machines {
  /** By node id; a machine given back leaves a gap. */
  readonly byId: (Machine | undefined)[] = [];
  /** In the order of purchase. */
  readonly all: Machine[] = [];
  /** Those that take pods. */
  readonly open: Machine[] = [];
  private readonly groups: readonly Group[];
  private readonly booted: EventKind<NodeId>;

  constructor(
    private readonly state: State,
    private readonly bill: Bill,
    private readonly events: MachineEvents,
  ) {
    const { sim, spec, seed, nodes } = state;
    this.groups = spec.cluster.groups.map((group) => ({
      spec: group,
      boot: sampler(group.boot, new RandomStream(seed, `${group.name}/boot`)),
      count: 0,
      bought: 0,
    }));
    this.booted = sim.event("node.ready", (node: NodeId) => {
      nodes.event[node] = NONE;
      this.open_(this.byId[node]!);
      this.events.countChanged();
    });
  }

  /** The machines of time 0, ready. */
  start(): void {
    for (const group of this.groups) for (let i = 0; i < group.spec.count; i++) this.open_(this.add(group));
  }

  /** Buys machines of a group by name, as far as its maximum allows; they boot first. Returns how many. */
  buy(name: string, count: number): number {
    const group = this.groups.find(({ spec }) => spec.name === name);
    if (group === undefined) throw new Error(`no node group is called ${name}`);
    const allowed = Math.max(0, Math.min(count, group.spec.max - group.count));
    for (let i = 0; i < allowed; i++) {
      const machine = this.add(group);
      this.state.nodes.event[machine.id] = this.state.sim.after(group.boot(), this.booted, machine.id);
    }
    return allowed;
  }

  /** Takes a machine out of service: no new pods. Whoever drains it evicts its pods, then calls `giveBack`. */
  close(machine: Machine): void {
    machine.draining = machine.object.unschedulable = true;
    const index = this.open.indexOf(machine);
    if (index < 0) return;
    this.open.splice(index, 1);
    this.events.closed(machine);
  }

  giveBack(machine: Machine): void {
    const { nodes, sim } = this.state;
    if (this.byId[machine.id] !== machine) throw new Error(`node ${machine.id} has been given back already`);
    if (machine.podCount > 0) throw new Error(`node ${machine.id} still has ${machine.podCount} pods`);
    this.close(machine);
    if (nodes.event[machine.id] !== NONE) sim.cancel(nodes.event[machine.id]);
    this.all.splice(this.all.indexOf(machine), 1);
    this.byId[machine.id] = undefined;
    nodes.rows.remove(machine.id);
    this.groups.find(({ spec }) => spec === machine.spec)!.count--;
    this.bill.givenBack(machine.spec, machine.boughtAt, sim.now);
    if (machine.ready) this.events.gone(machine);
    this.events.countChanged();
  }

  place(pod: PodId, machine: Machine): void {
    const { nodes, pods } = this.state;
    pods.node[pod] = machine.id;
    pods.nextOnNode[pod] = nodes.firstPod[machine.id];
    nodes.firstPod[machine.id] = pod;
    this.reserve(pod, machine, 1);
  }

  /** Takes a pod off its machine. */
  vacate(pod: PodId): void {
    const { nodes, pods } = this.state;
    const machine = this.byId[pods.node[pod]]!;
    if (nodes.firstPod[machine.id] === pod) nodes.firstPod[machine.id] = pods.nextOnNode[pod];
    else {
      let before = nodes.firstPod[machine.id];
      while (pods.nextOnNode[before] !== pod) before = pods.nextOnNode[before];
      pods.nextOnNode[before] = pods.nextOnNode[pod];
    }
    pods.node[pod] = NONE;
    this.reserve(pod, machine, -1);
  }

  views(): readonly GroupView[] {
    return this.groups.map(({ spec, count }) => ({
      name: spec.name,
      type: spec.type,
      capacity: spec.capacity,
      allocatable: spec.allocatable,
      maxPods: spec.maxPods,
      usdPerHour: spec.usdPerHour,
      min: spec.min,
      max: spec.max,
      count,
      zones: spec.zones,
      labels: spec.labels,
      taints: spec.taints,
    }));
  }

  private reserve(pod: PodId, machine: Machine, change: number): void {
    const { pods, sim } = this.state;
    const size = sizeOf(pods, pod);
    machine.free.cpuMillicores -= change * size.cpuMillicores;
    machine.free.memoryMiB -= change * size.memoryMiB;
    machine.podCount += change;
    this.bill.placed(pods.service[pod], size, machine.spec, change, sim.now);
  }

  private add(group: Group): Machine {
    const { nodes, sim } = this.state;
    const node = nodes.rows.add();
    nodes.firstPod[node] = NONE;
    nodes.event[node] = NONE;
    nodes.demand[node] = 0;
    nodes.cores[node] = group.spec.allocatable.cpuMillicores / 1000;
    const machine = new Machine(node, group.spec, group.bought++, this.state);
    group.count++;
    this.byId[node] = machine;
    this.all.push(machine);
    this.bill.bought(group.spec, sim.now);
    return machine;
  }

  private open_(machine: Machine): void {
    machine.ready = true;
    this.open.push(machine);
    this.events.opened(machine);
  }
}
