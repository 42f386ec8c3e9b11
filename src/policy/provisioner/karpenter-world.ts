/** The cluster that a provisioner is shown, in Karpenter's terms. */
import {
  INSTANCE_CATEGORY,
  INSTANCE_CPU,
  INSTANCE_FAMILY,
  INSTANCE_GENERATION,
  INSTANCE_MEMORY,
  INSTANCE_SIZE,
  INSTANCE_TYPE,
} from "../../controllers/karpenter/labels.js";
import type { InstanceType, NodePool, Pod } from "../../controllers/karpenter/objects.js";
import type { RequirementSpec } from "../../controllers/karpenter/requirement.js";
import type { NodeSelectorTerm, Pod as PodObject } from "../../controllers/scheduler/objects.js";
import type { Seconds } from "../../units.js";
import type { GroupView, OfferingView, PlacedPod } from "../contract.js";
import type { KarpenterValues, PoolFields } from "./karpenter-fields.js";

const MIB = 2 ** 20;

/** The one pool of a scenario that names none. */
export const DEFAULT_POOL = "default";

/** A pool with all that it has in common with others spelled out. */
export interface Pool {
  readonly pool: NodePool;
  readonly consolidateAfter: Seconds;
  readonly expireAfter: Seconds;
  readonly drainLimit: Seconds | undefined;
  readonly driftsAt: Seconds;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: PoolFields["taints"];
}

export const poolsOf = (values: KarpenterValues): readonly Pool[] =>
  (values.nodePools ?? [{ name: DEFAULT_POOL, weight: 1 }]).map((fields) => poolOf(fields, values));

function poolOf(fields: PoolFields, common: KarpenterValues): Pool {
  const { name, weight, requirements = [], labels = {}, taints = [], limits = {} } = fields;
  const { consolidationPolicy = common.consolidationPolicy, budgets = [{ nodes: common.budget }] } = fields;
  const consolidateAfter = fields.consolidateAfter ?? common.consolidateAfter;
  const most = {
    ...(limits.cpu === undefined ? {} : { cpu: limits.cpu }),
    ...(limits.memory === undefined ? {} : { memory: limits.memory * MIB }),
    ...(limits.nodes === undefined ? {} : { nodes: limits.nodes }),
  };
  const never = consolidateAfter === Infinity;
  const pool = { name, weight, requirements, labels, taints, limits: most, consolidationPolicy, budgets, never };
  return {
    pool: pool as NodePool,
    consolidateAfter,
    expireAfter: fields.expireAfter ?? common.expireAfter,
    drainLimit: fields.terminationGracePeriod,
    driftsAt: fields.driftsAt ?? Infinity,
    labels,
    taints,
  };
}

/** An AWS type such as "m5.2xlarge": category m, generation 5, family m5, size 2xlarge. Others are families of their own. */
function labelsOf({ type, capacity, labels }: GroupView): Readonly<Record<string, string>> {
  const sizes = {
    ...labels,
    [INSTANCE_TYPE]: type,
    [INSTANCE_CPU]: String(capacity.cpuMillicores / 1000),
    [INSTANCE_MEMORY]: String(capacity.memoryMiB),
  };
  const [, family, category, generation, size] = /^(([a-z]+?)(\d+)[a-z-]*)\.(\w+)$/.exec(type) ?? [];
  if (family === undefined) return { ...sizes, [INSTANCE_FAMILY]: type };
  return {
    ...sizes,
    [INSTANCE_FAMILY]: family,
    [INSTANCE_CATEGORY]: category,
    [INSTANCE_GENERATION]: generation,
    [INSTANCE_SIZE]: size,
  };
}

/**
 * A node group is an instance type by the group's name; what is missing for now is not available, nor is what has taints of
 * its own, of which Karpenter would not know: those are for NodePools to say.
 */
export function typeOf(group: GroupView, missing: (offering: OfferingView) => boolean): InstanceType {
  const { name, arch, capacity, allocatable, maxPods, count, max, taints } = group;
  return {
    name,
    arch,
    cpu: capacity.cpuMillicores,
    memory: capacity.memoryMiB * MIB,
    pods: maxPods,
    overheadCpu: capacity.cpuMillicores - allocatable.cpuMillicores,
    overheadMemory: (capacity.memoryMiB - allocatable.memoryMiB) * MIB,
    labels: labelsOf(group),
    offerings: group.offerings.map((offering) => ({
      zone: offering.zone,
      capacityType: offering.capacityType,
      price: offering.usdPerHour,
      available: count < max && taints.length === 0 && !missing(offering),
    })),
  };
}

export function podOf(pod: PlacedPod, name: string, created: Seconds): Pod {
  const {
    service,
    cpuMillicores,
    memoryMiB,
    daemon = false,
    object,
    annotations: { doNotDisrupt = false, deletionCost } = {},
  } = pod;
  return {
    name,
    app: service,
    cpu: cpuMillicores,
    memory: memoryMiB * MIB,
    created,
    doNotDisrupt,
    daemon,
    ...(deletionCost === undefined ? {} : { deletionCost: String(deletionCost) }),
    ...(object && wishesOf(object)),
  };
}

/** What the pod says of where it would be, near whom, and how important it is. */
export function wishesOf(object: Partial<PodObject>) {
  const { labels, priority, terminating, nodeSelector, tolerations, affinity, spread } = object;
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const preferred = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  const specs = ({ matchExpressions = [] }: NodeSelectorTerm) => matchExpressions as readonly RequirementSpec[];
  return {
    ...(labels && { labels }),
    ...(priority !== undefined && { priority }),
    ...(terminating && { terminating }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations: tolerations.map((one) => ({ ...one, operator: one.operator ?? "Equal" })) }),
    ...(required && { required: required.map(specs) }),
    ...(preferred && {
      preferred: preferred.map(({ weight, preference }) => ({ weight, requirements: specs(preference) })),
    }),
    ...(spread && { spread }),
    ...(podAffinity && { podAffinity }),
    ...(podAntiAffinity && { podAntiAffinity }),
  };
}
