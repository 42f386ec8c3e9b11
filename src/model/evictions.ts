/** Drains of machines: evictions as fast as disruption budgets allow them. */
import { desiredHealthy, mayEvict } from "../controllers/disruption/budget.js";
import type { Budget as BudgetStatus } from "../controllers/scheduler/preemption.js";
import type { EventKind } from "../kernel/simulation.js";
import { labelsOfPods } from "./api-objects.js";
import type { Machine, Machines } from "./machines.js";
import { Phase, type PodId, type State } from "./state.js";

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
  private asked = false;

  constructor(
    private readonly state: State,
    private readonly machines: Machines,
    private readonly evict: (pod: PodId) => void,
  ) {
    this.again = state.sim.event("node.drain", () => {
      this.asked = false;
      for (const machine of [...this.waiting]) this.evictFrom(machine);
    });
  }

  /** Moves every pod of a machine elsewhere; the machine goes when the last has left. */
  drain(machine: Machine): void {
    this.machines.close(machine);
    if (machine.podCount === 0) this.machines.giveBack(machine);
    else this.evictFrom(machine);
  }

  /** Pods have become ready: what a budget held back may go now, once all that happens at this instant has happened. */
  retry(): void {
    if (this.waiting.size === 0 || this.asked) return;
    this.asked = true;
    this.state.sim.after(0, this.again);
  }

  private evictFrom(machine: Machine): void {
    const { pods, services } = this.state;
    this.waiting.delete(machine);
    for (const pod of machine.podIds().filter((one) => pods.phase[one] !== Phase.Draining)) {
      const { spec, replicas, ready } = services[pods.service[pod]];
      const { budget } = spec.lifecycle;
      const there = { expected: replicas, healthy: ready.count, ready: pods.phase[pod] === Phase.Ready };
      if (budget === undefined || mayEvict(budget, there)) this.evict(pod);
      else this.waiting.add(machine);
    }
  }
}
