/**
 * Which of several ways to grow: Cluster Autoscaler's expanders, a chain of filters until one option is left, the rest by
 * chance.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Option } from "./estimator.js";
import { priceScore } from "./price.js";

export const expanders = ["least-waste", "most-pods", "least-nodes", "random", "priority", "price"] as const;
export type Expander = (typeof expanders)[number];

export interface ExpanderSettings {
  readonly chain: readonly Expander[];
  /** For `priority`: groups whose name matches the expression have it; the greatest counts. */
  readonly priorities: readonly { readonly matches: RegExp; readonly priority: number }[];
  /** For `price`: nodes there are, by which it prefers greater or smaller ones. */
  readonly nodes: number;
}

/** Share of the machines' CPU that would stay unrequested, plus that of their memory; of the whole machine, as upstream. */
export function waste({ group, nodes, pods }: Option): number {
  const cpu = nodes * group.capacity.cpuMillicores;
  const memory = nodes * group.capacity.memoryMiB;
  const cpuRequested = pods.reduce((sum, pod) => sum + pod.cpuMillicores, 0);
  const memoryRequested = pods.reduce((sum, pod) => sum + pod.memoryMiB, 0);
  return (cpu - cpuRequested) / cpu + (memory - memoryRequested) / memory;
}

/** Without any match all have the same, so that all are kept. */
function priorityOf({ group }: Option, { priorities }: ExpanderSettings): number {
  return Math.max(-Infinity, ...priorities.filter((one) => one.matches.test(group.name)).map((one) => one.priority));
}

/** What an expander would have least of. */
function cost(expander: Expander, option: Option, settings: ExpanderSettings): number {
  if (expander === "least-waste") return waste(option);
  if (expander === "most-pods") return -option.pods.length;
  if (expander === "least-nodes") return option.nodes;
  if (expander === "priority") return -priorityOf(option, settings);
  return expander === "price" ? priceScore(option, settings.nodes) : 0;
}

/** The best option, one of the best at random, or undefined where there is none. */
export function choose(
  options: readonly Option[],
  settings: ExpanderSettings,
  stream: RandomStream,
): Option | undefined {
  let best = options;
  for (const expander of settings.chain) {
    if (expander === "random" || best.length <= 1) break;
    const costs = best.map((option) => cost(expander, option, settings));
    const least = Math.min(...costs);
    best = best.filter((_, i) => costs[i] === least);
  }
  return best.length > 1 ? best[stream.below(best.length)] : best[0];
}
