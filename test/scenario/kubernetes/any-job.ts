/** Any job that manifests can hold, but for its work; its triggers are of the services web and api. And any daemon. */
import fc from "fast-check";

const seconds = (most: number) => fc.integer({ min: 1, max: most }).map((n) => `${n}s`);
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: [] });
const size = {
  cpu: fc.integer({ min: 1, max: 9000 }).map((n) => `${n}m`),
  memory: fc.constant({ request: "64Mi", limit: "128Mi" }),
};
const share = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom("1%", "34%", "100%"));
const inNode = { key: "disk", operator: "In", values: ["ssd"] };
export const anyDaemon = optional({
  ...size,
  nodeSelector: fc.constant({ disk: "ssd" }),
  tolerations: fc.constantFrom(
    [{ operator: "Exists" }],
    [{ key: "team", operator: "Equal", value: "data", effect: "NoSchedule" }],
  ),
  affinity: fc.constant({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [inNode] }] },
    },
  }),
  updateStrategy: fc.oneof(
    fc.constant({ type: "OnDelete" }),
    share.map((maxSurge) => ({ maxSurge })),
    share.map((maxUnavailable) => ({ maxUnavailable })),
  ),
  minReadySeconds: seconds(90),
});
const schedule = fc.record(
  {
    cron: fc.constantFrom("0 2 * * *", "*/5 8-17 * * 1-5"),
    timeZone: fc.constantFrom("UTC", "Europe/Paris"),
    startingDeadline: seconds(900),
    concurrencyPolicy: fc.constantFrom("Allow", "Forbid", "Replace"),
    successfulJobsHistoryLimit: fc.nat(9),
    failedJobsHistoryLimit: fc.nat(9),
  },
  { requiredKeys: ["cron"] },
);
const scaledBy = fc.record(
  {
    triggers: fc.array(
      fc.record(
        {
          service: fc.constantFrom("web", "api"),
          signal: fc.constantFrom("queue", "rate", "concurrency"),
          threshold: fc.integer({ min: 1, max: 90_000 }).map((n) => n / 100),
          activation: fc.nat(9),
          window: seconds(600),
        },
        { requiredKeys: ["service", "threshold"] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    pollingInterval: seconds(90),
    minReplicaCount: fc.nat(5),
    maxReplicaCount: fc.integer({ min: 5, max: 50 }),
    strategy: fc.constantFrom("default", "custom", "accurate", "eager"),
    queueLengthDeduction: fc.nat(9),
    runningJobPercentage: fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
    multipleScalersCalculation: fc.constantFrom("max", "min", "avg", "sum"),
  },
  { requiredKeys: ["triggers"] },
);
const action = fc.constantFrom("FailJob", "Ignore", "Count");
const rule = fc.oneof(
  fc.record({
    action,
    onExitCodes: fc.record({ operator: fc.constantFrom("In", "NotIn"), values: fc.constantFrom([1], [2, 137]) }),
  }),
  fc.record({ action, onPodConditions: fc.constant([{ type: "DisruptionTarget", status: "True" }]) }),
);
export const anyJob = fc
  .tuple(
    optional(size),
    optional({
      parallelism: fc.nat(9),
      backoffLimit: fc.nat(9),
      activeDeadline: seconds(900),
      podReplacementPolicy: fc.constantFrom("TerminatingOrFailed", "Failed"),
    }),
    fc.oneof(
      fc.constant({}),
      fc.array(rule, { minLength: 1, maxLength: 4 }).map((rules) => ({
        podReplacementPolicy: "Failed",
        podFailurePolicy: { rules },
      })),
    ),
    fc.constantFrom(
      {},
      { completions: "unlimited" },
      { completions: 7 },
      { completions: 7, completionMode: "Indexed" },
      {
        completions: 7,
        completionMode: "Indexed",
        successPolicy: { rules: [{ succeededIndexes: "0,3-5", succeededCount: 2 }, { succeededCount: 5 }] },
      },
    ),
    fc.oneof(
      fc.constant({}),
      schedule.map((given) => ({ schedule: given })),
      scaledBy.map((given) => ({ scaledBy: given })),
    ),
  )
  .map((parts) => Object.assign({ steps: { cpu: "10s" } }, ...parts));
