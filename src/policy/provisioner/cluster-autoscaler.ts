/**
 * Kubernetes Cluster Autoscaler (as of August 2026): machines for pods that no node has room for, and
 * none that are little used.
 *
 * Every `period` it first packs the pending pods into the nodes there are, those still booting
 * included, which count as ready. For the rest it estimates each group's way to grow and takes one. In
 * the same look it notes which nodes are unneeded; it gives back those that have been so for
 * `unneededTime`, unless it has added or removed too recently.
 *
 * Not modelled: looking again at once after an action or at a new pending pod (upstream's frequent
 * loops, on by default); failures and their back-off; cluster-wide maxima; balancing similar groups;
 * pod priorities; taints, affinities and spreading. Pods of draining nodes are not added to the pending
 * ones: their replacements are among these already. See also the files beside this one.
 */
import type { ClusterView, ProvisionAnswer } from "../contract.js";
import { defineProvisioner } from "../define.js";
import { fraction, interval, oneOf, seconds, whole } from "../fields.js";
import { estimate, type Option } from "./bin-packing.js";
import { choose, expanders } from "./expanders.js";
import { place, type TrialNode, trialNode } from "./room.js";
import { createScaleDown } from "./scale-down.js";

/** While even the oldest pending pod is younger, the scheduler may still be placing them. */
const TOO_NEW = 2;
const MAX_NODES_PER_SCALE_UP = 1000;

type Pending = ClusterView["pending"];

/** What a look finds to do about the pending pods; without an option, why not. */
interface Growth {
  readonly option?: Option;
  readonly rule: string;
}

function grow(view: ClusterView, unplaced: Pending, best: (options: readonly Option[]) => Option | undefined): Growth {
  if (unplaced.length === 0) return { rule: "ScaleUpNotNeeded" };
  const oldest = Math.min(...unplaced.map((pod) => pod.since));
  if (oldest + TOO_NEW > view.now) return { rule: "ScaleUpInCooldown" };
  const options = view.groups.flatMap(
    (group) => estimate(group, unplaced, Math.min(group.max - group.count, MAX_NODES_PER_SCALE_UP)) ?? [],
  );
  const option = best(options);
  return option ? { option, rule: "ScaleUpSuccessful" } : { rule: "ScaleUpNoOptionsAvailable" };
}

/** Pods that neither the nodes nor those on their way have room for; the others are put where they fit. */
const withoutPlace = (pending: Pending, nodes: readonly TrialNode[]): Pending =>
  pending.filter((pod) => !place(pod, nodes));

export const clusterAutoscaler = defineProvisioner({
  name: "cluster-autoscaler",
  summary: "Kubernetes Cluster Autoscaler: buys machines for pending pods and gives back unneeded ones.",
  fields: {
    period: interval().prefault("10s").describe("Time between two looks; upstream's scan interval."),
    expander: oneOf(...expanders)
      .default("least-waste")
      .describe("Which of several groups grows."),
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
  create: ({ period, expander, newPodDelay, delayAfterAdd, delayAfterDelete, ...scaleDownFields }, { stream }) => {
    const scaleDown = createScaleDown({ period, ...scaleDownFields });
    let lastAdd = -Infinity;
    let lastDelete = -Infinity;
    return {
      period,
      plan(view): ProvisionAnswer {
        const { now, groups } = view;
        const nodes = view.nodes.filter((node) => !node.draining).map(trialNode);
        const unplaced = withoutPlace(view.pending, nodes).filter((pod) => now - pod.since > newPodDelay);
        const { option, rule } = grow(view, unplaced, (options) => choose(options, expander, stream));
        if (option) lastAdd = now;

        const unneeded = scaleDown.unneeded(nodes, now);
        const seen = { pending: view.pending.length, unplaced: unplaced.length, unneeded: unneeded.length };
        if (option) return { add: [{ group: option.group.name, count: option.nodes }], remove: [], rule, seen };

        const cooling = now < lastAdd + delayAfterAdd || now < lastDelete + delayAfterDelete;
        if (cooling || rule === "ScaleUpInCooldown") {
          const held = rule === "ScaleUpNotNeeded" && unneeded.length > 0;
          return { add: [], remove: [], rule: held ? "ScaleDownInCooldown" : rule, seen };
        }
        const remove = scaleDown.removable(unneeded, view.nodes, groups, now);
        if (remove.length > 0) lastDelete = now;
        return { add: [], remove, rule: remove.length > 0 ? "ScaleDownNodeDeleteStarted" : rule, seen };
      },
    };
  },
});
