/**
 * Kubernetes Cluster Autoscaler as specified in August 2026: machines for pods that no node has room for, and none that are
 * little used. The decisions are in controllers/cluster-autoscaler/; here a cluster's view becomes what it looks at. As
 * upstream takes a node that there is for the whole group, a group of several zones is thought to grow where that one is.
 *
 * A machine that has not come within the time for it is given back, and its group left alone for a while. Pods of draining nodes are not added to the pending ones: their replacements are among these already.
 */
import { type Cluster, createClusterAutoscaler, type Look } from "../../controllers/cluster-autoscaler/autoscaler.js";
import type { Group, Node } from "../../controllers/cluster-autoscaler/cluster.js";
import type { DrainFacts } from "../../controllers/cluster-autoscaler/drainability.js";
import { expanders, waste } from "../../controllers/cluster-autoscaler/expanders.js";
import type { Unremovable } from "../../controllers/cluster-autoscaler/planner.js";
import { nextLook } from "../../controllers/cluster-autoscaler/trigger.js";
import { eligibilityOf } from "../../controllers/daemon-set/nodes.js";
import { CAPACITY_TYPE } from "../../controllers/karpenter/labels.js";
import type { Node as NodeObject } from "../../controllers/scheduler/objects.js";
import type { ClusterView, GroupView, PlacedPod, ProvisionAnswer, Reason, Why } from "../contract.js";
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
import { labelsOfNode } from "../node-labels.js";

function readable(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Upstream's max-node-provision-time. */
const PROVISION_TIME = 900;

/** What could hold a pod: its annotation, and what its disruption budget allows. */
function drainOf({ service, annotations }: PlacedPod, { budgets }: ClusterView): DrainFacts {
  return {
    safeToEvict: annotations?.safeToEvict,
    disruptionsAllowed: budgets.filter((budget) => budget.service === service).map(({ allowed }) => allowed),
  };
}

const prioritized = <P extends PlacedPod>(pod: P) => ({ ...pod, priority: pod.object?.priority ?? 0 });

/** Daemons do not move, and have their room on every node: on a new one, too. */
function seenBy(view: ClusterView): Cluster {
  const nodes = view.nodes.map((node): Node => {
    const { id, group, ready, draining, allocatable, free, maxPods, podCount, object } = node;
    const others = node.pods.filter(({ daemon }) => daemon !== true);
    const daemons = node.pods.length - others.length;
    const pods = others.map((pod) => ({ ...prioritized(pod), drain: drainOf(pod, view) }));
    const places = { maxPods: maxPods - daemons, podCount: podCount - daemons };
    return { id, group, ready, draining, allocatable, free, ...places, pods, object };
  });
  return {
    now: view.now,
    nodes,
    pending: view.pending.map(prioritized),
    groups: view.groups.map((group) => besideDaemons(group, view)),
  };
}

function besideDaemons(group: GroupView, view: ClusterView): Group {
  const { name, capacity, maxPods, usdPerHour, min, max, count } = group;
  const template = templateOf(group, view);
  const daemons = view.daemons.filter(({ placing = {} }) => eligibilityOf(template, placing).starts);
  const left = { ...group.allocatable };
  for (const { cpuMillicores, memoryMiB } of daemons) {
    left.cpuMillicores -= cpuMillicores;
    left.memoryMiB -= memoryMiB;
  }
  const places = maxPods - daemons.length;
  return { name, capacity, allocatable: left, maxPods: places, usdPerHour, min, max, count, template };
}

/** What the group's next node would be: like its first ready one, else as the group says, in its first zone. */
function templateOf(group: GroupView, { nodes }: ClusterView): NodeObject {
  const { name, taints, offerings, allocatable, maxPods } = group;
  const like = nodes.find((node) => node.group === name && node.ready && !node.draining)?.object;
  const [{ zone, capacityType }] = offerings;
  const { labels, type, arch } = group;
  const own = labelsOfNode({ labels: { [CAPACITY_TYPE]: capacityType, ...labels }, type, arch }, zone, name);
  const resources = { cpu: allocatable.cpuMillicores, memory: allocatable.memoryMiB * 2 ** 20, pods: maxPods };
  return { name, labels: like?.labels ?? own, taints, allocatable: resources };
}

const SHOWN = 5;

/** Why nodes stay: those that only wait for their time first, as they are the next to go. */
function staying(unremovable: readonly Unremovable[]): readonly Reason[] {
  const shown = unremovable
    .slice(-SHOWN)
    .reverse()
    .map(({ id, reason, detail }) => ({
      what: `node not removed: ${reason}`,
      seen: { node: id, ...(detail === undefined ? {} : { detail }) },
    }));
  const more = unremovable.length - shown.length;
  return more > 0 ? [...shown, { what: "other nodes not removed", seen: { nodes: more } }] : shown;
}

function whyOf({ options, chosen, rule, add, remove, unplaced, unneeded, unremovable }: Look, view: ClusterView): Why {
  const waiting = { what: "unschedulable pods", seen: { pending: view.pending.length, unplaced } };
  const ways = options.map((option) => ({
    what: `${option === chosen ? "expansion option taken" : "expansion option"} ${option.group.name}`,
    seen: { nodes: option.nodes, pods: option.pods.length, waste: waste(option) },
    wished: option.nodes,
  }));
  const change = add.reduce((sum, { count }) => sum + count, 0) - remove.length;
  return {
    trail: [
      waiting,
      ...ways,
      { what: "unneeded nodes", seen: { unneeded } },
      ...staying(unremovable),
      { what: rule, wished: change },
    ],
  };
}

export const clusterAutoscaler = defineProvisioner({
  name: "cluster-autoscaler",
  summary: "Kubernetes Cluster Autoscaler: buys machines for pending pods and gives back unneeded ones.",
  fields: {
    period: interval().prefault("10s").describe("Time between two looks; upstream's scan interval."),
    frequentLoops: flag()
      .default(false)
      .describe(
        "Look again at once after an action and at every pod that newly finds no node; upstream's default is on.",
      ),
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
  create: ({ expander, frequentLoops, priorities = [], maxNodesTotal, maxCores, maxMemory, ...fields }, { stream }) => {
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
      wakes: frequentLoops,
      plan(view): ProvisionAnswer {
        const late = view.nodes.filter(
          ({ ready, draining, boughtAt }) => !ready && !draining && view.now - boughtAt > PROVISION_TIME,
        );
        for (const group of new Set(late.map((node) => node.group))) autoscaler.failed(group, view.now);
        if (late.length > 0) return { add: [], remove: late.map(({ id }) => id), rule: "ScaleUpTimedOut" };
        const look = autoscaler.look(seenBy(view));
        const { add, remove, rule, unplaced, unneeded } = look;
        const seen = { pending: view.pending.length, unplaced, unneeded };
        const again = nextLook(look.acted, false, fields.period, frequentLoops);
        return { add, remove, rule, seen, again, why: whyOf(look, view) };
      },
    };
  },
});
