/** What faults leave of machines' cores: each may be slower, and a part of them somebody else's. */
import type { Cpu } from "../cpu/cpu.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";

export interface Burden {
  /** Of a core, as a part of what it should be. */
  readonly speed: number;
  /** The part of the cores that is left. */
  readonly cores: number;
}

export class Speeds {
  private readonly burdens = new Map<Machine, Burden[]>();

  constructor(
    private readonly machines: Machines,
    private readonly cpu: Cpu,
  ) {}

  burden(machine: Machine, burden: Burden): void {
    this.burdens.set(machine, [...(this.burdens.get(machine) ?? []), burden]);
    this.weigh(machine);
  }

  relieve(machine: Machine, burden: Burden): void {
    const left = (this.burdens.get(machine) ?? []).filter((one) => one !== burden);
    if (left.length > 0) this.burdens.set(machine, left);
    else this.burdens.delete(machine);
    this.weigh(machine);
  }

  /** A machine that is gone has nothing to be slow with. */
  private weigh(machine: Machine): void {
    if (!this.machines.has(machine)) return;
    const burdens = this.burdens.get(machine) ?? [];
    const cores = burdens.reduce((left, one) => left * one.cores, machine.allocatable.cpuMillicores / 1000);
    const pace = burdens.reduce((left, one) => left * one.speed, 1);
    this.cpu.setCores(machine.id, cores, pace);
  }
}
