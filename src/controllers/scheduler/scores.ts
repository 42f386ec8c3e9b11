/** The default profile's scores: each 0..100 for every feasible node, summed by weight. */
import { interPodAffinityScores } from "./inter-pod-affinity.js";
import type { NodeInfo } from "./node-info.js";
import type { Node, Owner, Pod } from "./objects.js";
import { balancedScore, type FitStrategy, fitScore } from "./resource-scores.js";
import { matchesTerm, toleratesTaint } from "./selectors.js";
import { topologySpreadScores } from "./topology-spread.js";

export const WEIGHTS = {
  TaintToleration: 3,
  NodeAffinity: 2,
  NodeResourcesFit: 1,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  NodeResourcesBalancedAllocation: 1,
  ImageLocality: 1,
} as const;

export type ScoreName = keyof typeof WEIGHTS;
export type Scores = Readonly<Record<ScoreName, readonly number[]>>;

const MIB = 1024 * 1024;

/** Upstream's default: in proportion to the greatest, or upside down; whole numbers. */
function proportional(raw: readonly number[], reverse: boolean): readonly number[] {
  const max = raw.reduce((most, score) => Math.max(most, score), 0);
  if (max === 0) return reverse ? raw.map(() => 100) : raw;
  return raw.map((score) => (reverse ? 100 - Math.trunc((100 * score) / max) : Math.trunc((100 * score) / max)));
}

function avoidedTaints(pod: Pod, node: Node): number {
  const tolerations = pod.tolerations?.filter(({ effect = "" }) => effect === "" || effect === "PreferNoSchedule");
  return (node.taints ?? []).filter(
    (taint) => taint.effect === "PreferNoSchedule" && !toleratesTaint(tolerations, taint),
  ).length;
}

function preference(pod: Pod, node: Node): number {
  let sum = 0;
  for (const { weight, preference: term } of pod.affinity?.nodeAffinity
    ?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    if (matchesTerm(node, term)) sum += weight;
  return sum;
}

const tagged = (image: string): string =>
  image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;

/** An image counts by its size and the share of nodes that hold it, so that the first node does not draw all. */
function imageScore(pod: Pod, all: readonly NodeInfo[]): (info: NodeInfo) => number {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const wanted = containers.flatMap(({ image }) => (image === undefined ? [] : [tagged(image)]));
  const holders = new Map<string, number>();
  const sizes = new Map<string, number>();
  if (wanted.length > 0)
    for (const { node } of all)
      for (const { name, size } of node.images ?? []) {
        holders.set(name, (holders.get(name) ?? 0) + 1);
        if (!sizes.has(name)) sizes.set(name, size);
      }
  const [least, most] = [23 * MIB, 1000 * MIB * containers.length];
  return ({ node }) => {
    let sum = 0;
    for (const image of wanted)
      if (node.images?.some(({ name }) => name === image) === true)
        sum += Math.trunc((sizes.get(image) ?? 0) * ((holders.get(image) ?? 0) / all.length));
    return Math.trunc((100 * (Math.min(Math.max(sum, least), most) - least)) / (most - least));
  };
}

export interface ScoreSettings {
  readonly fit: FitStrategy;
  readonly owners: readonly Owner[];
  readonly hardPodAffinityWeight: number;
}

export function scoresOf(
  pod: Pod,
  all: readonly NodeInfo[],
  feasible: readonly NodeInfo[],
  { fit, owners, hardPodAffinityWeight }: ScoreSettings,
): Scores {
  const zero = (): number => 0;
  const nodes = feasible.map(({ node }) => node);
  return {
    TaintToleration: proportional(
      nodes.map((node) => avoidedTaints(pod, node)),
      true,
    ),
    NodeAffinity: proportional(
      nodes.map((node) => preference(pod, node)),
      false,
    ),
    NodeResourcesFit: feasible.map(fitScore(pod, fit)),
    PodTopologySpread: topologySpreadScores(pod, all, feasible, owners) ?? feasible.map(zero),
    InterPodAffinity: interPodAffinityScores(pod, all, feasible, hardPodAffinityWeight),
    NodeResourcesBalancedAllocation: feasible.map(balancedScore(pod) ?? zero),
    ImageLocality: feasible.map(imageScore(pod, all)),
  };
}

export const totals = (scores: Scores, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (const name in WEIGHTS) sum += WEIGHTS[name as ScoreName] * (scores[name as ScoreName][i] ?? 0);
    return sum;
  });
