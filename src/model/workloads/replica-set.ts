/** A workload of one revision, as every Deployment is that is never rolled out: so many pods, at once. */

import type { DecisionLog } from "../decisions.js";
import { Creations } from "../pods/creations.js";
import { leastWanted, members } from "../pods/scale-in.js";
import type { Service } from "../service.js";
import type { PodId, State } from "../state.js";
import { Looks } from "./looks.js";
import type { Pods, Workload } from "./workload.js";

export class ReplicaSet implements Workload {
  private readonly subject: string;
  private readonly creations: Creations;
  private readonly looks: Looks;
  /** Its pods when it last tried. */
  private known = "";

  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly pods: Pods,
    private readonly log: DecisionLog,
  ) {
    this.subject = `replica set ${service.spec.name}-r1`;
    this.creations = new Creations(state, log, { owner: service, subject: this.subject, policy: "ReplicaSet" });
    state.pauses.whenOver("workloads", () => {
      this.scaled();
      pods.placeWhenDone();
    });
    this.looks = new Looks(state, "replica-set", () => this.look());
  }

  scaled(): void {
    const { state, service, pods } = this;
    if (state.pauses.of("workloads")) return;
    const surplus = service.members.count - service.replicas;
    this.create(-surplus);
    for (const pod of leastWanted(state, service, members(service), surplus)) pods.retire(pod);
  }

  /** It wants another in its place at once, and the last pod to leave a machine gives it back. */
  evict(pod: PodId): void {
    this.create(this.missing + 1);
    this.pods.retire(pod);
  }

  started(): void {
    if (this.missing > 0) this.looks.soon();
  }

  /** Only a quota leaves it with too few. */
  podsChanged(): void {
    if (this.missing > 0) {
      if (this.known !== this.counts) this.looks.soon();
      return;
    }
    const awaited = this.log.awaited(this.subject);
    if (awaited !== undefined && this.service.ready.count >= this.service.replicas)
      this.log.fulfil(this.subject, this.state.sim.now);
  }

  private get counts(): string {
    const { members, ready, draining } = this.service;
    return [members.count, ready.count, draining].join();
  }

  private get missing(): number {
    return this.service.replicas - this.service.members.count;
  }

  private look(): void {
    this.create(this.missing);
    this.pods.placeWhenDone();
  }

  private create(count: number): void {
    const { service, pods, creations, looks, state } = this;
    if (state.pauses.of("workloads")) return;
    const wishes = Array.from({ length: Math.max(0, count) }, () => ({ revision: 0 }));
    creations.create(service.members.count, wishes, () => pods.add(service, 0));
    this.known = this.counts;
    looks.setAlarm(creations.dueAt);
  }
}
