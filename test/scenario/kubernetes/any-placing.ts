/** Anything that a service can say of where its pods stand, and any size that a VerticalPodAutoscaler may give them. */
import fc from "fast-check";

const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: [] });
const some = <T>(one: fc.Arbitrary<T>, most = 3) => fc.array(one, { minLength: 1, maxLength: most });

const key = fc.constantFrom("disktype", "example.com/gpu", "topology.kubernetes.io/zone", "team");
/** Values that YAML could take for something else are among them. */
const value = fc.constantFrom("ssd", "a", "true", "1", "0.5", "null", "yes");
const labels = fc.dictionary(key, value, { minKeys: 1, maxKeys: 2 });

const set = fc.record({
  key,
  operator: fc.constantFrom("In", "NotIn"),
  values: fc.uniqueArray(value, { minLength: 1 }),
});
const presence = fc.record({ key, operator: fc.constantFrom("Exists", "DoesNotExist") });
const order = fc.record({
  key,
  operator: fc.constantFrom("Gt", "Lt"),
  values: fc.integer({ min: 0, max: 99 }).map((n) => [String(n)]),
});
const selector = optional({ matchLabels: labels, matchExpressions: some(fc.oneof(set, presence)) });
const nodeTerm = fc.record({ matchExpressions: some(fc.oneof(set, presence, order)) });
const topologyKey = fc.constantFrom("kubernetes.io/hostname", "topology.kubernetes.io/zone");
const podTerm = fc.record(
  {
    ...{ labelSelector: selector, topologyKey },
    ...{ matchLabelKeys: fc.constant(["pod-template-hash"]), mismatchLabelKeys: fc.constant(["tenant"]) },
  },
  { requiredKeys: ["labelSelector", "topologyKey"] },
);
const weight = fc.integer({ min: 1, max: 100 });

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const byPods = fc.oneof(
  fc.record({ [REQUIRED]: some(podTerm) }),
  fc.record({ [PREFERRED]: some(fc.record({ weight, podAffinityTerm: podTerm })) }),
);
const byNodes = fc.oneof(
  fc.record({ [REQUIRED]: fc.record({ nodeSelectorTerms: some(nodeTerm) }) }),
  fc.record({ [PREFERRED]: some(fc.record({ weight, preference: nodeTerm })) }),
);
const affinity = fc.oneof(
  fc.record({ nodeAffinity: byNodes }),
  fc.record({ podAffinity: byPods, podAntiAffinity: byPods }),
);

const effect = fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute");
const toleration = fc.oneof(
  fc.record({ key, operator: fc.constant("Equal"), value, effect }, { requiredKeys: ["key", "value"] }),
  fc.record({ key, operator: fc.constant("Exists"), effect }, { requiredKeys: ["operator"] }),
);

const spread = fc
  .record(
    {
      maxSkew: fc.integer({ min: 1, max: 9 }),
      topologyKey,
      whenUnsatisfiable: fc.constantFrom("DoNotSchedule", "ScheduleAnyway"),
      labelSelector: selector,
      minDomains: fc.integer({ min: 1, max: 3 }),
      nodeAffinityPolicy: fc.constantFrom("Honor", "Ignore"),
      nodeTaintsPolicy: fc.constantFrom("Honor", "Ignore"),
      matchLabelKeys: fc.constant(["pod-template-hash"]),
    },
    { requiredKeys: ["maxSkew", "topologyKey", "whenUnsatisfiable", "labelSelector"] },
  )
  .map(({ minDomains, ...rest }) =>
    rest.whenUnsatisfiable === "DoNotSchedule" && minDomains !== undefined ? { ...rest, minDomains } : rest,
  );

export const priorityClasses = {
  high: { value: 1000 },
  low: { value: -5, preemptionPolicy: "Never" },
  usual: { value: 7, globalDefault: true },
};

export const anyPlacing = fc
  .record(
    {
      labels: fc.record({ tier: value, version: value }, { requiredKeys: ["tier"] }),
      nodeSelector: labels,
      tolerations: some(toleration),
      affinity,
      topologySpreadConstraints: fc.uniqueArray(spread, {
        minLength: 1,
        maxLength: 2,
        // Upstream takes each pair of these once.
        selector: (one) => `${one.topologyKey} ${one.whenUnsatisfiable}`,
      }),
      priority: fc.integer({ min: -(2 ** 31), max: 1_000_000_000 }),
      priorityClass: fc.constantFrom("high", "low", "usual", "system-cluster-critical"),
    },
    { requiredKeys: [] },
  )
  .map(({ priority, priorityClass, ...rest }) => {
    if (priorityClass !== undefined) return { ...rest, priorityClass };
    return priority === undefined ? rest : { ...rest, priority };
  });

const amounts = (min: number, max: number) =>
  optional({
    cpu: fc.integer({ min, max }).map((n) => `${n}m`),
    memory: fc.integer({ min, max }).map((n) => `${n}Mi`),
  }).filter((some) => Object.keys(some).length > 0);

export const anyVpa = optional({
  updateMode: fc.constantFrom("Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate"),
  minReplicas: fc.integer({ min: 1, max: 9 }),
  controlledResources: fc.constantFrom(["cpu"], ["memory"], ["cpu", "memory"]),
  controlledValues: fc.constantFrom("RequestsAndLimits", "RequestsOnly"),
  minAllowed: amounts(1, 500),
  maxAllowed: amounts(500, 9000),
}).map((fields) => ({ use: "vpa", ...fields }));

/** Room for the pods of a scenario that holds no more than one of each service. */
export const anyQuota = fc
  .record(
    {
      pods: fc.integer({ min: 1000, max: 9000 }),
      "requests.cpu": fc.integer({ min: 100_000, max: 9_000_000 }).map((n) => `${n}m`),
      "requests.memory": fc.integer({ min: 1_000_000, max: 9_000_000 }).map((n) => `${n}Mi`),
      "limits.cpu": fc.integer({ min: 100_000, max: 9_000_000 }).map((n) => `${n}m`),
      "limits.memory": fc.integer({ min: 1_000_000, max: 9_000_000 }).map((n) => `${n}Mi`),
    },
    { requiredKeys: [] },
  )
  .filter((hard) => Object.keys(hard).length > 0)
  .map((hard) => ({ name: "bounds", hard }));
