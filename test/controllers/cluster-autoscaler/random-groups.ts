/** Groups of machines and random pods, for the laws that Cluster Autoscaler must keep. */
import fc from "fast-check";
import type { Group } from "../../../src/controllers/cluster-autoscaler/cluster.js";

export const size = { cpuMillicores: 1000, memoryMiB: 1000 };
export const group = (more: Partial<Group> = {}): Group => ({
  name: "g",
  capacity: size,
  allocatable: size,
  maxPods: 10,
  usdPerHour: 0.1,
  min: 0,
  max: 100,
  count: 0,
  ...more,
});
export const pod = fc.record({
  service: fc.constantFrom("a", "b", "c"),
  cpuMillicores: fc.constantFrom(50, 100, 250, 400, 600, 999, 1500),
  memoryMiB: fc.constantFrom(10, 200, 500, 900),
});
export const runs = { numRuns: 1000, seed: 7 };
