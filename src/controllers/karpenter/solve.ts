/**
 * Karpenter's Solve: pods onto nodes that are there or on their way, else onto claims of this pass, else onto new ones.
 *
 * Not modelled: host ports, volumes, reserved capacity and dynamic resources.
 */
import { byPrice, Claim, type Kind, kindOf, kindsOf, type Template, templateOf } from "./claim.js";
import { ARCH, CAPACITY_TYPE, HOSTNAME, INSTANCE_TYPE, NODE_POOL, OS, ZONE } from "./labels.js";
import {
  allocatable,
  type Cluster,
  fits,
  minus,
  type Node,
  type NodePool,
  type Pod,
  type Resources,
  sum,
} from "./objects.js";
import { dropRequiredTerm, podRequirements, relax, tolerateSoft, toleratesAll } from "./pod.js";
import { both, compatible, loosely, ofLabels, ofSpecs, type Requirements } from "./requirements.js";
import { type Supply, Topology } from "./topology.js";

/** A node that is there or has been asked for, with what is left of it. */
export interface ExistingNode {
  readonly node: Node;
  readonly pods: Pod[];
  room: Resources;
  requirements: Requirements;
}

export interface Solution {
  readonly claims: readonly Claim[];
  readonly existing: readonly ExistingNode[];
  readonly unschedulable: readonly Pod[];
}

const MAX_TYPES = 600;

export function solve(cluster: Cluster, nodes: readonly Node[], pods: readonly Pod[]): Solution {
  return new Solver(cluster, nodes, pods).solve(pods);
}

class Solver {
  private readonly kinds: readonly Kind[];
  private readonly templates: readonly Template[];
  private readonly daemons = new Map<Template, Resources>();
  private readonly left = new Map<string, Limits>();
  private readonly existing: readonly ExistingNode[];
  private claims: Claim[] = [];
  private readonly softTaints: boolean;
  private readonly topology: Topology;
  /** Claims tried, for their names. */
  private tried = 0;

  constructor(
    private readonly cluster: Cluster,
    nodes: readonly Node[],
    pods: readonly Pod[],
  ) {
    const pools = [...cluster.pools].sort(heaviestFirst);
    this.kinds = cluster.types.map(kindOf);
    this.templates = pools.map((pool) => templateOf(pool, this.kinds)).filter(({ kinds }) => kinds.length > 0);
    this.softTaints = pools.some(({ taints = [] }) => taints.some(({ effect }) => effect === "PreferNoSchedule"));
    for (const pool of pools) this.left.set(pool.name, { ...pool.limits });
    const labelsOf = (node: Node) => labelsOfNode(cluster, node);
    this.topology = new Topology({ cluster, nodes, pods, supplies: () => suppliesOf(pools, this.kinds), labelsOf });
    const daemons = this.overhead(cluster.daemons ?? []);
    const ordered = [...nodes].sort(initializedFirst);
    this.existing = ordered.map((node) => this.existingNode(node, daemons));
  }

  solve(pods: readonly Pod[]): Solution {
    const queue = [...pods].sort(greatestFirst);
    const failed = new Map<string, Pod>();
    const lengthAtPush = new Map<string, number>();
    while (queue.length > 0 && lengthAtPush.get(queue[0].name) !== queue.length) {
      const pod = queue.shift()!;
      if (this.place(pod)) failed.delete(pod.name);
      else {
        failed.set(pod.name, pod);
        lengthAtPush.set(pod.name, queue.push(pod));
      }
    }
    for (const claim of this.claims) {
      claim.finish();
      claim.kinds = byPrice(claim.kinds, claim.requirements).slice(0, MAX_TYPES);
    }
    return { claims: this.claims, existing: this.existing, unschedulable: [...failed.values()] };
  }

  /** Gives up one preference after the other until the pod fits somewhere. */
  private place(given: Pod): boolean {
    for (let pod: Pod | undefined = given; pod !== undefined; pod = relax(pod, this.softTaints)) {
      if (pod !== given) this.topology.update(pod);
      if (this.add(pod, podRequirements(pod, this.cluster.ignorePreferences === true))) return true;
    }
    this.topology.update(given);
    return false;
  }

  private add(pod: Pod, asked: Requirements): boolean {
    if (this.existing.some((node) => addTo(node, pod, asked, this.topology))) return true;
    this.claims.sort((a, b) => a.pods.length - b.pods.length);
    return this.claims.some((claim) => claim.add(pod, asked)) || this.addClaim(pod, asked);
  }

  private addClaim(pod: Pod, asked: Requirements): boolean {
    for (const template of this.templates) {
      const limits = this.left.get(template.pool.name)!;
      if (limits.nodes === 0) continue;
      const within = template.kinds.filter(
        ({ spec }) =>
          spec.cpu <= (limits.cpu ?? Infinity) &&
          spec.memory <= (limits.memory ?? Infinity) &&
          0 <= (limits.nodes ?? Infinity),
      );
      const daemons = this.daemons.get(template)!;
      const host = `hostname-placeholder-${++this.tried}`;
      const claim = new Claim(template.pool, template.requirements, within, daemons, host, this.topology);
      if (!claim.add(pod, asked)) continue;
      this.claims.push(claim);
      this.left.set(template.pool.name, lessGreatest(limits, claim.kinds));
      return true;
    }
    return false;
  }

  /** What daemons will take of a new node of each template. Answers with them as relaxed meanwhile. */
  private overhead(given: readonly Pod[]): readonly Pod[] {
    let daemons = given;
    for (const template of this.templates) {
      const relaxed = daemons.map((pod) => daemonOn(template, pod));
      this.daemons.set(template, sum(relaxed.filter(({ runs }) => runs).map(({ pod }) => pod)));
      daemons = relaxed.map(({ pod }) => pod);
    }
    return daemons;
  }

  private existingNode(node: Node, daemons: readonly Pod[]): ExistingNode {
    const { pods = [], types } = this.cluster;
    const spec = types.find(({ name }) => name === node.type)!;
    const labels = labelsOfNode(this.cluster, node);
    const requirements = ofLabels(labels);
    this.topology.registerHost(labels[HOSTNAME]);
    const here = pods.filter((pod) => pod.node === node.name);
    const due = sum(
      daemons.filter((pod) => toleratesAll(pod, node.taints) && compatible(requirements, podRequirements(pod, true))),
    );
    const still = minus(due, sum(here.filter(({ daemon }) => daemon)));
    const reserved = {
      cpu: Math.max(0, still.cpu),
      memory: Math.max(0, still.memory),
      pods: Math.max(0, still.pods),
    };
    const limits = this.left.get(node.pool);
    if (limits !== undefined) this.left.set(node.pool, less(limits, spec.cpu, spec.memory));
    return { node, pods: [], requirements, room: minus(minus(allocatable(spec), sum(here)), reserved) };
  }
}

function labelsOfNode({ pools, types }: Cluster, node: Node): Readonly<Record<string, string>> {
  return {
    ...pools.find(({ name }) => name === node.pool)?.labels,
    [NODE_POOL]: node.pool,
    [INSTANCE_TYPE]: node.type,
    [ZONE]: node.zone,
    [CAPACITY_TYPE]: node.capacityType,
    [ARCH]: types.find(({ name }) => name === node.type)!.arch,
    [OS]: "linux",
    [HOSTNAME]: node.name,
    "karpenter.sh/registered": "true",
    ...(node.starting ? {} : { "karpenter.sh/initialized": "true" }),
    ...node.labels,
  };
}

/** What pools could make, for each of their types and as the pools alone say it. */
const suppliesOf = (pools: readonly NodePool[], kinds: readonly Kind[]): readonly Supply[] =>
  pools.flatMap((pool) => {
    const { taints = [], requirements: specs = [], labels = {} } = pool;
    const own = both(ofSpecs(specs), ofLabels(labels));
    const each = kindsOf(pool, kinds).map((kind) => {
      return { requirements: both(own, kind.requirements), taints, whole: false };
    });
    return each.length === 0 ? [] : [...each, { requirements: own, taints, whole: true }];
  });

function addTo(existing: ExistingNode, pod: Pod, asked: Requirements, topology: Topology): boolean {
  const requests = sum([pod]);
  const { taints = [] } = existing.node;
  if (!toleratesAll(pod, taints) || !fits(requests, existing.room)) return false;
  if (!compatible(existing.requirements, asked)) return false;
  const wanted = both(existing.requirements, asked);
  const narrowed = topology.narrowed(pod, () => podRequirements(pod, true), taints, wanted);
  if (narrowed === undefined || !compatible(wanted, narrowed)) return false;
  existing.pods.push(pod);
  existing.room = minus(existing.room, requests);
  existing.requirements = narrowed;
  topology.record(pod, taints, narrowed);
  return true;
}

function daemonOn({ pool, requirements }: Template, given: Pod): { readonly pod: Pod; readonly runs: boolean } {
  let pod = tolerateSoft(given) ?? given;
  if (!toleratesAll(pod, pool.taints)) return { pod, runs: false };
  while (!loosely(requirements, podRequirements(pod, true))) {
    const fewer = dropRequiredTerm(pod);
    if (fewer === undefined) return { pod, runs: false };
    pod = fewer;
  }
  return { pod, runs: true };
}

interface Limits {
  readonly cpu?: number;
  readonly memory?: number;
  readonly nodes?: number;
}

const less = ({ cpu, memory, nodes }: Limits, cores: number, bytes: number, count = 1): Limits => ({
  ...(cpu === undefined ? {} : { cpu: cpu - cores }),
  ...(memory === undefined ? {} : { memory: memory - bytes }),
  ...(nodes === undefined ? {} : { nodes: nodes - count }),
});

/** Until it is launched a claim counts as the largest that it could become. */
const lessGreatest = (limits: Limits, kinds: readonly Kind[]): Limits =>
  less(limits, Math.max(...kinds.map(({ spec }) => spec.cpu)), Math.max(...kinds.map(({ spec }) => spec.memory)), 0);

const named = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Pools of equal weight by name, the last first. */
const heaviestFirst = (a: NodePool, b: NodePool): number => b.weight - a.weight || named(b.name, a.name);

const initializedFirst = (a: Node, b: Node): number =>
  Number(a.starting ?? false) - Number(b.starting ?? false) || named(a.name, b.name);

const greatestFirst = (a: Pod, b: Pod): number =>
  b.cpu - a.cpu || b.memory - a.memory || a.created - b.created || named(a.name, b.name);
