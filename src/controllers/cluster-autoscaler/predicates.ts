/**
 * What kube-scheduler would say of pods on nodes, but for their room: its own filters, over all nodes as they would be after
 * what has been tried out. Where no pod and no node says anything about places nothing is asked.
 */
import { type Filter, nodeFiltersBesideFit } from "../scheduler/filters.js";
import { interPodAffinityFilter } from "../scheduler/inter-pod-affinity.js";
import { NodeInfo } from "../scheduler/node-info.js";
import { HOSTNAME, type Node as NodeObject, type Pod as PodObject } from "../scheduler/objects.js";
import { topologySpreadFilter } from "../scheduler/topology-spread.js";

/** A pod and its node as the API has them, as far as anybody has told. */
interface Known {
  readonly object?: PodObject | undefined;
}

/** Whether where it goes depends on more than room. */
const particular = ({ nodeSelector, nodeName, affinity, spread = [], containers }: PodObject): boolean =>
  nodeSelector !== undefined ||
  nodeName !== undefined ||
  affinity !== undefined ||
  spread.length > 0 ||
  containers.some(({ ports = [] }) => ports.length > 0);

const restricted = ({ taints = [], unschedulable = false }: NodeObject): boolean => taints.length > 0 || unschedulable;

/** Whether there is anything to ask at all. */
export const haveWishes = (pods: Iterable<Known>, nodes: Iterable<NodeObject>): boolean => {
  for (const { object } of pods) if (object !== undefined && particular(object)) return true;
  for (const node of nodes) if (restricted(node)) return true;
  return false;
};

/** A node that is not there yet, as its group's would be. */
export const freshNode = (template: NodeObject, number: number): NodeInfo => {
  const name = `${template.name}-template-${number}`;
  return new NodeInfo({ ...template, name, labels: { ...template.labels, [HOSTNAME]: name } });
};

/** Whether the pod may be where, among all these. */
export function admits(pod: Known, all: readonly NodeInfo[]): (node: NodeInfo | undefined) => boolean {
  const { object } = pod;
  if (object === undefined) return () => true;
  let filters: readonly (Filter | undefined)[] | undefined;
  return (node) => {
    if (node === undefined) return true;
    filters ??= [
      ...nodeFiltersBesideFit(object),
      topologySpreadFilter(object, all),
      interPodAffinityFilter(object, all),
    ];
    return filters.every((filter) => filter?.(node) === undefined);
  };
}

/** Whether another of the new nodes may do though the last does not: the pod is to be spread over hosts. */
export const spreadsOverHosts = ({ object }: Known): boolean =>
  object?.spread?.some(
    ({ topologyKey, whenUnsatisfiable }) => topologyKey === HOSTNAME && whenUnsatisfiable === "DoNotSchedule",
  ) ?? false;
