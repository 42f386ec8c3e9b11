/** One pass of the disruption loop: empty nodes, then drifted ones, then several for one cheaper, then one for a cheaper. */
import { allowedDisruptions, type DisruptionReason } from "./budgets.js";
import { type Candidate, candidates, reschedulable } from "./candidates.js";
import type { Claim } from "./claim.js";
import { consolidation, withoutSameType } from "./consolidation.js";
import type { Cluster, Pod } from "./objects.js";
import { type Solution, solve } from "./solve.js";

export type Method = "Emptiness" | "Drift" | "MultiNode" | "SingleNode";

export interface Command {
  readonly method: Method;
  readonly reason: DisruptionReason;
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly Claim[];
}

/** What is decided, or undefined: nothing to do. */
export function pass(cluster: Cluster, now: number): Command | undefined {
  const all = candidates(cluster, now);
  for (const { method, reason, suits, compute } of methods) {
    const suitable = all.filter(suits);
    if (suitable.length === 0) continue;
    const found = compute(cluster, suitable, allowedDisruptions(cluster, reason, now));
    if (found !== undefined) return { method, reason, ...found };
  }
  return undefined;
}

type Found = Omit<Command, "method" | "reason">;
type Compute = (cluster: Cluster, suitable: readonly Candidate[], budget: Map<string, number>) => Found | undefined;

const cheapestFirst = (list: readonly Candidate[]): readonly Candidate[] =>
  [...list].sort((a, b) => a.disruptionCost - b.disruptionCost);

/** Takes candidates in order as long as their pools' budgets last. */
function withinBudget(list: readonly Candidate[], budget: Map<string, number>): readonly Candidate[] {
  return list.filter(({ pool: { name } }) => {
    const left = budget.get(name) ?? 0;
    if (left > 0) budget.set(name, left - 1);
    return left > 0;
  });
}

const emptiness: Compute = (_, suitable, budget) => {
  const empty = withinBudget(cheapestFirst(suitable), budget);
  return empty.length > 0 ? { candidates: empty, replacements: [] } : undefined;
};

const drift: Compute = (cluster, suitable, budget) => {
  const oldest = [...suitable].sort((a, b) => a.node.driftedAt! - b.node.driftedAt!);
  const emptyFirst = [
    ...oldest.filter(({ pods }) => pods.length === 0),
    ...oldest.filter(({ pods }) => pods.length > 0),
  ];
  for (const candidate of emptyFirst) {
    if ((budget.get(candidate.pool.name) ?? 0) === 0) continue;
    const solution = simulate(cluster, [candidate]);
    if (solution !== undefined) return { candidates: [candidate], replacements: solution.claims };
  }
  return undefined;
};

const MOST_AT_ONCE = 100;

/** The longest prefix, by disruption cost, that at most one new node can stand in for. Found by halving. */
const multiNode: Compute = (cluster, suitable, budget) => {
  const full = cheapestFirst(suitable).filter(({ pods }) => pods.length > 0);
  const list = withinBudget(full, budget);
  let best: Found | undefined;
  let min = 1;
  let max = Math.min(list.length - 1, MOST_AT_ONCE);
  while (min <= max) {
    const middle = Math.floor((min + max) / 2);
    const prefix = list.slice(0, middle + 1);
    const found = consolidation(cluster, prefix, simulate(cluster, prefix));
    if (found?.replacements.every((claim) => withoutSameType(claim, prefix))) {
      best = found;
      min = middle + 1;
    } else max = middle - 1;
  }
  return best;
};

/** Candidates of the pools in turn. */
const singleNode: Compute = (cluster, suitable, budget) => {
  const byPool = new Map<string, Candidate[]>();
  for (const one of cheapestFirst(suitable)) byPool.set(one.pool.name, [...(byPool.get(one.pool.name) ?? []), one]);
  const most = Math.max(...[...byPool.values()].map((list) => list.length));
  for (let i = 0; i < most; i++)
    for (const list of byPool.values()) {
      const candidate = list[i];
      if (candidate === undefined || candidate.pods.length === 0) continue;
      if ((budget.get(candidate.pool.name) ?? 0) === 0) continue;
      const found = consolidation(cluster, [candidate], simulate(cluster, [candidate]));
      if (found !== undefined) return found;
    }
  return undefined;
};

const consolidatable = ({ node, pool }: Candidate): boolean => node.consolidatable === true && pool.never !== true;

const underutilized = (candidate: Candidate): boolean =>
  candidate.type !== undefined &&
  (candidate.pool.consolidationPolicy ?? "WhenEmptyOrUnderutilized") === "WhenEmptyOrUnderutilized" &&
  consolidatable(candidate);

const methods: readonly {
  readonly method: Method;
  readonly reason: DisruptionReason;
  readonly suits: (candidate: Candidate) => boolean;
  readonly compute: Compute;
}[] = [
  {
    method: "Emptiness",
    reason: "Empty",
    suits: (candidate) => candidate.pods.length === 0 && consolidatable(candidate),
    compute: emptiness,
  },
  { method: "Drift", reason: "Drifted", suits: ({ node }) => node.driftedAt !== undefined, compute: drift },
  { method: "MultiNode", reason: "Underutilized", suits: underutilized, compute: multiNode },
  { method: "SingleNode", reason: "Underutilized", suits: underutilized, compute: singleNode },
];

/** Where pods would go without these nodes; undefined when one that runs now would have no place that is ready. */
export function simulate(cluster: Cluster, gone: readonly Candidate[]): Solution | undefined {
  const { nodes = [], pods = [], pdbs } = cluster;
  const leaving = new Set(nodes.filter(({ deleting }) => deleting).map(({ name }) => name));
  const without = new Set(gone.map(({ node }) => node.name));
  const pending = pods.filter(({ node }) => node === undefined);
  const moved = gone.flatMap((candidate) => candidate.pods.filter((pod) => reschedulable(pod, pdbs)));
  const displaced = pods.filter((pod) => leaving.has(pod.node ?? "") && reschedulable(pod, pdbs));
  const staying = nodes.filter(({ name }) => !leaving.has(name) && !without.has(name));
  const solution = solve(cluster, staying, [...pending, ...moved, ...displaced]);
  const homeless: readonly Pod[] = [
    ...solution.unschedulable,
    ...solution.existing
      .filter(({ node }) => node.starting)
      .flatMap((existing) => existing.pods.filter(({ node }) => !leaving.has(node ?? ""))),
  ];
  return homeless.every(({ node }) => node === undefined) ? solution : undefined;
}
