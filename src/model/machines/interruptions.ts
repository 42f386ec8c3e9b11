/** Spot machines that the cloud wants back: its notice, what a termination handler does about it, and the end. */
import { type Sampler, sampler } from "../../kernel/distributions.js";
import { RandomStream } from "../../kernel/random.js";
import type { EventKind } from "../../kernel/simulation.js";
import { CLUSTER, type DecisionLog } from "../decisions.js";
import type { Fleet } from "../pods/fleet.js";
import { NONE, type NodeId, type State } from "../state.js";
import type { Machine } from "./machine.js";
import type { Machines } from "./machines.js";

export class Interruptions {
  private readonly untilNotice: ReadonlyMap<string, Sampler>;
  private readonly notice: EventKind<NodeId>;
  private readonly end: EventKind<NodeId>;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly machines: Machines;
      readonly fleet: Fleet;
      readonly log: DecisionLog;
      /** Whether the provisioner drains such machines by itself. */
      readonly heeded: boolean;
    },
  ) {
    const { sim, spec, seed } = state;
    const laws = spec.cluster.groups.flatMap(({ name, spot }) =>
      spot?.interruption === undefined
        ? []
        : [[name, sampler(spot.interruption, new RandomStream(seed, `${name}/interruption`))] as const],
    );
    this.untilNotice = new Map(laws);
    this.notice = sim.event("node.notice", (node: NodeId) => {
      const machine = parts.machines.byId[node]!;
      machine.interruption = NONE;
      this.give(machine);
    });
    this.end = sim.event("node.interrupted", (node: NodeId) => {
      const machine = parts.machines.byId[node]!;
      machine.interruption = NONE;
      parts.fleet.loseMachine(machine);
    });
  }

  bought(machine: Machine): void {
    const until = machine.capacityType === "spot" ? this.untilNotice.get(machine.group) : undefined;
    if (until !== undefined) machine.interruption = this.state.sim.after(until(), this.notice, machine.id);
  }

  /** A node group keeps its size: what the cloud has taken is bought anew. Machines with a claim are their provisioner's. */
  gone(machine: Machine): void {
    if (Number.isNaN(machine.noticeAt) || machine.claim !== undefined) return;
    this.parts.machines.buy({ group: machine.group, count: 1 });
  }

  /** The cloud gives notice now. */
  give(machine: Machine): void {
    const { sim } = this.state;
    if (machine.interruption !== NONE) sim.cancel(machine.interruption);
    const { notice, drained } = machine.spec.spot!;
    machine.noticeAt = sim.now;
    machine.interruption = sim.after(notice, this.end, machine.id);
    if (this.parts.heeded) return;
    const from = this.parts.machines.all.length;
    const about = { time: sim.now, subject: CLUSTER, policy: "cloud", rule: "SpotInterrupted" };
    this.parts.log.add({ ...about, seen: { node: machine.id, notice }, from, wished: from - 1, asked: from - 1 });
    if (drained && !machine.draining) this.parts.fleet.drainMachine(machine);
  }
}
