/** The node lifecycle controller at work: it misses leases, takes pods out of service, and evicts them when nobody comes back. */
import {
  DEFAULT_TOLERATION,
  LEASE_RENEWAL,
  MONITOR_PERIOD,
  NodeLifecycle,
} from "../../controllers/node-lifecycle/node-lifecycle.js";
import { toleratesTaint } from "../../controllers/scheduler/selectors.js";
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { firstTime } from "../control/phases.js";
import type { DecisionLog } from "../decisions.js";
import type { Silence } from "../faults/silence.js";
import { nameOfPod } from "../names.js";
import type { Fleet } from "../pods/fleet.js";
import { type NodeId, Phase, type PodId, type State } from "../state.js";
import { Background } from "../workloads/background.js";
import type { Machine } from "./machine.js";
import type { Machines } from "./machines.js";

export const NODE_MONITOR = "node-lifecycle-controller";
const UNREACHABLE = { key: "node.kubernetes.io/unreachable", effect: "NoExecute" } as const;

export class NodeMonitor {
  private readonly lifecycle = new NodeLifecycle();
  /** When a machine's kubelet renews its lease for the first time. */
  private readonly leases = new Map<Machine, Seconds>();
  private readonly look: EventKind;
  private readonly taint: EventKind;
  private readonly evict: EventKind<NodeId>;
  private tainting = false;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly fleet: Fleet;
      readonly machines: Machines;
      readonly silence: Silence;
      readonly log: DecisionLog;
      /** Told of each node that is found not to be ready. */
      readonly missed: (machine: Machine) => void;
    },
  ) {
    const { sim } = state;
    const { machines } = parts;
    this.look = sim.event(
      "node-monitor.look",
      () => {
        sim.after(MONITOR_PERIOD, this.look);
        if (!state.pauses.of("node-monitor")) this.lookAtAll();
      },
      Rank.Decide,
    );
    this.taint = sim.event("node-monitor.taint", () => {
      this.tainting = false;
      this.taintSome();
    });
    this.evict = sim.event("node-monitor.evict", (node: NodeId) => {
      const machine = machines.byId[node];
      if (machine?.silent && this.lifecycle.isTainted(machine.object.name)) this.evictFrom(machine);
    });
  }

  start(): void {
    const { sim, spec, seed } = this.state;
    sim.after(firstTime(spec.controllers, seed, "node-monitor", MONITOR_PERIOD), this.look);
  }

  private lookAtAll(): void {
    const { parts, state } = this;
    const ready = parts.machines.all.filter((machine) => machine.ready);
    const leased = ready.map((machine) => ({
      name: machine.object.name,
      zone: machine.zone,
      renewedAt: this.renewedAt(machine),
    }));
    const { lost } = this.lifecycle.look(leased, state.sim.now);
    for (const machine of ready.filter(({ object, silent }) => silent && lost.includes(object.name))) {
      this.note(`node ${machine.object.name}`, "NodeNotReady: Kubelet stopped posting node status.");
      parts.silence.found(machine);
      parts.missed(machine);
    }
    for (const machine of this.leases.keys()) if (!parts.machines.has(machine)) this.leases.delete(machine);
    this.taintSome();
  }

  /** The latest renewal until now, or until it fell silent; one that is back renews at once. */
  private renewedAt(machine: Machine): Seconds {
    const { sim, spec, seed } = this.state;
    let first = this.leases.get(machine);
    if (first === undefined) {
      first = firstTime(spec.controllers, seed, `${machine.object.name}/lease`, LEASE_RENEWAL);
      this.leases.set(machine, first);
    }
    const { since, until } = this.parts.silence.latestOf(machine);
    const last = machine.silent ? since : sim.now;
    const regular = first + Math.floor((last - first) / LEASE_RENEWAL) * LEASE_RENEWAL;
    return Math.max(machine.boughtAt, regular, machine.silent ? 0 : until);
  }

  private taintSome(): void {
    const { sim } = this.state;
    const { machines } = this.parts;
    if (this.state.pauses.of("node-monitor")) return;
    for (const name of this.lifecycle.taint(sim.now)) {
      const machine = machines.all.find(({ object }) => object.name === name)!;
      this.note(`node ${name}`, `Tainted ${UNREACHABLE.key}:${UNREACHABLE.effect}`);
      sim.after(DEFAULT_TOLERATION, this.evict, machine.id);
    }
    const next = this.lifecycle.taintsAt;
    if (next === Infinity || this.tainting) return;
    this.tainting = true;
    sim.at(Math.max(sim.now, next), this.taint);
  }

  private evictFrom(machine: Machine): void {
    const { state, parts } = this;
    for (const pod of machine.podIds().filter((one) => this.goes(one))) {
      const subject = nameOfPod(state, pod);
      const about = { time: state.sim.now, subject, policy: "taint-eviction-controller" };
      parts.log.add({
        ...{ ...about, rule: "TaintManagerEviction: Marking for deletion Pod" },
        ...{ seen: { node: machine.id }, from: 1, wished: 0, asked: 0 },
      });
      parts.fleet.evictions.acts.evict(pod);
      parts.log.fulfil(subject, state.sim.now);
    }
  }

  /** Daemons tolerate it for ever, and so may others. */
  private goes(pod: PodId): boolean {
    const { pods, owners } = this.state;
    const owner = owners[pods.service[pod]];
    if (pods.phase[pod] === Phase.Draining) return false;
    if (owner instanceof Background) return !owner.daemon;
    return !toleratesTaint(owner.spec.template.tolerations, UNREACHABLE);
  }

  private note(subject: string, rule: string): void {
    const about = { time: this.state.sim.now, subject, policy: NODE_MONITOR, rule };
    this.parts.log.add({ ...about, seen: {}, from: 0, wished: 0, asked: 0 });
  }
}
