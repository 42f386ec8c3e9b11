/** The random worlds with kube-scheduler, pods that say where they would be, and a provisioner that hears it. */
import fc from "fast-check";
import { HOSTNAME, type Pod, ZONE } from "../../src/controllers/scheduler/objects.js";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, unlimitedGroup } from "../../src/model/builders.js";
import type { NodeGroupSpec, WorldSpec } from "../../src/model/spec.js";
import { clusterAutoscaler } from "../../src/policy/provisioner/cluster-autoscaler.js";
import { karpenter } from "../../src/policy/provisioner/karpenter.js";
import { kubeScheduler } from "../../src/policy/scheduler/kube-scheduler.js";
import { made } from "../policy/builders.js";
import { worlds } from "./random-worlds.js";

const labelSelector = { matchExpressions: [{ key: "app", operator: "In", values: ["s0", "s1"] }] };
const near = (topologyKey: string) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey }],
});
const rather = (topologyKey: string) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 9, podAffinityTerm: { labelSelector, topologyKey } }],
});

const wish = fc.constantFrom<Partial<Pod>>(
  {},
  { nodeSelector: { [ZONE]: "b" } },
  { affinity: { podAntiAffinity: near(HOSTNAME) } },
  { affinity: { podAffinity: near(ZONE) } },
  { affinity: { podAffinity: rather(ZONE), podAntiAffinity: rather(HOSTNAME) } },
  { spread: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule", labelSelector }] },
  { spread: [{ maxSkew: 1, topologyKey: HOSTNAME, whenUnsatisfiable: "ScheduleAnyway", labelSelector }] },
  { tolerations: [{ key: "team", operator: "Exists" }], priority: 5 },
  { priority: -11 },
);

const allocatable = { cpuMillicores: 3000, memoryMiB: 40 };
const group = (about: Partial<NodeGroupSpec>): NodeGroupSpec => ({
  ...unlimitedGroup,
  ...{ allocatable, capacity: allocatable, maxPods: 6, min: 0, max: 3, boot: constant(2) },
  ...about,
});

const quick = { consolidateAfter: "1s", expireAfter: "20s", batchMaxDuration: "2s" };
const provisioner = fc.constantFrom<WorldSpec["cluster"]["provisioner"]>(
  undefined,
  { name: "karpenter", create: made(karpenter, quick) },
  {
    name: "cluster-autoscaler",
    create: made(clusterAutoscaler, { period: "1s", frequentLoops: true, unneededTime: "3s", delayAfterAdd: "2s" }),
  },
);

export const placingWorlds: fc.Arbitrary<WorldSpec> = fc
  .tuple(worlds, fc.array(wish, { minLength: 3, maxLength: 3 }), provisioner)
  .map(([spec, wishes, provisioner]) => ({
    ...spec,
    services: spec.services.map((service, i) => ({ ...service, template: wishes[i] ?? {} })),
    cluster: cluster({
      eviction: spec.cluster.eviction,
      groups: [
        group({ name: "a", zones: ["a"], count: 1 }),
        group({ name: "b", zones: ["b"], count: 1 }),
        group({ name: "own", zones: ["c"], count: 1, taints: [{ key: "team", effect: "NoSchedule" }] }),
        group({ name: "any", zones: ["a", "b", "c"], count: 0 }),
      ],
      scheduler: { name: "kube-scheduler", create: made(kubeScheduler) },
      provisioner,
    }),
  }));
