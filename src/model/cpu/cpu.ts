/**
 * How containers share a machine's cores.
 *
 * The pieces of work in a container share its CPU evenly, each on one core at most, up to its limit.
 * Containers on a crowded node share its cores by weight (their requests), capped by what each could
 * use, and nothing is left idle that somebody could use.
 *
 * Inside a container time is virtual: it runs at the speed of one piece of work, so that a piece that
 * starts at virtual time v is done at v + work whatever happens to the speed meanwhile. The pieces
 * stand in a pairing heap by that number, threaded through the calls' own columns, and a container has
 * one pending event, its earliest finish, which moves when the speed changes. So a call costs O(log n),
 * be there thousands in the container.
 *
 * A limit is a speed here; cfs.ts has the kernel's quotas by period, for services that want them.
 */
import type { Draws } from "../../kernel/distributions.js";
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { changesSpeeds } from "../faults/spec.js";
import { firstContainer } from "../mesh/machine-proxies.js";
import type { Owner } from "../service.js";
import {
  type CallId,
  type Calls,
  NONE as NOTHING,
  type NodeId,
  type Nodes,
  Phase,
  type PodId,
  type Pods,
  type State,
} from "../state.js";
import { Cfs } from "./cfs.js";
import { meld, meldPairs, without } from "./finish-heap.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

export class Cpu {
  private readonly sim: Simulation;
  private readonly owners: readonly Owner[];
  private readonly pods: Pods;
  private readonly calls: Calls;
  private readonly nodes: Nodes;
  private readonly draws: Draws;
  private readonly alone: EventKind<CallId>;
  private readonly shared: EventKind<PodId>;
  readonly cfs: Cfs;
  /** Machines may be slower than they should: else nobody asks for their pace. */
  private readonly paced: boolean;

  /** `finished` is told of each call whose work is done. */
  constructor(state: State, finished: (call: CallId) => void) {
    const { sim, owners, pods, calls, nodes, draws } = state;
    this.sim = sim;
    this.owners = owners;
    this.pods = pods;
    this.calls = calls;
    this.nodes = nodes;
    this.draws = draws;
    this.cfs = new Cfs(state, this);
    this.paced = changesSpeeds(state.spec.faults);
    this.alone = sim.event("cpu.alone", (call: CallId) => {
      this.leave(calls.pod[call] as PodId);
      calls.event[call] = NONE;
      finished(call);
    });
    this.shared = sim.event("cpu.shared", (pod: PodId) => finished(this.finishEarliest(pod)));
  }

  /** Begins the work that was drawn last, in seconds of one core, for a call. */
  start(call: CallId, pod: PodId, owner: Owner): void {
    const { sim, pods, calls } = this;
    const work = this.draws.value * pods.workTimes[pod];
    owner.work += work;
    if (owner.dedicated) {
      owner.working += work;
      pods.active[pod]++;
      pods.used[pod] -= sim.now;
      this.demand(pods.node[pod] as NodeId, 1);
      calls.event[call] = sim.after(work, this.alone, call);
    } else this.startShared(call, pod, work);
  }

  /** Its pod's other pieces slow it down, and it them. */
  private startShared(call: CallId, pod: PodId, work: Seconds): void {
    const { sim, pods, calls } = this;
    this.advance(pod);
    calls.since[call] = sim.now;
    calls.finish[call] = pods.virtual[pod] + work;
    calls.child[call] = NONE;
    calls.sibling[call] = NONE;
    const earliest = pods.earliest[pod];
    pods.earliest[pod] = earliest === NONE ? call : meld(calls, earliest, call);
    const speed = pods.speed[pod];
    const crowded = this.resize(pod, 1);
    // While there are cores enough, who comes slows nobody down: then the pod's event stays where it is.
    if (!crowded && (pods.earliest[pod] !== earliest || pods.speed[pod] !== speed)) this.reschedule(pod);
    if (pods.quota[pod] > 0) this.cfs.settle(pod);
  }

  /** CPU seconds that a pod has used so far, the work under way included. */
  used(pod: PodId): Seconds {
    const { sim, pods } = this;
    const active = pods.active[pod];
    if (this.owners[pods.service[pod]].dedicated) return pods.used[pod] + active * sim.now;
    return pods.used[pod] + active * pods.speed[pod] * (sim.now - pods.changed[pod]);
  }

  /** CPU seconds that all pods of a service have used so far, those long gone included. */
  usedBy(owner: Owner): Seconds {
    const { pods } = this;
    let sum = 0;
    for (let row = 0; row < pods.rows.high; row++) {
      if (pods.phase[row] !== Phase.Gone && pods.service[row] === owner.id) sum += this.used(row as PodId);
    }
    return owner.usedByGone + sum;
  }

  /** A pod is about to leave the table: its use stays on the service's account. */
  forget(pod: PodId): void {
    this.owners[this.pods.service[pod]].usedByGone += this.used(pod);
    this.pods.used[pod] = 0;
  }

  /** Stops all work of a pod, as a kill does. The calls' own events are the caller's to forget. */
  stop(pod: PodId): void {
    const { sim, pods } = this;
    const owner = this.owners[pods.service[pod]];
    if (owner.dedicated) {
      while (pods.active[pod] > 0) this.leave(pod);
      return;
    }
    this.advance(pod);
    if (pods.cpuEvent[pod] !== NONE) sim.cancel(pods.cpuEvent[pod]);
    pods.cpuEvent[pod] = pods.earliest[pod] = NONE;
    if (pods.active[pod] > 0) this.resize(pod, -pods.active[pod]);
    if (pods.quota[pod] > 0) this.cfs.settle(pod);
  }

  /** Ends a call's piece of work before it is done; what is not done counts as never asked for. */
  cancel(call: CallId, pod: PodId, owner: Owner): void {
    const { sim, pods, calls } = this;
    if (owner.dedicated) {
      const left = sim.due(calls.event[call]) - sim.now;
      owner.work -= left;
      owner.working -= left;
      return this.leave(pod);
    }
    this.advance(pod);
    owner.work -= Math.max(0, calls.finish[call] - pods.virtual[pod]);
    owner.working += sim.now - calls.since[call];
    pods.earliest[pod] = without(calls, pods.earliest[pod], call);
    const crowded = this.resize(pod, -1);
    // A crowded node's active pods have been rescheduled; one without work is not among them.
    if (!crowded || pods.earliest[pod] === NONE) this.reschedule(pod);
    if (pods.quota[pod] > 0) this.cfs.settle(pod);
  }

  /** A piece of work that had a core of its own is over. */
  private leave(pod: PodId): void {
    this.pods.active[pod]--;
    this.pods.used[pod] += this.sim.now;
    this.demand(this.pods.node[pod] as NodeId, -1);
  }

  private finishEarliest(pod: PodId): CallId {
    const { sim, pods, calls } = this;
    this.advance(pod);
    pods.cpuEvent[pod] = NONE;
    const call = pods.earliest[pod] as CallId;
    const owner = this.owners[calls.service[call]];
    pods.virtual[pod] = calls.finish[call];
    pods.earliest[pod] = meldPairs(calls, calls.child[call]);
    owner.working += sim.now - calls.since[call];
    if (!this.resize(pod, -1)) this.reschedule(pod);
    if (pods.quota[pod] > 0) this.cfs.settle(pod);
    return call;
  }

  /** Brings a container's virtual time and its bill of CPU up to now. */
  advance(pod: PodId): void {
    const { sim, pods } = this;
    const elapsed = sim.now - pods.changed[pod];
    pods.changed[pod] = sim.now;
    const active = pods.active[pod];
    if (active === 0) {
      pods.virtual[pod] = 0; // nobody's finish depends on it: keep the numbers small and exact
      return;
    }
    const progress = pods.speed[pod] * elapsed;
    pods.virtual[pod] += this.paced ? progress * this.nodes.pace[pods.node[pod]] : progress;
    pods.used[pod] += active * progress;
  }

  /** The number of pieces of work in an up-to-date container changes. True when that has rescheduled all pods of a crowded node. */
  private resize(pod: PodId, change: number): boolean {
    const { pods } = this;
    const limit = pods.presentLimit[pod];
    const before = pods.active[pod];
    const after = before + change;
    pods.active[pod] = after;
    const demand = after < limit ? after : limit;
    const demandBefore = before < limit ? before : limit;
    pods.speed[pod] = after === 0 ? 0 : demand / after;
    return this.demand(pods.node[pod] as NodeId, demand - demandBefore);
  }

  /** Changes what a node's pods could use; on a crowded node all shares change, and then it answers true. */
  demand(node: NodeId, change: number): boolean {
    const { nodes } = this;
    const before = nodes.demand[node];
    const after = before + change;
    nodes.demand[node] = after;
    const cores = nodes.cores[node] + TOLERANCE;
    if (before <= cores && after <= cores) return false;
    this.share(node);
    return true;
  }

  reschedule(pod: PodId): void {
    const { sim, pods, calls } = this;
    const event = pods.cpuEvent[pod];
    const earliest = pods.earliest[pod];
    if (earliest === NONE) {
      if (event !== NONE) sim.cancel(event);
      pods.cpuEvent[pod] = NONE;
      return;
    }
    const left = calls.finish[earliest] - pods.virtual[pod];
    const speed = this.paced ? pods.speed[pod] * this.nodes.pace[pods.node[pod]] : pods.speed[pod];
    const due = left > 0 ? sim.now + left / speed : sim.now;
    if (event === NONE) pods.cpuEvent[pod] = sim.at(due, this.shared, pod);
    else sim.move(event, due);
  }

  /** A machine's cores become more or fewer, or faster or slower: at pace 0 they stand still, and count as used. */
  setCores(node: NodeId, cores: number, pace: number): void {
    const { nodes, pods } = this;
    for (let pod = firstContainer(nodes, pods, node); pod !== NONE; pod = pods.nextOnNode[pod])
      this.advance(pod as PodId);
    nodes.cores[node] = cores;
    nodes.pace[node] = pace;
    this.share(node);
  }

  /** Shares a crowded node's cores by weight among its active containers (water filling). */
  private share(node: NodeId): void {
    const { nodes, pods, owners } = this;
    let cores = nodes.cores[node];
    let weights = 0;
    let count = 0;
    for (let pod = firstContainer(nodes, pods, node); pod !== NONE; pod = pods.nextOnNode[pod]) {
      const active = pods.active[pod];
      if (active === 0) continue;
      if (owners[pods.service[pod]].dedicated) {
        cores -= active;
        continue;
      }
      if (count === crowd.length) crowd = Int32Array.from({ length: 2 * count }, (_, i) => (i < count ? crowd[i] : 0));
      crowd[count++] = pod;
      weights += this.weightOf(pod);
    }
    // Whoever cannot use his share by weight gets what he can use, and the rest is shared anew among the others.
    for (let settled = -1; settled !== count && count > 0; ) {
      settled = count;
      for (let i = count - 1; i >= 0; i--) {
        const pod = crowd[i] as PodId;
        const could = Math.min(pods.active[pod], pods.presentLimit[pod]);
        if (could > (cores * this.weightOf(pod)) / weights) continue;
        this.setSpeed(pod, could);
        cores -= could;
        weights -= this.weightOf(pod);
        crowd[i] = crowd[--count];
      }
    }
    for (let i = 0; i < count; i++) {
      const pod = crowd[i] as PodId;
      this.setSpeed(pod, (cores * this.weightOf(pod)) / weights);
    }
  }

  /** The kernel's floor: even a container that requests nothing has a weight of two shares of 1024. */
  private weightOf(pod: number): number {
    return Math.max(2, this.pods.cpuMillicores[pod]);
  }

  private setSpeed(pod: PodId, cores: number): void {
    this.advance(pod);
    this.pods.speed[pod] = cores / this.pods.active[pod];
    this.reschedule(pod);
    if (this.pods.quota[pod] > 0) this.cfs.settle(pod);
  }
}

/** Demands are sums of decimal fractions: a node is crowded only beyond their rounding. */
const TOLERANCE = 1e-9;

/** Scratch of `share`, filled and read within one call. */
let crowd = new Int32Array(128);
