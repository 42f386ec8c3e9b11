/** What serves nobody as manifests: Job, CronJob, ScaledJob and DaemonSet. */
import type { Setup } from "../../setup.js";
import { type Daemon, settingsOf } from "../../shape/daemons.js";
import { type Job, replacementOf, resourcesOf } from "../../shape/jobs.js";
import { said } from "../written.js";
import type { ExportedPart } from "./export.js";
import { queryTrigger, SOURCE_NOTE } from "./keda.js";
import { type ApiObject, cpuQuantity, memoryQuantity, objectName, wholeSeconds } from "./spelling.js";

type Schedule = NonNullable<Job["schedule"]>;
type Scaling = NonNullable<Job["scaledBy"]>;
type Trigger = Scaling["triggers"][number];

const fillIn = (what: string): string =>
  `image and command are to be filled in: a scenario knows ${what} and not what does it`;

export const backgroundParts = ({ jobs, daemons }: Setup): ExportedPart[] => [
  ...[...jobs].map(([name, job]) => jobPart(objectName(name), job)),
  ...[...daemons].map(([name, daemon]) => daemonPart(objectName(name), daemon)),
];

function containerOf(name: string, pod: Job | Daemon): object {
  const { cpu, memory } = resourcesOf(pod);
  const limits = said({
    cpu: cpu.limit === Infinity ? undefined : cpuQuantity(cpu.limit),
    memory: memory.limit === Infinity ? undefined : memoryQuantity(memory.limit),
  });
  const requests = { cpu: cpuQuantity(cpu.request), memory: memoryQuantity(memory.request) };
  const resources = { requests, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
  return { name, image: `example.com/${name}`, resources };
}

function daemonPart(name: string, daemon: Daemon): ExportedPart {
  const labels = { app: name };
  const notes = [fillIn("how much CPU is used")];
  const { nodeSelector, tolerations, affinity, updateStrategy, minReadySeconds } = daemon;
  const nodes = said({ nodeSelector, tolerations, affinity });
  const template = { metadata: { labels }, spec: { ...nodes, containers: [containerOf(name, daemon)] } };
  const spec = {
    selector: { matchLabels: labels },
    ...said({ updateStrategy: updateStrategy && updateOf(daemon) }),
    ...(minReadySeconds > 0 && { minReadySeconds: wholeSeconds(minReadySeconds, "minReadySeconds", notes) }),
    template,
  };
  const object = { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name, labels }, spec };
  return { name, objects: [object], notes };
}

function updateOf(daemon: Daemon): object {
  const { updateStrategy: type, maxSurge, maxUnavailable } = settingsOf(daemon);
  return { type, ...(type === "RollingUpdate" && { rollingUpdate: { maxSurge, maxUnavailable } }) };
}

function jobPart(name: string, job: Job): ExportedPart {
  const notes = [fillIn("how long the work takes")];
  const spec = jobSpec(name, job, notes);
  const objects = objectsOf(name, job, spec, notes);
  return { name, objects, notes };
}

function objectsOf(name: string, { schedule, scaledBy, at }: Job, spec: object, notes: string[]): ApiObject[] {
  if (schedule !== undefined) return [cronJob(name, schedule, spec, notes)];
  if (scaledBy !== undefined) return scaledJob(name, scaledBy, spec, notes);
  if (at > 0) notes.push(`at: a Job begins when it is applied, not after ${at}s`);
  return [{ apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec }];
}

function jobSpec(name: string, job: Job, notes: string[]): object {
  const { completions, parallelism, activeDeadline } = job;
  return said({
    completions,
    parallelism,
    backoffLimit: job.backoffLimit,
    activeDeadlineSeconds:
      activeDeadline === undefined ? undefined : wholeSeconds(activeDeadline, "activeDeadline", notes),
    completionMode: job.completionMode,
    podReplacementPolicy: replacementOf(job),
    podFailurePolicy: job.podFailurePolicy,
    successPolicy: job.successPolicy,
    template: {
      metadata: { labels: { app: name } },
      spec: { restartPolicy: "Never", containers: [containerOf(name, job)] },
    },
  });
}

function cronJob(
  name: string,
  { cron, startingDeadline, startsAt: _, ...rest }: Schedule,
  job: object,
  notes: string[],
) {
  const spec = {
    schedule: cron,
    ...said({
      startingDeadlineSeconds:
        startingDeadline === undefined ? undefined : wholeSeconds(startingDeadline, "startingDeadline", notes),
    }),
    ...rest,
    jobTemplate: { spec: job },
  };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name }, spec };
}

function scaledJob(name: string, scaledBy: Scaling, job: object, notes: string[]): ApiObject[] {
  const triggers = scaledBy.triggers.filter(isQueried);
  if (triggers.length < scaledBy.triggers.length)
    notes.push("triggers by cpu or memory: KEDA has them of ScaledObjects alone; not written");
  if (triggers.length === 0) return [];
  notes.push(SOURCE_NOTE);
  const { queueLengthDeduction, runningJobPercentage, strategy, multipleScalersCalculation } = scaledBy;
  const spec = {
    pollingInterval: wholeSeconds(scaledBy.pollingInterval, "pollingInterval", notes),
    minReplicaCount: scaledBy.minReplicaCount,
    maxReplicaCount: scaledBy.maxReplicaCount,
    scalingStrategy: said({
      strategy,
      customScalingQueueLengthDeduction: queueLengthDeduction,
      customScalingRunningJobPercentage: runningJobPercentage === undefined ? undefined : String(runningJobPercentage),
      multipleScalersCalculation,
    }),
    jobTargetRef: job,
    triggers: triggers.map(({ service, ...one }) =>
      queryTrigger({ ...one, activation: one.activation || undefined }, service),
    ),
  };
  return [{ apiVersion: "keda.sh/v1alpha1", kind: "ScaledJob", metadata: { name }, spec }];
}

type Queried = Trigger & { readonly signal: "rate" | "concurrency" | "queue" };
const isQueried = (one: Trigger): one is Queried => one.signal !== "cpu" && one.signal !== "memory";
