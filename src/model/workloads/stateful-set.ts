/** A StatefulSet: pods that keep their ordinals, created, updated and ended in their order. Not modelled: volumes' places. */
import { type Deed, type Observed, StatefulSet } from "../../controllers/stateful-set/stateful-set.js";
import type { PodStatus } from "../../controllers/stateful-set/status.js";
import type { DecisionLog } from "../decisions.js";
import { Availability } from "../pods/availability.js";
import { Creations } from "../pods/creations.js";
import type { Service } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";
import { Looks } from "./looks.js";
import { StatefulSetLog } from "./stateful-set-log.js";
import type { Pods, RolloutSpec, StatefulSetSpec, Workload } from "./workload.js";

export class Stateful implements Workload {
  private readonly controller: StatefulSet;
  private readonly looks: Looks;
  private readonly availability: Availability;
  private readonly log: StatefulSetLog;
  private readonly creations: Creations;
  private wanted: Omit<RolloutSpec, "at">;

  constructor(
    private readonly state: State,
    private readonly service: Service,
    spec: StatefulSetSpec,
    private readonly pods: Pods,
    log: DecisionLog,
  ) {
    const { sim } = state;
    this.wanted = { revision: 0, paused: false, partition: spec.partition };
    this.controller = new StatefulSet(spec.settings);
    this.looks = new Looks(state, "stateful-set", () => this.look());
    this.availability = new Availability(state, service, spec.minReady);
    this.log = new StatefulSetLog(service, log);
    const { name } = service.spec;
    this.creations = new Creations(state, log, {
      owner: service,
      subject: `stateful set ${name}`,
      policy: "StatefulSet",
      failing: (pod) => `create Pod ${pod} in StatefulSet ${name} failed error`,
    });
    const changes = sim.event("stateful-set.changed", (which: number) => {
      this.wanted = spec.rollouts[which];
      this.log.operator(sim.now, this.wanted);
      this.looks.soon();
    });
    for (const [which, { at }] of spec.rollouts.entries()) sim.at(at, changes, which);
  }

  /** The pods of time 0 bear the ordinals from 0 on, and the first revision is what they all are of. */
  started(): void {
    this.controller.sync(this.observed(this.rows()));
    this.looks.soon();
  }

  scaled(): void {
    this.looks.soon();
  }

  podsChanged(): void {
    this.looks.soon();
  }

  /** Another with its ordinal comes once it is gone. */
  evict(pod: PodId): void {
    this.pods.retire(pod);
    this.looks.soon();
  }

  private look(): void {
    const { sim } = this.state;
    const rows = this.rows();
    this.log.fulfil(sim.now);
    const wished = this.controller.sync(this.observed(rows));
    const there = this.service.members.count;
    const deed = this.create(wished, there);
    this.log.look(sim.now, deed, there);
    for (const ordinal of deed.delete) this.pods.retire(rows.get(ordinal)!);
    this.pods.placeWhenDone();
    // What it has done is news to it again.
    if (deed.delete.length > 0 || Object.keys(deed.create).length > 0) this.looks.soon();
    this.looks.setAlarm(Math.min(this.availability.next(), this.creations.dueAt));
  }

  /** Makes the pods that are wanted, and answers what is left of the deed when one is refused: that ends the look. */
  private create(deed: Deed, there: number): Deed {
    const entries = Object.entries(deed.create);
    const wishes = entries.map(([ordinal, version]) => ({ revision: Number(version), ordinal: Number(ordinal) }));
    const made = this.creations.create(there, wishes, ({ revision, ordinal }) =>
      this.pods.add(this.service, revision, ordinal),
    );
    return made === wishes.length ? deed : { ...deed, create: Object.fromEntries(entries.slice(0, made)), delete: [] };
  }

  /** Its pods by ordinal, those on their way out included: an ordinal is free only once its pod is gone. */
  private rows(): ReadonlyMap<number, PodId> {
    const { pods } = this.state;
    const rows = new Map<number, PodId>();
    for (let pod = 0; pod < pods.rows.high; pod++)
      if (pods.service[pod] === this.service.id && pods.phase[pod] !== Phase.Gone)
        rows.set(pods.ordinal[pod], pod as PodId);
    return rows;
  }

  private observed(rows: ReadonlyMap<number, PodId>): Observed {
    const { revision, partition } = this.wanted;
    const pods = Object.fromEntries([...rows].map(([ordinal, pod]) => [ordinal, this.statusOf(pod)]));
    return { replicas: this.service.replicas, version: String(revision), partition, pods };
  }

  private statusOf(pod: PodId): PodStatus {
    const { pods } = this.state;
    const phase = pods.phase[pod];
    return {
      version: String(pods.revision[pod]),
      phase: phase < Phase.Starting ? "Pending" : "Running",
      ready: phase === Phase.Ready,
      available: phase === Phase.Ready && this.availability.of(pod),
      terminating: phase === Phase.Draining,
    };
  }
}
