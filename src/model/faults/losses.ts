/** How machines are lost: gone at once, or silent until they are back or the cloud ends them; and how they are replaced. */
import type { EventKind, Id } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import type { Fleet } from "../pods/fleet.js";
import type { State } from "../state.js";
import type { Silence } from "./silence.js";
import type { Loss } from "./spec.js";

export interface LossParts {
  readonly fleet: Fleet;
  readonly machines: Machines;
  /** Undefined where no fault is silent. */
  readonly silence: Silence | undefined;
}

interface HowLost {
  /** Whether the cloud says so. */
  readonly known: boolean;
  begin(machines: readonly Machine[]): void;
  end(machines: readonly Machine[]): void;
}

type Due = Id<"machine to be replaced">;

export class Losses {
  /** Machines that are to be replaced, by the event that is to come. */
  private readonly due: { readonly machine: Machine; readonly silent: boolean }[] = [];
  /** Losses of each zone that there are now. */
  private readonly closings = new Map<string, number>();
  /** Groups that could buy no machine in a closed zone. */
  private owed: string[] = [];
  private readonly replace: EventKind<Due>;

  constructor(
    private readonly state: State,
    private readonly parts: LossParts,
  ) {
    this.replace = state.sim.event("machine.replaced", (which: Due) => {
      const { machine, silent } = this.due[which];
      if (silent) {
        // It may be back by now, or its provisioner may have given it up.
        if (!parts.machines.has(machine) || !machine.silent) return;
        parts.fleet.loseMachine(machine);
      }
      this.buy(machine.group);
    });
  }

  nodes({ silent, replacedAfter }: Loss): HowLost {
    const { fleet, machines, silence } = this.parts;
    return {
      known: !silent,
      begin: (lost) => {
        for (const machine of lost) {
          const stays = silent && machine.ready;
          if (stays) silence!.begin(machine);
          else fleet.loseMachine(machine);
          this.plan(machine, stays, replacedAfter);
        }
      },
      end: (lost) => {
        for (const machine of lost) if (machines.has(machine) && machine.silent) silence!.end(machine);
      },
    };
  }

  /** None can be had there meanwhile; what was wanted in vain comes when that is over. */
  zone({ zone, ...loss }: Loss & { readonly zone: string }): HowLost {
    const ofNodes = this.nodes(loss);
    return {
      ...ofNodes,
      begin: (lost) => {
        this.close(zone, 1);
        ofNodes.begin(lost);
      },
      end: (lost) => {
        this.close(zone, -1);
        ofNodes.end(lost);
        for (const group of this.owed.splice(0)) this.buy(group);
      },
    };
  }

  private close(zone: string, by: number): void {
    const { closedZones } = this.parts.machines;
    const closings = (this.closings.get(zone) ?? 0) + by;
    this.closings.set(zone, closings);
    if (closings > 0) closedZones.add(zone);
    else closedZones.delete(zone);
  }

  /** A node group keeps its size. A machine with a claim is its provisioner's. */
  private plan(machine: Machine, silent: boolean, after: Seconds): void {
    if (after === Infinity || machine.claim !== undefined || !Number.isNaN(machine.noticeAt)) return;
    this.state.sim.after(after, this.replace, (this.due.push({ machine, silent }) - 1) as Due);
  }

  private buy(group: string): void {
    const { machines } = this.parts;
    if (machines.buy({ group, count: 1 }) === 0 && machines.closedZones.size > 0) this.owed.push(group);
  }
}
