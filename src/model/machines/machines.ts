/** Nodes: bought, booting, ready, drained, given back. Also which pods stand where. */

import type { Labels, Taint } from "../../controllers/scheduler/objects.js";
import { type Sampler, sampler } from "../../kernel/distributions.js";
import { RandomStream } from "../../kernel/random.js";
import type { EventKind } from "../../kernel/simulation.js";
import type { GroupView, MachineOrder, OfferingView, Size } from "../../policy/contract.js";
import type { Usd } from "../../units.js";
import type { Bill } from "../bill.js";
import { removeMachineProxy } from "../mesh/machine-proxies.js";
import { sizeOf } from "../pods/pod-size.js";
import type { NodeGroupSpec } from "../spec.js";
import { NONE, type NodeId, type PodId, type State } from "../state.js";
import { isDaemon } from "../workloads/background.js";
import { Machine } from "./machine.js";

/** A node group as it stands, which is what a provisioner sees of it. */
class Group implements GroupView {
  count = 0;
  readonly offerings: readonly OfferingView[];
  readonly boot: Sampler;
  /** Machines ever bought without a word about the zone: the next one's zone. */
  private taken = 0;
  private bought = 0;

  constructor(
    readonly spec: NodeGroupSpec,
    seed: number,
  ) {
    this.boot = sampler(spec.boot, new RandomStream(seed, `${spec.name}/boot`));
    this.offerings = spec.capacityTypes.flatMap((capacityType) =>
      spec.zones.flatMap((zone): OfferingView[] => {
        const usdPerHour = capacityType === "spot" ? spec.spot?.usdPerHour[zone] : spec.usdPerHour;
        return usdPerHour === undefined ? [] : [{ zone, capacityType, usdPerHour }];
      }),
    );
  }

  get name(): string {
    return this.spec.name;
  }
  get labels(): Labels {
    return this.spec.labels;
  }
  get taints(): readonly Taint[] {
    return this.spec.taints;
  }
  get type(): string {
    return this.spec.type;
  }
  get arch(): string {
    return this.spec.arch;
  }
  get capacity(): Size {
    return this.spec.capacity;
  }
  get allocatable(): Size {
    return this.spec.allocatable;
  }
  get maxPods(): number {
    return this.spec.maxPods;
  }
  get usdPerHour(): Usd {
    return this.offerings[0].usdPerHour;
  }
  get min(): number {
    return this.spec.min;
  }
  get max(): number {
    return this.spec.max;
  }

  /** Of one more machine. */
  nextName(): string {
    return `${this.name}-${this.bought++}`;
  }

  /** What an order comes to; without a zone the zones take turns. Undefined where only closed zones have it. */
  offering(order: Partial<MachineOrder>, closed: ReadonlySet<string>): OfferingView | undefined {
    const { zone, capacityType = this.offerings[0].capacityType } = order;
    const fitting = this.offerings.filter(
      (one) => one.capacityType === capacityType && (zone === undefined || one.zone === zone),
    );
    if (fitting.length === 0) throw new Error(`node group ${this.name} has no ${capacityType} in zone ${zone}`);
    const open = closed.size === 0 ? fitting : fitting.filter((one) => !closed.has(one.zone));
    if (open.length === 0) return undefined;
    return open[zone === undefined ? this.taken++ % open.length : 0];
  }
}

/** What machines tell the rest of the world. */
export interface MachineEvents {
  /** It takes pods, from now on or again. */
  readonly admits: (machine: Machine) => void;
  /** It takes no more. */
  readonly closed: (machine: Machine) => void;
  /** A machine is ready or given back. */
  readonly countChanged: () => void;
  readonly bought: (machine: Machine) => void;
  /** It is ready. */
  readonly opened: (machine: Machine) => void;
  readonly gone: (machine: Machine) => void;
}

export class Machines {
  /** By node id; a machine given back leaves a gap. */
  readonly byId: (Machine | undefined)[] = [];
  /** In the order of purchase. */
  readonly all: Machine[] = [];
  /** Those that take pods. */
  readonly open: Machine[] = [];
  readonly groups: readonly Group[];
  /** Zones where none can be had at the moment. */
  readonly closedZones = new Set<string>();
  private readonly booted: EventKind<NodeId>;

  constructor(
    private readonly state: State,
    private readonly bill: Bill,
    private readonly events: MachineEvents,
  ) {
    const { sim, spec, seed, nodes } = state;
    this.groups = spec.cluster.groups.map((group) => new Group(group, seed));
    this.booted = sim.event("node.ready", (node: NodeId) => {
      nodes.event[node] = NONE;
      this.open_(this.byId[node]!);
      events.countChanged();
    });
  }

  /** The machines of time 0, ready. */
  start(): void {
    for (const group of this.groups) for (let i = 0; i < group.spec.count; i++) this.open_(this.add(group, {})!);
  }

  /** Buys machines, as far as their group's maximum and the zones allow; they boot first. Returns how many. */
  buy(order: MachineOrder): number {
    const group = this.groups.find(({ name }) => name === order.group);
    if (group === undefined) throw new Error(`no node group is called ${order.group}`);
    const allowed = Math.max(0, Math.min(order.count, group.max - group.count));
    for (let i = 0; i < allowed; i++) {
      const machine = this.add(group, order);
      if (machine === undefined) return i;
      this.state.nodes.event[machine.id] = this.state.sim.after(group.boot(), this.booted, machine.id);
    }
    return allowed;
  }

  /** No new pods for now. */
  cordon(machine: Machine): void {
    machine.cordoned = true;
    this.shut(machine);
  }

  uncordon(machine: Machine): void {
    machine.cordoned = false;
    if (!machine.ready || machine.draining || this.open.includes(machine)) return;
    machine.object.unschedulable = false;
    this.open.push(machine);
    this.events.admits(machine);
  }

  /** Takes a machine out of service: no new pods. Whoever drains it evicts its pods, then calls `giveBack`. */
  close(machine: Machine): void {
    machine.draining = true;
    this.shut(machine);
  }

  giveBack(machine: Machine): void {
    const { nodes, sim } = this.state;
    if (!this.has(machine)) throw new Error(`node ${machine.id} has been given back already`);
    if (machine.podCount > 0) throw new Error(`node ${machine.id} still has ${machine.podCount} pods`);
    this.close(machine);
    for (const event of [nodes.event[machine.id], machine.interruption, machine.drainOver])
      if (event !== NONE) sim.cancel(event);
    this.all.splice(this.all.indexOf(machine), 1);
    this.byId[machine.id] = undefined;
    removeMachineProxy(this.state, machine.id);
    nodes.rows.remove(machine.id);
    this.groups.find(({ spec }) => spec === machine.spec)!.count--;
    this.bill.givenBack(machine, sim.now);
    this.events.gone(machine);
    this.events.countChanged();
  }

  /** Whether it is still there: its number may be another's by now. */
  has(machine: Machine): boolean {
    return this.byId[machine.id] === machine;
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

  /** A pod's requests change where it stands. */
  resize(pod: PodId, change: () => void): void {
    const machine = this.byId[this.state.pods.node[pod]]!;
    this.reserve(pod, machine, -1);
    change();
    this.reserve(pod, machine, 1);
  }

  private reserve(pod: PodId, machine: Machine, change: number): void {
    const { owners, pods, sim } = this.state;
    const size = sizeOf(pods, pod);
    machine.free.cpuMillicores -= change * size.cpuMillicores;
    machine.free.memoryMiB -= change * size.memoryMiB;
    machine.podCount += change;
    if (isDaemon(owners[pods.service[pod]])) machine.daemonCount += change;
    this.bill.placed(pods.service[pod], size, machine, change, sim.now);
  }

  private add(group: Group, order: Partial<MachineOrder>): Machine | undefined {
    const { nodes, sim } = this.state;
    const offering = group.offering(order, this.closedZones);
    if (offering === undefined) return undefined;
    const node = nodes.rows.add();
    nodes.firstPod[node] = NONE;
    nodes.event[node] = nodes.proxy[node] = NONE;
    nodes.demand[node] = nodes.still[node] = 0;
    nodes.pace[node] = 1;
    nodes.zone[node] = this.state.zones.indexOf(offering.zone);
    nodes.cores[node] = group.allocatable.cpuMillicores / 1000;
    const machine = new Machine(node, group.spec, offering, order, group.nextName(), this.state);
    group.count++;
    this.byId[node] = machine;
    this.all.push(machine);
    this.bill.bought(machine, sim.now);
    this.events.bought(machine);
    return machine;
  }

  private open_(machine: Machine): void {
    machine.ready = true;
    if (!machine.cordoned && !machine.draining) {
      this.open.push(machine);
      this.events.admits(machine);
    }
    this.events.opened(machine);
  }

  private shut(machine: Machine): void {
    machine.object.unschedulable = true;
    const index = this.open.indexOf(machine);
    if (index < 0) return;
    this.open.splice(index, 1);
    this.events.closed(machine);
  }
}
