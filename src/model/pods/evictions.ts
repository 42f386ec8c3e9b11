/** Drains of machines: evictions as fast as disruption budgets allow them, until the machine's patience is over. */
import { desiredHealthy, mayEvict } from "../../controllers/disruption/budget.js";
import type { Budget as BudgetStatus } from "../../controllers/scheduler/preemption.js";
import type { EventKind } from "../../kernel/simulation.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import { labelsOfPods } from "../placing/api-objects.js";
import { NONE, type NodeId, Phase, type PodId, type State } from "../state.js";
import { isDaemon } from "../workloads/background.js";

/** Each disruption budget as its status has it at this moment. */
export const budgetStatuses = ({ services }: State): readonly BudgetStatus[] =>
  services.flatMap(({ spec, replicas, ready }) => {
    const { budget } = spec.lifecycle;
    if (budget === undefined) return [];
    const disruptionsAllowed = Math.max(0, ready.count - desiredHealthy(budget, replicas));
    return [{ selector: { matchLabels: labelsOfPods(spec) }, disruptionsAllowed }];
  });

export class Evictions {
  /** Machines whose drain waits for a budget. */
  private readonly waiting = new Set<Machine>();
  private readonly again: EventKind;
  private readonly over: EventKind<NodeId>;
  private asked = false;

  constructor(
    private readonly state: State,
    private readonly machines: Machines,
    readonly acts: {
      readonly evict: (pod: PodId) => void;
      /** Nothing but daemons is left on it. */
      readonly giveBack: (machine: Machine) => void;
      /** Ends what is still on a machine. */
      readonly kill: (machine: Machine) => void;
    },
  ) {
    this.again = state.sim.event("node.drain", () => {
      this.asked = false;
      for (const machine of [...this.waiting]) this.evictFrom(machine);
    });
    this.over = state.sim.event("node.drain-over", (node: NodeId) => {
      const machine = machines.byId[node]!;
      machine.drainOver = NONE;
      this.acts.kill(machine);
    });
  }

  /** Moves every pod of a machine elsewhere; the machine goes when the last has left. */
  drain(machine: Machine): void {
    if (machine.silent) return this.acts.kill(machine); // nobody is there to end its pods in good order
    this.machines.close(machine);
    if (machine.empty) return this.acts.giveBack(machine);
    if (machine.drainLimit < Infinity && machine.drainOver === NONE)
      machine.drainOver = this.state.sim.after(machine.drainLimit, this.over, machine.id);
    this.evictFrom(machine);
  }

  /** Pods have become ready: what a budget held back may go now, once all that happens at this instant has happened. */
  retry(): void {
    if (this.waiting.size === 0 || this.asked) return;
    this.asked = true;
    this.state.sim.after(0, this.again);
  }

  /** Daemons stay, as kubectl drain leaves them. */
  private goes(pod: PodId): boolean {
    const { pods, owners } = this.state;
    return pods.phase[pod] !== Phase.Draining && !isDaemon(owners[pods.service[pod]]);
  }

  /** By its budget, as the Eviction API sees it. */
  mayGo(pod: PodId): boolean {
    const { pods, owners } = this.state;
    const { spec, replicas, ready } = owners[pods.service[pod]];
    const { budget } = spec.lifecycle;
    const there = { expected: replicas, healthy: ready.count, ready: pods.phase[pod] === Phase.Ready };
    return budget === undefined || mayEvict(budget, there);
  }

  private evictFrom(machine: Machine): void {
    const { pods, owners } = this.state;
    this.waiting.delete(machine);
    if (!this.machines.has(machine)) return;
    for (const pod of machine.podIds().filter((one) => this.goes(one))) {
      // Karpenter, which has a claim for each of its machines, leaves such pods until its patience is over.
      const { annotations } = owners[pods.service[pod]].spec.lifecycle;
      const held = annotations.doNotDisrupt === true && machine.claim !== undefined;
      if (!held && this.mayGo(pod)) this.acts.evict(pod);
      else this.waiting.add(machine);
    }
  }
}
