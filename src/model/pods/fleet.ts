/** Pods: wished for, placed, pulled, started, ready, drained, gone. Only this file changes a pod's phase. */
import type { EventKind } from "../../kernel/simulation.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import { imageOf, nameOfPod } from "../names.js";
import { createScheduling, type Scheduling } from "../placing/scheduling.js";
import type { Owner, Service } from "../service.js";
import { NONE, Phase, type PodId, type State } from "../state.js";
import { Background } from "../workloads/background.js";
import { Daemons } from "../workloads/daemon-set.js";
import type { Workload } from "../workloads/workload.js";
import { workloadOf } from "../workloads/workloads.js";
import { Evictions } from "./evictions.js";
import type { FleetEvents } from "./fleet-events.js";
import { graceAfterHook } from "./lifecycle.js";
import { newPod } from "./new-pod.js";
import { startNodePressure } from "./node-pressure.js";
import { quotaRefusal } from "./quota.js";
import { StartUp } from "./start-up.js";
import { strike } from "./strike.js";

export class Fleet {
  readonly scheduling: Scheduling;
  readonly startUp: StartUp;
  readonly evictions: Evictions;
  private readonly workloads: readonly Workload[];
  readonly daemons: readonly Daemons[];
  private readonly created: EventKind<PodId>;
  private readonly gaveUp: EventKind<PodId>;
  private readonly overMemory: EventKind<PodId>;
  private readonly started: EventKind<PodId>;
  private readonly becomeReady: EventKind<PodId>;
  private readonly graceOver: EventKind<PodId>;
  private readonly stopped: EventKind<PodId>;

  constructor(
    private readonly state: State,
    private readonly machines: Machines,
    private readonly log: DecisionLog,
    private readonly events: FleetEvents,
  ) {
    const { sim, pods, owners, stillness } = state;
    const evict = (pod: PodId): void => {
      this.workloads[pods.service[pod]].evict(pod);
      this.placeWhenDone();
    };
    this.scheduling = createScheduling(state, machines, log, { placed: (...pair) => this.mount(...pair), evict });
    this.startUp = new StartUp(state, (pod, reason) => this.restart(pod, reason));
    this.evictions = new Evictions(state, machines, {
      evict,
      giveBack: (machine) => this.giveBack(machine),
      kill: (machine) => this.loseMachine(machine),
    });
    startNodePressure(state, { machines, log, evict, end: (pod) => this.end(pod) });
    this.workloads = owners.map((owner) =>
      workloadOf(owner, { state, pods: this, machines: machines.all, log, evicted: events.evicted }),
    );
    this.daemons = this.workloads.filter((one) => one instanceof Daemons);
    this.created = sim.event("pod.mounted", (pod: PodId) => this.pull(pod, machines.byId[pods.node[pod]]!));
    this.gaveUp = sim.event("container.given-up", (pod: PodId) => {
      pods.event[pod] = NONE;
      this.restart(pod, "Unhealthy: not up when the last probe allowed had failed");
    });
    this.overMemory = sim.event("container.oom", (pod: PodId) => {
      if (pods.phase[pod] < Phase.Ready || pods.inFlight[pod] <= pods.mostInFlight[pod] || stillness.has(pod)) return;
      this.events.outOfMemory(pod);
      this.restart(pod, "OOMKilled: the container held more memory than its limit");
    });
    this.started = sim.event("pod.started", (pod: PodId) => this.start(pod));
    this.becomeReady = sim.event("pod.ready", (pod: PodId) => this.comeUp(pod));
    this.graceOver = sim.event("pod.killed", (pod: PodId) => {
      pods.event[pod] = NONE;
      this.events.kill(pod); // the last call to be lost leaves the pod idle, and so removes it
    });
    this.stopped = sim.event("pod.stopped", (pod: PodId) => {
      pods.event[pod] = NONE;
      if (pods.inFlight[pod] === 0) return this.remove(pod);
      pods.event[pod] = sim.after(graceAfterHook(owners[pods.service[pod]].spec), this.graceOver, pod);
    });
  }

  /** The replicas of time 0: placed and ready at once; what no node has room for stays pending. */
  startReady(service: Service): void {
    service.replicas = service.spec.replicas;
    while (service.members.count < service.replicas && quotaRefusal(this.state, service, 0, "") === undefined)
      this.add(service, 0);
    for (const { pod, machine } of this.scheduling.placeLast(service.members.count)) {
      machine.hold(imageOf(this.state, pod), service.revisions[this.state.pods.revision[pod]].imageMiB, 0);
      this.state.pods.startedAt[pod] = 0;
      this.events.started(pod);
      this.startUp.running(pod);
      this.enterService(pod);
    }
    this.workloads[service.id].started();
  }

  /** New room: tries the pending pods again, once all that happens at this instant has happened. */
  placeWhenDone(): void {
    this.scheduling.tryWhenDone();
  }

  /** Asks for this many replicas; they come once placed and started, and go once idle. */
  setReplicas(service: Service, replicas: number): void {
    service.replicas = replicas;
    this.workloads[service.id].scaled();
    this.placeWhenDone();
    this.countChanged(service);
  }

  /** One more pod, on this machine; it starts when that takes pods. */
  reserve(daemon: Background, machine: Machine, revision: number): PodId {
    const pod = newPod(this.state, daemon, revision);
    this.state.pods.phase[pod] = Phase.Pending;
    this.machines.place(pod, machine);
    this.scheduling.bound(pod, machine);
    return pod;
  }

  /** Moves every pod of a machine elsewhere, as fast as their budgets allow; the machine goes when the last has left. */
  drainMachine(machine: Machine): void {
    this.evictions.drain(machine);
    this.placeWhenDone();
  }

  /** A machine is gone with all that stood on it: calls are lost, and every pod's owner wants another. */
  loseMachine(machine: Machine): void {
    this.machines.close(machine);
    if (machine.podCount === 0) this.machines.giveBack(machine);
    // Daemons go with the last of the others.
    for (const pod of machine.podIds()) if (this.state.pods.node[pod] === machine.id) this.end(pod);
    this.placeWhenDone();
  }

  /** A pod ends at once, with all that is in it. */
  end(pod: PodId): void {
    const { pods, sim } = this.state;
    if (pods.phase[pod] !== Phase.Draining) this.workloads[pods.service[pod]].evict(pod);
    if (pods.phase[pod] !== Phase.Draining) return; // nothing held it
    this.cancelEvent(pod);
    pods.stopsAt[pod] = sim.now;
    if (pods.inFlight[pod] === 0) this.remove(pod);
    else this.events.kill(pod);
  }

  /** A container has ended under its calls, which are lost; the kubelet starts it again in the same pod. */
  restart(pod: PodId, reason: string): void {
    const { pods, owners, sim } = this.state;
    const owner = owners[pods.service[pod]];
    if (owner instanceof Background && !owner.daemon) return this.events.failed(pod);
    if (pods.phase[pod] === Phase.Draining) {
      pods.stopsAt[pod] = sim.now;
      return this.events.kill(pod);
    }
    this.cancelEvent(pod);
    this.unready(pod);
    owner.restarts++;
    const at = this.startUp.nextStart(pod);
    const about = { time: sim.now, subject: nameOfPod(this.state, pod), policy: "kubelet", rule: reason };
    this.log.add({ ...about, seen: { calls: pods.inFlight[pod], startsAgainAt: at }, from: 1, wished: 1, asked: 1 });
    this.events.kill(pod);
    pods.event[pod] = sim.at(at, this.started, pod);
    this.countChanged(owner);
  }

  /** A pod has been given more calls than its memory limit bears: the kernel kills its container. */
  tooManyCalls(pod: PodId): void {
    this.state.sim.after(0, this.overMemory, pod); // not under the hands of whoever gave it the call
  }

  /** A draining pod has answered its last call; while its hook runs it stays. */
  idle(pod: PodId): void {
    if (this.state.sim.now < this.state.pods.stopsAt[pod]) return;
    this.cancelEvent(pod);
    this.remove(pod);
  }

  /** One more pod, for the scheduler to find a node for. */
  add(owner: Owner, revision: number, ordinal?: number): PodId {
    const pod = newPod(this.state, owner, revision, ordinal);
    this.state.pods.phase[pod] = Phase.Pending;
    this.scheduling.add(pod);
    return pod;
  }

  /** A pod begins its life on its machine. */
  mount(pod: PodId, machine: Machine): void {
    this.state.pods.phase[pod] = Phase.Pulling;
    if (machine.silent) return;
    const time = this.startUp.mounting(pod);
    if (time <= 0) return this.pull(pod, machine);
    this.state.pods.event[pod] = this.state.sim.after(time, this.created, pod);
  }

  private pull(pod: PodId, machine: Machine): void {
    const { pods, owners, sim } = this.state;
    const { imageMiB } = owners[pods.service[pod]].revisions[pods.revision[pod]];
    const pulled = machine.pull(imageOf(this.state, pod), imageMiB, sim.now);
    pods.event[pod] = sim.after(pulled + this.startUp.before(pod), this.started, pod);
  }

  private start(pod: PodId): void {
    const { pods, sim } = this.state;
    pods.phase[pod] = Phase.Starting;
    pods.startedAt[pod] = pods.changed[pod] = sim.now;
    this.events.started(pod);
    this.startUp.running(pod);
    const { after, endedBy } = this.startUp.comingUp(pod);
    pods.event[pod] = sim.after(after, endedBy === undefined ? this.becomeReady : this.gaveUp, pod);
  }

  /** A pod takes part: for the first time, after its container was started again, or when its node is back. */
  comeUp(pod: PodId): void {
    this.state.pods.event[pod] = NONE;
    this.enterService(pod);
    this.events.ready(this.state.owners[this.state.pods.service[pod]], pod);
    this.evictions.retry();
  }

  /** Nobody sends it calls any more; what becomes of those that it has is another matter. */
  unready(pod: PodId): void {
    if (this.state.pods.phase[pod] === Phase.Ready) this.leaveService(pod);
    this.state.pods.phase[pod] = Phase.Starting;
    this.state.pods.readySince[pod] = NaN;
  }

  private enterService(pod: PodId): void {
    const { pods, owners, sim } = this.state;
    const owner = owners[pods.service[pod]];
    pods.phase[pod] = Phase.Ready;
    pods.readySince[pod] = pods.idleSince[pod] = sim.now;
    pods.readyIndex[pod] = owner.ready.push(pod);
    if (!(owner instanceof Background)) owner.podReady(pod);
    this.startUp.serving(pod);
    this.countChanged(owner);
  }

  /** Takes a pod out of service: at once when it has not started, else when its calls are done or its grace is over. */
  retire(pod: PodId): void {
    const { pods, owners, sim } = this.state;
    const owner = owners[pods.service[pod]];
    strike(owner.members, pods.memberIndex, pod);
    this.cancelEvent(pod);
    this.startUp.forget(pod);
    const runs = pods.phase[pod] >= Phase.Starting;
    if (pods.phase[pod] === Phase.Ready) this.leaveService(pod);
    if (pods.node[pod] === NONE) this.scheduling.withdraw(pod);
    pods.phase[pod] = Phase.Draining;
    if (pods.node[pod] !== NONE) this.scheduling.leaving(pod);
    owner.draining++;
    const { grace, lifecycle } = owner.spec;
    const standsStill = this.state.stillness.has(pod);
    pods.stopsAt[pod] = standsStill ? Infinity : sim.now + (runs ? Math.min(lifecycle.preStop, grace) : 0);
    if (standsStill) return;
    if (runs && lifecycle.preStop > 0) pods.event[pod] = sim.at(pods.stopsAt[pod], this.stopped, pod);
    else if (pods.inFlight[pod] === 0) this.remove(pod);
    else pods.event[pod] = sim.after(grace, this.graceOver, pod);
  }

  private leaveService(pod: PodId): void {
    const owner = this.state.owners[this.state.pods.service[pod]];
    strike(owner.ready, this.state.pods.readyIndex, pod);
    if (!(owner instanceof Background)) owner.podUnready(pod);
  }

  private remove(pod: PodId): void {
    const { pods, owners } = this.state;
    const owner = owners[pods.service[pod]];
    owner.draining--;
    pods.phase[pod] = Phase.Gone;
    this.events.gone(pod);
    const machine = this.machines.byId[pods.node[pod]];
    if (machine !== undefined) {
      this.machines.vacate(pod);
      this.scheduling.left(pod, machine);
      if (machine.draining && machine.empty) this.giveBack(machine);
      for (const one of this.daemons) one.retry();
      this.placeWhenDone();
    }
    pods.rows.remove(pod);
    this.countChanged(owner);
  }

  countChanged(owner: Owner): void {
    this.events.countChanged(owner);
    this.workloads[owner.id].podsChanged();
  }

  /** The daemons of a machine go with it; the end of each brings the next one here. */
  private giveBack(machine: Machine): void {
    if (machine.podCount === 0) this.machines.giveBack(machine);
    else this.retire(machine.podIds()[0]);
  }

  cancelEvent(pod: PodId): void {
    const { pods, sim } = this.state;
    if (pods.event[pod] !== NONE) sim.cancel(pods.event[pod]);
    pods.event[pod] = NONE;
  }
}
