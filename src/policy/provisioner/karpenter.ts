/**
 * Karpenter (v1.13): machines made to measure for pods that no node has room for, and nodes given back or replaced by a
 * cheaper one when their pods fit elsewhere. The decisions are controllers/karpenter's; this is its batching, its disruption
 * loop with the second look after 15 s, the wait for replacements, and what it does about old, stuck and interrupted machines.
 *
 * Every node group of the scenario is an instance type that the NodePools may choose. Not modelled: static pools, reserved
 * capacity, the drain in tiers of importance.
 */
import { type Command, pass } from "../../controllers/karpenter/disruption.js";
import { CAPACITY_TYPE } from "../../controllers/karpenter/labels.js";
import type { Cluster, Node, Taint } from "../../controllers/karpenter/objects.js";
import type { RequirementSpec } from "../../controllers/karpenter/requirement.js";
import { solve } from "../../controllers/karpenter/solve.js";
import type { Seconds } from "../../units.js";
import type { ClusterView, MachineOrder, NodeView, ProvisionAnswer, Provisioner, Reason } from "../contract.js";
import { defineProvisioner } from "../define.js";
import { Batch } from "./karpenter-batch.js";
import { Commands } from "./karpenter-commands.js";
import { type KarpenterValues, karpenterFields } from "./karpenter-fields.js";
import { orderOf } from "./karpenter-launch.js";
import { DEFAULT_POOL, type Pool, podOf, poolsOf, typeOf, wishesOf } from "./karpenter-world.js";

/** Between two looks; the batch's idle time can be told no finer. */
const LOOK = 1;
const DISRUPTION_PERIOD = 10;
const SECOND_LOOK = 15;
/** A node that pods have been promised is not disrupted for so long. */
const NOMINATED = 20;
/** A machine that has not registered by then is given up. */
const REGISTRATION = 900;
/** What could not be had, or was taken back, is not asked for again for so long. */
const UNAVAILABLE = 180;

const nothing = { add: [], remove: [] } as const;
const quiet: ProvisionAnswer = { ...nothing, rule: "nothing to do", quiet: true };
const UNMANAGED = "";

class Karpenter implements Provisioner {
  readonly period = LOOK;
  readonly heedsNotices = true;
  private readonly pools: ReadonlyMap<string, Pool>;
  private readonly batch: Batch;
  private readonly commands = new Commands();
  private disruptedAt = 0;
  /** A decision that waits for its second look. */
  private proposed: { readonly key: string; readonly at: Seconds } | undefined;
  private readonly podEvents = new Map<number, { readonly pods: number; readonly at: Seconds }>();
  private readonly nominatedUntil = new Map<number, Seconds>();
  private readonly unavailableUntil = new Map<string, Seconds>();
  private readonly poolOfClaim = new Map<string, string>();
  private claims = 0;

  constructor(private readonly values: KarpenterValues) {
    this.pools = new Map(poolsOf(values).map((pool) => [pool.pool.name, pool]));
    this.batch = new Batch(values.batchIdleDuration, values.batchMaxDuration);
  }

  plan(view: ClusterView): ProvisionAnswer {
    this.watch(view);
    const ends = this.interrupted(view) ?? this.commands.advance(view) ?? this.overdue(view);
    if (ends !== undefined) return ends;
    if (this.batch.closes(view)) return this.provision(view);
    if (view.now - this.disruptedAt < DISRUPTION_PERIOD && this.proposed === undefined) return quiet;
    return this.disrupt(view);
  }

  /** Notes when pods came to a node or left it: its consolidateAfter counts from there. */
  private watch({ nodes, now }: ClusterView): void {
    for (const { id, podCount, ready } of nodes) {
      if (ready && this.podEvents.get(id)?.pods !== podCount) this.podEvents.set(id, { pods: podCount, at: now });
    }
  }

  /** At the cloud's notice the node is drained, and its kind not asked for again for a while. */
  private interrupted({ nodes, now }: ClusterView): ProvisionAnswer | undefined {
    const wanted = nodes.filter(({ noticeAt, draining }) => noticeAt <= now && !draining);
    if (wanted.length === 0) return undefined;
    for (const { group, zone, capacityType } of wanted)
      this.unavailableUntil.set(`${group}/${zone}/${capacityType}`, now + UNAVAILABLE);
    const trail = wanted.map(({ id, group, zone }) => ({
      what: "spot interruption warning",
      seen: { node: id, type: group, zone },
    }));
    return { add: [], remove: wanted.map(({ id }) => id), rule: "SpotInterrupted", why: { trail } };
  }

  /** Machines that have not come in time, and those that are too old. */
  private overdue(view: ClusterView): ProvisionAnswer | undefined {
    const age = ({ boughtAt }: NodeView): Seconds => view.now - boughtAt;
    const standing = view.nodes.filter((node) => !node.draining && this.poolOf(node) !== undefined);
    const stuck = standing.filter((node) => !node.ready && age(node) >= REGISTRATION);
    if (stuck.length > 0) return { add: [], remove: stuck.map(({ id }) => id), rule: "registration timed out" };
    const old = standing.filter((node) => node.ready && age(node) >= this.poolOf(node)!.expireAfter);
    return old.length === 0 ? undefined : { add: [], remove: old.map(({ id }) => id), rule: "Expired" };
  }

  private provision(view: ClusterView): ProvisionAnswer {
    const cluster = this.cluster(view);
    const staying = cluster.nodes!.filter(({ deleting }) => !deleting);
    const moving = new Set(cluster.nodes!.filter(({ deleting }) => deleting).map(({ name }) => name));
    const homeless = cluster.pods!.filter(({ node }) => node === undefined || moving.has(node));
    const { claims, existing, unschedulable } = solve(cluster, staying, homeless);
    for (const { node, pods } of existing)
      if (pods.length > 0) this.nominatedUntil.set(Number(node.name), view.now + NOMINATED);
    if (claims.length === 0 && unschedulable.length === 0) return quiet;
    const orders = claims.map((claim) => this.order(claim, view));
    const trail: Reason[] = claims.map(({ kinds, pods, pool }, i) => ({
      what: "computed new nodeclaim to fit pods",
      seen: { nodepool: pool.name, pods: pods.length, types: kinds.length, launched: launched(orders[i]) },
    }));
    if (unschedulable.length > 0)
      trail.push({ what: "no instance type has enough resources", seen: { pods: unschedulable.length } });
    return {
      add: orders.flatMap((order) => order ?? []),
      remove: [],
      rule: claims.length > 0 ? "provisioned" : "no new nodeclaims",
      seen: { pending: view.pending.length, claims: claims.length, unschedulable: unschedulable.length },
      why: { trail },
    };
  }

  private order(claim: Parameters<typeof orderOf>[0], { nodes }: ClusterView): MachineOrder | undefined {
    const name = `${claim.pool.name}-${++this.claims}`;
    this.poolOfClaim.set(name, claim.pool.name);
    return orderOf(claim, name, this.pools.get(claim.pool.name)!, nodes);
  }

  /** A decision counts only if a second look, 15 s after the first, comes to the same. */
  private disrupt(view: ClusterView): ProvisionAnswer {
    const { proposed } = this;
    if (proposed !== undefined && view.now - proposed.at < SECOND_LOOK) return quiet;
    this.disruptedAt = view.now;
    this.proposed = undefined;
    const command = pass(this.cluster(view), this.calendar(view.now));
    if (command === undefined) return proposed === undefined ? quiet : { ...nothing, rule: "Unconsolidatable" };
    const key = keyOf(command);
    if (proposed?.key === key) return this.execute(command, view);
    this.proposed = { key, at: view.now };
    return quiet;
  }

  private execute({ method, reason, candidates, replacements }: Command, view: ClusterView): ProvisionAnswer {
    this.disruptedAt = view.now - DISRUPTION_PERIOD; // after a success it looks again at once
    const gone = candidates.map(({ node }) => Number(node.name));
    const add = replacements.flatMap((claim) => this.order(claim, view) ?? []);
    if (add.length < replacements.length) return { ...nothing, rule: "replacement failed to launch" };
    const wait = add.length > 0;
    if (wait)
      this.commands.begin(
        gone,
        add.flatMap(({ claim }) => claim ?? []),
      );
    const cost = candidates.reduce((sum, { disruptionCost }) => sum + disruptionCost, 0);
    const trail: readonly Reason[] = [
      ...candidates.map(({ node, pods }) => ({
        what: `disrupting node: ${reason}`,
        seen: {
          node: node.name,
          nodepool: node.pool,
          type: node.type,
          capacityType: node.capacityType,
          pods: pods.length,
        },
      })),
      ...add.map((order) => ({ what: "replaced by", seen: { launched: launched(order) } })),
    ];
    return {
      add,
      remove: wait ? [] : gone,
      cordon: wait ? gone : [],
      rule: `${method}: ${wait ? "replace" : "delete"}`,
      seen: { candidates: gone.length, replacements: add.length, disruptionCost: cost },
      why: { trail },
    };
  }

  /** The pool that a node belongs to; undefined for machines that are not Karpenter's. */
  private poolOf({ claim }: NodeView): Pool | undefined {
    const own = claim === undefined ? undefined : this.poolOfClaim.get(claim);
    return this.pools.get(own ?? (this.values.nodePools === undefined ? DEFAULT_POOL : UNMANAGED));
  }

  /** Seconds since 1970. */
  private readonly calendar = (now: Seconds): Seconds => this.values.startsAt / 1000 + now;

  private cluster(view: ClusterView): Cluster {
    const standing = view.nodes.filter(({ draining }) => !draining);
    const { spotToSpotConsolidation } = this.values;
    // What nobody sells no claim may become: a consolidation insists on spot wherever a claim may be spot.
    const offered = new Set(view.groups.flatMap(({ offerings }) => offerings.map((one) => one.capacityType)));
    const sold: RequirementSpec = { key: CAPACITY_TYPE, operator: "In", values: [...offered] };
    return {
      types: view.groups.map((group) =>
        typeOf(group, ({ zone, capacityType }) => {
          return (this.unavailableUntil.get(`${group.name}/${zone}/${capacityType}`) ?? 0) > view.now;
        }),
      ),
      pools: [...this.pools.values()].map(({ pool }) => ({ ...pool, requirements: [...pool.requirements!, sold] })),
      nodes: view.nodes.map((node) => this.nodeOf(node, view)),
      pods: [
        ...view.pending.map((pod, i) => podOf(pod, `pending-${i}`, pod.since)),
        ...standing.flatMap(({ id, pods }) =>
          pods.map((pod, i) => ({ ...podOf(pod, `${id}-${i}`, 0), node: String(id) })),
        ),
      ],
      daemons: view.daemons.map((pod) => ({
        ...podOf(pod, pod.service, 0),
        ...(pod.placing && wishesOf(pod.placing)),
      })),
      pdbs: view.budgets.map(({ service, allowed, fullyBlocking }) => ({ app: service, allowed, fullyBlocking })),
      spotToSpotConsolidation,
    };
  }

  private nodeOf(node: NodeView, { now, groups }: ClusterView): Node {
    const { count, min } = groups.find(({ name }) => name === node.group)!;
    const event = this.podEvents.get(node.id)?.at ?? now;
    const pool = this.poolOf(node);
    const expires = pool?.expireAfter ?? Infinity;
    const drifted = pool !== undefined && node.boughtAt < pool.driftsAt && pool.driftsAt <= now;
    return {
      name: String(node.id),
      pool: pool?.pool.name ?? UNMANAGED,
      type: node.group,
      zone: node.zone,
      capacityType: node.capacityType,
      created: this.calendar(node.boughtAt),
      ...(expires < Infinity ? { expireAfter: expires } : {}),
      ...(drifted ? { driftedAt: this.calendar(pool.driftsAt) } : {}),
      labels: node.object.labels ?? {},
      taints: (node.object.taints ?? []) as readonly Taint[],
      starting: !node.ready,
      deleting: node.draining || this.commands.has(node.id),
      doNotDisrupt: count <= min,
      nominated: (this.nominatedUntil.get(node.id) ?? 0) > now,
      consolidatable: now - event >= (pool?.consolidateAfter ?? Infinity),
    };
  }
}

const launched = (order: MachineOrder | undefined): string =>
  order === undefined ? "nothing" : `${order.group} ${order.capacityType} in ${order.zone}`;

const keyOf = ({ method, candidates }: Command): string =>
  `${method} ${candidates.map(({ node }) => node.name).sort()}`;

export const karpenter = defineProvisioner({
  name: "karpenter",
  summary: "Karpenter: buys the cheapest machines that pending pods fit on, and consolidates under-used ones.",
  fields: karpenterFields,
  create: (values) => new Karpenter(values),
});
