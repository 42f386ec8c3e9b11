/**
 * Which of several ways to grow: Cluster Autoscaler's expanders, one at a time.
 *
 * Not modelled: chains of expanders; `priority`; `price`, which needs a provider's price of a pod.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Option } from "./bin-packing.js";

/** For each expander what it would have least of. */
const costs = {
  "least-waste": waste,
  "most-pods": (option: Option) => -option.pods.length,
  "least-nodes": (option: Option) => option.nodes,
  random: () => 0,
} as const;

export type Expander = keyof typeof costs;
export const expanders = ["least-waste", "most-pods", "least-nodes", "random"] as const satisfies readonly Expander[];

/** Share of the machines' CPU that would stay unrequested, plus that of their memory; of the whole machine, as upstream. */
function waste({ group, nodes, pods }: Option): number {
  const cpu = nodes * group.capacity.cpuMillicores;
  const memory = nodes * group.capacity.memoryMiB;
  const cpuRequested = pods.reduce((sum, pod) => sum + pod.cpuMillicores, 0);
  const memoryRequested = pods.reduce((sum, pod) => sum + pod.memoryMiB, 0);
  return (cpu - cpuRequested) / cpu + (memory - memoryRequested) / memory;
}

/** The best option, one of the best at random, or undefined where there is none. */
export function choose(options: readonly Option[], expander: Expander, stream: RandomStream): Option | undefined {
  const cost = costs[expander];
  const least = Math.min(...options.map(cost));
  const best = options.filter((option) => cost(option) === least);
  return best.length > 1 ? best[stream.below(best.length)] : best[0];
}
