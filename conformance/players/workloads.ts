import { CronJob, type CronJobSeen, type CronJobSpec } from "../../src/controllers/cron-job/cron-job.js";
import { Job, type JobSeen, type JobSpec } from "../../src/controllers/job/job.js";
import type { Vector } from "../vector.js";

/** A Job's life: a decision for each look of its controller. */
export function playJob({ settings, script }: Vector): readonly unknown[] {
  const job = new Job(settings as JobSpec);
  return script.map((entry) => {
    const { at, ...seen } = entry as JobSeen & { readonly at: number };
    const look = job.sync(seen, at);
    return { ...look, remove: [...look.remove].sort((one, other) => one - other) };
  });
}

/** A CronJob's life: a decision for each look of its controller. */
export function playCronJob({ settings, script }: Vector): readonly unknown[] {
  const { createdAt, ...spec } = settings as CronJobSpec & { readonly createdAt: number };
  const cron = new CronJob("tick", spec, createdAt);
  return script.map((entry) => {
    const { now, ...seen } = entry as CronJobSeen & { readonly now: number };
    const look = cron.sync(seen, now);
    return { ...look, remove: [...look.remove].sort() };
  });
}
