/** What serves nobody: Job, CronJob, ScaledJob and DaemonSet, as the sections `jobs` and `daemons` of a scenario have them. */
import { isSchedule, Schedule } from "../../controllers/cron-job/schedule.js";
import { show } from "../../policy/fields.js";
import type { Field } from "./field.js";
import { failurePolicyOf, successPolicyOf } from "./job-policies.js";
import type { Manifest } from "./objects.js";
import { nodesOf } from "./placing.js";
import { plain } from "./pod.js";
import { nodeByNodeFields } from "./rollout.js";
import { readScaling } from "./scaled-job.js";
import type { Workload } from "./workloads.js";
import { ASSUMED, inSeconds, said, type WrittenFields } from "./written.js";

export interface ImportedBackground {
  readonly section: "jobs" | "daemons";
  readonly workload: Workload;
  /** Its size apart. */
  readonly fields: WrittenFields;
  /** What is to be said above it. */
  readonly remarks: readonly string[];
}

/** What manifests do not say of a process that works and ends, and of one that stays. */
const WORK = { cpu: "10s" };
const SHARE_OF_REQUEST = 0.2;

/** As a limit of failures the API's greatest number is none. */
const NO_LIMIT = 2 ** 31 - 1;

/** When a scenario's time begins, if it does not say otherwise. */
const STARTS_AT = "2026-01-05T00:00:00Z";

/** Where the kinds keep what their Jobs are made by. */
const TEMPLATES = {
  Job: ["spec"],
  CronJob: ["spec", "jobTemplate", "spec"],
  ScaledJob: ["spec", "jobTargetRef"],
} as const;
type JobKind = keyof typeof TEMPLATES;

const isJob = (kind: string): kind is JobKind => Object.hasOwn(TEMPLATES, kind);

/** Services, of whose queues ScaledJobs go by, are among the workloads. */
export function backgroundOf(manifests: readonly Manifest[], workloads: readonly Workload[]): ImportedBackground[] {
  return manifests.flatMap((one): ImportedBackground[] => {
    const workload = workloads.find(
      ({ kind, namespace, name }) => kind === one.kind && namespace === one.namespace && name === one.name,
    );
    if (workload === undefined) return [];
    if (one.kind === "DaemonSet") return [daemonOf(one, workload)];
    return isJob(one.kind) ? jobOf(one, one.kind, workload, workloads) : [];
  });
}

function daemonOf({ root }: Manifest, workload: Workload): ImportedBackground {
  const use = Math.round((workload.cpu.request ?? 0) * SHARE_OF_REQUEST);
  const fields: WrittenFields = {
    ...(use > 0 && { use: { value: `${use}m`, remark: `${ASSUMED}: a fifth of what it requests` } }),
    ...nodesOf(root.at("spec", "template", "spec")),
    ...nodeByNodeFields(root.at("spec")),
  };
  return { section: "daemons", workload, fields, remarks: [] };
}

function jobOf(
  { kind, root }: Manifest,
  of: JobKind,
  workload: Workload,
  workloads: readonly Workload[],
): ImportedBackground[] {
  const suspend = root.at("spec", "suspend");
  if (of === "CronJob") checkName(root.at("metadata", "name"));
  const resting = of !== "ScaledJob" && suspend.mark().value === true;
  const fields = templateFields(root.at(...TEMPLATES[of]));
  const scaling = of === "ScaledJob" ? readScaling(root.at("spec"), workload, workloads) : undefined;
  const schedule = of === "CronJob" ? scheduleOf(root.at("spec")) : undefined;
  if (resting) {
    suspend.warn(`the ${kind} is suspended, so that it makes nothing; left out`);
    return [];
  }
  const own = said({ schedule, scaledBy: plain(scaling?.scaledBy) }) as WrittenFields;
  const steps = { value: WORK, remark: `${ASSUMED}: the work of each pod` };
  return [{ section: "jobs", workload, fields: { ...fields, ...own, steps }, remarks: scaling?.remarks ?? [] }];
}

function templateFields(spec: Field): WrittenFields {
  const [completions, parallelism] = [spec.at("completions").whole(1), spec.at("parallelism").whole()];
  const completionMode = spec.at("completionMode").word("NonIndexed", "Indexed");
  // With neither said upstream puts one for both; parallelism alone makes a work queue.
  const isQueue = !spec.at("completions").there && spec.at("parallelism").there;
  if (completionMode === "Indexed" && isQueue)
    spec.at("completions").missing("a number of completions for Indexed pods");
  checkRestarts(spec.at("template", "spec", "restartPolicy"));
  const everyIndex = spec.at("backoffLimitPerIndex").there;
  return said({
    completions: plain(isQueue ? "unlimited" : completions),
    parallelism: plain(parallelism),
    backoffLimit: plain(spec.at("backoffLimit").whole() ?? (everyIndex ? NO_LIMIT : undefined)),
    activeDeadline: plain(inSeconds(spec.at("activeDeadlineSeconds").whole(1))),
    completionMode: plain(completionMode),
    podReplacementPolicy: plain(replacementOf(spec)),
    podFailurePolicy: plain(failurePolicyOf(spec)),
    successPolicy: plain(successPolicyOf(spec)),
  }) as WrittenFields;
}

/** Upstream has no default here: that of pods, Always, is none for a Job. */
function checkRestarts(field: Field): void {
  if (!field.there) field.missing("OnFailure or Never");
  if (field.word("OnFailure", "Never") === "OnFailure")
    field.warn("a container that fails is simulated as its pod made again, not restarted in its place");
}

/** Where failures have a policy of their own, only what has ended may be replaced. */
function replacementOf(spec: Field): string | undefined {
  const field = spec.at("podReplacementPolicy");
  const given = field.word("TerminatingOrFailed", "Failed");
  if (!spec.at("podFailurePolicy").there) return given;
  if (given === "TerminatingOrFailed") field.say(`expected Failed beside podFailurePolicy, got ${given}`);
  return "Failed";
}

/** A Job's own name has eleven characters more, and at most 63. */
const LONGEST_NAME = 52;

function checkName(field: Field): void {
  const length = String(field.value).length;
  if (length > LONGEST_NAME)
    field.say(`expected at most ${LONGEST_NAME} characters, for its Jobs add 11, got ${length}`);
}

/** What upstream's parser has for five fields. */
const MACROS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

function scheduleOf(spec: Field) {
  const [expression, zone] = [spec.at("schedule"), spec.at("timeZone")];
  const text = expression.text();
  if (!expression.there) expression.missing('a cron expression of five fields like "0 2 * * *"');
  const timeZone = zone.text();
  if (timeZone !== undefined && !isSchedule("0 0 * * *", timeZone))
    zone.say(`expected a time zone like "UTC" or "Europe/Paris", got ${show(timeZone)}`);
  const cron = text !== undefined && Object.hasOwn(MACROS, text) ? MACROS[text] : text;
  const rest = said({
    timeZone,
    startingDeadline: inSeconds(spec.at("startingDeadlineSeconds").whole(1)),
    concurrencyPolicy: spec.at("concurrencyPolicy").word("Allow", "Forbid", "Replace"),
    successfulJobsHistoryLimit: spec.at("successfulJobsHistoryLimit").whole(),
    failedJobsHistoryLimit: spec.at("failedJobsHistoryLimit").whole(),
  });
  if (cron === undefined) return undefined;
  if (cron.startsWith("@every ")) {
    expression.warn("a span between Jobs is not simulated: one Job is made, at the beginning");
    return undefined;
  }
  if (!isSchedule(cron, "UTC")) {
    expression.say(`expected a cron expression of five fields like "0 2 * * *", got ${show(text)}`);
    return undefined;
  }
  return {
    value: { cron, ...rest, startsAt: STARTS_AT },
    remark: `${ASSUMED}: when the run begins; ${dueIn(cron, timeZone)}`,
  };
}

function dueIn(cron: string, timeZone = "UTC"): string {
  const start = Date.parse(STARTS_AT);
  const next = isSchedule(cron, timeZone) ? new Schedule(cron, timeZone).next(start) : undefined;
  return next === undefined
    ? "no Job is due"
    : `the first Job is due at ${new Date(next).toISOString().replace(".000", "")}`;
}
