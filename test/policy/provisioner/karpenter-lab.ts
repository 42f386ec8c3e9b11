/** What tests of the Karpenter policy ask it, and how they read its answers. */
import type { ClusterView, ProvisionAnswer } from "../../../src/policy/contract.js";
import { karpenter } from "../../../src/policy/provisioner/karpenter.js";
import { clusterView, groupView, make, placedPod, size } from "../builders.js";

export const kind = (name: string, cores: number, usdPerHour: number, count = 0) =>
  groupView({
    name,
    capacity: size(1000 * cores, 4096 * cores),
    allocatable: size(1000 * cores - 100, 4096 * cores - 512),
    usdPerHour,
    min: 0,
    max: 10,
    count,
  });
export const groups = [kind("small", 2, 0.1), kind("large", 8, 0.38)];
export const waiting = (since: number, cpuMillicores: number) => ({ ...placedPod(cpuMillicores), since });

/** The answers of a policy asked every second; those that decide nothing left out. */
export function answers(
  view: (now: number) => Partial<ClusterView>,
  seconds: number,
  fields = {},
): [number, ProvisionAnswer][] {
  const policy = make(karpenter, fields);
  const all: [number, ProvisionAnswer][] = [];
  for (let now = 1; now <= seconds; now++) all.push([now, policy.plan(clusterView({ groups, ...view(now), now }))]);
  return all.filter(([, answer]) => !answer.quiet);
}

export const brief = (all: [number, ProvisionAnswer][]) =>
  all.map(([at, { add, remove, cordon = [], uncordon = [], rule }]) => ({
    at,
    add: add.map(({ group, capacityType, zone }) => `${group} ${capacityType} ${zone}`),
    remove,
    cordon,
    uncordon,
    rule,
  }));

export const zoned = (name: string, cores: number, usd: number, ...spot: [string, number][]) => ({
  ...kind(name, cores, usd),
  type: name,
  offerings: [
    ...["a", "b"].map((zone) => ({ zone, capacityType: "on-demand" as const, usdPerHour: usd })),
    ...spot.map(([zone, usdPerHour]) => ({ zone, capacityType: "spot" as const, usdPerHour })),
  ],
});
