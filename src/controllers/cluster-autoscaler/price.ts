/**
 * The price expander's score: what the new machines cost against what their pods would, both with a little added, times
 * how far the machines are from the size that suits a cluster of so many nodes.
 *
 * Prices of pods are the provider's; taken here as for general-purpose machines: see PRICE.
 */
import type { Size } from "./cluster.js";
import type { Option } from "./estimator.js";

/** Dollars an hour for a core and for a GiB: ours, in place of a provider's price model. */
const PRICE = { core: 0.033174, gib: 0.004446 };

const podPrice = ({ cpuMillicores, memoryMiB }: Size): number =>
  (cpuMillicores / 1000) * PRICE.core + (memoryMiB / 1024) * PRICE.gib;

const STABILIZATION = podPrice({ cpuMillicores: 500, memoryMiB: 500 });

const SIZES: readonly (readonly [number, number])[] = [
  [2, 1],
  [6, 2],
  [20, 4],
  [60, 8],
  [200, 16],
];

/** Cores that suit a cluster of so many nodes. */
export const preferredCores = (nodes: number): number => SIZES.find(([most]) => nodes <= most)?.[1] ?? 32;

/** How far from it; the less so the more machines there are to be. */
export function suppressedUnfitness(cores: number, clusterNodes: number, newNodes: number): number {
  const preferred = preferredCores(clusterNodes);
  const unfitness = Math.max(preferred / cores, cores / preferred);
  return (unfitness - 1) * (1 - Math.tanh((newNodes - 1) / 15)) + 1;
}

export function priceScore({ group, nodes, pods }: Option, clusterNodes: number): number {
  const unfitness = suppressedUnfitness(group.capacity.cpuMillicores / 1000, clusterNodes, nodes);
  const podsPrice = pods.reduce((sum, pod) => sum + podPrice(pod), 0);
  return (unfitness * (nodes * group.usdPerHour + STABILIZATION)) / (podsPrice + STABILIZATION);
}
