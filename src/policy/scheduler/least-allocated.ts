import type { Scheduler } from "../contract.js";
import { defineScheduler } from "../define.js";
import { fit } from "./filters.js";
import { averageScore } from "./packing.js";

/** Spreads: kube-scheduler's NodeResourcesFit with its default strategy, alone. */
const scheduler: Scheduler = {
  filters: fit,
  score: (pod, node) =>
    averageScore(pod, node, (requested, allocatable) =>
      requested > allocatable ? 0 : Math.floor(((allocatable - requested) * 100) / allocatable),
    ),
};

export const leastAllocated = defineScheduler({
  name: "least-allocated",
  summary: "Spreads: takes the node with the greatest share of CPU and memory left.",
  fields: {},
  create: () => scheduler,
});
