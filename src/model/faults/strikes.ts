/** What each kind of fault does: whom it hits this time, what it does to them, and how that is undone. */
import type { RandomStream } from "../../kernel/random.js";
import type { Traffic } from "../calls/traffic.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import type { Provisioning } from "../machines/provisioning.js";
import { nameOfPod } from "../names.js";
import type { Disturbance } from "../network/disturbances.js";
import type { Between } from "../network/network-spec.js";
import type { Fleet } from "../pods/fleet.js";
import { Service } from "../service.js";
import type { PodId, State } from "../state.js";
import { BrownOuts } from "./brown-outs.js";
import { chosenMachines, chosenPods } from "./choose.js";
import type { Losses } from "./losses.js";
import type { FaultKind } from "./spec.js";
import type { Burden, Speeds } from "./speeds.js";

/** One time that a fault happens. */
export interface Strike {
  /** Whom it hits, in words; empty when nobody is there to be hit. */
  readonly whom: string;
  readonly services: readonly Service[];
  readonly machines: readonly Machine[];
  /** Who knows of it the moment that it begins. */
  readonly knownTo?: string;
  /** It is healed when its services have as many ready pods again, whether or not it is over. */
  readonly takesPods?: true;
  begin(): void;
  end(): void;
}

export interface StrikeParts {
  readonly fleet: Fleet;
  readonly machines: Machines;
  readonly provisioning: Provisioning;
  readonly speeds: Speeds;
  readonly losses: Losses;
  readonly traffic: Traffic;
}

export class Strikes {
  private readonly brownOuts: BrownOuts;

  constructor(
    private readonly state: State,
    private readonly parts: StrikeParts,
  ) {
    this.brownOuts = new BrownOuts(state);
  }

  of(what: FaultKind, stream: RandomStream): Strike {
    const { machines, losses } = this.parts;
    switch (what.kind) {
      case "crash":
        return this.crash(chosenPods(this.state, what.pods, stream));
      case "node-loss":
        return this.lost(chosenMachines(machines, what.nodes, stream), losses.nodes(what));
      case "zone-loss": {
        const own = machines.all.filter(({ zone, silent }) => zone === what.zone && !silent);
        return { ...this.lost(own, losses.zone(what)), whom: `zone ${what.zone}, ${count(own.length, "node")}` };
      }
      case "slow-node":
        return this.burdened(chosenMachines(machines, what.nodes, stream), { speed: what.speed, cores: 1 });
      case "steal":
        return this.burdened(chosenMachines(machines, what.nodes, stream), { speed: 1, cores: 1 - what.share });
      case "network":
      case "dns":
        return this.disturbed(what);
      case "brown-out":
        return this.brownOut(what, stream);
      case "metric-outage":
        return this.unmeasured(what.services);
      case "pause":
        return this.paused(what);
      case "reclaim": {
        const spot = chosenMachines(machines, what.nodes, stream).filter(
          ({ capacityType, noticeAt }) => capacityType === "spot" && Number.isNaN(noticeAt),
        );
        return this.reclaimed(spot);
      }
    }
  }

  private crash(pods: readonly PodId[]): Strike {
    return {
      whom: pods.map((pod) => nameOfPod(this.state, pod)).join(", "),
      services: this.servicesOf(pods),
      machines: [],
      knownTo: "kubelet",
      takesPods: true,
      begin: () => {
        for (const pod of pods) this.parts.fleet.restart(pod, "Error: a fault ended the container");
      },
      end: nothing,
    };
  }

  private lost(machines: readonly Machine[], how: ReturnType<Losses["nodes"]>): Strike {
    return {
      ...this.on(machines),
      ...(how.known ? { knownTo: "cloud" } : {}),
      takesPods: true,
      begin: () => how.begin(machines),
      end: () => how.end(machines),
    };
  }

  private burdened(machines: readonly Machine[], burden: Burden): Strike {
    const { speeds } = this.parts;
    const own = { ...burden }; // each time one of its own, to be taken away again
    return {
      ...this.on(machines),
      begin: () => {
        for (const machine of machines) speeds.burden(machine, own);
      },
      end: () => {
        for (const machine of machines) speeds.relieve(machine, own);
      },
    };
  }

  private disturbed(what: Disturbance): Strike {
    const { services } = this.state;
    const disturbances = this.parts.traffic.travel.ways!.disturbances;
    const names = what.kind === "dns" ? what.services : namesOf(what.between);
    const hit = services.filter(({ spec }) => names.includes(spec.name));
    return {
      whom: names.join(" and "),
      services: hit.length > 0 ? hit : services,
      machines: [],
      begin: () => disturbances.begin(what),
      end: () => disturbances.end(what),
    };
  }

  private brownOut(what: FaultKind & { readonly kind: "brown-out" }, stream: RandomStream): Strike {
    const service = this.named(what.pods.owner);
    const { portion } = what.pods;
    const all = "share" in portion && portion.share === 1;
    const pods = all ? [] : chosenPods(this.state, what.pods, stream);
    const serials = all ? undefined : new Set(pods.map((pod) => this.state.pods.serial[pod]));
    const one = { ...what, serials }; // each time one of its own, to be taken away again
    return {
      ...this.at([service]),
      ...(all ? {} : { whom: pods.map((pod) => nameOfPod(this.state, pod)).join(", ") }),
      begin: () => this.brownOuts.begin(service, one),
      end: () => this.brownOuts.end(service, one),
    };
  }

  private unmeasured(names: readonly string[]): Strike {
    const services = names.map((name) => this.named(name));
    const change = (by: number) => () => {
      for (const service of services) service.unmeasured += by;
    };
    return { ...this.at(services), begin: change(1), end: change(-1) };
  }

  private paused({ controllers }: FaultKind & { readonly kind: "pause" }): Strike {
    const { pauses } = this.state;
    return {
      whom: controllers.join(", "),
      services: [],
      machines: [],
      begin: () => {
        for (const name of controllers) pauses.begin(name);
      },
      end: () => {
        for (const name of controllers) pauses.end(name);
      },
    };
  }

  private reclaimed(machines: readonly Machine[]): Strike {
    const { interruptions } = this.parts.provisioning;
    return {
      ...this.on(machines),
      knownTo: "cloud",
      takesPods: true,
      begin: () => {
        for (const machine of machines) interruptions.give(machine);
      },
      end: nothing,
    };
  }

  private at = (services: readonly Service[]) => ({
    whom: services.map(({ spec }) => spec.name).join(", "),
    services,
    machines: [],
  });

  private on = (machines: readonly Machine[]) => ({
    whom: machines.map(({ object }) => object.name).join(", "),
    services: this.servicesOf(machines.flatMap((machine) => machine.podIds())),
    machines,
  });

  private named(name: string): Service {
    return this.state.services.find(({ spec }) => spec.name === name)!;
  }

  private servicesOf(pods: readonly PodId[]): readonly Service[] {
    const owners = new Set(pods.map((pod) => this.state.owners[this.state.pods.service[pod]]));
    return [...owners].filter((owner) => owner instanceof Service);
  }
}

const namesOf = (between: Between): readonly string[] => {
  if (between === "all") return ["all"];
  return "services" in between ? between.services : between.zones.map((zone) => `zone ${zone}`);
};

const nothing = (): void => undefined;

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
