/**
 * Nodes that run out of memory: each kubelet looks at what its pods hold, and ends one of them where that is too much.
 *
 * What the system itself uses is taken to be all that it has reserved, but for the hard threshold. Not modelled: that the kernel
 * kills by itself when a node has nothing left between two looks; the taint of the condition, which keeps away only pods without
 * any request, of which there are none here; a soft eviction's own bound on a pod's grace.
 */
import {
  inOrderOfEviction,
  MemoryPressure,
  MONITORING_INTERVAL,
  type Thresholds,
} from "../../controllers/kubelet/pressure.js";
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { firstTime } from "../control/phases.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import { nameOfPod } from "../names.js";
import { type NodeId, Phase, type PodId, type State } from "../state.js";
import { heldMiB } from "./lifecycle.js";

/** Having ended a pod, a kubelet waits until it is gone, which it asks itself so often and for so long; then it looks again at once. */
const [CLEAN_UP, LONGEST_CLEAN_UP]: readonly Seconds[] = [1, 30];

interface Leaving {
  readonly pod: PodId;
  /** A row of its number may be another pod's by then. */
  readonly name: string;
  readonly until: Seconds;
}

export interface Ending {
  readonly machines: Machines;
  readonly log: DecisionLog;
  /** With the pod's own grace, or at once; its owner wants another in its place either way. */
  readonly evict: (pod: PodId) => void;
  readonly end: (pod: PodId) => void;
}

/** Lets the kubelets look, where the cluster wants it. */
export function startNodePressure(state: State, parts: Ending): void {
  const { eviction } = state.spec.cluster;
  if (eviction !== undefined) new NodePressure(state, eviction, parts);
}

class NodePressure {
  private readonly kubelets = new Map<Machine, MemoryPressure>();
  /** Whom a machine's kubelet waits for. */
  private readonly leaving = new Map<Machine, Leaving>();

  constructor(
    private readonly state: State,
    private readonly thresholds: Thresholds,
    private readonly parts: Ending,
  ) {
    const { sim, spec, seed } = state;
    const { machines } = parts;
    const again: EventKind<NodeId> = sim.event("kubelet.cleaned-up", (node: NodeId) => {
      const machine = machines.byId[node];
      const waited = machine && this.leaving.get(machine);
      if (machine === undefined || waited === undefined) return;
      if (this.isThere(waited) && sim.now < waited.until) return void sim.after(CLEAN_UP, again, node);
      this.leaving.delete(machine);
      look(machine);
    });
    const look = (machine: Machine): void => {
      if (!machine.silent && !this.leaving.has(machine) && this.relieve(machine))
        sim.after(CLEAN_UP, again, machine.id);
    };
    const all: EventKind = sim.event(
      "kubelet.eviction",
      () => {
        for (const machine of machines.all) if (machine.ready) look(machine);
        for (const known of this.kubelets.keys()) if (machines.byId[known.id] !== known) this.forget(known);
        sim.after(MONITORING_INTERVAL, all);
      },
      Rank.Decide,
    );
    sim.after(firstTime(spec.controllers, seed, "kubelet/eviction", MONITORING_INTERVAL), all);
  }

  private forget(machine: Machine): void {
    this.kubelets.delete(machine);
    this.leaving.delete(machine);
  }

  private isThere({ pod, name }: Leaving): boolean {
    return this.state.pods.phase[pod] !== Phase.Gone && nameOfPod(this.state, pod) === name;
  }

  /** Ends one pod if there is need. */
  private relieve(machine: Machine): boolean {
    const { sim, pods } = this.state;
    const kubelet = this.kubelets.get(machine) ?? new MemoryPressure(this.thresholds);
    this.kubelets.set(machine, kubelet);
    const running = machine.podIds().filter((pod) => pods.phase[pod] >= Phase.Starting);
    const users = running.map((pod) => this.userOf(pod));
    const used = users.reduce((sum, { usedMiB }) => sum + usedMiB, 0);
    const available = machine.allocatable.memoryMiB + this.thresholds.hard - used;
    const { met, pressure: condition } = kubelet.look(available, sim.now);
    const [first] = inOrderOfEviction(users.filter(({ pod }) => pods.phase[pod] !== Phase.Draining));
    if (met === undefined || first === undefined) return false;
    const { pod, usedMiB, requestMiB } = first;
    const subject = nameOfPod(this.state, pod);
    const seen = { available, used: usedMiB, request: requestMiB, node: machine.id };
    const status = condition ? ("True" as const) : ("False" as const);
    this.parts.log.add({
      ...{ time: sim.now, subject, policy: "kubelet", rule: "Evicted: The node was low on resource: memory." },
      ...{ seen, from: 1, wished: 0, asked: 0 },
      why: {
        trail: [{ what: `memory.available below the ${met} threshold`, seen }],
        conditions: [{ type: "MemoryPressure", status, reason: "KubeletHasInsufficientMemory" }],
      },
    });
    this.leaving.set(machine, { pod, name: subject, until: sim.now + LONGEST_CLEAN_UP });
    if (met === "hard") this.parts.end(pod);
    else this.parts.evict(pod);
    this.parts.log.fulfil(subject, sim.now);
    return true;
  }

  private userOf(pod: PodId) {
    const { pods, owners } = this.state;
    const { lifecycle } = owners[pods.service[pod]].spec;
    return { pod, priority: 0, usedMiB: heldMiB(lifecycle, pods.inFlight[pod]), requestMiB: pods.memoryMiB[pod] };
  }
}
