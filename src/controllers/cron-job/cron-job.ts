/**
 * Kubernetes' CronJob controller (batch/v1, kubernetes v1.36.2): one look at a time, it starts the Job of the latest moment that
 * has come, unless it comes too late or another one is in its way, and forgets Jobs that have ended beyond its limits.
 * Moments are milliseconds since 1970.
 */
import { isSchedule, Schedule } from "./schedule.js";

export interface CronJobSpec {
  readonly schedule: string;
  readonly timeZone: string;
  /** Milliseconds; undefined: a moment may be met however late. */
  readonly startingDeadline?: number | undefined;
  readonly concurrencyPolicy: "Allow" | "Forbid" | "Replace";
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
}

/** One of the Jobs that are there. */
export interface OwnedJob {
  readonly name: string;
  readonly state: "Active" | "Complete" | "Failed";
  readonly startedAt: number;
}

export interface CronJobSeen {
  readonly suspend?: boolean | undefined;
  readonly jobs: readonly OwnedJob[];
}

export interface CronJobLook {
  /** The Job to be made, and the moment that it is for. */
  readonly create: { readonly name: string; readonly scheduledAt: number } | undefined;
  /** Jobs to delete, by name. */
  readonly remove: readonly string[];
  /** Jobs that it takes to be active, by name. */
  readonly active: readonly string[];
  readonly lastScheduleTime: number | undefined;
  /** Reasons of the events that it tells. */
  readonly events: readonly string[];
  /** Look again after so many milliseconds. */
  readonly again: number | undefined;
}

/** The next look comes a moment after it is due, so that clocks need not agree. */
export const LATE = 100;
/** So many missed moments are worth an event. */
const MANY = 100;

export class CronJob {
  private readonly schedule: Schedule | undefined;
  private active: readonly string[] = [];
  private lastScheduleTime: number | undefined;

  constructor(
    private readonly name: string,
    private readonly spec: CronJobSpec,
    private readonly createdAt: number,
  ) {
    if (isSchedule(spec.schedule, spec.timeZone)) this.schedule = new Schedule(spec.schedule, spec.timeZone);
  }

  sync({ suspend = false, jobs }: CronJobSeen, now: number): CronJobLook {
    const events: string[] = [];
    const surplus = this.surplus(jobs);
    const left = jobs.filter(({ name }) => !surplus.includes(name));
    for (const name of surplus) events.push(this.deleted(name));
    this.follow(left, events);
    const look = { create: undefined, remove: surplus, events };
    if (suspend) return this.report({ ...look, again: undefined });
    const { schedule } = this;
    if (schedule === undefined) {
      events.push("UnparseableSchedule");
      return this.report({ ...look, again: undefined });
    }
    const due = this.due(schedule, now, events);
    const again = this.untilNext(schedule, now);
    if (due === undefined) return this.report({ ...look, again });
    const late = this.spec.startingDeadline !== undefined && due + this.spec.startingDeadline < now;
    if (late) {
      events.push("MissSchedule");
      return this.report({ ...look, again });
    }
    const name = `${this.name}-${Math.floor(due / 60_000)}`;
    if (this.active.includes(name) || this.lastScheduleTime === due) return this.report({ ...look, again });
    if (this.spec.concurrencyPolicy === "Forbid" && this.active.length > 0) {
      events.push("JobAlreadyActive");
      return this.report({ ...look, again });
    }
    const replaced = this.spec.concurrencyPolicy === "Replace" ? this.active : [];
    for (const one of replaced) events.push(this.deleted(one));
    events.push("SuccessfulCreate");
    this.active = [...this.active, name];
    this.lastScheduleTime = due;
    const created = { create: { name, scheduledAt: due }, remove: [...surplus, ...replaced] };
    return this.report({ ...look, ...created, again: this.untilNext(schedule, now) });
  }

  private deleted(name: string): string {
    this.active = this.active.filter((one) => one !== name);
    return "SuccessfulDelete";
  }

  /** Keeps the list of active Jobs: those that have ended or are gone leave it. */
  private follow(jobs: readonly OwnedJob[], events: string[]): void {
    for (const { name, state } of jobs) {
      const listed = this.active.includes(name);
      if (!listed && state === "Active") events.push("UnexpectedJob");
      if (listed && state !== "Active") {
        this.active = this.active.filter((one) => one !== name);
        events.push("SawCompletedJob");
      }
    }
    for (const name of this.active) {
      if (jobs.some((job) => job.name === name)) continue;
      this.active = this.active.filter((one) => one !== name);
      events.push("MissingJob");
    }
  }

  /** The oldest of those that have ended, beyond what is kept. */
  private surplus(jobs: readonly OwnedJob[]): readonly string[] {
    const beyond = (state: OwnedJob["state"], limit: number): readonly string[] => {
      const ended = jobs.filter((job) => job.state === state).sort(oldestFirst);
      return ended.slice(0, Math.max(0, ended.length - limit)).map(({ name }) => name);
    };
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.spec;
    return [...beyond("Complete", successfulJobsHistoryLimit), ...beyond("Failed", failedJobsHistoryLimit)];
  }

  /** The moment to start a Job for: the latest that has come since the last one was met, as far as it is found. */
  private due(schedule: Schedule, now: number, events: string[]): number | undefined {
    const { startingDeadline } = this.spec;
    const earliest = startingDeadline === undefined ? this.since : Math.max(this.since, now - startingDeadline);
    const { moment, missed } = latest(schedule, earliest, now);
    if (moment !== undefined && missed > MANY) events.push("TooManyMissedTimes");
    return moment;
  }

  /** Counted from the latest moment, not from now: what has come is not looked for again. */
  private untilNext(schedule: Schedule, now: number): number | undefined {
    const { moment, missed } = latest(schedule, this.since, now);
    const next = schedule.next(moment ?? (missed === 0 ? this.since : now));
    return next === undefined ? undefined : next + LATE - now;
  }

  private get since(): number {
    return this.lastScheduleTime ?? this.createdAt;
  }

  private report(look: Pick<CronJobLook, "create" | "remove" | "events" | "again">): CronJobLook {
    return { ...look, active: this.active, lastScheduleTime: this.lastScheduleTime };
  }
}

const oldestFirst = (one: OwnedJob, other: OwnedJob): number =>
  one.startedAt - other.startedAt || (one.name < other.name ? -1 : 1);

/**
 * The latest moment after `earliest` that has come, and how many have. Upstream looks for it near now, by the distance of the
 * first two: of a schedule with gaps it finds none where the last moments lie farther back than that, and its count is a guess.
 */
function latest(schedule: Schedule, earliest: number, now: number): { moment: number | undefined; missed: number } {
  const first = schedule.next(earliest);
  if (first === undefined || first > now) return { moment: undefined, missed: 0 };
  const second = schedule.next(first);
  if (second === undefined || second > now) return { moment: first, missed: 1 };
  const missed = Math.floor((now - first) / (second - first)) + 1;
  let moment: number | undefined;
  let next = schedule.next(first + (missed - 2) * (second - first));
  while (next !== undefined && next <= now) {
    moment = next;
    next = schedule.next(next);
  }
  return { moment, missed };
}
