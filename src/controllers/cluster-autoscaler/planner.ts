/**
 * Which nodes could go: the half of Cluster Autoscaler that remembers. A node is unneeded when it is
 * little requested and its pods would fit on the others; it may go once it has been so for long enough.
 *
 * Not modelled: nodes that are broken; the cap of 30 on candidates with pods on them. The search for a
 * pod's new place starts at the first node, upstream where the last ended.
 */
import type { Fraction, Seconds } from "../../units.js";
import type { NodeInfo } from "../scheduler/node-info.js";
import { type Budgets, cropped } from "./budgets.js";
import type { Group, Node, Pod } from "./cluster.js";
import { drainability } from "./drainability.js";
import { infosOf, place, type TrialNode, takeBack, vacate } from "./room.js";

export interface ScaleDownFields extends Budgets {
  readonly period: Seconds;
  readonly utilizationThreshold: Fraction;
  readonly unneededTime: Seconds;
  readonly unremovableRecheck: Seconds;
  /** For so long after any of these nothing is removed. */
  readonly delayAfterAdd: Seconds;
  readonly delayAfterDelete: Seconds;
  readonly delayAfterFailure: Seconds;
}

/** A node without which everything would still fit. */
export interface Unneeded {
  readonly node: Node;
  readonly empty: boolean;
  readonly since: Seconds;
}

/** Share of the node that is requested: that of CPU or of memory, whichever is greater. */
function utilisation({ node: { allocatable }, room }: TrialNode): Fraction {
  const cpu = (allocatable.cpuMillicores - room.cpuMillicores) / allocatable.cpuMillicores;
  const memory = (allocatable.memoryMiB - room.memoryMiB) / allocatable.memoryMiB;
  return Math.max(cpu, memory);
}

/** Why a node is not removed, in upstream's words. */
export interface Unremovable {
  readonly id: number;
  readonly reason:
    | "NotUnderutilized"
    | "NoPlaceToMovePods"
    | "BlockedByPod"
    | "RecentlyUnremovable"
    | "UnneededTimeNotReached"
    | "NodeGroupMinSizeReached";
  /** What blocks, or the share that is requested. */
  readonly detail?: string | number;
}

type Obstacle = Pick<Unremovable, "reason" | "detail">;

/** Pods that must find another place, or what holds the node. */
function movable({ pods }: TrialNode): readonly Pod[] | Obstacle {
  const rulings = pods.map((pod) => drainability(pod.drain));
  const held = rulings.find(({ outcome }) => outcome === "block" || outcome === "wait");
  if (held !== undefined) return { reason: "BlockedByPod", detail: held.reason };
  return pods.filter((pod, i) => rulings[i].outcome === "drain" && !pod.drain?.daemonSet && !pod.drain?.terminal);
}

/**
 * Moves every pod of `from` to the first of `others` that will do; moves none, and says why, unless all find a place. The
 * node itself stays among those that the scheduler's filters count, as upstream: pods that are spread see it empty.
 */
function evacuate(from: TrialNode, others: readonly TrialNode[], all: readonly NodeInfo[]): Obstacle | undefined {
  const pods = movable(from);
  if ("reason" in pods) return pods;
  const putBack = vacate(from, pods);
  const moved: { pod: Pod; to: TrialNode }[] = [];
  for (const pod of pods) {
    const to = place(pod, others, all);
    if (!to) {
      for (const move of moved.reverse()) takeBack(move.pod, move.to);
      putBack();
      return { reason: "NoPlaceToMovePods" };
    }
    moved.push({ pod, to });
  }
  return undefined;
}

/** Why a node is not even tried. */
function ineligible(
  trial: TrialNode,
  threshold: Fraction,
  recheckAfter: ReadonlyMap<number, Seconds>,
): Obstacle | undefined {
  if (recheckAfter.has(trial.node.id)) return { reason: "RecentlyUnremovable" };
  const used = utilisation(trial);
  return used > threshold ? { reason: "NotUnderutilized", detail: used } : undefined;
}

/** Remembers since when each node has been unneeded. */
export function createScaleDown(fields: ScaleDownFields) {
  let since = new Map<number, Seconds>();
  const recheckAfter = new Map<number, Seconds>();
  let unremovable: Unremovable[] = [];
  const perUnneededTime = fields.maxParallelism * (fields.unneededTime / fields.period) + fields.maxParallelism;

  function candidates(nodes: readonly TrialNode[], now: Seconds): TrialNode[] {
    for (const [id, until] of recheckAfter) if (until < now) recheckAfter.delete(id);
    const emptyFirst = (trial: TrialNode) => (trial.pods.length === 0 ? 0 : 1);
    const knownFirst = (trial: TrialNode) => (since.has(trial.node.id) ? 0 : 1);
    const eligible = nodes.filter((trial) => {
      const obstacle = trial.node.ready ? ineligible(trial, fields.utilizationThreshold, recheckAfter) : undefined;
      if (obstacle !== undefined) unremovable.push({ id: trial.node.id, ...obstacle });
      return trial.node.ready && obstacle === undefined;
    });
    return eligible.sort((one, other) => emptyFirst(one) - emptyFirst(other) || knownFirst(one) - knownFirst(other));
  }

  return {
    /** Why the others of the last look stay. */
    get unremovable(): readonly Unremovable[] {
      return unremovable;
    },

    /** Looks again, one node after another, each as if those before it were gone. */
    unneeded(nodes: readonly TrialNode[], now: Seconds): Unneeded[] {
      unremovable = [];
      const most = Math.min(since.size + 2 * fields.maxParallelism, perUnneededTime);
      const found: Unneeded[] = [];
      const gone = new Set<TrialNode>();
      const all = infosOf(nodes);
      for (const trial of candidates(nodes, now)) {
        if (found.length >= most) break;
        const isEmpty = trial.pods.length === 0;
        const others = nodes.filter((other) => other !== trial && !gone.has(other));
        const obstacle = evacuate(trial, others, all);
        if (obstacle === undefined) {
          gone.add(trial);
          found.push({ node: trial.node, empty: isEmpty, since: since.get(trial.node.id) ?? now });
        } else {
          unremovable.push({ id: trial.node.id, ...obstacle });
          recheckAfter.set(trial.node.id, now + fields.unremovableRecheck);
        }
      }
      since = new Map(found.map((one) => [one.node.id, one.since]));
      return found;
    },

    /** Of the unneeded those that may go now: empty ones, and few that must be drained; no group below its minimum. */
    removable(unneeded: readonly Unneeded[], all: readonly Node[], groups: readonly Group[], now: Seconds) {
      const leaving = all.filter((node) => node.draining);
      const draining = leaving.filter((node) => node.podCount > 0).length;
      const spare = new Map(
        groups.map(({ name, count, min }) => [name, count - min - leaving.filter((n) => n.group === name).length]),
      );
      const due = unneeded.filter((one) => one.since + fields.unneededTime < now);
      for (const { node, since } of unneeded)
        if (since + fields.unneededTime >= now)
          unremovable.push({ id: node.id, reason: "UnneededTimeNotReached", detail: now - since });
      /** Those of them that their groups can spare, in order. */
      const spared = (empty: boolean) =>
        due.filter((one) => {
          const left = spare.get(one.node.group) ?? 0;
          if (one.empty !== empty) return false;
          if (left <= 0) {
            unremovable.push({ id: one.node.id, reason: "NodeGroupMinSizeReached" });
            return false;
          }
          spare.set(one.node.group, left - 1);
          return true;
        });
      const empty = spared(true);
      const drain = spared(false);
      const wanted = { empty: empty.length, drain: drain.length };
      const most = cropped(wanted, { empty: leaving.length - draining, drain: draining }, fields);
      const removed = [...empty.slice(0, most.empty), ...drain.slice(0, most.drain)].map(({ node }) => node.id);
      return removed;
    },
  };
}
