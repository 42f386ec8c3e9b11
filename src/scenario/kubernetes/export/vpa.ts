/** The scenario's `vpa` as a VerticalPodAutoscaler of autoscaling.k8s.io/v1. */
import { vpaFields } from "../../../policy/sizer/vpa-fields.js";
import { said } from "../written.js";
import { cpuQuantity, goDuration, memoryQuantity, type Part } from "./spelling.js";

interface Amounts {
  readonly cpu?: number;
  readonly memory?: number;
}

interface Values {
  readonly updateMode: string;
  readonly minReplicas: number;
  readonly controlledResources: readonly string[];
  readonly controlledValues: string;
  readonly minAllowed?: Amounts;
  readonly maxAllowed?: Amounts;
  readonly interval: number;
  readonly recommender: Readonly<Record<string, number>>;
  readonly updater: Readonly<Record<string, number | boolean>>;
}

/** As the flags' values are written. */
const plainly = String;
const seconds = (value: number | boolean): string => goDuration(Number(value));
const inBytes = (MiB: number | boolean): string => String(Math.round(Number(MiB) * 2 ** 20));

type Flags = Readonly<Record<string, readonly [flag: string, written: (value: number | boolean) => string]>>;

const RECOMMENDER: Flags = {
  targetCpuPercentile: ["target-cpu-percentile", plainly],
  lowerBoundCpuPercentile: ["recommendation-lower-bound-cpu-percentile", plainly],
  upperBoundCpuPercentile: ["recommendation-upper-bound-cpu-percentile", plainly],
  targetMemoryPercentile: ["target-memory-percentile", plainly],
  lowerBoundMemoryPercentile: ["recommendation-lower-bound-memory-percentile", plainly],
  upperBoundMemoryPercentile: ["recommendation-upper-bound-memory-percentile", plainly],
  safetyMargin: ["recommendation-margin-fraction", plainly],
  podMinCpu: ["pod-recommendation-min-cpu-millicores", plainly],
  // Which counts in MiB, whatever its name.
  podMinMemory: ["pod-recommendation-min-memory-mb", plainly],
  confidenceIntervalCpu: ["confidence-interval-cpu", seconds],
  confidenceIntervalMemory: ["confidence-interval-memory", seconds],
  cpuHalfLife: ["cpu-histogram-decay-half-life", seconds],
  memoryHalfLife: ["memory-histogram-decay-half-life", seconds],
  memoryInterval: ["memory-aggregation-interval", seconds],
  oomBumpUpRatio: ["oom-bump-up-ratio", plainly],
  oomMinBumpUp: ["oom-min-bump-up-bytes", inBytes],
};
const UPDATER: Flags = {
  evictionTolerance: ["eviction-tolerance", plainly],
  updateThreshold: ["pod-update-threshold", plainly],
  podLifetimeThreshold: ["in-recommendation-bounds-eviction-lifetime-threshold", seconds],
  evictAfterOomThreshold: ["evict-after-oom-threshold", seconds],
  evictionRateLimit: ["eviction-rate-limit", plainly],
  evictionRateBurst: ["eviction-rate-burst", plainly],
  inPlaceSkipDisruptionBudget: ["in-place-skip-disruption-budget", plainly],
};

/** `of`: the kind of what is sized. */
export function vpaPart(name: string, fields: Readonly<Record<string, unknown>>, of: string): Part {
  const values = fields as unknown as Values;
  const { updateMode, minReplicas, controlledResources, controlledValues, minAllowed, maxAllowed } = values;
  const policy = said({
    containerName: "*",
    controlledResources,
    controlledValues,
    minAllowed: amountsOf(minAllowed),
    maxAllowed: amountsOf(maxAllowed),
  });
  const spec = {
    targetRef: { apiVersion: "apps/v1", kind: of, name },
    updatePolicy: { updateMode, minReplicas },
    resourcePolicy: { containerPolicies: [policy] },
  };
  return {
    objects: [{ apiVersion: "autoscaling.k8s.io/v1", kind: "VerticalPodAutoscaler", metadata: { name }, spec }],
    notes: notesOf(values),
  };
}

function amountsOf(amounts: Amounts | undefined): object | undefined {
  const { cpu, memory } = amounts ?? {};
  const written = said({
    cpu: cpu === undefined ? undefined : cpuQuantity(cpu),
    memory: memory === undefined ? undefined : memoryQuantity(memory),
  });
  return Object.keys(written).length === 0 ? undefined : written;
}

/** What is set for all objects by flags, where it is not upstream's own value. */
function notesOf({ interval, recommender, updater }: Values): string[] {
  const times =
    interval === vpaFields.interval.parse(undefined)
      ? []
      : [
          `interval: no field of the object; for the whole cluster, vpa-recommender --recommender-interval and vpa-updater --updater-interval=${goDuration(interval)}`,
        ];
  return [
    ...times,
    ...changed("vpa-recommender", RECOMMENDER, recommender, vpaFields.recommender.parse(undefined)),
    ...changed("vpa-updater", UPDATER, updater, vpaFields.updater.parse(undefined)),
  ];
}

function changed(
  program: string,
  flags: Flags,
  values: Readonly<Record<string, number | boolean>>,
  upstream: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(flags).flatMap(([field, [flag, written]]) => {
    const value = values[field];
    if (value === undefined || value === upstream[field]) return [];
    return [`${field}: no field of the object; for the whole cluster, ${program} --${flag}=${written(value)}`];
  });
}
