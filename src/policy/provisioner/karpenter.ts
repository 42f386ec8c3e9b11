/**
 * Karpenter (v1.13): machines made to measure for pods that no node has room for, and nodes given back or replaced by a
 * cheaper one when their pods fit elsewhere. The decisions are controllers/karpenter's; this is its batching, its
 * disruption loop with the second look after 15 s, and the wait for a replacement before its predecessor goes.
 *
 * Every node group of the scenario is an instance type that the one NodePool may choose, on demand; a group's `min`
 * machines are left alone. Not modelled: several NodePools, spot, zones, drift, tainting nodes that wait to be replaced.
 */

import { type Command, pass } from "../../controllers/karpenter/disruption.js";
import type { Budget, Cluster, InstanceType, Node, NodePool, Pod } from "../../controllers/karpenter/objects.js";
import { solve } from "../../controllers/karpenter/solve.js";
import type { Seconds } from "../../units.js";
import type { ClusterView, GroupView, NodeView, PlacedPod, ProvisionAnswer, Provisioner, Reason } from "../contract.js";
import { defineProvisioner } from "../define.js";
import { oneOf, seconds, text } from "../fields.js";

const MIB = 2 ** 20;
/** Between two looks; the batch's idle time can be told no finer. */
const LOOK = 1;
const DISRUPTION_PERIOD = 10;
const SECOND_LOOK = 15;
/** A node that pods have been promised is not disrupted for so long. */
const NOMINATED = 20;
const ZONE = "a";
const POOL = "default";

interface Values {
  readonly batchIdleDuration: Seconds;
  readonly batchMaxDuration: Seconds;
  readonly consolidationPolicy: "WhenEmpty" | "WhenEmptyOrUnderutilized";
  readonly consolidateAfter: Seconds;
  readonly expireAfter: Seconds;
  readonly budget: string;
}

const typeOf = ({ name, capacity, allocatable, maxPods, usdPerHour, count, max }: GroupView): InstanceType => ({
  name,
  arch: "amd64",
  cpu: capacity.cpuMillicores,
  memory: capacity.memoryMiB * MIB,
  pods: maxPods,
  overheadCpu: capacity.cpuMillicores - allocatable.cpuMillicores,
  overheadMemory: (capacity.memoryMiB - allocatable.memoryMiB) * MIB,
  offerings: [{ zone: ZONE, capacityType: "on-demand", price: usdPerHour, available: count < max }],
});

const podOf = ({ service, cpuMillicores, memoryMiB }: PlacedPod, name: string, created: Seconds): Pod => ({
  name,
  app: service,
  cpu: cpuMillicores,
  memory: memoryMiB * MIB,
  created,
});

const nothing = { add: [], remove: [] } as const;

class Karpenter implements Provisioner {
  readonly period = LOOK;
  private batch: { readonly openedAt: Seconds; newestAt: Seconds } | undefined;
  private seen = new Set<string>();
  private disruptedAt = 0;
  /** A decision that waits for its second look. */
  private proposed: { readonly key: string; readonly at: Seconds } | undefined;
  /** Nodes to remove once those bought for them are ready. */
  private replacing: { readonly remove: readonly number[]; readonly known: ReadonlySet<number>; count: number }[] = [];
  private readonly podEvents = new Map<number, { readonly pods: number; readonly at: Seconds }>();
  private readonly nominatedUntil = new Map<number, Seconds>();

  constructor(private readonly values: Values) {}

  plan(view: ClusterView): ProvisionAnswer {
    this.watch(view);
    const replaced = this.replaced(view);
    if (replaced.length > 0) return { add: [], remove: replaced, rule: "replacement initialized" };
    const expired = view.nodes.filter(
      (node) => node.ready && !node.draining && view.now - node.boughtAt >= this.values.expireAfter,
    );
    if (expired.length > 0) return { add: [], remove: expired.map(({ id }) => id), rule: "Expired" };
    if (this.batchIsDue(view)) return this.provision(view);
    if (view.now - this.disruptedAt < DISRUPTION_PERIOD && this.proposed === undefined) return quiet;
    return this.disrupt(view);
  }

  /** Notes when pods came to a node or left it: its consolidateAfter counts from there. */
  private watch({ nodes, now }: ClusterView): void {
    for (const { id, podCount, ready } of nodes) {
      if (ready && this.podEvents.get(id)?.pods !== podCount) this.podEvents.set(id, { pods: podCount, at: now });
    }
  }

  /** The batch window: it opens at the first pending pod, and each new one extends it. */
  private batchIsDue({ pending, now }: ClusterView): boolean {
    const keys = pending.map(({ service, since }, i) => `${service}/${since}/${i}`);
    const fresh = keys.some((key) => !this.seen.has(key));
    this.seen = new Set(keys);
    if (fresh) {
      if (this.batch === undefined) this.batch = { openedAt: now, newestAt: now };
      else this.batch.newestAt = now;
    }
    if (this.batch === undefined) return false;
    const { batchIdleDuration, batchMaxDuration } = this.values;
    const due = now - this.batch.newestAt >= batchIdleDuration || now - this.batch.openedAt >= batchMaxDuration;
    if (due) this.batch = undefined;
    return due;
  }

  private provision(view: ClusterView): ProvisionAnswer {
    const cluster = this.cluster(view);
    const staying = cluster.nodes!.filter(({ deleting }) => !deleting);
    const { claims, existing, unschedulable } = solve(
      cluster,
      staying,
      cluster.pods!.filter(({ node }) => node === undefined),
    );
    for (const { node, pods } of existing)
      if (pods.length > 0) this.nominatedUntil.set(Number(node.name), view.now + NOMINATED);
    const trail: Reason[] = claims.map(({ kinds, pods }) => ({
      what: "computed new nodeclaim to fit pods",
      seen: { pods: pods.length, types: kinds.length, cheapest: kinds[0].spec.name },
    }));
    if (unschedulable.length > 0)
      trail.push({ what: "no instance type has enough resources", seen: { pods: unschedulable.length } });
    return {
      add: claims.map(({ kinds }) => ({ group: kinds[0].spec.name, count: 1 })),
      remove: [],
      rule: claims.length > 0 ? "provisioned" : "no new nodeclaims",
      seen: { pending: view.pending.length, claims: claims.length, unschedulable: unschedulable.length },
      why: { trail },
    };
  }

  /** A decision counts only if a second look, 15 s after the first, comes to the same. */
  private disrupt(view: ClusterView): ProvisionAnswer {
    const { proposed } = this;
    if (proposed !== undefined && view.now - proposed.at < SECOND_LOOK) return quiet;
    this.disruptedAt = view.now;
    this.proposed = undefined;
    const command = this.replacing.length > 0 ? undefined : pass(this.cluster(view), view.now);
    if (command === undefined) return proposed === undefined ? quiet : { ...nothing, rule: "Unconsolidatable" };
    const key = keyOf(command);
    if (proposed?.key === key) return this.execute(command, view);
    this.proposed = { key, at: view.now };
    return quiet;
  }

  private execute({ method, candidates, replacements }: Command, view: ClusterView): ProvisionAnswer {
    const gone = candidates.map(({ node }) => Number(node.name));
    const wait = replacements.length > 0;
    if (wait)
      this.replacing.push({
        remove: gone,
        known: new Set(view.nodes.map(({ id }) => id)),
        count: replacements.length,
      });
    const cost = candidates.reduce((sum, { disruptionCost }) => sum + disruptionCost, 0);
    return {
      add: replacements.map(({ kinds }) => ({ group: kinds[0].spec.name, count: 1 })),
      remove: wait ? [] : gone,
      rule: `${method}: ${wait ? "replace" : "delete"}`,
      seen: { candidates: gone.length, replacements: replacements.length, disruptionCost: cost },
    };
  }

  private replaced({ nodes }: ClusterView): readonly number[] {
    const done = this.replacing.filter(
      ({ known, count }) => nodes.filter(({ id, ready }) => ready && !known.has(id)).length >= count,
    );
    this.replacing = this.replacing.filter((one) => !done.includes(one));
    return done.flatMap(({ remove }) => remove).filter((id) => nodes.some((node) => node.id === id && !node.draining));
  }

  private cluster(view: ClusterView): Cluster {
    const { consolidationPolicy, budget, expireAfter } = this.values;
    const budgets: readonly Budget[] = [{ nodes: budget }];
    const pool: NodePool = { name: POOL, weight: 1, consolidationPolicy, budgets };
    const standing = view.nodes.filter(({ draining }) => !draining);
    return {
      types: view.groups.map(typeOf),
      pools: [pool],
      nodes: view.nodes.map((node) => this.nodeOf(node, view, expireAfter)),
      pods: [
        ...view.pending.map((pod, i) => podOf(pod, `pending-${i}`, pod.since)),
        ...standing.flatMap(({ id, pods }) =>
          pods.map((pod, i) => ({ ...podOf(pod, `${id}-${i}`, 0), node: String(id) })),
        ),
      ],
    };
  }

  private nodeOf(node: NodeView, { now, groups }: ClusterView, expireAfter: Seconds): Node {
    const { count, min } = groups.find(({ name }) => name === node.group)!;
    const event = this.podEvents.get(node.id)?.at ?? now;
    return {
      name: String(node.id),
      pool: POOL,
      type: node.group,
      zone: ZONE,
      capacityType: "on-demand",
      created: node.boughtAt,
      expireAfter,
      starting: !node.ready,
      deleting: node.draining,
      doNotDisrupt: count <= min,
      nominated: (this.nominatedUntil.get(node.id) ?? 0) > now,
      consolidatable: now - event >= this.values.consolidateAfter,
    };
  }
}

const quiet: ProvisionAnswer = { ...nothing, rule: "nothing to do", quiet: true };

const keyOf = ({ method, candidates }: Command): string =>
  `${method} ${candidates.map(({ node }) => node.name).sort()}`;

export const karpenter = defineProvisioner({
  name: "karpenter",
  summary: "Karpenter: buys the cheapest machines that pending pods fit on, and consolidates under-used ones.",
  fields: {
    batchIdleDuration: seconds()
      .prefault("1s")
      .describe("A batch of pending pods ends when none has come for so long."),
    batchMaxDuration: seconds().prefault("10s").describe("A batch ends so long after its first pod at the latest."),
    consolidationPolicy: oneOf("WhenEmptyOrUnderutilized", "WhenEmpty")
      .default("WhenEmptyOrUnderutilized")
      .describe("Which nodes may be consolidated."),
    consolidateAfter: seconds().prefault("0s").describe("A node is left alone so long after a pod came or went."),
    expireAfter: seconds().prefault("720h").describe("A node is drained at this age, whatever the budget says."),
    budget: text("a number of nodes or a percentage", (given) => /^\d+%?$/.test(given))
      .default("10%")
      .describe("Nodes that may be disrupted at once; percentages round up."),
  },
  create: (values) => new Karpenter(values),
});
