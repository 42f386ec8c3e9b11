/**
 * Kubernetes Cluster Autoscaler as specified in August 2026: machines for pods that no node has room for, and none that are
 * little used. The decisions are in controllers/cluster-autoscaler/; here a cluster's view becomes what it looks at.
 *
 * Not modelled: looking again at once after an action or at a new pending pod (upstream's frequent loops, on by default).
 * Pods of draining nodes are not added to the pending ones: their replacements are among these already.
 */
import { createClusterAutoscaler, type Look } from "../../controllers/cluster-autoscaler/autoscaler.js";
import { expanders, waste } from "../../controllers/cluster-autoscaler/expanders.js";
import type { ClusterView, ProvisionAnswer, Why } from "../contract.js";
import { defineProvisioner } from "../define.js";
import {
  either,
  flag,
  fraction,
  interval,
  list,
  memory,
  oneOf,
  record,
  seconds,
  signed,
  text,
  whole,
} from "../fields.js";

function readable(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function whyOf({ options, chosen, rule, add, remove, unplaced, unneeded }: Look, view: ClusterView): Why {
  const waiting = { what: "unschedulable pods", seen: { pending: view.pending.length, unplaced } };
  const ways = options.map((option) => ({
    what: `${option === chosen ? "expansion option taken" : "expansion option"} ${option.group.name}`,
    seen: { nodes: option.nodes, pods: option.pods.length, waste: waste(option) },
    wished: option.nodes,
  }));
  const change = add.reduce((sum, { count }) => sum + count, 0) - remove.length;
  return { trail: [waiting, ...ways, { what: "unneeded nodes", seen: { unneeded } }, { what: rule, wished: change }] };
}

export const clusterAutoscaler = defineProvisioner({
  name: "cluster-autoscaler",
  summary: "Kubernetes Cluster Autoscaler: buys machines for pending pods and gives back unneeded ones.",
  fields: {
    period: interval().prefault("10s").describe("Time between two looks; upstream's scan interval."),
    expander: either("an expander or a list of them", oneOf(...expanders), list(oneOf(...expanders)))
      .default("least-waste")
      .describe("Which of several groups grows; of a list, each next one among those that the one before finds equal."),
    priorities: list(
      record({
        matches: text("a regular expression", readable).describe("Groups by their names."),
        priority: signed().describe("The greater is preferred."),
      }),
    )
      .optional()
      .describe("For the priority expander: which groups have which priority."),
    balanceSimilarGroups: flag().default(false).describe("Whether new nodes are shared out among groups alike."),
    maxNodesTotal: whole(1).optional().describe("Most nodes in the cluster."),
    maxCores: whole(1).optional().describe("Most cores in the cluster."),
    maxMemory: memory().optional().describe("Most memory in the cluster."),
    newPodDelay: seconds().prefault("0s").describe("Pending pods no older than this are left to the next look."),
    utilizationThreshold: fraction()
      .prefault("50%")
      .describe("Requested share of a node's CPU or memory, the greater of them, up to which it may be unneeded."),
    unneededTime: seconds().prefault("10m").describe("A node goes once it has been unneeded for longer."),
    delayAfterAdd: seconds().prefault("10m").describe("For so long after a scale-up nothing is removed."),
    delayAfterDelete: seconds().prefault("0s").describe("For so long after a removal nothing is removed."),
    unremovableRecheck: seconds()
      .prefault("5m")
      .describe("A node whose pods fit nowhere else is looked at again after so long."),
    maxParallelism: whole(1).default(10).describe("Most nodes on their way out at once."),
    maxDrainParallelism: whole(1).default(1).describe("Most of these that still have pods on them."),
  },
  create: ({ expander, priorities = [], maxNodesTotal, maxCores, maxMemory, ...fields }, { stream }) => {
    const settings = {
      ...fields,
      chain: [expander].flat(),
      priorities: priorities.map(({ matches, priority }) => ({ matches: new RegExp(matches), priority })),
      maxNodesTotal: maxNodesTotal ?? Infinity,
      maxCores: maxCores ?? Infinity,
      maxMemoryMiB: maxMemory ?? Infinity,
      delayAfterFailure: 180,
    };
    const autoscaler = createClusterAutoscaler(settings, stream);
    return {
      period: fields.period,
      plan(view): ProvisionAnswer {
        const look = autoscaler.look(view);
        const { add, remove, rule, unplaced, unneeded } = look;
        const seen = { pending: view.pending.length, unplaced, unneeded };
        return { add, remove, rule, seen, why: whyOf(look, view) };
      },
    };
  },
});
