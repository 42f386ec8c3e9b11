/**
 * AWS scheduled scaling: documented behaviour. At its times, once or by cron, it sets any of minimum, maximum and replicas.
 * The decision is in controllers/cloud/aws-scheduled.ts. For a plain day without a calendar there is `timetable`.
 *
 * A look every `period` carries out what is due; with a period that divides the minute, exactly in time. The bounds that it
 * sets lie within the service's own.
 */
import { Cron } from "croner";
import { createScheduledScaling } from "../../controllers/cloud/aws-scheduled.js";
import { defineScaler } from "../define.js";
import { interval, list, moment, record, text, whole } from "../fields.js";

function readable(cron: string, timezone: string): boolean {
  try {
    return new Cron(cron, { timezone }).nextRun(new Date(0)) !== null && cron.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

export const scheduledScaling = defineScaler({
  name: "scheduled-scaling",
  summary: "AWS scheduled scaling by its documented behaviour: sets bounds and replicas by cron.",
  fields: {
    actions: list(
      record({
        at: moment().optional().describe("When it is due, once."),
        cron: text('a cron expression of five fields like "0 8 * * 1-5"', (cron) => readable(cron, "UTC"))
          .optional()
          .describe("When it is due, again and again."),
        min: whole(0).optional().describe("Least replicas from then on."),
        max: whole(0).optional().describe("Most replicas from then on."),
        replicas: whole(0).optional().describe("Replicas to set then."),
      }),
    ).describe("What to set when."),
    startsAt: moment().prefault("2026-01-05T00:00:00Z").describe("The moment at which the simulated time begins."),
    timeZone: text('a time zone like "UTC" or "Europe/Paris"', (zone) => readable("0 0 * * *", zone))
      .default("UTC")
      .describe("Where the cron expressions are read."),
    period: interval().prefault("10s").describe("Time between two looks."),
  },
  create: ({ actions, startsAt, timeZone, period }) => {
    const read = actions.map(({ at, cron, min, max, replicas }) => {
      if ((at === undefined) === (cron === undefined)) throw new Error("an action needs either at or cron");
      const when = at ?? { cron: cron!, timeZone };
      return { name: cron ?? new Date(at!).toISOString(), when, min, max, desired: replicas };
    });
    const look = createScheduledScaling(read, startsAt);
    return {
      period,
      desiredReplicas(view) {
        const { size, rule, trail } = look({ at: view.now, min: view.min, max: view.max, desired: view.replicas });
        return { replicas: size, rule, why: { trail } };
      },
    };
  },
});
