/** When a CronJob is due: five fields read by the wall clock of a time zone. */
import { Cron } from "croner";

export class Schedule {
  private readonly cron: Cron;

  constructor(expression: string, timeZone: string) {
    this.cron = new Cron(expression, { timezone: timeZone });
  }

  /**
   * The first moment after this one, or undefined when there is none; in milliseconds since 1970. A time that clocks skip
   * in spring does not come that day.
   */
  next(after: number): number | undefined {
    let moment = this.cron.nextRun(new Date(after));
    while (moment !== null && !this.cron.match(moment)) moment = this.cron.nextRun(moment);
    return moment?.getTime();
  }
}

/** Whether it can be read, and a moment comes. Sunday is 0: upstream does not know a seventh day. */
export function isSchedule(expression: string, timeZone: string): boolean {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 || /(^|[-,])7/.test(fields[4])) return false;
  try {
    return new Schedule(expression, timeZone).next(0) !== undefined;
  } catch {
    return false;
  }
}
