/** Cluster Autoscaler: facts of its specification worked by hand, not recorded from upstream, whose module cannot be had. */

import { createClusterAutoscaler } from "../../src/controllers/cluster-autoscaler/autoscaler.js";
import { createBackoff } from "../../src/controllers/cluster-autoscaler/backoff.js";
import { type Budgets, type Counts, cropped } from "../../src/controllers/cluster-autoscaler/budgets.js";
import type { Group } from "../../src/controllers/cluster-autoscaler/cluster.js";
import { type DrainFacts, drainability } from "../../src/controllers/cluster-autoscaler/drainability.js";
import { balance, nodeLimit, similar } from "../../src/controllers/cluster-autoscaler/limits.js";
import { preferredCores, suppressedUnfitness } from "../../src/controllers/cluster-autoscaler/price.js";
import { nextLook } from "../../src/controllers/cluster-autoscaler/trigger.js";
import { RandomStream } from "../../src/kernel/random.js";
import type { Player } from "./index.js";

const defaults = {
  period: 10,
  utilizationThreshold: 0.5,
  unneededTime: 600,
  unremovableRecheck: 300,
  maxParallelism: 10,
  maxDrainParallelism: 1,
  delayAfterAdd: 600,
  delayAfterDelete: 0,
  delayAfterFailure: 180,
  newPodDelay: 0,
  balanceSimilarGroups: false,
  maxNodesTotal: Infinity,
  maxCores: Infinity,
  maxMemoryMiB: Infinity,
  chain: ["least-waste"],
  priorities: [],
} as const;

type Decide = (look: never) => unknown;

const kinds: Readonly<Record<string, (settings: object) => Decide>> = {
  loop: (settings) => {
    const autoscaler = createClusterAutoscaler({ ...defaults, ...settings }, new RandomStream(1, "expander"));
    return (view: Parameters<typeof autoscaler.look>[0]) => {
      const { add, remove, rule, acted } = autoscaler.look(view);
      return { add, remove, rule, acted };
    };
  },
  backoff: () => {
    const backoff = createBackoff();
    return ({ at, fail }: { at: number; fail?: string }) =>
      fail === undefined ? backoff.isBackedOff("group", at) : backoff.fail(fail, at);
  },
  budgets: (budgets) => (look: { wanted: Counts; inFlight: Counts }) =>
    cropped(look.wanted, look.inFlight, budgets as Budgets),
  drainability: () => (facts: DrainFacts) => drainability(facts).outcome,
  balance: () => (look: { groups: Group[]; nodes: number }) => balance(look.groups, look.nodes),
  similar: () => (look: { groups: [Group, Group] }) => similar(...look.groups),
  limit: () => (look: { thresholds: number[] }) => nodeLimit(look.thresholds),
  "preferred cores": () => (look: { nodes: number }) => preferredCores(look.nodes),
  unfitness: () => (look: { cores: number; nodes: number; fresh: number }) =>
    suppressedUnfitness(look.cores, look.nodes, look.fresh),
  trigger: () => (look: { acted: boolean; pod: boolean }) => nextLook(look.acted, look.pod, 10),
};

export const clusterAutoscaler: Player = ({ settings, script }) => {
  const { of, given = {} } = settings as { readonly of: string; readonly given?: object };
  const decide = kinds[of](given);
  return script.map((look) => ({ answer: decide(look as never) }));
};
