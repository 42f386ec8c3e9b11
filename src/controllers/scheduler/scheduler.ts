/** Kubernetes' scheduler with its default profile: where a pod goes among the nodes that it knows. */
import type { RandomStream } from "../../kernel/random.js";
import { type Filter, nodeFilters, type Rejection } from "./filters.js";
import { interPodAffinityFilter } from "./inter-pod-affinity.js";
import { NodeInfo } from "./node-info.js";
import { Nominations } from "./nominations.js";
import { type Node, type Owner, type Pod, REGION, ZONE } from "./objects.js";
import { type Budget, type Preemption, preempt } from "./preemption.js";
import { type FitStrategy, LEAST_ALLOCATED } from "./resource-scores.js";
import { type Scores, scoresOf, totals } from "./scores.js";
import { labelsOf } from "./selectors.js";
import { topologySpreadFilter } from "./topology-spread.js";

export interface SchedulerSettings {
  readonly fit?: FitStrategy;
  readonly owners?: readonly Owner[];
  readonly hardPodAffinityWeight?: number;
  /** 0 lets the size of the cluster decide. */
  readonly percentageOfNodesToScore?: number;
  /** Up to 1.34 the winner among equals was drawn; without a stream it is the heap's first, as since 1.35. */
  readonly ties?: RandomStream;
  /** Where the search for victims begins, and which of equal nodes it takes; without a stream the first. */
  readonly preemption?: RandomStream;
}

export interface Placement {
  /** Undefined where no node will do. */
  readonly node: string | undefined;
  readonly feasible: readonly string[];
  /** Why others will not do, by name, in the order that they were looked at. */
  readonly rejections: ReadonlyMap<string, Rejection>;
  readonly evaluated: number;
  /** One for each feasible node; undefined where there was nothing to choose. */
  readonly scores: Scores | undefined;
}

/** How many feasible nodes are enough: all of fewer than 100, and less of a share the more there are. */
export function feasibleNodesToFind(nodes: number, percentage = 0): number {
  if (nodes < 100) return nodes;
  const share = percentage === 0 ? Math.max(5, 50 - Math.trunc(nodes / 125)) : percentage;
  return Math.max(100, Math.trunc((nodes * share) / 100));
}

/** The first of Go's heap over these scores, highest on top: not always the first of the highest. */
export function topOfHeap(scores: readonly number[]): number {
  const heap = scores.map((_, i) => i);
  const above = (a: number, b: number): boolean => (scores[heap[a] ?? 0] ?? 0) > (scores[heap[b] ?? 0] ?? 0);
  for (let start = (heap.length >> 1) - 1; start >= 0; start--) {
    let i = start;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && above(child + 1, child)) child++;
      if (!above(child, i)) break;
      [heap[i], heap[child]] = [heap[child] ?? 0, heap[i] ?? 0];
      i = child;
    }
  }
  return heap[0] ?? 0;
}

/** A filter of all that the profile checks; what depends on other nodes is counted when it is made. */
function filterOf(pod: Pod, all: readonly NodeInfo[]): Filter {
  const filters = [...nodeFilters(pod), topologySpreadFilter(pod, all), interPodAffinityFilter(pod, all)];
  return (info) => {
    for (const filter of filters) {
      const rejection = filter?.(info);
      if (rejection !== undefined) return rejection;
    }
    return undefined;
  };
}

const zoneOf = (node: Node): string => `${labelsOf(node)[REGION] ?? ""}\n${labelsOf(node)[ZONE] ?? ""}`;

const onlyOn = ({ node }: NodeInfo): Placement => ({
  node: node.name,
  feasible: [node.name],
  rejections: new Map(),
  evaluated: 1,
  scores: undefined,
});

export class Scheduler {
  readonly #settings: SchedulerSettings;
  readonly #zones = new Map<string, NodeInfo[]>();
  readonly #byName = new Map<string, NodeInfo>();
  readonly nominations = new Nominations();
  #list: readonly NodeInfo[] | undefined;
  #start = 0;

  constructor(settings: SchedulerSettings = {}) {
    this.#settings = settings;
  }

  addNode(node: Node): void {
    const info = new NodeInfo(node);
    const zone = this.#zones.get(zoneOf(node));
    if (zone === undefined) this.#zones.set(zoneOf(node), [info]);
    else zone.push(info);
    this.#byName.set(node.name, info);
    this.#list = undefined;
  }

  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info === undefined) return;
    const zone = this.#zones.get(zoneOf(info.node)) ?? [];
    zone.splice(zone.indexOf(info), 1);
    if (zone.length === 0) this.#zones.delete(zoneOf(info.node));
    this.#byName.delete(name);
    this.#list = undefined;
  }

  addPod(pod: Pod, node: string): void {
    this.nominations.set(pod, undefined);
    this.#byName.get(node)?.add(pod);
  }

  removePod(pod: string, node: string): Pod | undefined {
    return this.#byName.get(node)?.remove(pod);
  }

  /** One node of each zone in turn. */
  nodes(): readonly NodeInfo[] {
    if (this.#list !== undefined) return this.#list;
    const list: NodeInfo[] = [];
    const zones = [...this.#zones.values()];
    for (let i = 0; list.length < this.#byName.size; i++)
      for (const zone of zones) {
        const info = zone[i];
        if (info !== undefined) list.push(info);
      }
    this.#list = list;
    return list;
  }

  /** Decides; the pod is on the node when `addPod` says so. */
  schedule(pod: Pod): Placement {
    const all = this.nodes();
    const filter = this.#filterOf(pod, all);
    const nominated = this.#byName.get(pod.nominated ?? "");
    if (nominated !== undefined && filter(nominated) === undefined) return onlyOn(nominated);
    const { feasible, rejections } = this.#feasible(filter, all);
    const names = feasible.map(({ node }) => node.name);
    const evaluated = feasible.length + rejections.size;
    if (all.length > 0) this.#start = (this.#start + evaluated) % all.length;
    const common = { feasible: names, rejections, evaluated };
    if (feasible.length < 2) return { ...common, node: names[0], scores: undefined };
    const { fit = LEAST_ALLOCATED, owners = [], hardPodAffinityWeight = 1 } = this.#settings;
    // In the order that they came: an image's size is that of the first node that had it.
    const scores = scoresOf(pod, [...this.#byName.values()], feasible, { fit, owners, hardPodAffinityWeight });
    const best = this.#best(totals(scores, feasible.length));
    return { ...common, node: names[best], scores };
  }

  /** For a pod that no node will take: who would have to go for it, which it is for others to carry out. */
  preempt(pod: Pod, rejections: ReadonlyMap<string, Rejection>, budgets: readonly Budget[]): Preemption {
    const filterOf = (one: Pod, nodes: readonly NodeInfo[]) => this.#filterOf(one, nodes);
    return preempt({ pod, nodes: this.nodes(), rejections, budgets, filterOf }, this.#settings.preemption);
  }

  #filterOf(pod: Pod, nodes: readonly NodeInfo[]): Filter {
    return this.nominations.inMind(pod, nodes, filterOf);
  }

  #feasible(filter: Filter, all: readonly NodeInfo[]) {
    const wanted = feasibleNodesToFind(all.length, this.#settings.percentageOfNodesToScore);
    const feasible: NodeInfo[] = [];
    const rejections = new Map<string, Rejection>();
    // The one too many ends the search: so it is with one worker, and upstream's others may by then have looked further.
    let enough = false;
    for (let i = 0; i < all.length && !enough; i++) {
      const info = all[(this.#start + i) % all.length];
      if (info === undefined) break;
      const rejection = filter(info);
      if (rejection !== undefined) rejections.set(info.node.name, rejection);
      else if (feasible.length < wanted) feasible.push(info);
      else enough = true;
    }
    return { feasible, rejections };
  }

  #best(scores: readonly number[]): number {
    const { ties } = this.#settings;
    if (ties === undefined) return topOfHeap(scores);
    let [best, most, equals] = [0, Number.NEGATIVE_INFINITY, 0];
    for (const [i, score] of scores.entries()) {
      if (score > most) [best, most, equals] = [i, score, 1];
      else if (score === most && ties.below(++equals) === 0) best = i;
    }
    return best;
  }
}
