/**
 * What everything costs. A machine is billed from the moment it is bought until it is given back, by the
 * second, at least for the minimum; the minimum's rest falls due when it is given back.
 *
 * A pod's part of its machine is the mean of its parts of the allocatable CPU and memory; what no pod has
 * requested is idle. So the owners' parts and the idle part make the whole.
 */
import { TimeAverage } from "../measure/time-average.js";
import type { Size } from "../policy/contract.js";
import type { Seconds, Usd } from "../units.js";
import type { NodeGroupSpec, PodTemplate, WorldSpec } from "./spec.js";

/** What a machine is billed by. */
export interface Billed {
  readonly spec: Pick<NodeGroupSpec, "allocatable" | "capacity" | "virtualizationFactor">;
  readonly usdPerHour: Usd;
  readonly boughtAt: Seconds;
}

export interface BillTotals {
  readonly usd: Usd;
  readonly trafficUsd: Usd;
  readonly idleUsd: Usd;
  /** Services first, then the background. */
  readonly usdByOwner: readonly Usd[];
  /** R = Σ Rᵢ·Vᵢ, C = Σ Cᵢ·Dᵢ in core-hours: machines' cores × virtualization, pods' requested cores × deployment factor. */
  readonly resourceDemand: number;
  readonly containerDemand: number;
  readonly machineHours: number;
}

export class Bill {
  private readonly usdPerHour = new TimeAverage(0, 0);
  private readonly templates: readonly PodTemplate[];
  private readonly ownersUsdPerHour: readonly TimeAverage[];
  private readonly machines = new TimeAverage(0, 0);
  private readonly resourceCores = new TimeAverage(0, 0);
  private readonly containerCores = new TimeAverage(0, 0);
  private minimums: Usd = 0;
  private readonly rates: number[];
  private rate = 0;
  private count = 0;
  private cores = 0;
  private requested = 0;

  constructor(private readonly spec: WorldSpec) {
    this.templates = [...spec.services, ...spec.background];
    this.ownersUsdPerHour = this.templates.map(() => new TimeAverage(0, 0));
    this.rates = this.templates.map(() => 0);
  }

  /** USD per hour at this moment. */
  get presentUsdPerHour(): Usd {
    return this.rate;
  }

  bought(machine: Billed, now: Seconds): void {
    this.change(machine, 1, now);
  }

  givenBack(machine: Billed, now: Seconds): void {
    this.change(machine, -1, now);
    const rest = Math.max(0, this.spec.cluster.minimumBilled - (now - machine.boughtAt));
    this.minimums += (rest / 3600) * machine.usdPerHour;
  }

  /** A pod of an owner takes (or, with -1, gives up) its place on a machine. */
  placed(owner: number, size: Size, machine: Billed, change: number, now: Seconds): void {
    const { cpuMillicores, memoryMiB } = machine.spec.allocatable;
    const part = (size.cpuMillicores / cpuMillicores + size.memoryMiB / memoryMiB) / 2;
    this.rates[owner] += change * part * machine.usdPerHour;
    this.ownersUsdPerHour[owner].set(this.rates[owner], now);
    this.requested += (change * size.cpuMillicores * this.templates[owner].deploymentFactor) / 1000;
    this.containerCores.set(this.requested, now);
  }

  restart(now: Seconds): void {
    for (const average of [this.usdPerHour, this.machines, this.resourceCores, this.containerCores])
      average.restart(now);
    for (const average of this.ownersUsdPerHour) average.restart(now);
    this.minimums = 0;
  }

  /** `traffic` is what zones charge for what passes between them. */
  totals(now: Seconds, traffic: Usd): BillTotals {
    const hours = (average: TimeAverage): number => average.integral(now) / 3600;
    const usdByOwner = this.ownersUsdPerHour.map(hours);
    const usd = hours(this.usdPerHour) + this.minimums;
    return {
      usd: usd + traffic,
      trafficUsd: traffic,
      idleUsd: usd - usdByOwner.reduce((sum, x) => sum + x, 0),
      usdByOwner,
      resourceDemand: hours(this.resourceCores),
      containerDemand: hours(this.containerCores),
      machineHours: hours(this.machines),
    };
  }

  private change({ spec, usdPerHour }: Billed, change: number, now: Seconds): void {
    this.rate += change * usdPerHour;
    this.count += change;
    this.cores += (change * spec.capacity.cpuMillicores * spec.virtualizationFactor) / 1000;
    this.usdPerHour.set(this.rate, now);
    this.machines.set(this.count, now);
    this.resourceCores.set(this.cores, now);
  }
}
