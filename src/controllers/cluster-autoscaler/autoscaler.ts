/**
 * One look of Cluster Autoscaler after another, in upstream's order: pods that the nodes there are (booting ones included)
 * have room for are left out; for the rest one way to grow is taken; then it is noted which nodes are unneeded, and those
 * that have been so for long enough go, unless it is too soon after a scale-up, a failure or a removal.
 *
 * As specified in August 2026, not recorded from upstream, whose module cannot be had. Not modelled: nodes that break,
 * accelerators, several scale-ups in one look.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import { createBackoff } from "./backoff.js";
import type { Group, Node, PendingPod, Size } from "./cluster.js";
import { type Around, estimate, type Option } from "./estimator.js";
import { choose, type ExpanderSettings } from "./expanders.js";
import { balance, type ClusterLimits, nodeLimit, similar, withinQuotas } from "./limits.js";
import { createScaleDown, type ScaleDownFields, type Unremovable } from "./planner.js";
import { haveWishes } from "./predicates.js";
import { infosOf, place, type TrialNode, trialNode } from "./room.js";

/** While even the oldest pending pod is younger, the scheduler may still be placing them. */
const TOO_NEW = 2;
const MAX_NODES_PER_SCALE_UP = 1000;
/** Pods of a lower priority are no reason to grow, and hold no node. */
const EXPENDABLE = -10;

export interface AutoscalerSettings extends ScaleDownFields, ClusterLimits, Omit<ExpanderSettings, "nodes"> {
  readonly newPodDelay: Seconds;
  readonly balanceSimilarGroups: boolean;
}

export interface Cluster {
  readonly now: Seconds;
  readonly nodes: readonly Node[];
  readonly pending: readonly PendingPod[];
  readonly groups: readonly Group[];
}

interface Growth {
  readonly add: readonly { readonly group: string; readonly count: number }[];
  readonly rule: string;
  readonly options: readonly Option[];
  readonly chosen?: Option;
}

export interface Look extends Growth {
  readonly remove: readonly number[];
  /** Pending pods that no node has room for. */
  readonly unplaced: number;
  readonly unneeded: number;
  readonly unremovable: readonly Unremovable[];
  /** Whether to look again at once. */
  readonly acted: boolean;
}

const unlessExpendable = <P extends { readonly priority?: number }>(pods: readonly P[]): readonly P[] =>
  pods.filter(({ priority = 0 }) => priority >= EXPENDABLE);

/** Pods without a place, the most important having been put first. */
function withoutPlace(pending: readonly PendingPod[], nodes: readonly TrialNode[]): readonly PendingPod[] {
  const inOrder = [...pending].sort((one, other) => (other.priority ?? 0) - (one.priority ?? 0));
  const all = infosOf(nodes);
  return inOrder.filter((pod) => !place(pod, nodes, all));
}

/** Whether anybody says anything of where pods go. */
const wishful = ({ nodes, pending, groups }: Cluster): boolean =>
  haveWishes(
    [...pending, ...nodes.flatMap(({ pods }) => pods)],
    [...nodes, ...groups.map(({ template }) => ({ object: template }))].flatMap(({ object }) => object ?? []),
  );

/** All the machines' CPU and memory. */
function owned(groups: readonly Group[]): Size {
  const sum = (of: (size: Size) => number) => groups.reduce((total, one) => total + one.count * of(one.capacity), 0);
  return { cpuMillicores: sum((size) => size.cpuMillicores), memoryMiB: sum((size) => size.memoryMiB) };
}

export function createClusterAutoscaler(settings: AutoscalerSettings, stream: RandomStream) {
  const scaleDown = createScaleDown(settings);
  const backoff = createBackoff();
  let lastAdd = -Infinity;
  let lastDelete = -Infinity;
  let lastFailure = -Infinity;

  const open = (groups: readonly Group[], now: Seconds): readonly Group[] =>
    groups.filter(({ name, count, max }) => count < max && !backoff.isBackedOff(name, now));

  const alike = (group: Group, groups: readonly Group[]): readonly Group[] =>
    settings.balanceSimilarGroups ? groups.filter((one) => one === group || similar(one, group)) : [group];

  function grow({ now, groups }: Cluster, unplaced: readonly PendingPod[], around: Around): Growth {
    const none = (rule: string, options: readonly Option[] = []): Growth => ({ add: [], rule, options });
    if (unplaced.length === 0) return none("ScaleUpNotNeeded");
    const total = groups.reduce((sum, { count }) => sum + count, 0);
    const left = settings.maxNodesTotal - total;
    if (left <= 0) return none("ScaleUpLimitedByMaxNodesTotal");
    const oldest = Math.min(...unplaced.map((pod) => pod.since));
    if (oldest + TOO_NEW > now) return none("ScaleUpInCooldown");
    const growing = open(groups, now);
    const used = owned(groups);
    const options = growing.flatMap((group) => {
      const room = alike(group, growing).reduce((sum, { max, count }) => sum + max - count, 0);
      if (withinQuotas(1, group.capacity, used, settings) < 1) return [];
      return estimate(group, unplaced, nodeLimit([MAX_NODES_PER_SCALE_UP, room, left]), around) ?? [];
    });
    const chosen = choose(options, { ...settings, nodes: total }, stream);
    if (chosen === undefined) return none("ScaleUpNoOptionsAvailable");
    const count = withinQuotas(Math.min(chosen.nodes, left), chosen.group.capacity, used, settings);
    const add = balance(alike(chosen.group, growing), count);
    return { add, rule: "ScaleUpSuccessful", options, chosen };
  }

  return {
    /** A machine of the group could not be had, or did not come in time. */
    failed(group: string, now: Seconds): void {
      backoff.fail(group, now);
      lastFailure = now;
    },

    look(cluster: Cluster): Look {
      const { now, groups } = cluster;
      const wishes = wishful(cluster);
      const nodes = cluster.nodes.filter((node) => !node.draining).map((node) => trialNode(node, wishes));
      const waiting = withoutPlace(unlessExpendable(cluster.pending), nodes);
      const unplaced = waiting.filter((pod) => now - pod.since > settings.newPodDelay);
      const growth = grow(cluster, unplaced, { there: infosOf(nodes), wishes });
      if (growth.add.length > 0) lastAdd = now;

      const unneeded = scaleDown.unneeded(nodes, now);
      const seen = { unplaced: unplaced.length, unneeded: unneeded.length };
      const kept = (rule = growth.rule): Look => {
        const { unremovable } = scaleDown;
        return { ...growth, rule, remove: [], ...seen, unremovable, acted: growth.add.length > 0 };
      };
      if (growth.add.length > 0) return kept();

      const cooling =
        now < lastAdd + settings.delayAfterAdd ||
        now < lastDelete + settings.delayAfterDelete ||
        now < lastFailure + settings.delayAfterFailure;
      if (cooling || growth.rule === "ScaleUpInCooldown") {
        const held = growth.rule === "ScaleUpNotNeeded" && unneeded.length > 0;
        return kept(held ? "ScaleDownInCooldown" : growth.rule);
      }
      const remove = scaleDown.removable(unneeded, cluster.nodes, groups, now);
      if (remove.length === 0) return kept();
      lastDelete = now;
      return { ...kept("ScaleDownNodeDeleteStarted"), remove, acted: true };
    },
  };
}
