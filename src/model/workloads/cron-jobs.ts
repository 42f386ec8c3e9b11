/** CronJobs: each looks when a moment has come, and when a Job of its own has ended. */
import { CronJob, type CronJobLook, LATE, type OwnedJob } from "../../controllers/cron-job/cron-job.js";
import { Schedule } from "../../controllers/cron-job/schedule.js";
import type { EventKind, Id } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import { NONE, type State } from "../state.js";
import type { Background } from "./background.js";
import type { JobTemplate } from "./background-spec.js";
import type { JobRun } from "./job-run.js";
import type { Jobs } from "./jobs.js";

type CronId = Id<"cron job">;

interface Cron {
  readonly id: CronId;
  readonly background: Background;
  readonly template: JobTemplate;
  readonly controller: CronJob;
  /** Milliseconds since 1970 at the simulation's start. */
  readonly startsAt: number;
  /** Jobs that are kept, by name. */
  readonly runs: Map<string, JobRun>;
  readonly schedule: Schedule;
  /** Moments that a Job was made for. */
  readonly met: Set<number>;
  event: number;
}

export class CronJobs {
  private readonly crons: readonly Cron[];
  private readonly looking: EventKind<CronId>;

  constructor(
    private readonly state: State,
    private readonly jobs: Jobs,
    private readonly log: DecisionLog,
  ) {
    const crons: Cron[] = [];
    for (const background of state.background) {
      const { name, runs } = background.spec;
      if (runs.kind !== "cron") continue;
      const { cron, job: template, startsAt } = runs;
      const controller = new CronJob(name, cron, startsAt);
      const id = crons.length as CronId;
      crons.push({
        id,
        background,
        template,
        controller,
        startsAt,
        runs: new Map(),
        schedule: new Schedule(cron.schedule, cron.timeZone),
        met: new Set(),
        event: NONE,
      });
    }
    this.crons = crons;
    this.looking = state.sim.event("cron-job.sync", (id: CronId) => {
      crons[id].event = NONE;
      this.look(crons[id]);
    });
  }

  start(): void {
    for (const cron of this.crons) this.look(cron);
  }

  /** Moments of a CronJob since a time that no Job was made for. */
  missedSince(time: Seconds, background: Background): number {
    const cron = this.crons.find((one) => one.background === background)!;
    const { schedule, startsAt, met } = cron;
    const now = startsAt + this.state.sim.now * 1000 - LATE; // one that has just come is not late yet
    let missed = 0;
    for (let moment = schedule.next(startsAt + time * 1000); moment !== undefined && moment <= now; ) {
      if (!met.has(moment)) missed++;
      moment = schedule.next(moment);
    }
    return missed;
  }

  /** A Job has its last condition: its CronJob, if it is of one, looks. */
  finished(run: JobRun): void {
    const cron = this.crons.find(({ background }) => background === run.background);
    if (cron !== undefined) this.lookAfter(cron, 0);
  }

  private look(cron: Cron): void {
    const { sim } = this.state;
    const { controller, met, runs, startsAt, template, background } = cron;
    const jobs = [...runs.values()].map((run): OwnedJob => {
      const state = run.end === undefined ? "Active" : run.end.well ? "Complete" : "Failed";
      return { name: run.name, state, startedAt: startsAt + Math.round(run.createdAt * 1000) };
    });
    const look = controller.sync({ jobs }, startsAt + Math.round(sim.now * 1000));
    for (const name of look.remove) {
      const run = runs.get(name)!;
      runs.delete(name);
      if (run.end === undefined) this.jobs.delete(run);
    }
    if (look.create !== undefined) {
      met.add(look.create.scheduledAt);
      runs.set(look.create.name, this.jobs.create(background, template, look.create.name));
    }
    this.tell(cron, look);
    if (look.again !== undefined) this.lookAfter(cron, look.again / 1000);
  }

  private lookAfter(cron: Cron, delay: number): void {
    const { sim } = this.state;
    if (cron.event !== NONE) sim.cancel(cron.event);
    cron.event = sim.after(delay, this.looking, cron.id);
  }

  private tell({ runs, background }: Cron, { create, events }: CronJobLook): void {
    const { name } = background.spec;
    const active = [...runs.values()].filter(({ end }) => end === undefined).length;
    const from = create === undefined ? active : active - 1;
    for (const rule of events) {
      if (!TOLD.includes(rule)) continue;
      const numbers = { from, wished: active, asked: active, seen: { active } };
      this.log.add({ time: this.state.sim.now, subject: `cron job ${name}`, policy: "cron job", rule, ...numbers });
    }
    this.log.fulfil(`cron job ${name}`, this.state.sim.now);
  }
}

/** Events worth writing down; what becomes of a Job its own entries say. */
const TOLD: readonly string[] = ["SuccessfulCreate", "SuccessfulDelete", "MissSchedule", "JobAlreadyActive"];
