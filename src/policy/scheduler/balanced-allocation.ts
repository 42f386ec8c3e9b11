/**
 * Balances: kube-scheduler's NodeResourcesBalancedAllocation (by the formula of 1.36), alone. A node
 * scores by how much nearer to each other the pod brings its requested shares of CPU and memory; about
 * 75 is neither nearer nor farther.
 */
import type { Candidate, Scheduler, Size } from "../contract.js";
import { defineScheduler } from "../define.js";
import { fit } from "./filters.js";

/** 100 when the shares of CPU and memory are equal, 50 when one is full and the other empty. */
function balance({ allocatable, free }: Candidate, pod: Size): number {
  if (allocatable.cpuMillicores === 0 || allocatable.memoryMiB === 0) return 100;
  const cpu = (allocatable.cpuMillicores - free.cpuMillicores + pod.cpuMillicores) / allocatable.cpuMillicores;
  const memory = (allocatable.memoryMiB - free.memoryMiB + pod.memoryMiB) / allocatable.memoryMiB;
  const deviation = Math.abs((Math.min(cpu, 1) - Math.min(memory, 1)) / 2);
  return Math.trunc((1 - deviation) * 100);
}

const NOTHING: Size = { cpuMillicores: 0, memoryMiB: 0 };

const scheduler: Scheduler = {
  filters: fit,
  score(pod, node) {
    if (pod.cpuMillicores === 0 && pod.memoryMiB === 0) return 0;
    return 50 + Math.trunc((50 + balance(node, pod) - balance(node, NOTHING)) / 2);
  },
};

export const balancedAllocation = defineScheduler({
  name: "balanced-allocation",
  summary: "Balances: takes the node whose requested shares of CPU and memory the pod brings nearest together.",
  fields: {},
  create: () => scheduler,
});
