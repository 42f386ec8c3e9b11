/** Any service and any scaler whose every field manifests can hold, as a scenario writes them. */
import fc from "fast-check";

const seconds = (most: number, least = 0) => fc.integer({ min: least, max: most }).map((n) => `${n}s`);
const percent = (most = 150) => fc.integer({ min: 1, max: most }).map((n) => `${n}%`);
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: [] });
/** To the thousandth, as quantities go. */
const level = fc.integer({ min: 1, max: 5_000_000 }).map((n) => n / 1000);
const signal = fc.constantFrom("rate", "concurrency", "queue");
const window = seconds(600, 1);
const bounds = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 9, max: 99 }))
  .map(([min, max]) => ({ min, max }));

const rules = optional({
  stabilization: seconds(3600),
  select: fc.constantFrom("max", "min", "disabled"),
  policies: fc.array(
    fc.record({
      type: fc.constantFrom("pods", "percent"),
      value: fc.integer({ min: 1, max: 900 }),
      period: seconds(1800, 1),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  tolerance: fc.integer({ min: 0, max: 500 }).map((n) => n / 1000),
});
const behavior = optional({ scaleUp: rules, scaleDown: rules });

const aim = fc.oneof(
  level.map((value) => ({ value })),
  level.map((averageValue) => ({ averageValue })),
);
const metric = fc.oneof(
  percent().map((utilization) => ({ kind: "resource", utilization })),
  fc.integer({ min: 1, max: 9000 }).map((n) => ({ kind: "resource", averageValue: `${n}m` })),
  percent().map((utilization) => ({ kind: "resource", resource: "memory", utilization })),
  fc.integer({ min: 1, max: 9000 }).map((n) => ({ kind: "resource", resource: "memory", averageValue: `${n}Mi` })),
  fc.record({ kind: fc.constant("pods"), signal, averageValue: level, window }),
  fc
    .tuple(fc.record({ kind: fc.constantFrom("object", "external"), signal, window }), aim)
    .map(([one, target]) => ({ ...one, ...target })),
);
/** A single utilisation of CPU is the short form's, which says the same. */
const isShort = (metrics: readonly object[]) =>
  metrics.length === 1 && "utilization" in metrics[0] && !("resource" in metrics[0]);

const hpa = fc
  .tuple(
    bounds,
    fc.oneof(
      percent().map((target) => ({ target })),
      fc
        .array(metric, { minLength: 1, maxLength: 3 })
        .filter((list) => !isShort(list))
        .map((metrics) => ({ metrics })),
    ),
    fc.option(behavior, { nil: undefined }),
    fc.boolean(),
  )
  .map(([between, what, behaves, zero]) => {
    const wakes = "metrics" in what && what.metrics.some(({ kind }) => kind === "object" || kind === "external");
    const toZero = zero && wakes ? { min: 0, scaleToZero: true } : {};
    return { use: "hpa", ...between, ...what, ...toZero, ...(behaves === undefined ? {} : { behavior: behaves }) };
  });

const trigger = fc.oneof(
  fc.record({ signal, threshold: level, window }),
  fc.record({ signal, threshold: level, window, activation: level }),
  percent().map((cpu) => ({ cpu })),
  percent().map((memory) => ({ memory })),
  fc.integer({ min: 1, max: 50 }).map((desiredReplicas) => ({
    cron: { start: "0 8 * * 1-5", end: "30 17 * * 1-5", timeZone: "Europe/Paris", desiredReplicas },
  })),
);
const keda = fc
  .tuple(
    bounds,
    fc.record(
      {
        triggers: fc.array(trigger, { minLength: 1, maxLength: 3 }),
        pollingInterval: seconds(120, 1),
        cooldownPeriod: seconds(900),
        initialCooldownPeriod: seconds(900),
        idleReplicaCount: fc.constant(0),
        fallback: fc.record({
          failureThreshold: fc.integer({ min: 0, max: 9 }),
          replicas: fc.integer({ min: 0, max: 9 }),
          behavior: fc.constantFrom("static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"),
        }),
        behavior,
      },
      { requiredKeys: ["triggers"] },
    ),
  )
  .map(([between, { fallback, ...fields }]) => {
    const falls = fields.triggers.some((one) => "signal" in one || "cron" in one) && fallback !== undefined;
    return { use: "keda", ...between, ...fields, ...(falls ? { fallback } : {}) };
  });

const knative = fc
  .tuple(
    bounds,
    optional({
      metric: fc.constantFrom("concurrency", "rps"),
      target: fc.integer({ min: 10, max: 5_000_000 }).map((n) => n / 1000),
      targetUtilization: percent(100),
      stableWindow: seconds(3600, 6),
      panicWindow: percent(100),
      panicThreshold: fc.integer({ min: 110, max: 1000 }).map((n) => `${n}%`),
      weighted: fc.boolean(),
      scaleDownDelay: seconds(3600),
      activationScale: fc.constant(9),
      initialScale: fc.integer({ min: 1, max: 9 }),
      targetBurstCapacity: fc.integer({ min: -1, max: 500 }),
      podRetention: seconds(3600),
      progressDeadline: seconds(3600, 1),
    }),
  )
  .map(([between, fields]) => ({ use: "knative", ...between, ...fields }));

/** More than none. */
const pods = fc.oneof(fc.integer({ min: 1, max: 9 }), percent(100));
const amount = fc.oneof(fc.integer({ min: 0, max: 1 }), percent(99));
const initialDelay = seconds(60);
const period = seconds(60, 1);
const failureThreshold = fc.integer({ min: 1, max: 9 });

const service = fc.record(
  {
    replicas: fc.integer({ min: 1, max: 20 }),
    cpu: fc.oneof(
      fc.integer({ min: 1, max: 9000 }).map((n) => `${n}m`),
      fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 900, max: 9000 })).map(([request, limit]) => ({
        request: `${request}m`,
        limit: `${limit}m`,
      })),
    ),
    memory: fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 900, max: 9000 })).map(([request, limit]) => ({
      request: `${request}Mi`,
      limit: `${limit}Mi`,
    })),
    readiness: fc.record({ initialDelay, period, successThreshold: failureThreshold }),
    startupProbe: fc.record({ initialDelay, period, failureThreshold }),
    liveness: fc.record({ initialDelay, period, failureThreshold, timeout: seconds(9, 1) }),
    grace: seconds(300, 1),
    annotations: optional({
      "karpenter.sh/do-not-disrupt": fc.boolean(),
      "cluster-autoscaler.kubernetes.io/safe-to-evict": fc.constantFrom("true", "false"),
      "controller.kubernetes.io/pod-deletion-cost": fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    }),
    preStop: seconds(300, 1),
    disruptionBudget: fc.oneof(
      amount.map((minAvailable) => ({ minAvailable })),
      amount.map((maxUnavailable) => ({ maxUnavailable })),
    ),
  },
  { requiredKeys: [] },
);

/** What keeps its pods, and how they change. */
const minReadySeconds = seconds(60);
const keeping = fc.oneof(
  optional({
    strategy: fc.oneof(
      fc.constant({ type: "Recreate" }),
      fc.record({ type: fc.constant("RollingUpdate"), maxSurge: pods, maxUnavailable: fc.integer({ min: 0, max: 9 }) }),
    ),
    minReadySeconds,
    progressDeadline: fc.oneof(fc.constant("unlimited"), seconds(900, 61)),
  }),
  fc.record(
    {
      kind: fc.constant("StatefulSet"),
      podManagementPolicy: fc.constantFrom("OrderedReady", "Parallel"),
      updateStrategy: fc.oneof(
        fc.constant({ type: "OnDelete" }),
        optional({
          type: fc.constant("RollingUpdate"),
          partition: fc.integer({ min: 0, max: 9 }),
          maxUnavailable: pods,
        }),
      ),
      minReadySeconds,
    },
    { requiredKeys: ["kind"] },
  ),
);

/** Its replicas are its own only where nobody scales it, and its rollouts and the end of its pods where Knative does not set them. */
export const anyScaledService = fc
  .tuple(service, keeping, fc.oneof(fc.constant(undefined), hpa, keda, knative))
  .map(([{ replicas, ...scaled }, kept, scaler]) => {
    if (scaler === undefined) return { ...scaled, ...kept, replicas: replicas ?? 1 };
    if (scaler.use !== "knative") return { ...scaled, ...kept, scaler };
    const { grace, preStop, ...rest } = scaled;
    return { ...rest, scaler };
  });
