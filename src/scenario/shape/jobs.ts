/** The section `jobs`: pods that do some work and end. */
import { z } from "zod";
import { isSchedule } from "../../controllers/cron-job/schedule.js";
import type { Distribution } from "../../kernel/distributions.js";
import { plainLifecycle } from "../../model/pods/lifecycle.js";
import type { PodTemplate } from "../../model/spec.js";
import type { BackgroundSpec, JobTemplate, Runs } from "../../model/workloads/background-spec.js";
import { signals } from "../../policy/contract.js";
import { interval, level, memory, moment, oneOf, seconds, text } from "../../policy/fields.js";
import type { MiB } from "../../units.js";
import {
  checked,
  cpuSize,
  DEFAULT_CPU,
  DEFAULT_MEMORY,
  duration,
  law,
  memorySize,
  name,
  notNegative,
  share,
  wholeFrom,
} from "../fields.js";
import { steps } from "./service.js";

/** Of every pod that serves nobody. */
export const podFields = {
  cpu: cpuSize.optional().meta({
    description: `CPU of a pod: the request, or request and limit. Default: ${DEFAULT_CPU}, without a limit.`,
  }),
  memory: memorySize.optional().meta({
    description: `Memory of a pod: the request, or request and limit. Default: ${DEFAULT_MEMORY}, without a limit.`,
  }),
  image: memory().prefault("100Mi").meta({ description: "Size of the container image; pulled once per node." }),
  startup: law.prefault("2s").meta({ description: "From the container's start until its process begins to work." }),
};

const zone = () => text('a time zone like "UTC" or "Europe/Paris"', (given: string) => isSchedule("0 0 * * *", given));

const schedule = z.strictObject({
  cron: text('a cron expression of five fields like "0 2 * * *"', (given: string) => isSchedule(given, "UTC")).meta({
    description: "When a Job is due: minute, hour, day of the month, month, day of the week.",
  }),
  timeZone: zone().prefault("UTC").meta({ description: "Where the schedule is read." }),
  startsAt: moment()
    .prefault("2026-01-05T00:00:00Z")
    .meta({ description: "The moment at which the simulated time begins." }),
  startingDeadline: duration()
    .optional()
    .meta({ description: "How late a Job may be started; after that its moment is missed. By default however late." }),
  concurrencyPolicy: oneOf("Allow", "Forbid", "Replace")
    .prefault("Allow")
    .meta({ description: "Whether a Job may run beside the last one, waits for its end, or takes its place." }),
  successfulJobsHistoryLimit: wholeFrom(0).prefault(3).meta({ description: "Complete Jobs that are kept." }),
  failedJobsHistoryLimit: wholeFrom(0).prefault(1).meta({ description: "Failed Jobs that are kept." }),
});

const queueTrigger = z.strictObject({
  service: name().meta({ description: "Whose signal is measured." }),
  signal: oneOf(...signals)
    .prefault("queue")
    .meta({
      description:
        "What is measured: calls waiting, calls a second, calls in the service, messages for it, or CPU use.",
    }),
  threshold: level().meta({ description: "How much of it one Job is there for." }),
  activation: notNegative().prefault(0).meta({ description: "Active above this." }),
  window: interval().prefault("30s").meta({ description: "What the mean is taken over." }),
});

const scaling = z.strictObject({
  triggers: z.array(queueTrigger).min(1, { error: "expected at least one trigger, got none" }).meta({
    description: "What Jobs are made for.",
  }),
  pollingInterval: interval().prefault("30s").meta({ description: "Time between two polls." }),
  minReplicaCount: wholeFrom(0).prefault(0).meta({ description: "Jobs that are kept running in any case." }),
  maxReplicaCount: wholeFrom(1).prefault(100).meta({ description: "Jobs at once at most." }),
  strategy: oneOf("default", "custom", "accurate", "eager")
    .prefault("default")
    .meta({ description: "How the Jobs that there are count against those wished for." }),
  queueLengthDeduction: wholeFrom(0).optional().meta({ description: "For custom: taken off the Jobs wished for." }),
  runningJobPercentage: share().optional().meta({ description: "For custom: the share of running Jobs that counts." }),
  multipleScalersCalculation: oneOf("max", "min", "avg", "sum")
    .prefault("max")
    .meta({ description: "What several triggers make together." }),
});

const condition = z.strictObject({
  type: text('a condition like "DisruptionTarget"', (given: string) => /^[A-Za-z][\w./-]*$/.test(given)).meta({
    description: "Of the pod; one that is thrown off its node has DisruptionTarget.",
  }),
  status: oneOf("True", "False", "Unknown").prefault("True").meta({ description: "What it has to be." }),
});
const conditions = z.array(condition).min(1, { error: "expected at least one condition, got none" });

const failureRule = checked(
  z.strictObject({
    action: oneOf("FailJob", "Ignore", "Count").meta({
      description: "The Job fails, or the failure is none, or it is one of those that backoffLimit allows.",
    }),
    onExitCodes: z
      .strictObject({
        operator: oneOf("In", "NotIn").meta({ description: "Whether the code is one of these, or none of them." }),
        values: z
          .array(wholeFrom(0))
          .min(1, { error: "expected at least one exit code, got none" })
          .meta({ description: "Exit codes of its process." }),
      })
      .optional()
      .meta({ description: "By how its process ended." }),
    onPodConditions: conditions.optional().meta({ description: "By conditions of the pod, of which one is enough." }),
  }),
  ({ onExitCodes, onPodConditions }, say) => {
    if ((onExitCodes === undefined) === (onPodConditions === undefined))
      say([], `expected either onExitCodes or onPodConditions, got ${onExitCodes === undefined ? "neither" : "both"}`);
    if (onExitCodes?.operator === "In" && onExitCodes.values.includes(0))
      say(["onExitCodes", "values"], "expected codes other than 0, which is no failure");
  },
);

const INDEXES = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;
const successRule = checked(
  z.strictObject({
    succeededIndexes: text('indexes like "0-3,7"', (given: string) => INDEXES.test(given))
      .optional()
      .meta({ description: "All of these, or succeededCount of them." }),
    succeededCount: wholeFrom(1).optional().meta({ description: "So many pods." }),
  }),
  ({ succeededIndexes, succeededCount }, say) => {
    if (succeededIndexes === undefined && succeededCount === undefined)
      say([], "expected succeededIndexes or succeededCount, got neither");
  },
);

const rulesOf = <T extends z.ZodType>(rule: T, description: string) =>
  z.strictObject({
    rules: z.array(rule).min(1, { error: "expected at least one rule, got none" }).meta({ description }),
  });

export const job = checked(
  z.strictObject({
    ...podFields,
    steps: steps.meta({ description: "What the process of each pod does, as an endpoint does." }),
    failure: share().prefault("0%").meta({ description: "How likely a pod's process ends badly after its work." }),
    completions: z
      .union([z.literal("unlimited").transform(() => undefined), wholeFrom(1)])
      .prefault(1)
      .meta({ description: "Pods that must succeed; unlimited: a work queue, done once one has and all have ended." }),
    parallelism: wholeFrom(0).prefault(1).meta({ description: "Pods at once at most." }),
    backoffLimit: wholeFrom(0).prefault(6).meta({ description: "Pods that may fail before the Job does." }),
    activeDeadline: duration()
      .optional()
      .meta({ description: "How long the Job may take in all. By default as long as it takes." }),
    completionMode: oneOf("NonIndexed", "Indexed")
      .prefault("NonIndexed")
      .meta({ description: "Whether each pod has a number of its own, all of which must succeed." }),
    podReplacementPolicy: oneOf("TerminatingOrFailed", "Failed")
      .prefault("TerminatingOrFailed")
      .meta({ description: "Whether a pod on its way out is replaced at once, or only when it has ended." }),
    exitCode: wholeFrom(1).prefault(1).meta({ description: "What its process exits with when it ends badly." }),
    podFailurePolicy: rulesOf(failureRule, "The first that a failed pod meets says what becomes of its failure.")
      .optional()
      .meta({ description: "Which failures count. Beside it only what has failed is replaced. Default: all count." }),
    successPolicy: rulesOf(successRule, "One of them is enough.")
      .optional()
      .meta({ description: "When an Indexed Job has succeeded before all of its pods have. Default: never." }),
    at: seconds().prefault("0s").meta({ description: "When the Job is created, without a schedule or scaling." }),
    schedule: schedule.optional().meta({ description: "A CronJob: Jobs at the moments of a schedule." }),
    scaledBy: scaling.optional().meta({ description: "A KEDA ScaledJob: Jobs by the length of queues." }),
  }),
  ({ schedule, scaledBy, completionMode, completions, successPolicy }, say) => {
    if (successPolicy !== undefined && completionMode !== "Indexed")
      say(["successPolicy"], `expected it only where completionMode is Indexed, got ${completionMode}`);
    if (schedule !== undefined && scaledBy !== undefined)
      say(["scaledBy"], "expected either a schedule or scaledBy, got both");
    if (completionMode === "Indexed" && completions === undefined)
      say(["completions"], "expected a number of completions for Indexed pods, got unlimited");
  },
).meta({ description: "Pods that do some work and end: a Job, a CronJob or a ScaledJob." });
export type Job = z.output<typeof job>;

interface PodFields {
  readonly cpu?: z.output<typeof cpuSize> | undefined;
  readonly memory?: z.output<typeof memorySize> | undefined;
}

/** What a pod requests and may use, with the defaults. */
export const resourcesOf = ({ cpu, memory }: PodFields) => ({
  cpu: cpu ?? cpuSize.parse(DEFAULT_CPU),
  memory: memory ?? memorySize.parse(DEFAULT_MEMORY),
});

export const podOf = (
  name: string,
  pod: PodFields & { readonly image: MiB; readonly startup: Distribution },
): PodTemplate => ({
  name,
  cfsPeriod: undefined,
  size: { cpuMillicores: resourcesOf(pod).cpu.request, memoryMiB: resourcesOf(pod).memory.request },
  cpuLimitMillicores: resourcesOf(pod).cpu.limit,
  memoryLimitMiB: resourcesOf(pod).memory.limit,
  imageMiB: pod.image,
  startup: pod.startup,
  readiness: undefined,
  grace: 0,
  lifecycle: plainLifecycle,
  deploymentFactor: 1,
  executionFactor: 1,
});

export const jobSpec = (name: string, job: Job): BackgroundSpec => ({
  ...podOf(name, job),
  steps: job.steps,
  failure: job.failure,
  runs: runsOf(job),
});

/** Where failures have a policy of their own, only what has ended may be replaced. */
export const replacementOf = ({
  podFailurePolicy,
  podReplacementPolicy,
}: Pick<Job, "podFailurePolicy" | "podReplacementPolicy">): Job["podReplacementPolicy"] =>
  podFailurePolicy === undefined ? podReplacementPolicy : "Failed";

function runsOf({ schedule, scaledBy, at, ...fields }: Job): Runs {
  const job: JobTemplate = {
    parallelism: fields.parallelism,
    completions: fields.completions,
    backoffLimit: fields.backoffLimit,
    activeDeadline: fields.activeDeadline,
    indexed: fields.completionMode === "Indexed",
    podReplacementPolicy: replacementOf(fields),
    ...(fields.exitCode !== 1 && { exitCode: fields.exitCode }),
    ...(fields.podFailurePolicy && { podFailurePolicy: fields.podFailurePolicy }),
    ...(fields.successPolicy && { successPolicy: fields.successPolicy }),
  };
  if (schedule !== undefined) {
    const { cron, startsAt, startingDeadline, ...spec } = schedule;
    const deadline = startingDeadline === undefined ? {} : { startingDeadline: startingDeadline * 1000 };
    return { kind: "cron", job, cron: { ...spec, schedule: cron, ...deadline }, startsAt };
  }
  if (scaledBy === undefined) return { kind: "job", job, at };
  const { pollingInterval, triggers, ...spec } = scaledBy;
  const sources = triggers.map(({ threshold, ...source }) => ({ ...source, target: threshold }));
  return { kind: "scaled", job, scaled: { spec, pollingInterval, triggers: sources } };
}
