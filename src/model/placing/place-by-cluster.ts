/** Pods that wait for a node, given one by a scheduler that knows the cluster: it is told of all that happens. */

import type { EventHandle, EventKind } from "../../kernel/simulation.js";
import type { ClusterScheduler, PlacingAnswer } from "../../policy/contract.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import { nameOfPod } from "../names.js";
import { budgetStatuses } from "../pods/evictions.js";
import { NONE, type PodId, type State } from "../state.js";
import { ownersOf, podObject } from "./api-objects.js";
import type { Scheduling, SchedulingEvents } from "./scheduling.js";

interface Placed {
  readonly pod: PodId;
  readonly machine: Machine;
}

export class PlaceByCluster implements Scheduling {
  readonly pending: PodId[] = [];
  /** The same, by name. */
  private readonly waiting = new Map<string, PodId>();
  /** Machines that have been open once. */
  private readonly known = new Set<Machine>();
  private readonly again: EventKind;
  private readonly retry: EventKind;
  private asked = false;
  private retryHandle: EventHandle = NONE as EventHandle;

  constructor(
    private readonly state: State,
    private readonly machines: Machines,
    private readonly log: DecisionLog,
    private readonly by: {
      readonly name: string;
      readonly scheduler: ClusterScheduler;
      readonly events: SchedulingEvents;
    },
  ) {
    const { sim, services } = state;
    for (const service of services) for (const owner of ownersOf(service)) by.scheduler.ownerAdded(owner);
    state.pauses.whenOver("scheduler", () => this.tryWhenDone());
    this.again = sim.event("scheduler.place", () => {
      this.asked = false;
      this.place();
    });
    this.retry = sim.event("scheduler.flush", () => {
      this.retryHandle = NONE as EventHandle;
      this.place();
    });
  }

  add(pod: PodId): void {
    const object = podObject(this.state, pod);
    this.pending.push(pod);
    this.waiting.set(object.name, pod);
    this.by.scheduler.podAdded(object, this.state.sim.now);
  }

  withdraw(pod: PodId): void {
    const object = podObject(this.state, pod);
    this.waitsNoMore(pod, object.name);
    this.by.scheduler.podRemoved(object, undefined, this.state.sim.now);
  }

  bound(pod: PodId, machine: Machine): void {
    if (this.known.has(machine)) this.by.scheduler.podBound(podObject(this.state, pod), machine.object.name);
  }

  leaving(pod: PodId): void {
    const object = podObject(this.state, pod);
    object.terminating = true;
    this.by.scheduler.podUpdated(object);
  }

  left(pod: PodId, machine: Machine): void {
    const { now } = this.state.sim;
    this.by.scheduler.podRemoved(podObject(this.state, pod), machine.object.name, now);
    this.log.fulfil(nameOfPod(this.state, pod), now);
  }

  resized(pod: PodId, machine: Machine): void {
    // The object that the scheduler knows still asks for what it asked before.
    this.by.scheduler.podRemoved(podObject(this.state, pod), machine.object.name, this.state.sim.now);
    this.state.podObjects[pod] = undefined;
    this.bound(pod, machine);
  }

  /** Perhaps again, when it had been closed for a while. */
  machineOpened(machine: Machine): void {
    const { now } = this.state.sim;
    if (this.known.has(machine)) this.by.scheduler.nodeUpdated(machine.object, now);
    else {
      this.by.scheduler.nodeAdded(machine.object, now);
      this.known.add(machine);
      for (const pod of machine.podIds()) this.bound(pod, machine);
    }
    this.tryWhenDone();
  }

  machineClosed({ object }: Machine): void {
    this.by.scheduler.nodeUpdated(object, this.state.sim.now);
  }

  machineGone(machine: Machine): void {
    if (!this.known.delete(machine)) return;
    this.by.scheduler.nodeRemoved(machine.object, this.state.sim.now);
    this.tryWhenDone();
  }

  tryWhenDone(): void {
    if (this.asked || !this.by.scheduler.ready) return;
    this.asked = true;
    this.state.sim.after(0, this.again);
  }

  placeLast(): readonly Placed[] {
    const placed = new Map<PodId, Machine>();
    this.decide((pod, machine) => placed.set(pod, machine));
    // Some may have had to go for others meanwhile.
    const { node } = this.state.pods;
    return [...placed].flatMap(([pod, machine]) => (node[pod] === machine.id ? [{ pod, machine }] : []));
  }

  private place(): void {
    if (this.state.pauses.of("scheduler")) return;
    this.decide(this.by.events.placed);
    this.remind();
  }

  /** All pods whose turn it is; those that found a node stand on it, unless the next takes it from them. */
  private decide(placed: (pod: PodId, machine: Machine) => void): void {
    const { sim } = this.state;
    const budgets = () => budgetStatuses(this.state);
    for (;;) {
      const answer = this.by.scheduler.next(sim.now, budgets);
      if (answer === undefined) return;
      const pod = this.waiting.get(answer.pod.name);
      if (pod === undefined) throw new Error(`${answer.pod.name} does not wait for a node`);
      const subject = nameOfPod(this.state, pod);
      if (answer.node === undefined) {
        this.refused(subject, answer);
        continue;
      }
      const machine = this.machines.all.find(({ object }) => object.name === answer.node);
      if (machine === undefined) throw new Error(`there is no node ${answer.node}`);
      this.waitsNoMore(pod, answer.pod.name);
      this.log.fulfil(subject, sim.now);
      this.machines.place(pod, machine);
      placed(pod, machine);
    }
  }

  private waitsNoMore(pod: PodId, name: string): void {
    this.pending.splice(this.pending.indexOf(pod), 1);
    this.waiting.delete(name);
  }

  private refused(subject: string, { pod, refusal = "", preempts, seen }: PlacingAnswer): void {
    const { sim } = this.state;
    const common = { time: sim.now, policy: this.by.name };
    const trail = preempts && [
      { what: refusal },
      {
        what: `nominated ${preempts.node}`,
        seen: { victims: preempts.victims.length, budgetsBroken: preempts.violations },
      },
    ];
    if (preempts !== undefined || this.log.awaited(subject) === undefined)
      this.log.add({
        ...common,
        subject,
        rule: refusal,
        seen,
        ...(trail && { why: { trail } }),
        from: 0,
        wished: 1,
        asked: 1,
      });
    if (preempts === undefined) return;
    for (const { name } of preempts.victims) {
      const victim = this.podOn(preempts.node, name);
      podObject(this.state, victim).preempted = true;
      const rule = `Preempted by pod ${pod.name} on node ${preempts.node}`;
      this.log.add({ ...common, subject: nameOfPod(this.state, victim), rule, seen: {}, from: 1, wished: 0, asked: 0 });
      this.by.events.evict(victim);
    }
  }

  private podOn(node: string, name: string): PodId {
    const machine = this.machines.all.find(({ object }) => object.name === node);
    const pod = machine?.podIds().find((one) => podObject(this.state, one).name === name);
    if (pod === undefined) throw new Error(`there is no pod ${name} on ${node}`);
    return pod;
  }

  /** Pods that nothing helps are tried again after some minutes. */
  private remind(): void {
    const { sim } = this.state;
    const { retriesAt } = this.by.scheduler;
    if (this.retryHandle !== NONE) sim.cancel(this.retryHandle);
    this.retryHandle = (retriesAt < Infinity ? sim.at(Math.max(sim.now, retriesAt), this.retry) : NONE) as EventHandle;
  }
}
