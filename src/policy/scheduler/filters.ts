/**
 * Whether a node has room for a pod: kube-scheduler's NodeResourcesFit, one filter a resource. Upstream
 * looks at all three and gives every reason there is. A pod that requests nothing needs a place alone.
 *
 * Not modelled: whether evicting others could help; taints, affinities, ports, volumes, spreading.
 */
import type { Filter } from "../contract.js";

const room: Filter = {
  rejects: (_pod, node) => (node.podCount + 1 > node.maxPods ? "Too many pods" : undefined),
};

const cpu: Filter = {
  rejects: ({ cpuMillicores }, { free }) =>
    cpuMillicores > 0 && cpuMillicores > free.cpuMillicores ? "Insufficient cpu" : undefined,
};

const memory: Filter = {
  rejects: ({ memoryMiB }, { free }) =>
    memoryMiB > 0 && memoryMiB > free.memoryMiB ? "Insufficient memory" : undefined,
};

export const fit: readonly Filter[] = [room, cpu, memory];
