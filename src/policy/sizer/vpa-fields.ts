/** The fields of a VerticalPodAutoscaler and the flags of its recommender and updater, with upstream's defaults. */
import type { Policies } from "../../controllers/vpa/policy.js";
import type { Resource } from "../../controllers/vpa/recommender.js";
import { cpu, flag, fraction, interval, list, memory, oneOf, positive, record, seconds, whole } from "../fields.js";

const amounts = () =>
  record({
    cpu: cpu().optional().meta({ description: "CPU." }),
    memory: memory().optional().meta({ description: "Memory." }),
  }).optional();

const percentile = (of: number, what: string) =>
  fraction()
    .prefault(of)
    .meta({ description: `Percentile of the usage that is the ${what}.` });

export const vpaFields = {
  updateMode: oneOf("Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate").prefault("Recreate").meta({
    description:
      "Off recommends and does nothing; Initial sizes new pods; Recreate evicts others, too; InPlaceOrRecreate resizes them where they stand, if it can. Auto is Recreate.",
  }),
  minReplicas: whole(1).prefault(2).meta({ description: "With fewer pods than this none is evicted or resized." }),
  controlledResources: list(oneOf("cpu", "memory"))
    .prefault(["cpu", "memory"])
    .meta({ description: "What is recommended; memory only where memoryUse says what pods hold." }),
  controlledValues: oneOf("RequestsAndLimits", "RequestsOnly")
    .prefault("RequestsAndLimits")
    .meta({ description: "Whether limits keep their proportion to the requests, or stay and bound them." }),
  minAllowed: amounts().meta({ description: "Never recommend less than this." }),
  maxAllowed: amounts().meta({ description: "Never recommend more than this." }),
  interval: interval().prefault("1m").meta({ description: "How often samples are read, and pods looked at." }),
  recommender: record({
    targetCpuPercentile: percentile(0.9, "target"),
    lowerBoundCpuPercentile: percentile(0.5, "lower bound"),
    upperBoundCpuPercentile: percentile(0.95, "upper bound"),
    targetMemoryPercentile: percentile(0.9, "target"),
    lowerBoundMemoryPercentile: percentile(0.5, "lower bound"),
    upperBoundMemoryPercentile: percentile(0.95, "upper bound"),
    safetyMargin: fraction().prefault("15%").meta({ description: "Added to each." }),
    podMinCpu: cpu().prefault("25m").meta({ description: "The least that is recommended for a pod." }),
    podMinMemory: memory().prefault("250Mi").meta({ description: "The least that is recommended for a pod." }),
    confidenceIntervalCpu: interval()
      .prefault("24h")
      .meta({ description: "History after which the bounds are half as wide as they could be." }),
    confidenceIntervalMemory: interval().prefault("24h").meta({ description: "The same for memory." }),
    cpuHalfLife: interval().prefault("24h").meta({ description: "A sample so old counts half." }),
    memoryHalfLife: interval().prefault("24h").meta({ description: "A peak so old counts half." }),
    memoryInterval: interval().prefault("24h").meta({ description: "Of each such span the peak is kept." }),
    oomBumpUpRatio: positive()
      .prefault(1.2)
      .meta({ description: "What a container killed for memory needs, at least, times what it had." }),
    oomMinBumpUp: memory().prefault("100Mi").meta({ description: "And at least so much more." }),
  })
    .prefault({})
    .meta({ description: "Flags of the recommender." }),
  updater: record({
    evictionTolerance: fraction().prefault("50%").meta({ description: "Share of the replicas that may be missing." }),
    updateThreshold: fraction()
      .prefault("10%")
      .meta({ description: "A pod within its bounds must be so far from its target." }),
    podLifetimeThreshold: seconds().prefault("12h").meta({ description: "And so old, to be touched." }),
    evictAfterOomThreshold: seconds()
      .prefault("10m")
      .meta({ description: "A container killed for memory so soon after its start has its pod updated at once." }),
    evictionRateLimit: positive()
      .optional()
      .meta({ description: "Evictions a second, and resizes a second. Default: no limit." }),
    evictionRateBurst: whole(1).prefault(1).meta({ description: "How many may go at once under that limit." }),
    inPlaceSkipDisruptionBudget: flag()
      .prefault(false)
      .meta({ description: "Resizes in place need not leave a share of the replicas alone." }),
  })
    .prefault({})
    .meta({ description: "Flags of the updater." }),
};

interface Written {
  readonly cpu?: number | undefined;
  readonly memory?: number | undefined;
}

interface Bounds {
  readonly minAllowed?: Written | undefined;
  readonly maxAllowed?: Written | undefined;
}

export const bytes = (mebibytes: number): number => Math.round(mebibytes * 2 ** 20);

const written = ({ cpu: cores, memory: size }: Written = {}) => ({
  ...(cores === undefined ? {} : { cpu: Math.ceil(cores) }),
  ...(size === undefined ? {} : { memory: bytes(size) }),
});

/** Throws when nothing is between the bounds. */
export function checkBounds({ minAllowed = {}, maxAllowed = {} }: Bounds): void {
  for (const [resource, unit] of [
    ["cpu", "m"],
    ["memory", "Mi"],
  ] as const) {
    const { [resource]: least = 0 } = minAllowed;
    const { [resource]: most = Infinity } = maxAllowed;
    if (least > most)
      throw new Error(`expected a maxAllowed.${resource} of ${least}${unit} at least, got ${most}${unit}`);
  }
}

/** The policy of a pod's only container. */
export const policiesOf = (
  container: string,
  fields: Bounds & {
    readonly controlledResources: readonly Resource[];
    readonly controlledValues: "RequestsAndLimits" | "RequestsOnly";
  },
): Policies => ({
  [container]: {
    controlledResources: fields.controlledResources,
    controlledValues: fields.controlledValues,
    minAllowed: written(fields.minAllowed),
    maxAllowed: written(fields.maxAllowed),
  },
});
