/**
 * What LeastAllocated and MostAllocated share: whole scores per resource, averaged in whole numbers
 * over the resources that the node has at all.
 *
 * A pod that requests no CPU or no memory counts with 100 millicores and 200 MiB here, though not in
 * the filters. Not modelled: the same for the pods that are already there, whose requests count as they are.
 */
import type { Candidate, Size } from "../contract.js";

const UNREQUESTED: Size = { cpuMillicores: 100, memoryMiB: 200 };

/** The score of one resource, from what would be requested of it and what there is. */
type Score = (requested: number, allocatable: number) => number;

export function averageScore(pod: Size, node: Candidate, score: Score): number {
  let sum = 0;
  let resources = 0;
  for (const resource of ["cpuMillicores", "memoryMiB"] as const) {
    const allocatable = node.allocatable[resource];
    if (allocatable === 0) continue;
    const requested = allocatable - node.free[resource] + (pod[resource] || UNREQUESTED[resource]);
    sum += score(requested, allocatable);
    resources++;
  }
  return resources === 0 ? 0 : Math.floor(sum / resources);
}
