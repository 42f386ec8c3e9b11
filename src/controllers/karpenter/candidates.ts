/** Which nodes Karpenter may disrupt, and what it costs their pods. */
import type { Cluster, DisruptionBudget, InstanceType, Node, NodePool, Pod } from "./objects.js";
import { toleratesAll } from "./pod.js";

export interface Candidate {
  readonly node: Node;
  readonly pool: NodePool;
  readonly type: InstanceType | undefined;
  /** Pods that would need another node. */
  readonly pods: readonly Pod[];
  readonly disruptionCost: number;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function evictionCost({ deletionCost, priority }: Pod): number {
  const given = deletionCost === undefined ? 0 : Number(deletionCost);
  const deletion = Number.isNaN(given) ? 0 : given / 2 ** 27;
  return clamp(1 + deletion + (priority ?? 0) / 2 ** 25, -10, 10);
}

/** Nodes near their expiry cost less: they will go anyhow. */
function lifetimeRemaining({ expireAfter, created }: Node, now: number): number {
  return expireAfter === undefined ? 1 : clamp((expireAfter - (now - created)) / expireAfter, 0, 1);
}

const disrupted = { key: "karpenter.sh/disrupted", effect: "NoSchedule" };
const evictable = (pod: Pod): boolean => pod.doNotDisrupt !== true && !toleratesAll(pod, [disrupted]);

const budgetsOf = (pod: Pod, pdbs: readonly DisruptionBudget[]): readonly DisruptionBudget[] =>
  pdbs.filter(({ app }) => app === pod.app);

function blocked(pod: Pod, pdbs: readonly DisruptionBudget[]): boolean {
  if (pod.doNotDisrupt) return true;
  if (!evictable(pod)) return false;
  const own = budgetsOf(pod, pdbs);
  return own.length > 1 || own.some(({ allowed }) => allowed === 0);
}

/** Pods to find a place for; none for pods that cannot be evicted before something else changes. */
export function reschedulable(pod: Pod, pdbs: readonly DisruptionBudget[] = []): boolean {
  if (pod.daemon || pod.doNotDisrupt) return false;
  const own = budgetsOf(pod, pdbs);
  return !evictable(pod) || (own.length <= 1 && !own.some(({ fullyBlocking }) => fullyBlocking));
}

export function candidates(cluster: Cluster, now: number): readonly Candidate[] {
  const { nodes = [], pods = [], pools, types, pdbs = [] } = cluster;
  return nodes.flatMap((node) => {
    if (node.starting || node.deleting || node.doNotDisrupt || node.nominated) return [];
    const pool = pools.find(({ name }) => name === node.pool);
    const here = pods.filter((pod) => pod.node === node.name);
    if (pool === undefined || here.some((pod) => blocked(pod, pdbs))) return [];
    const cost = here.reduce((sum, pod) => sum + evictionCost(pod), 0) * lifetimeRemaining(node, now);
    const type = types.find(({ name }) => name === node.type);
    return [{ node, pool, type, pods: here.filter(({ daemon }) => !daemon), disruptionCost: cost }];
  });
}
