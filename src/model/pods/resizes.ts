/**
 * Resizes in place, as the kubelet carries them out: at once when the node has room for what the pod asks for more, else later
 * (Deferred) or never (Infeasible). A container that holds more memory than it may then keeps what it has until it holds less.
 *
 * Not modelled: that the scheduler counts what a deferred resize asks for, and containers that must restart for a resize.
 */
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Resources, SizedPod } from "../../policy/sizer-contract.js";
import type { Seconds } from "../../units.js";
import type { Cpu } from "../cpu/cpu.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import type { PodId, State } from "../state.js";
import { heldMiB } from "./lifecycle.js";
import { resourcesOf, setResources } from "./pod-size.js";

/** The kubelet syncs its pods at least so often. */
const SYNC_PERIOD: Seconds = 60;

type Status = NonNullable<SizedPod["resize"]>;

export class Resizes {
  /** What has been asked for and has not come. */
  private readonly asked = new Map<PodId, { readonly resources: Resources; status: Status }>();
  private readonly sync: EventKind;
  private readonly again: EventKind;
  private syncing = false;

  constructor(
    private readonly state: State,
    private readonly parts: { readonly machines: Machines; readonly cpu: Cpu },
    private readonly events: {
      /** A pod runs with what it was asked to have. */
      readonly done: (pod: PodId) => void;
      /** It cannot for now, or ever. */
      readonly held: (pod: PodId, status: Status) => void;
    },
  ) {
    const { sim } = state;
    this.again = sim.event("kubelet.retry", () => this.retry());
    this.sync = sim.event(
      "kubelet.sync",
      () => {
        this.retry();
        this.syncing = this.asked.size > 0;
        if (this.syncing) sim.after(SYNC_PERIOD, this.sync);
      },
      Rank.Observe,
    );
  }

  ask(pod: PodId, resources: Resources): void {
    this.asked.delete(pod);
    const status = this.attempt(pod, resources);
    if (status === undefined) return;
    this.asked.set(pod, { resources, status });
    this.events.held(pod, status);
    if (!this.syncing) this.state.sim.after(SYNC_PERIOD, this.sync);
    this.syncing = true;
  }

  statusOf(pod: PodId): Status | undefined {
    return this.asked.get(pod)?.status;
  }

  /** What the pod has been told to have, be it so or not. */
  toldOf(pod: PodId): Resources {
    return this.asked.get(pod)?.resources ?? resourcesOf(this.state.pods, pod);
  }

  /** A pod is about to leave its node, where another may then grow. */
  forget(pod: PodId): void {
    this.asked.delete(pod);
    this.retrySoon();
  }

  private retrySoon(): void {
    if (this.asked.size > 0) this.state.sim.after(0, this.again);
  }

  private retry(): void {
    for (const [pod, { resources, status }] of this.asked) {
      const now = this.attempt(pod, resources);
      if (now === undefined) this.asked.delete(pod);
      else if (now !== status) {
        this.asked.get(pod)!.status = now;
        this.events.held(pod, now);
      }
    }
  }

  /** What stands against it; undefined when it is done. */
  private attempt(pod: PodId, resources: Resources): Status | undefined {
    const { pods, services } = this.state;
    const machine = this.parts.machines.byId[pods.node[pod]]!;
    const service = services[pods.service[pod]];
    const status = roomFor(resources, resourcesOf(pods, pod), machine);
    if (status !== undefined) return status;
    const lower = resources.memoryLimitMiB < pods.memoryLimitMiB[pod];
    if (lower && heldMiB(service.spec.lifecycle, pods.inFlight[pod]) > resources.memoryLimitMiB) return "Error";
    const before = pods.presentLimit[pod];
    this.parts.machines.resize(pod, () => setResources(pods, pod, service, resources));
    const cores = pods.presentLimit[pod];
    pods.presentLimit[pod] = before; // what its speed so far comes from
    this.parts.cpu.cfs.relimit(pod, cores);
    this.events.done(pod);
    this.retrySoon();
    return undefined;
  }
}

function roomFor({ size }: Resources, { size: present }: Resources, machine: Machine): Status | undefined {
  for (const resource of ["cpuMillicores", "memoryMiB"] as const) {
    if (size[resource] > machine.allocatable[resource]) return "Infeasible";
  }
  for (const resource of ["cpuMillicores", "memoryMiB"] as const) {
    if (size[resource] > present[resource] && size[resource] > machine.free[resource] + present[resource])
      return "Deferred";
  }
  return undefined;
}
