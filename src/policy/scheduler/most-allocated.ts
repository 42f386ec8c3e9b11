import type { Scheduler } from "../contract.js";
import { defineScheduler } from "../define.js";
import { fit } from "./filters.js";
import { averageScore } from "./packing.js";

/** Packs: kube-scheduler's NodeResourcesFit with the strategy MostAllocated, alone. */
const scheduler: Scheduler = {
  filters: fit,
  score: (pod, node) =>
    averageScore(pod, node, (requested, allocatable) =>
      Math.floor((Math.min(requested, allocatable) * 100) / allocatable),
    ),
};

export const mostAllocated = defineScheduler({
  name: "most-allocated",
  summary: "Packs: takes the node with the smallest share of CPU and memory left.",
  fields: {},
  create: () => scheduler,
});
