/** How many nodes a scale-up may add at most, and how they are shared out among groups alike. */
import { HOSTNAME, type Labels, REGION, ZONE } from "../scheduler/objects.js";
import type { Group, Size } from "./cluster.js";

/** Of the whole cluster; Infinity for none. */
export interface ClusterLimits {
  readonly maxNodesTotal: number;
  readonly maxCores: number;
  readonly maxMemoryMiB: number;
}

/** The least of the thresholds above 0; those of 0 or less do not count. */
export function nodeLimit(thresholds: readonly number[]): number {
  return Math.min(Infinity, ...thresholds.filter((one) => one > 0));
}

/** Nodes of such a size that still may come, given what there is. */
export function withinQuotas(
  wanted: number,
  size: Size,
  used: Size,
  { maxCores, maxMemoryMiB }: ClusterLimits,
): number {
  const cores = Math.floor((maxCores * 1000 - used.cpuMillicores) / size.cpuMillicores);
  const memory = Math.floor((maxMemoryMiB - used.memoryMiB) / size.memoryMiB);
  return Math.max(0, Math.min(wanted, cores, memory));
}

const near = (one: number, other: number, share: number): boolean =>
  Math.abs(one - other) <= share * Math.max(one, other);

/** Where a node is and whose it is, not what it is: groups alike may differ in these, of Kubernetes and of the clouds. */
const IGNORED = new Set([
  HOSTNAME,
  ZONE,
  REGION,
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "kops.k8s.io/instancegroup",
  "alpha.eksctl.io/instance-id",
  "alpha.eksctl.io/nodegroup-name",
  "eks.amazonaws.com/nodegroup",
  "k8s.amazonaws.com/eniConfig",
  "lifecycle",
  "topology.ebs.csi.aws.com/zone",
  "topology.gke.io/zone",
  "cloud.google.com/gke-nodepool",
  "agentpool",
  "kubernetes.azure.com/agentpool",
]);

function sameLabels(one: Labels, other: Labels): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => IGNORED.has(name) || one[name] === other[name]);
}

/** Capacity alike but for 1.5 % of memory, allocatable within 5 %, and the same labels but for those of places. */
export function similar(one: Group, other: Group): boolean {
  return (
    sameLabels(one.template?.labels ?? {}, other.template?.labels ?? {}) &&
    one.capacity.cpuMillicores === other.capacity.cpuMillicores &&
    near(one.capacity.memoryMiB, other.capacity.memoryMiB, 0.015) &&
    near(one.allocatable.cpuMillicores, other.allocatable.cpuMillicores, 0.05) &&
    near(one.allocatable.memoryMiB, other.allocatable.memoryMiB, 0.05)
  );
}

/** Shares new nodes out, one at a time to the smallest group that may still grow. */
export function balance(groups: readonly Group[], nodes: number): { readonly group: string; readonly count: number }[] {
  const sizes = groups.map(({ count }) => count);
  for (let i = 0; i < nodes; i++) {
    const open = groups.flatMap(({ max }, g) => (sizes[g] < max ? [g] : []));
    if (open.length === 0) break;
    sizes[open.reduce((least, g) => (sizes[g] < sizes[least] ? g : least))]++;
  }
  return groups
    .map(({ name, count }, g) => ({ group: name, count: sizes[g] - count }))
    .filter(({ count }) => count > 0);
}
