/** Plays Karpenter's situations: the algebra of requirements, Solve, and passes of the disruption loop. */
import type { Claim } from "../../src/controllers/karpenter/claim.js";
import { pass } from "../../src/controllers/karpenter/disruption.js";
import { NODE_POOL } from "../../src/controllers/karpenter/labels.js";
import type { Cluster, Node, Pod } from "../../src/controllers/karpenter/objects.js";
import {
  allows,
  intersection,
  operatorOf,
  overlap,
  type RequirementSpec,
  requirement,
  text,
} from "../../src/controllers/karpenter/requirement.js";
import { compatible, intersects, ofSpecs } from "../../src/controllers/karpenter/requirements.js";
import { solve } from "../../src/controllers/karpenter/solve.js";
import type { Vector } from "../vector.js";

type Settings = Cluster & { readonly kind: "requirement" | "solve" | "disruption" };

interface Step {
  readonly at: number;
  readonly a: RequirementSpec;
  readonly b: RequirementSpec;
  readonly values: readonly string[];
}

/** The vectors' second 0: Monday, 5 January 2026, midnight UTC. */
const EPOCH = 1_767_571_200;

export function playKarpenter({ settings, script }: Vector): readonly unknown[] {
  const cluster = settings as Settings;
  if (cluster.kind === "requirement") return script.map((step) => algebra(step as Step));
  if (cluster.kind === "solve") return script.map(() => solved(cluster));
  return script.map((step) => disrupted(dated(cluster), (step as Step).at + EPOCH));
}

function algebra({ a, b, values }: Step): unknown {
  const [one, other] = [requirement(a), requirement(b)];
  const both = intersection(one, other);
  const [left, right] = [ofSpecs([a]), ofSpecs([b])];
  return {
    intersection: text(both),
    operator: operatorOf(both),
    hasIntersection: overlap(one, other),
    has: values.map((value) => allows(both, value)),
    intersects: intersects(left, right),
    compatible: compatible(left, right),
    undefined: compatible(new Map(), right),
  };
}

const names = (pods: readonly Pod[]): readonly string[] => pods.map(({ name }) => name);

const claimed = ({ pool, pods, kinds, requirements }: Claim) => ({
  pool: pool.name,
  pods: names(pods),
  types: kinds.map(({ spec }) => spec.name),
  requirements: [...requirements.values()]
    .filter(({ key }) => key !== NODE_POOL)
    .map(text)
    .sort(),
});

function solved(cluster: Cluster): unknown {
  const staying = (cluster.nodes ?? []).filter(({ deleting }) => !deleting);
  const pending = (cluster.pods ?? []).filter(({ node }) => node === undefined);
  const { claims, existing, unschedulable } = solve(cluster, staying, pending);
  const used = existing.filter(({ pods }) => pods.length > 0);
  return {
    claims: claims.map(claimed),
    existing: Object.fromEntries(used.map(({ node, pods }) => [node.name, names(pods)])),
    unschedulable: [...names(unschedulable)].sort(),
  };
}

function dated(cluster: Cluster): Cluster {
  const nodes = (cluster.nodes ?? []).map((node): Node => ({ ...node, created: node.created + EPOCH }));
  return { ...cluster, nodes };
}

function disrupted(cluster: Cluster, now: number): unknown {
  const command = pass(cluster, now);
  if (command === undefined) return { method: "none", candidates: [], replacements: [] };
  return {
    method: command.method,
    candidates: command.candidates.map(({ node }) => node.name).sort(),
    replacements: command.replacements.map((claim) => {
      const made = claimed(claim);
      return { ...made, pods: [...made.pods].sort() };
    }),
  };
}
