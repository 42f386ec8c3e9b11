/** Pods that wait for a node, and which node each is given by its size: the oldest first. */

import type { EventKind } from "../../kernel/simulation.js";
import type { Scheduler } from "../../policy/contract.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import { nameOfPod } from "../names.js";
import { sameSize, sizeOf } from "../pods/pod-size.js";
import type { PodId, State } from "../state.js";
import { Placement } from "./placement.js";
import type { Scheduling, SchedulingEvents } from "./scheduling.js";

/** For schedulers that see what pods request and what nodes have left, and no more. */
export class PlaceBySize implements Scheduling {
  /** Pods that no node has room for, oldest first. */
  readonly pending: PodId[] = [];
  private readonly placement: Placement<Machine>;
  private readonly again: EventKind;
  private asked = false;

  constructor(
    private readonly state: State,
    private readonly machines: Machines,
    private readonly log: DecisionLog,
    private readonly by: { readonly scheduler: Scheduler; readonly events: SchedulingEvents },
  ) {
    this.placement = new Placement(by.scheduler);
    state.pauses.whenOver("scheduler", () => this.tryWhenDone());
    this.again = state.sim.event("scheduler.place", () => {
      this.asked = false;
      this.place();
    });
  }

  add(pod: PodId): void {
    this.pending.push(pod);
  }

  // What machines and pods do is read from the machines themselves.
  machineOpened(): void {
    this.tryWhenDone();
  }
  machineClosed(): void {}
  machineGone(): void {}
  bound(): void {}
  leaving(): void {}
  left(): void {}
  resized(): void {}

  /** A pod that no longer wishes for a node. */
  withdraw(pod: PodId): void {
    this.pending.splice(this.pending.indexOf(pod), 1);
  }

  /** Tries the pending pods, once all that happens at this instant has happened. */
  tryWhenDone(): void {
    if (this.asked || this.pending.length === 0 || this.state.pauses.of("scheduler")) return;
    this.asked = true;
    this.state.sim.after(0, this.again);
  }

  /** Places the last `count` pods at once, for the start of the world; those without a node stay pending. */
  placeLast(count: number): { readonly pod: PodId; readonly machine: Machine }[] {
    const own = this.pending.splice(this.pending.length - count);
    return own.flatMap((pod) => {
      const machine = this.choose(pod);
      if (machine === undefined) {
        this.pending.push(pod);
        return [];
      }
      this.machines.place(pod, machine);
      return [{ pod, machine }];
    });
  }

  private place(): void {
    if (this.state.pauses.of("scheduler")) return;
    const full = new Map<number, PodId>();
    for (const pod of this.pending.splice(0)) {
      const id = this.state.pods.service[pod];
      // What had no room for one pod has none for its twin.
      const turnedDown = full.get(id);
      const twins = turnedDown !== undefined && sameSize(this.state.pods, pod, turnedDown);
      const machine = twins ? undefined : this.choose(pod);
      if (machine !== undefined) {
        this.log.fulfil(nameOfPod(this.state, pod), this.state.sim.now);
        this.machines.place(pod, machine);
        this.by.events.placed(pod, machine);
        continue;
      }
      full.set(id, pod);
      this.pending.push(pod);
    }
  }

  private choose(pod: PodId): Machine | undefined {
    const { pods, sim } = this.state;
    const size = sizeOf(pods, pod);
    const closed = this.machines.all.length - this.machines.open.length;
    const choice = this.placement.choose(size, this.machines.open, closed);
    if (!("reason" in choice)) return choice;
    const subject = nameOfPod(this.state, pod);
    if (this.log.awaited(subject) === undefined) {
      const about = { time: sim.now, subject, policy: "scheduler", rule: choice.reason };
      this.log.add({ ...about, seen: { ...size }, from: 0, wished: 1, asked: 1 });
    }
    return undefined;
  }
}
