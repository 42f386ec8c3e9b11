/**
 * A DaemonSet: a pod on each machine that it may stand on, replaced as its rollouts ask. A pod has its room on a machine from
 * the moment that it is bought; one that comes beside another, or after it, waits on its own until there is room for it.
 *
 * Without rollouts its controller has nothing to say while machines come and go, and looks only after a pod was ended.
 */
import { type Choice, oneOf } from "../../controllers/daemon-set/choice.js";
import { DaemonSet, type Observed } from "../../controllers/daemon-set/daemon-set.js";
import { eligibilityOf } from "../../controllers/daemon-set/nodes.js";
import type { DaemonPod } from "../../controllers/daemon-set/pods.js";
import { RandomStream } from "../../kernel/random.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import { Availability } from "../pods/availability.js";
import { sizeOfNew } from "../pods/new-pod.js";
import { NONE, Phase, type PodId, type State } from "../state.js";
import type { Background } from "./background.js";
import { DaemonSetLog } from "./daemon-set-log.js";
import { Looks } from "./looks.js";
import type { DaemonSetSpec, RolloutSpec, Workload } from "./workload.js";

/** What it asks of the fleet. */
export interface DaemonPods {
  reserve(daemon: Background, machine: Machine, revision: number): PodId;
  mount(pod: PodId, machine: Machine): void;
  retire(pod: PodId): void;
}

interface Surroundings {
  readonly state: State;
  readonly pods: DaemonPods;
  readonly machines: readonly Machine[];
  readonly log: DecisionLog;
}

export class Daemons implements Workload {
  private readonly state: State;
  private readonly pods: DaemonPods;
  private readonly everyMachine: readonly Machine[];
  private readonly controller: DaemonSet;
  private readonly looks: Looks;
  private readonly availability: Availability;
  private readonly log: DaemonSetLog;
  private readonly chance: RandomStream;
  private readonly rolls: boolean;
  private wanted: Omit<RolloutSpec, "at"> = { revision: 0, paused: false, partition: 0 };
  /** A pod was ended that is to come again. */
  private lost = false;
  private made = 0;
  /** The numbers by which the controller knows its pods, and those that have no room yet. */
  private readonly numbers = new Map<PodId, number>();
  private readonly waiting = new Map<number, DaemonPod>();

  constructor(
    private readonly daemon: Background,
    spec: DaemonSetSpec,
    { state, pods, machines, log }: Surroundings,
  ) {
    this.state = state;
    this.pods = pods;
    this.everyMachine = machines;
    const { sim, seed } = state;
    const { name, template = {} } = daemon.spec;
    this.rolls = spec.rollouts.length > 0;
    this.controller = new DaemonSet({ ...spec.settings, minReadySeconds: spec.minReady, placing: template });
    this.looks = new Looks(state, "daemon-set", () => this.look());
    this.availability = new Availability(state, daemon, spec.minReady);
    this.log = new DaemonSetLog(daemon, log);
    this.chance = new RandomStream(seed, `${name}/daemon-set`);
    const changes = sim.event("daemon-set.changed", (which: number) => {
      this.wanted = spec.rollouts[which];
      this.log.operator(sim.now, this.wanted.revision);
      this.looks.soon();
    });
    for (const [which, { at }] of spec.rollouts.entries()) sim.at(at, changes, which);
  }

  bought(machine: Machine): void {
    const { starts } = eligibilityOf(machine.object, this.daemon.spec.template ?? {});
    if (starts) this.numbers.set(this.pods.reserve(this.daemon, machine, this.wanted.revision), this.made++);
  }

  started(): void {}

  scaled(): void {}

  podsChanged(): void {
    if (this.rolls || this.lost) this.looks.soon();
  }

  /** The controller makes another there, if the machine stays. */
  evict(pod: PodId): void {
    this.lost = true;
    this.pods.retire(pod);
  }

  /** There may be room where there was none. */
  retry(): void {
    for (const [number, { node, version }] of this.waiting) {
      const machine = this.machines().find(({ object }) => object.name === node);
      if (machine === undefined) this.waiting.delete(number);
      else if (this.fits(machine, Number(version))) this.place(number, machine, Number(version));
    }
  }

  private look(): void {
    const { sim } = this.state;
    this.lost = false;
    this.log.fulfil(sim.now);
    const { observed, rows } = this.observe();
    const wished = this.controller.sync(observed, sim.now);
    const choose = <T>(choice: Choice<T>): readonly T[] => oneOf(choice, () => this.chance.uniform());
    const [create, remove] = [choose(wished.create), choose(wished.remove)];
    this.log.look(sim.now, wished, { create, remove, there: observed.pods.length });
    const { revision } = this.wanted;
    for (const node of create) {
      const about = { node, version: String(revision), phase: "Pending", createdAt: sim.now } as const;
      this.waiting.set(this.made, { id: this.made, ...about });
      this.made++;
    }
    for (const id of remove) {
      this.waiting.delete(id);
      if (rows.has(id)) this.pods.retire(rows.get(id)!);
    }
    this.retry();
    // What it has done is news to it again.
    if (create.length + remove.length > 0) this.looks.soon();
    this.looks.setAlarm(this.availability.next());
  }

  private place(number: number, machine: Machine, revision: number): void {
    this.waiting.delete(number);
    const pod = this.pods.reserve(this.daemon, machine, revision);
    this.numbers.set(pod, number);
    this.pods.mount(pod, machine);
  }

  private fits({ free, maxPods, podCount }: Machine, revision: number): boolean {
    const { cpuMillicores, memoryMiB } = sizeOfNew(this.daemon, revision);
    return podCount < maxPods && cpuMillicores <= free.cpuMillicores && memoryMiB <= free.memoryMiB;
  }

  /** Those that are nodes, and are not about to go with nothing but daemons on them. */
  private machines(): readonly Machine[] {
    return this.everyMachine.filter(({ ready, draining, empty }) => ready && !(draining && empty));
  }

  private observe(): { readonly observed: Observed; readonly rows: ReadonlyMap<number, PodId> } {
    const { pods } = this.state;
    const rows = new Map<number, PodId>();
    const seen: DaemonPod[] = [...this.waiting.values()];
    const machines = this.machines();
    for (const machine of machines)
      for (const pod of machine.podIds()) {
        if (pods.service[pod] !== this.daemon.id) continue;
        const id = this.numbers.get(pod)!;
        rows.set(id, pod);
        seen.push(this.seenAs(pod, id, machine.object.name));
      }
    for (const pod of this.numbers.keys()) if (!this.isThere(pod)) this.numbers.delete(pod);
    const nodes = machines.map(({ object }) => object);
    return { observed: { version: String(this.wanted.revision), nodes, pods: seen }, rows };
  }

  private isThere(pod: PodId): boolean {
    const { pods } = this.state;
    return pods.service[pod] === this.daemon.id && pods.phase[pod] !== Phase.Gone && pods.node[pod] !== NONE;
  }

  private seenAs(pod: PodId, id: number, node: string): DaemonPod {
    const { pods } = this.state;
    const phase = pods.phase[pod];
    return {
      id,
      node,
      placed: true,
      version: String(pods.revision[pod]),
      phase: phase < Phase.Starting ? "Pending" : "Running",
      ready: phase === Phase.Ready,
      available: phase === Phase.Ready && this.availability.of(pod),
      terminating: phase === Phase.Draining,
      createdAt: pods.createdAt[pod],
    };
  }
}
