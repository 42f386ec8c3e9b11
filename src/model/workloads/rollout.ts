/**
 * A Deployment with revisions: its controller resizes the ReplicaSets one step at a look, and a ReplicaSet's pods
 * come and go as it says. Not modelled: the batches in which a ReplicaSet creates pods, for all of one are refused alike.
 */
import { Deployment, type Rollout as Look, type Observed } from "../../controllers/deployment/deployment.js";
import type { DecisionLog } from "../decisions.js";
import { Availability } from "../pods/availability.js";
import { Creations } from "../pods/creations.js";
import { leastWanted, members } from "../pods/scale-in.js";
import type { Service } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";
import { Looks } from "./looks.js";
import { RolloutLog } from "./rollout-log.js";
import type { DeploymentSpec, Pods, RolloutSpec, Workload } from "./workload.js";

export class Rollout implements Workload {
  private readonly controller: Deployment;
  private readonly looks: Looks;
  private readonly availability: Availability;
  private readonly log: RolloutLog;
  private wanted: Omit<RolloutSpec, "at"> = { revision: 0, paused: false, partition: 0 };
  private last = "";
  /** Of each ReplicaSet, by revision, with what it has seen of itself. */
  private readonly creations = new Map<number, { readonly creations: Creations; news: string }>();

  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly spec: DeploymentSpec,
    private readonly pods: Pods,
    private readonly decisions: DecisionLog,
  ) {
    const { sim } = state;
    this.controller = new Deployment(spec.settings);
    this.looks = new Looks(state, "deployment", () => this.look());
    this.availability = new Availability(state, service, spec.minReady);
    this.log = new RolloutLog(service, decisions);
    const changes = sim.event("deployment.changed", (which: number) => {
      this.wanted = spec.rollouts[which];
      this.log.operator(sim.now, this.wanted);
      this.looks.soon();
    });
    for (const [which, { at }] of spec.rollouts.entries()) sim.at(at, changes, which);
  }

  /** The world begins with the rollout of its first revision long done. */
  started(): void {
    this.controller.sync({ ...this.observed(), sets: {} }, this.state.sim.now);
    this.log.begin(this.controller.sync(this.observed(), this.state.sim.now));
  }

  scaled(): void {
    this.looks.soon();
  }

  podsChanged(): void {
    this.looks.soon();
  }

  /** Its ReplicaSet wants another of the same revision, at once. */
  evict(pod: PodId): void {
    if (!this.state.pauses.of("workloads")) this.create(this.state.pods.revision[pod], 1);
    this.pods.retire(pod);
    this.looks.soon();
  }

  private look(): void {
    const { now } = this.state.sim;
    const observed = this.observed();
    const found = this.controller.sync(observed, now);
    this.log.look(now, this.wanted.revision, observed, found);
    for (const [revision, size] of Object.entries(found.sets))
      this.resize(Number(revision), size, JSON.stringify([size, observed.sets[revision]]));
    this.pods.placeWhenDone();
    // What it has written is news to it again, until it finds everything as it left it.
    const state = JSON.stringify(found);
    if (state !== this.last) this.looks.soon();
    this.last = state;
    const deadline = this.deadline(found);
    const retries = [...this.creations.values()].map(({ creations }) => creations.dueAt);
    this.looks.setAlarm(Math.min(this.availability.next(), deadline > now ? deadline : Infinity, ...retries));
  }

  /** Its own controller looks only when there is news of its size or its pods, or its back-off is over. */
  private resize(revision: number, size: number, news: string): void {
    const { state, service, pods } = this;
    const own = this.podsOf(revision);
    const set = this.setOf(revision);
    const looks = news !== set.news || set.creations.dueAt <= state.sim.now;
    set.news = news;
    if (looks) this.create(revision, size - own.length);
    for (const pod of leastWanted(state, service, own, own.length - size)) pods.retire(pod);
  }

  private create(revision: number, count: number): void {
    const wishes = Array.from({ length: Math.max(0, count) }, () => ({ revision }));
    const { creations } = this.setOf(revision);
    creations.create(this.podsOf(revision).length, wishes, () => this.pods.add(this.service, revision));
  }

  private podsOf(revision: number): readonly PodId[] {
    return members(this.service).filter((pod) => this.state.pods.revision[pod] === revision);
  }

  private setOf(revision: number) {
    let set = this.creations.get(revision);
    if (set === undefined) {
      const subject = `replica set ${this.service.spec.name}-r${revision + 1}`;
      const creator = { owner: this.service, subject, policy: "ReplicaSet" };
      set = { creations: new Creations(this.state, this.decisions, creator), news: "" };
      this.creations.set(revision, set);
    }
    return set;
  }

  private observed(): Observed {
    const { service, wanted, state } = this;
    const { pods } = state;
    const sets: Record<string, { replicas: number; ready: number; available: number; terminating: number }> = {};
    for (let pod = 0; pod < pods.rows.high; pod++) {
      if (pods.service[pod] !== service.id || pods.phase[pod] === Phase.Gone) continue;
      const revision = pods.revision[pod];
      sets[revision] ??= { replicas: 0, ready: 0, available: 0, terminating: 0 };
      const set = sets[revision];
      if (pods.phase[pod] === Phase.Draining) set.terminating++;
      else set.replicas++;
      if (pods.phase[pod] !== Phase.Ready) continue;
      set.ready++;
      if (this.availability.of(pod)) set.available++;
    }
    return { replicas: service.replicas, version: String(wanted.revision), paused: wanted.paused, sets };
  }

  /** A second after a rollout has stood still for its deadline the controller looks whether it has. */
  private deadline({ progressing }: Look): number {
    const { progressDeadline } = this.spec.settings;
    if (progressDeadline === undefined || progressing === undefined) return Infinity;
    if (["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused"].includes(progressing.reason))
      return Infinity;
    return progressing.updatedAt + progressDeadline + 1;
  }
}
