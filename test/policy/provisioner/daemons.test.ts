/** Daemons: no provisioner moves them, and each counts with their room on a new machine. */
import { expect, test } from "vitest";
import { RandomStream } from "../../../src/kernel/random.js";
import { clusterAutoscaler } from "../../../src/policy/provisioner/cluster-autoscaler.js";
import { clusterView, groupView, nodeView } from "../builders.js";

const context = { stream: new RandomStream(1, "test"), clock: { now: 0 } };
const daemon = { service: "agent", cpuMillicores: 200, memoryMiB: 10, daemon: true };
const made = (fields: Record<string, unknown>) =>
  clusterAutoscaler.create(
    {
      period: 10,
      expander: "least-waste",
      balanceSimilarGroups: false,
      newPodDelay: 0,
      utilizationThreshold: 0.5,
      unneededTime: 0,
      delayAfterAdd: 0,
      delayAfterDelete: 0,
      unremovableRecheck: 300,
      maxParallelism: 10,
      maxDrainParallelism: 1,
      ...fields,
    } as never,
    context,
  );

test("Cluster Autoscaler gives back a machine on which only a daemon is", () => {
  const nodes = [0, 1].map((id) =>
    nodeView({ id, pods: [daemon], podCount: 1, free: { cpuMillicores: 800, memoryMiB: 990 } }),
  );
  const groups = [groupView({ count: 2, min: 1 })];
  const policy = made({});
  policy.plan(clusterView({ nodes, groups, daemons: [daemon], now: 0 }));
  expect(policy.plan(clusterView({ nodes, groups, daemons: [daemon], now: 60 })).remove).toHaveLength(1);
});

test("Cluster Autoscaler buys as many machines as pods need beside their daemons", () => {
  // Two pods of 400m fit a machine of 1000m beside a daemon of 200m, of 450m only one.
  const pending = (cpuMillicores: number) =>
    Array.from({ length: 4 }, () => ({ service: "shop", cpuMillicores, memoryMiB: 1, since: -60 }));
  const bought = (cpu: number) =>
    made({}).plan(clusterView({ pending: pending(cpu), daemons: [daemon], groups: [groupView({ count: 0 })] })).add;
  expect(bought(400)).toMatchObject([{ count: 2 }]);
  expect(bought(450)).toMatchObject([{ count: 4 }]);
});
