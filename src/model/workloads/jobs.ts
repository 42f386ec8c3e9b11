/**
 * Jobs: their pods are made, end and are made again until enough have succeeded. A Job's controller looks when it is created,
 * a second after something has happened to its pods, and when a back-off or a deadline ends.
 *
 * Not modelled: what an ended Job leaves behind (its pods take no room, so it does not matter when they are deleted), and
 * the grace of a process that is told to stop: it stops at once.
 */
import type { JobLook } from "../../controllers/job/job.js";
import { OF_JOBS } from "../../controllers/work-queue/back-off.js";
import type { EventKind, Id } from "../../kernel/simulation.js";
import type { Condition } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import { Creations } from "../pods/creations.js";
import type { Fleet } from "../pods/fleet.js";
import { NONE, type PodId, type State } from "../state.js";
import type { Background } from "./background.js";
import type { JobTemplate } from "./background-spec.js";
import { JobRun, type PodEnd } from "./job-run.js";

type JobId = Id<"job">;

/** Upstream puts a look off for so long after a pod's change, to see several at once. */
const BATCH: Seconds = 1;

export class Jobs {
  /** All there ever were, in the order of their creation. */
  readonly runs: JobRun[] = [];
  private readonly runOfPod = new Map<PodId, JobRun>();
  private readonly creations = new Map<JobRun, Creations>();
  private readonly looking: EventKind<JobId>;

  constructor(
    private readonly state: State,
    private readonly fleet: Fleet,
    private readonly log: DecisionLog,
    /** A Job has its last condition. */
    private readonly finished: (run: JobRun) => void,
  ) {
    this.looking = state.sim.event("job.sync", (id: JobId) => {
      const run = this.runs[id];
      run.event = NONE;
      run.due = Infinity;
      this.look(run);
    });
  }

  /** A Job of its own, at a time. */
  createAt(time: Seconds, background: Background, template: JobTemplate): void {
    const run = new JobRun(background, background.spec.name, time, template);
    this.runs.push(run);
    this.lookAfter(run, time - this.state.sim.now);
  }

  create(background: Background, template: JobTemplate, name: string): JobRun {
    const run = new JobRun(background, name, this.state.sim.now, template);
    this.runs.push(run);
    this.lookAfter(run, 0);
    return run;
  }

  /** Deletes a Job that has not ended, with its pods. */
  delete(run: JobRun): void {
    if (run.event !== NONE) this.state.sim.cancel(run.event);
    run.event = NONE;
    this.creations.delete(run);
    run.end = { well: false, reason: "Deleted", at: this.state.sim.now };
    for (const pod of [...run.pods.keys()]) this.drop(run, pod);
  }

  /** A pod's process has begun. */
  ready(pod: PodId): void {
    const run = this.runOfPod.get(pod);
    if (run === undefined) return;
    const { phase } = this.state.pods;
    if ([...run.pods.keys()].every((one) => phase[one] === phase[pod]))
      this.log.fulfil(subjectOf(run), this.state.sim.now);
  }

  /** A pod's process has ended, well or badly. */
  ended(pod: PodId, well: boolean): void {
    this.gone(pod, well ? "well" : "badly");
    this.fleet.retire(pod);
  }

  /** A pod is thrown off its node. */
  evicted(pod: PodId): void {
    this.gone(pod, "disrupted");
  }

  private gone(pod: PodId, how: PodEnd): void {
    const run = this.runOfPod.get(pod)!;
    run.ends(pod, how, this.state);
    this.runOfPod.delete(pod);
    this.lookAfter(run, BATCH);
  }

  private drop(run: JobRun, pod: PodId): void {
    run.pods.delete(pod);
    this.runOfPod.delete(pod);
    this.fleet.retire(pod);
  }

  /** A look that is due sooner stays. */
  private lookAfter(run: JobRun, delay: Seconds): void {
    this.lookAt(run, this.state.sim.now + delay);
  }

  private lookAt(run: JobRun, due: Seconds): void {
    const { sim } = this.state;
    if (due >= run.due) return;
    run.due = due;
    if (run.event === NONE) run.event = sim.at(due, this.looking, this.runs.indexOf(run) as JobId);
    else sim.move(run.event, due);
  }

  private look(run: JobRun): void {
    if (run.end !== undefined) return;
    const before = run.there;
    const wished = run.look(this.state);
    for (const pod of run.byId(wished.remove)) this.drop(run, pod);
    const look = { ...wished, create: this.make(run, wished) };
    run.there = run.pods.size;
    this.fleet.placeWhenDone();
    this.tell(run, look, before);
    if (run.end !== undefined) {
      this.creations.delete(run);
      this.finished(run);
    }
    // What was deleted has gone at once, which is news for the controller.
    else if (look.remove.length > 0) this.lookAfter(run, BATCH);
    // Seconds are not exact: what is left of a wait may be too little to move the clock at all.
    else if (look.again !== undefined) this.lookAfter(run, Math.max(look.again, 1e-6));
  }

  /** Makes the pods that a look wants; answers how many the quota has admitted. */
  private make(run: JobRun, { create, indexes }: JobLook): number {
    const creations = this.creationsOf(run);
    const wishes = Array.from({ length: create }, (_, n) => ({ revision: 0, index: indexes[n] }));
    const made = creations.create(run.pods.size, wishes, ({ index }) => {
      const pod = this.fleet.add(run.background, 0);
      run.add(pod, index);
      this.runOfPod.set(pod, run);
    });
    this.lookAt(run, creations.dueAt);
    return made;
  }

  private creationsOf(run: JobRun): Creations {
    let own = this.creations.get(run);
    if (own === undefined) {
      const creator = { owner: run.background, subject: subjectOf(run), policy: "job", limit: OF_JOBS };
      own = new Creations(this.state, this.log, creator);
      this.creations.set(run, own);
    }
    return own;
  }

  /** Writes down what a look has changed; what it only waits for, it says when that is over. */
  private tell(run: JobRun, look: JobLook, from: number): void {
    const { sim } = this.state;
    const { create, remove, succeeded, failed } = look;
    const now = run.there;
    if (from === now && run.end === undefined) return;
    const done = create > 0 ? "SuccessfulCreate" : remove.length > 0 ? "SuccessfulDelete" : "pods have ended";
    const rule = run.end?.reason ?? done;
    const conditions = look.conditions.map(
      ({ type, status, reason }): Condition => ({ type, status: status ? "True" : "False", reason }),
    );
    const waits = look.again === undefined ? {} : { again: look.again };
    const seen = { succeeded, failed, created: create, deleted: remove.length, ...waits };
    const why = { trail: [{ what: "pods", seen }], conditions };
    this.log.add({
      time: sim.now,
      subject: subjectOf(run),
      policy: "job",
      rule,
      seen,
      from,
      wished: now,
      asked: now,
      why,
    });
    if (now <= from) this.log.fulfil(subjectOf(run), sim.now);
  }
}

/** "job report", or of several of one owner "job report/7". */
const subjectOf = ({ name, background: { spec } }: JobRun): string =>
  `job ${name === spec.name ? name : name.replace(/-(\d+)$/, "/$1")}`;
