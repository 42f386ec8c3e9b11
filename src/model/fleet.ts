/** Pods: wished for, placed, pulled, started, ready, drained, gone. Only this file changes a pod's phase. */

import { Draws } from "../kernel/distributions.js";
import { RequestChance } from "../kernel/request-chance.js";
import type { EventKind } from "../kernel/simulation.js";
import type { Seconds } from "../units.js";
import type { DecisionLog } from "./decisions.js";
import type { Machine, Machines } from "./machines.js";
import { Placement } from "./placement.js";
import { NONE, type NodeId, Phase, type PodId, type Service, type State } from "./state.js";

/** What fleet asks of the rest of the world. */
export interface FleetEvents {
  /** A service has one more ready pod. */
  readonly ready: (service: Service) => void;
  /** A pod's time is up while calls are in it: they are lost. */
  readonly kill: (pod: PodId) => void;
  /** A pod is about to be forgotten. */
  readonly gone: (pod: PodId) => void;
  /** Pods of a service came or went. */
  readonly countChanged: (service: Service) => void;
}

export class Fleet {
  /** Pods that no node has room for, oldest first. */
  readonly pending: PodId[] = [];
  private readonly placement: Placement<Machine>;
  private readonly chance: RequestChance;
  /** Start-up times, by service: a pod's own, whenever it starts. */
  private readonly startups: Draws;
  private readonly started: EventKind<PodId>;
  private readonly becomeReady: EventKind<PodId>;
  private readonly graceOver: EventKind<PodId>;
  private readonly placeSoon: EventKind;
  private placing = false;

  constructor(
    private readonly state: State,
    private readonly machines: Machines,
    private readonly log: DecisionLog,
    private readonly events: FleetEvents,
  ) {
    const { sim, pods, services, seed, spec } = state;
    this.placement = new Placement(spec.cluster.scheduler);
    this.chance = new RequestChance(seed, "pods");
    this.startups = new Draws(
      services.map((service) => service.spec.startup),
      this.chance,
    );
    this.started = sim.event("pod.started", (pod: PodId) => this.start(pod));
    this.becomeReady = sim.event("pod.ready", (pod: PodId) => {
      pods.event[pod] = NONE;
      this.enterService(pod);
      this.events.ready(services[pods.service[pod]]);
    });
    this.graceOver = sim.event("pod.killed", (pod: PodId) => {
      pods.event[pod] = NONE;
      this.events.kill(pod); // the last call to be lost leaves the pod idle, and so removes it
    });
    this.placeSoon = sim.event("scheduler.place", () => {
      this.placing = false;
      this.place();
    });
  }

  /** The replicas of time 0: placed and ready at once; what no node has room for stays pending. */
  startReady(service: Service): void {
    service.replicas = service.spec.replicas;
    for (let i = 0; i < service.replicas; i++) this.add(service);
    const own = this.pending.splice(this.pending.length - service.replicas);
    for (const pod of own) {
      const machine = this.choose(pod);
      if (machine === undefined) {
        this.pending.push(pod);
        continue;
      }
      machine.imageReadyAt.set(service.id, 0);
      this.machines.place(pod, machine);
      this.state.pods.startedAt[pod] = 0;
      this.enterService(pod);
    }
  }

  /** Asks for this many replicas; they come once placed and started, and go once idle. */
  setReplicas(service: Service, replicas: number): void {
    for (let n = service.members.count; n < replicas; n++) this.add(service);
    for (const pod of this.leastWanted(service, service.members.count - replicas)) this.retire(pod);
    service.replicas = replicas;
    this.placeWhenDone();
    this.events.countChanged(service);
  }

  /** Moves every pod of a machine elsewhere; the machine goes when the last has left. */
  drainMachine(machine: Machine): void {
    this.machines.close(machine);
    const { pods, services } = this.state;
    const standing = machine.podIds().filter((pod) => pods.phase[pod] !== Phase.Draining);
    if (machine.podCount === 0) this.machines.giveBack(machine);
    for (const pod of standing) {
      this.add(services[pods.service[pod]]); // its ReplicaSet wants another in its place
      this.retire(pod); // and the last one to leave gives the machine back
    }
    this.placeWhenDone();
  }

  /** A draining pod has answered its last call. */
  idle(pod: PodId): void {
    this.cancelEvent(pod);
    this.remove(pod);
  }

  /** New room: tries the pending pods again, once all that happens at this instant has happened. */
  placeWhenDone(): void {
    if (this.placing || this.pending.length === 0) return;
    this.placing = true;
    this.state.sim.after(0, this.placeSoon);
  }

  private add(service: Service): void {
    const { pods, sim } = this.state;
    const pod = pods.rows.add();
    pods.service[pod] = service.id;
    pods.serial[pod] = service.created++;
    pods.phase[pod] = Phase.Pending;
    pods.memberIndex[pod] = service.members.push(pod);
    pods.node[pod] = pods.readyIndex[pod] = pods.event[pod] = NONE;
    pods.head[pod] = pods.tail[pod] = pods.earliest[pod] = pods.cpuEvent[pod] = NONE;
    pods.inFlight[pod] = pods.busy[pod] = pods.queued[pod] = pods.active[pod] = 0;
    pods.used[pod] = pods.usedBefore[pod] = pods.virtual[pod] = pods.speed[pod] = 0;
    pods.createdAt[pod] = pods.changed[pod] = pods.idleSince[pod] = sim.now;
    pods.startedAt[pod] = pods.readySince[pod] = pods.sample[pod] = pods.sampledAt[pod] = NaN;
    this.pending.push(pod);
  }

  private place(): void {
    const full = new Set<number>();
    for (const pod of this.pending.splice(0)) {
      const id = this.state.pods.service[pod];
      // What had no room for one pod has none for its twin.
      const machine = full.has(id) ? undefined : this.choose(pod);
      if (machine !== undefined) {
        this.log.fulfil(this.nameOf(pod), this.state.sim.now);
        this.machines.place(pod, machine);
        this.pull(pod, machine);
        continue;
      }
      full.add(id);
      this.pending.push(pod);
    }
  }

  private choose(pod: PodId): Machine | undefined {
    const { pods, services, sim } = this.state;
    const { size } = services[pods.service[pod]].spec;
    const closed = this.machines.all.length - this.machines.open.length;
    const choice = this.placement.choose(size, this.machines.open, closed);
    if (!("reason" in choice)) return choice;
    const subject = this.nameOf(pod);
    if (this.log.awaited(subject) === undefined) {
      const seen = { cpuMillicores: size.cpuMillicores, memoryMiB: size.memoryMiB };
      this.log.add({
        time: sim.now,
        subject,
        policy: "scheduler",
        rule: choice.reason,
        seen,
        from: 0,
        wished: 1,
        asked: 1,
      });
    }
    return undefined;
  }

  private pull(pod: PodId, machine: Machine): void {
    const { pods, services, sim } = this.state;
    const service = services[pods.service[pod]];
    pods.phase[pod] = Phase.Pulling;
    pods.event[pod] = sim.after(machine.pull(service.id, service.spec.imageMiB, sim.now), this.started, pod);
  }

  private start(pod: PodId): void {
    const { pods, services, sim } = this.state;
    const service = services[pods.service[pod]];
    pods.phase[pod] = Phase.Starting;
    pods.startedAt[pod] = sim.now;
    pods.changed[pod] = sim.now;
    this.startups.draw(service.id, this.chance.ticket(pods.serial[pod]), STARTUP + service.id);
    pods.event[pod] = sim.after(untilReady(service, this.startups.value), this.becomeReady, pod);
  }

  private enterService(pod: PodId): void {
    const { pods, services, sim } = this.state;
    const service = services[pods.service[pod]];
    pods.phase[pod] = Phase.Ready;
    pods.readySince[pod] = pods.idleSince[pod] = sim.now;
    pods.readyIndex[pod] = service.ready.push(pod);
    this.events.countChanged(service);
  }

  /** Takes a pod out of service: at once when it has not started, else when its calls are done or its grace is over. */
  private retire(pod: PodId): void {
    const { pods, services, sim } = this.state;
    const service = services[pods.service[pod]];
    const moved = service.members.removeAt(pods.memberIndex[pod]);
    if (moved !== NONE) pods.memberIndex[moved] = pods.memberIndex[pod];
    this.cancelEvent(pod);
    if (pods.phase[pod] === Phase.Ready) {
      const shifted = service.ready.removeAt(pods.readyIndex[pod]);
      if (shifted !== NONE) pods.readyIndex[shifted] = pods.readyIndex[pod];
    }
    if (pods.phase[pod] === Phase.Pending) this.pending.splice(this.pending.indexOf(pod), 1);
    pods.phase[pod] = Phase.Draining;
    service.draining++;
    if (pods.inFlight[pod] === 0) this.remove(pod);
    else pods.event[pod] = sim.after(service.spec.grace, this.graceOver, pod);
  }

  private remove(pod: PodId): void {
    const { pods, services } = this.state;
    const service = services[pods.service[pod]];
    service.draining--;
    pods.phase[pod] = Phase.Gone;
    this.events.gone(pod);
    const node = pods.node[pod] as NodeId;
    if (node !== NONE) {
      const machine = this.machines.byId[node]!;
      this.machines.vacate(pod);
      if (machine.draining && machine.podCount === 0) this.machines.giveBack(machine);
      this.placeWhenDone();
    }
    pods.rows.remove(pod);
    this.events.countChanged(service);
  }

  /**
   * The pods that a scale-in takes, ranked as a ReplicaSet does: not placed before placed, not ready
   * before ready, then from nodes with more of their kind, then the newest. A policy that counts calls
   * knows which pods are idle, and takes those before busy ones, the longest idle first.
   */
  private leastWanted(service: Service, count: number): readonly PodId[] {
    if (count <= 0) return [];
    const { pods } = this.state;
    const members = Array.from(service.members.items.subarray(0, service.members.count));
    const crowd = new Map<number, number>();
    for (const pod of members) crowd.set(pods.node[pod], (crowd.get(pods.node[pod]) ?? 0) + 1);
    const rank = (pod: number): readonly number[] => [
      Math.min(pods.phase[pod], Phase.Ready),
      ...(service.wakes ? [pods.inFlight[pod] > 0 ? 1 : 0, pods.idleSince[pod]] : [-crowd.get(pods.node[pod])!]),
      -pods.serial[pod],
    ];
    const ranked = members.map((pod) => ({ pod: pod as PodId, rank: rank(pod) }));
    ranked.sort((one, two) => compare(one.rank, two.rank));
    return ranked.slice(0, count).map(({ pod }) => pod);
  }

  private cancelEvent(pod: PodId): void {
    const { pods, sim } = this.state;
    if (pods.event[pod] !== NONE) sim.cancel(pods.event[pod]);
    pods.event[pod] = NONE;
  }

  private nameOf(pod: PodId): string {
    const { pods, services } = this.state;
    return `pod ${services[pods.service[pod]].spec.name}-${pods.serial[pod]}`;
  }
}

/** Where in a pod's chance its start-up stands; services tell themselves apart by their number. */
const STARTUP = 0x2545f491;

/** From the container's start to the first good probe, given how long the application takes to come up. */
function untilReady(service: Service, startup: Seconds): Seconds {
  const { readiness } = service.spec;
  if (readiness === undefined) return startup;
  const { initialDelay, period } = readiness;
  return initialDelay + Math.ceil(Math.max(0, startup - initialDelay) / period) * period;
}

/** Orders lists of numbers by their first difference. */
function compare(one: readonly number[], two: readonly number[]): number {
  const i = one.findIndex((value, at) => value !== two[at]);
  return i < 0 ? 0 : one[i] - two[i];
}
