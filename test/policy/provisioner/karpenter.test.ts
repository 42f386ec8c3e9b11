import { expect, test } from "vitest";
import type { ClusterView, ProvisionAnswer } from "../../../src/policy/contract.js";
import { karpenter } from "../../../src/policy/provisioner/karpenter.js";
import { clusterView, groupView, make, nodeView, placedPod, size } from "../builders.js";

const kind = (name: string, cores: number, usdPerHour: number, count = 0) =>
  groupView({
    name,
    capacity: size(1000 * cores, 4096 * cores),
    allocatable: size(1000 * cores - 100, 4096 * cores - 512),
    usdPerHour,
    min: 0,
    max: 10,
    count,
  });
const groups = [kind("small", 2, 0.1), kind("large", 8, 0.38)];
const waiting = (since: number, cpuMillicores: number) => ({ ...placedPod(cpuMillicores), since });

/** The answers of a policy asked every second; those that decide nothing left out. */
function answers(
  view: (now: number) => Partial<ClusterView>,
  seconds: number,
  fields = {},
): [number, ProvisionAnswer][] {
  const policy = make(karpenter, fields);
  const all: [number, ProvisionAnswer][] = [];
  for (let now = 1; now <= seconds; now++) all.push([now, policy.plan(clusterView({ groups, ...view(now), now }))]);
  return all.filter(([, answer]) => !answer.quiet);
}

test("a pod waits 1 s for others, then gets the cheapest type that it fits on", () => {
  const [first] = answers(() => ({ pending: [waiting(1, 1000)] }), 3);
  expect(first).toMatchObject([2, { add: [{ group: "small", count: 1 }], rule: "provisioned" }]);
});

test("three pods of 1.5 cores share a large machine, cheaper than three small ones", () => {
  const [first] = answers(() => ({ pending: [1, 1, 1].map((since) => waiting(since, 1500)) }), 3);
  expect(first).toMatchObject([2, { add: [{ group: "large", count: 1 }] }]);
});

test("pods that keep coming close a batch after 10 s at the latest", () => {
  const view = (now: number) => ({ pending: Array.from({ length: now }, (_, i) => waiting(i + 1, 100)) });
  expect(answers(view, 11)[0]).toMatchObject([11, { rule: "provisioned" }]);
});

test("an empty node goes after a second look, 15 s after the first; not while min wants it", () => {
  const node = nodeView({ id: 1, group: "small", ready: true });
  const spare = { groups: [kind("small", 2, 0.1, 1), groups[1]], nodes: [node] };
  expect(answers(() => spare, 30)[0]).toMatchObject([25, { remove: [1], rule: "Emptiness: delete" }]);
  const kept = { ...spare, groups: [{ ...spare.groups[0], min: 1 }, groups[1]] };
  expect(answers(() => kept, 60)).toEqual([]);
});

test("a little used large node goes once the small one bought for it is ready", () => {
  const pods = [placedPod(1000)];
  const old = nodeView({ id: 1, group: "large", ready: true, pods, podCount: 1, free: size(6900, 30_000) });
  const fresh = (now: number) => nodeView({ id: 2, group: "small", ready: now >= 60, boughtAt: 25 });
  const view = (now: number) => ({
    groups: [groups[0], kind("large", 8, 0.38, 1)],
    nodes: now <= 25 ? [old] : [old, fresh(now)],
  });
  expect(answers(view, 60).map(([at, { add, remove }]) => ({ at, add, remove }))).toEqual([
    { at: 25, add: [{ group: "small", count: 1 }], remove: [] },
    { at: 60, add: [], remove: [1] },
  ]);
});
