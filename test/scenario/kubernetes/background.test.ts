/** What serves nobody in manifests: Job, CronJob, ScaledJob and DaemonSet, as jobs and daemons of a scenario. */
import { describe, expect, test } from "vitest";
import { backgroundFields } from "../../../src/scenario/kubernetes/text.js";
import { complaintsOf, deployment, imported, object, warningsOf } from "./manifests.js";

const web = deployment();
const TEMPLATE =
  "template: { spec: { restartPolicy: Never, containers: [{ name: c, resources: { requests: { cpu: 200m, memory: 64Mi } } }] } }";
/** The spec begins at line 5. */
const job = (spec = "", template = TEMPLATE) => object("batch/v1", "Job", `${spec}\n${template}`.trim()).slice(4);
const cronJob = (spec: string, template = TEMPLATE) =>
  object("batch/v1", "CronJob", `${spec}\njobTemplate: { spec: { ${template} } }`).slice(4);
const scaledJob = (spec: string) =>
  object("keda.sh/v1alpha1", "ScaledJob", `${spec}\njobTargetRef: { ${TEMPLATE} }`).slice(4);
const daemonSet = object("apps/v1", "DaemonSet", TEMPLATE.replace("restartPolicy: Never, ", "")).slice(4);

const only = (text: string) => {
  const { background } = imported(text);
  expect(background).toHaveLength(1);
  return { section: background[0].section, remarks: background[0].remarks, fields: backgroundFields(background[0]) };
};
const size = { cpu: "200m", memory: "64Mi" };
const steps = { cpu: "10s" };

describe("a Job", () => {
  test.each([
    ["of which nothing is said runs one pod", "", {}],
    ["with parallelism alone is a work queue", "parallelism: 3", { completions: "unlimited", parallelism: 3 }],
    [
      "says how many, how often and how long",
      "completions: 9\nparallelism: 3\nbackoffLimit: 2\nactiveDeadlineSeconds: 90\ncompletionMode: Indexed\npodReplacementPolicy: Failed",
      {
        ...{ completions: 9, parallelism: 3, backoffLimit: 2, activeDeadline: "90s" },
        ...{ completionMode: "Indexed", podReplacementPolicy: "Failed" },
      },
    ],
    [
      "whose indices count their own failures has no limit of all",
      "backoffLimitPerIndex: 1",
      { backoffLimit: 2147483647 },
    ],
    [
      "with a policy of failures replaces what has ended",
      "podFailurePolicy: { rules: [] }",
      { podReplacementPolicy: "Failed" },
    ],
  ])("%s", (_, spec, fields) => {
    expect(only(job(spec))).toEqual({ section: "jobs", remarks: [], fields: { ...size, ...fields, steps } });
  });

  test("that is suspended is left out, and what is not simulated is listed", () => {
    const { background, warnings } = imported(job("suspend: true"));
    expect(background).toEqual([]);
    expect(warnings.map(({ message }) => message)).toEqual([
      "the Job is suspended, so that it makes nothing; left out",
    ]);
    const { left } = imported(job("ttlSecondsAfterFinished: 5"));
    expect(left).toEqual(["Job/one spec.ttlSecondsAfterFinished", "Job/one spec.template.spec.containers[0].name"]);
  });

  test.each([
    [
      "without a policy of restarts",
      job("", "template: { spec: { containers: [{ name: c }] } }"),
      "5:15 spec.template.spec.restartPolicy: expected OnFailure or Never, got nothing",
    ],
    [
      "whose pods would never end",
      job("", TEMPLATE.replace("Never", "Always")),
      '5:38 spec.template.spec.restartPolicy: expected one of OnFailure, Never, got "Always"',
    ],
    [
      "with indices and no number of them",
      job("parallelism: 2\ncompletionMode: Indexed"),
      "4:1 spec.completions: expected a number of completions for Indexed pods, got nothing",
    ],
    [
      "with a negative parallelism",
      job("parallelism: -2"),
      "5:16 spec.parallelism: expected a whole number from 0 up, got -2",
    ],
    [
      "that replaces pods beside a policy of failures",
      job("podReplacementPolicy: TerminatingOrFailed\npodFailurePolicy: { rules: [] }"),
      "5:25 spec.podReplacementPolicy: expected Failed beside podFailurePolicy, got TerminatingOrFailed",
    ],
    [
      "with a wrong quantity",
      job("", TEMPLATE.replace("200m", "200mm")),
      '5:99 spec.template.spec.containers[0].resources.requests.cpu: expected a cpu quantity like "250m" or "2", got "200mm"',
    ],
  ])("%s is refused", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });
});

describe("a CronJob", () => {
  const startsAt = "2026-01-05T00:00:00Z";
  test.each([
    ['schedule: "30 2 * * 1-5"', { cron: "30 2 * * 1-5", startsAt }],
    ['schedule: "@hourly"', { cron: "0 * * * *", startsAt }],
    [
      'schedule: "0 2 * * *"\ntimeZone: Asia/Tokyo\nstartingDeadlineSeconds: 60\nconcurrencyPolicy: Replace\nsuccessfulJobsHistoryLimit: 0\nfailedJobsHistoryLimit: 2',
      {
        ...{ cron: "0 2 * * *", timeZone: "Asia/Tokyo", startingDeadline: "60s", concurrencyPolicy: "Replace" },
        ...{ successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 2, startsAt },
      },
    ],
  ])("%s", (spec, schedule) => {
    expect(only(cronJob(spec)).fields).toEqual({ ...size, schedule, steps });
  });

  test("says when it is due first, by the clock of its zone", () => {
    const [{ fields }] = imported(cronJob('schedule: "0 2 * * *"\ntimeZone: Asia/Tokyo')).background;
    // Two in the morning of the 6th in Tokyo, which is nine hours ahead all year.
    expect(fields.schedule.remark).toBe("ASSUMED: when the run begins; the first Job is due at 2026-01-05T17:00:00Z");
  });

  test.each([
    [
      "without a schedule",
      cronJob("suspend: false"),
      '4:1 spec.schedule: expected a cron expression of five fields like "0 2 * * *", got nothing',
    ],
    [
      "with a seventh day, which upstream does not know",
      cronJob('schedule: "0 2 * * 7"'),
      '5:13 spec.schedule: expected a cron expression of five fields like "0 2 * * *", got "0 2 * * 7"',
    ],
    [
      "in a zone that is none",
      cronJob('schedule: "0 2 * * *"\ntimeZone: Mars/Olympus'),
      '6:13 spec.timeZone: expected a time zone like "UTC" or "Europe/Paris", got "Mars/Olympus"',
    ],
    [
      "with an unknown policy",
      cronJob('schedule: "0 2 * * *"\nconcurrencyPolicy: Never'),
      '6:22 spec.concurrencyPolicy: expected one of Allow, Forbid, Replace, got "Never"',
    ],
    [
      "whose pods would never end",
      cronJob('schedule: "0 2 * * *"', TEMPLATE.replace("Never", "Always")),
      '6:61 spec.jobTemplate.spec.template.spec.restartPolicy: expected one of OnFailure, Never, got "Always"',
    ],
    [
      "with a name that leaves no room for its Jobs'",
      cronJob('schedule: "0 2 * * *"').replace("name: one", `name: ${"x".repeat(53)}`),
      "3:19 metadata.name: expected at most 52 characters, for its Jobs add 11, got 53",
    ],
  ])("%s is refused", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });
});

describe("a ScaledJob", () => {
  const queue = "triggers: [{ type: rabbitmq, metadata: { mode: QueueLength, value: '5' } }]";
  test("makes Jobs by the queue of the service that its environment names", () => {
    const naming = `${scaledJob(queue).replace("name: c,", "name: c, env: [{ name: Q, value: api:5672 }],")}---\n`;
    const { fields, remarks } = only(`${naming}${web}---\n${deployment("", "api")}`);
    expect(fields).toEqual({
      ...size,
      scaledBy: { triggers: [{ service: "api", signal: "queue", threshold: 5 }] },
      steps,
    });
    expect(remarks).toEqual(["ASSUMED: the trigger rabbitmq is the queue of api"]);
  });

  test("has its bounds, its times and its strategy", () => {
    const spec = `pollingInterval: 10
minReplicaCount: 1
maxReplicaCount: 9
scalingStrategy: { strategy: custom, customScalingQueueLengthDeduction: 2, customScalingRunningJobPercentage: "0.5", multipleScalersCalculation: sum }
${queue}`;
    expect(only(`${scaledJob(spec)}---\n${web}`).fields.scaledBy).toEqual({
      triggers: [{ service: "web", signal: "queue", threshold: 5 }],
      ...{ pollingInterval: "10s", minReplicaCount: 1, maxReplicaCount: 9, strategy: "custom" },
      ...{ queueLengthDeduction: 2, runningJobPercentage: 0.5, multipleScalersCalculation: "sum" },
    });
  });

  test("without a service whose queue it could be is one Job, which is said", () => {
    const { fields, remarks } = only(scaledJob(queue));
    expect(fields).toEqual({ ...size, steps });
    expect(remarks).toEqual(["ASSUMED: one Job, in place of triggers that are not simulated"]);
    expect(warningsOf(scaledJob(queue))).toEqual([
      "5:14 spec.triggers[0]: no service of these manifests has the queue that this trigger means; left out",
    ]);
  });

  test.each([
    ["without triggers", "triggers: []", "5:3 spec.triggers: expected at least one trigger, got none"],
    [
      "by its cpu",
      "triggers: [{ type: cpu, metadata: { value: '50' } }]",
      '5:22 spec.triggers[0].type: expected a trigger other than cpu and memory, which are of ScaledObjects alone, got "cpu"',
    ],
    [
      "with min above max",
      `minReplicaCount: 5\nmaxReplicaCount: 3\n${queue}`,
      "5:20 spec.minReplicaCount: expected at most maxReplicaCount (3), got 5",
    ],
    [
      "with an unknown strategy",
      `scalingStrategy: { strategy: fast }\n${queue}`,
      '5:32 spec.scalingStrategy.strategy: expected one of default, custom, accurate, eager, got "fast"',
    ],
    [
      "with a share beyond the whole",
      `scalingStrategy: { customScalingRunningJobPercentage: "50" }\n${queue}`,
      '5:57 spec.scalingStrategy.customScalingRunningJobPercentage: expected a share from 0 to 1 like "0.5", got "50"',
    ],
  ])("%s is refused", (_, spec, complaint) => {
    expect(complaintsOf(`${scaledJob(spec)}---\n${web}`)).toEqual([complaint]);
  });
});

describe("a DaemonSet", () => {
  test("is a daemon, which works for a fifth of what it requests", () => {
    expect(only(daemonSet)).toEqual({ section: "daemons", remarks: [], fields: { ...size, use: "40m" } });
  });

  test("has no scale", () => {
    const hpa = object(
      "autoscaling/v2",
      "HorizontalPodAutoscaler",
      "scaleTargetRef: { kind: DaemonSet, name: one }\nmaxReplicas: 3",
    );
    expect(complaintsOf(daemonSet + hpa)).toEqual([
      '11:27 spec.scaleTargetRef.kind: expected a kind that can be scaled, such as Deployment, got "DaemonSet"',
    ]);
  });

  test("of a Service or a budget is warned of", () => {
    const labelled = daemonSet.replace("template: {", "template: { metadata: { labels: { app: agent } },");
    const more =
      object("v1", "Service", "selector: { app: agent }") +
      object("policy/v1", "PodDisruptionBudget", "selector: { matchLabels: { app: agent } }\nmaxUnavailable: 1");
    expect(warningsOf(labelled + more)).toEqual([
      "11:3 spec.selector: selects pods of the DaemonSet one, which serve nobody in the simulation",
      "17:3 spec.selector: selects pods of jobs and daemons alone, whose budgets are not simulated",
    ]);
  });
});

test("one name of several is told apart by its kind", () => {
  const { services, background } = imported(
    `${web}---\n${job().replace("name: one", "name: web")}---\n${daemonSet.replace("name: one", "name: web")}`,
  );
  expect([services[0].name, ...background.map(({ workload }) => workload.service)]).toEqual([
    "web.deployment",
    "web.job",
    "web.daemonset",
  ]);
});
