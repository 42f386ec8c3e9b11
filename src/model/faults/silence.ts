/**
 * Machines that stand still and say nothing: hung, or cut off. What runs on them stops where it is, their pods stay endpoints until
 * the node monitor misses their leases, and when they come back all goes on from there.
 *
 * Not modelled: a machine that starts anew and has lost what was in it; a cut-off machine whose pods could still be reached.
 */

import type { Seconds } from "../../units.js";
import type { Traffic } from "../calls/traffic.js";
import type { Metrics } from "../control/metrics.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import type { Fleet } from "../pods/fleet.js";
import { Service } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";
import type { Speeds } from "./speeds.js";

const NOTHING = { speed: 1, cores: 0 } as const;

export class Silence {
  /** Pods that were ready when their node was found not to be. */
  private readonly unready = new Map<Machine, { readonly pods: readonly PodId[]; readonly cordoned: boolean }>();
  private readonly silent = new Set<Machine>();
  private readonly latest = new Map<Machine, { since: Seconds; until: Seconds }>();

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly fleet: Fleet;
      readonly machines: Machines;
      readonly traffic: Traffic;
      readonly metrics: Metrics;
      readonly speeds: Speeds;
    },
  ) {}

  begin(machine: Machine): void {
    const { stillness, nodes, pods } = this.state;
    stillness.machines++;
    this.silent.add(machine);
    this.latest.set(machine, { since: this.state.sim.now, until: NaN });
    nodes.still[machine.id] = 1;
    this.parts.speeds.burden(machine, NOTHING);
    for (const pod of machine.podIds()) {
      this.parts.fleet.cancelEvent(pod);
      this.parts.fleet.startUp.still(pod);
      if (pods.phase[pod] === Phase.Draining) pods.stopsAt[pod] = Infinity;
    }
  }

  /** When it was silent last, if ever: 0 to 0 where it never was. */
  latestOf(machine: Machine): { readonly since: Seconds; readonly until: Seconds } {
    return this.latest.get(machine) ?? { since: 0, until: 0 };
  }

  /** The control plane knows: no pods come here any more, and those here are no endpoints. */
  found(machine: Machine): void {
    const { pods, owners } = this.state;
    const { fleet, machines } = this.parts;
    const { cordoned } = machine;
    machines.cordon(machine);
    const ready = machine
      .podIds()
      .filter((pod) => pods.phase[pod] === Phase.Ready && owners[pods.service[pod]] instanceof Service);
    this.unready.set(machine, { pods: ready, cordoned });
    for (const pod of ready) {
      fleet.unready(pod);
      fleet.countChanged(owners[pods.service[pod]]);
    }
  }

  /** It goes on: what was to end there ends, what was ready is so again, and what was to become so begins anew. */
  end(machine: Machine): void {
    const { nodes, pods, stillness } = this.state;
    const { fleet, machines, metrics, speeds, traffic } = this.parts;
    nodes.still[machine.id] = 0;
    this.latest.get(machine)!.until = this.state.sim.now;
    speeds.relieve(machine, NOTHING);
    const found = this.unready.get(machine);
    this.unready.delete(machine);
    if (found?.cordoned === false) machines.uncordon(machine);
    for (const pod of machine.podIds()) {
      if (pods.node[pod] !== machine.id) continue; // gone with another
      if (pods.phase[pod] === Phase.Draining) fleet.end(pod);
      else if (found?.pods.includes(pod)) fleet.comeUp(pod);
      else if (pods.phase[pod] === Phase.Ready) fleet.startUp.serving(pod);
      else {
        if (pods.phase[pod] === Phase.Starting) metrics.ended(pod);
        fleet.mount(pod, machine);
      }
      if (pods.phase[pod] === Phase.Ready) fleet.startUp.running(pod);
      if (pods.inFlight[pod] > pods.mostInFlight[pod]) fleet.tooManyCalls(pod);
    }
    for (const { call, fails, failure } of stillness.released()) {
      if (fails) traffic.steps.fail(call, failure);
      else traffic.steps.advance(call);
    }
    this.forget(machine);
  }

  /** A machine is gone, whether it said anything last or not. */
  gone(machine: Machine): void {
    if (!this.silent.has(machine)) return;
    this.unready.delete(machine);
    this.latest.delete(machine);
    this.state.stillness.sweep();
    this.forget(machine);
  }

  private forget(machine: Machine): void {
    this.silent.delete(machine);
    this.state.stillness.machines--;
  }
}
