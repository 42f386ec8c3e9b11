/** What pods say of places, as provisioners hear it: worked by hand from the scheduler's rules. */
import { describe, expect, test } from "vitest";
import { HOSTNAME, type Pod, type SpreadConstraint, ZONE } from "../../../src/controllers/scheduler/objects.js";
import type { ClusterView, GroupView, NodeView, PlacedPod } from "../../../src/policy/contract.js";
import { clusterAutoscaler } from "../../../src/policy/provisioner/cluster-autoscaler.js";
import { clusterView, groupView, make, nodeView, placedPod, times } from "../builders.js";
import { answers, brief, kind, zoned } from "./karpenter-lab.js";

const pod = (cpuMillicores: number, about: Partial<Pod> = {}, service = "shop"): PlacedPod => {
  const plain = placedPod(cpuMillicores, 100, service);
  return { ...plain, object: { ...plain.object!, ...about } };
};
const waiting = (cpuMillicores: number, about: Partial<Pod> = {}) => ({ ...pod(cpuMillicores, about), since: 0 });

const labelSelector = { matchLabels: { app: "shop" } };
const spread = (topologyKey: string): { readonly spread: readonly SpreadConstraint[] } => ({
  spread: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector }],
});
const apart: Partial<Pod> = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey: HOSTNAME }],
    },
  },
};

/** A node of one core in a zone, with a name of its own. */
function node(id: number, zone: string, pods: readonly PlacedPod[] = [], about: Partial<NodeView> = {}): NodeView {
  const plain = nodeView({ id, zone, group: zone, pods, ...about });
  const labels = { [HOSTNAME]: plain.object.name, [ZONE]: zone };
  return { ...plain, object: { ...plain.object, labels } };
}
const inZone = (zone: string, about: Partial<GroupView> = {}): GroupView =>
  groupView({ name: zone, offerings: [{ zone, capacityType: "on-demand", usdPerHour: 0.1 }], ...about });

describe("Cluster Autoscaler grows for pods whom the scheduler would let go there", () => {
  const taint = { key: "team", value: "x", effect: "NoSchedule" };
  const tolerations = [{ key: "team", operator: "Exists" }];
  const [ssd, plain] = [inZone("ssd", { labels: { disk: "ssd" } }), inZone("plain")];
  const full = [pod(1000, {}, "other")];
  const rows: [string, Partial<ClusterView>, object[], string][] = [
    [
      "a tainted group is no help",
      { groups: [inZone("a", { taints: [taint] })], pending: [waiting(500)] },
      [],
      "ScaleUpNoOptionsAvailable",
    ],
    [
      "unless the pod tolerates it",
      { groups: [inZone("a", { taints: [taint] })], pending: [waiting(500, { tolerations })] },
      [{ group: "a", count: 1 }],
      "ScaleUpSuccessful",
    ],
    [
      "nor is a free node that is tainted",
      {
        groups: [inZone("a")],
        nodes: [{ ...node(1, "a"), object: { ...node(1, "a").object, taints: [taint] } }],
        pending: [waiting(500)],
      },
      [{ group: "a", count: 1 }],
      "ScaleUpSuccessful",
    ],
    [
      "the group with the label that the pod selects, though the other wastes as little",
      { groups: [plain, ssd], pending: [waiting(500, { nodeSelector: { disk: "ssd" } })] },
      [{ group: "ssd", count: 1 }],
      "ScaleUpSuccessful",
    ],
    [
      "and none where no group has it",
      { groups: [plain], pending: [waiting(500, { nodeSelector: { disk: "ssd" } })] },
      [],
      "ScaleUpNoOptionsAvailable",
    ],
    [
      "three pods that keep apart by host, of which the free node takes one: two nodes for two",
      { groups: [inZone("a")], nodes: [node(1, "a")], pending: times(3, waiting(100, apart)) },
      [{ group: "a", count: 2 }],
      "ScaleUpSuccessful",
    ],
    [
      "spread over hosts: a node each, for the full one has none",
      { groups: [inZone("a")], nodes: [node(1, "a", full)], pending: times(3, waiting(100, spread(HOSTNAME))) },
      [{ group: "a", count: 3 }],
      "ScaleUpSuccessful",
    ],
    [
      "a pod in zone a and none in b: only b may have the next, and with it another one",
      {
        groups: [inZone("a"), inZone("b")],
        nodes: [node(1, "a", [pod(100), pod(900, {}, "other")]), node(2, "b", full)],
        pending: times(2, waiting(100, spread(ZONE))),
      },
      [{ group: "b", count: 1 }],
      "ScaleUpSuccessful",
    ],
    [
      "where only a can grow it helps one: the second would be two ahead, on a fresh node as well",
      {
        groups: [inZone("a")],
        nodes: [node(1, "a", full), node(2, "b", full)],
        pending: times(2, waiting(600, spread(ZONE))),
      },
      [{ group: "a", count: 1 }],
      "ScaleUpSuccessful",
    ],
    [
      "who is on the node that has room keeps the pod away",
      { groups: [inZone("a")], nodes: [node(1, "a", [pod(100, apart, "hermit")])], pending: [waiting(100)] },
      [{ group: "a", count: 1 }],
      "ScaleUpSuccessful",
    ],
    [
      "pods of a priority below -10 are no reason to grow",
      { groups: [inZone("a")], pending: [waiting(100, { priority: -11 })] },
      [],
      "ScaleUpNotNeeded",
    ],
  ];
  test.each(rows)("%s", (_, view, add, rule) => {
    expect(make(clusterAutoscaler).plan(clusterView({ now: 100, nodes: [], ...view }))).toMatchObject({ add, rule });
  });
});

describe("Cluster Autoscaler takes a node away if its pods may go elsewhere", () => {
  /** What is removed within 11 minutes of looks. */
  function removed(...nodes: readonly NodeView[]): readonly number[] {
    const scaler = make(clusterAutoscaler);
    const groups = [inZone("a", { count: nodes.length })];
    for (let now = 0; now <= 660; now += 10) {
      const { remove } = scaler.plan(clusterView({ now, nodes, groups }));
      if (remove.length > 0) return remove;
    }
    return [];
  }

  test("and keeps it where they must keep apart", () => {
    expect(removed(node(1, "a", [pod(100)]), node(2, "a", [pod(600)]))).toEqual([1]);
    expect(removed(node(1, "a", [pod(100, apart)]), node(2, "a", [pod(600, apart)]))).toEqual([]);
    expect(removed(node(1, "a", [pod(100, apart)]), node(2, "a", [pod(600, {}, "other")]))).toEqual([1]);
  });

  test("and keeps it where the spread over hosts would not hold, the emptied node being counted", () => {
    expect(removed(node(1, "a", [pod(100, spread(HOSTNAME))]), node(2, "a", [pod(600)]))).toEqual([]);
  });
});

describe("Karpenter buys what pods ask for", () => {
  const zones = [zoned("small", 2, 0.1)];
  const bought = (about: Partial<Pod>, count: number, more: object = {}) =>
    brief(answers(() => ({ groups: zones, pending: times(count, { ...pod(100, about), since: 1 }), ...more }), 3))[0]
      ?.add;

  test("in the zone that the pod selects, however it says so", () => {
    expect(bought({ nodeSelector: { [ZONE]: "b" } }, 1)).toEqual(["small on-demand b"]);
    const terms = [{ matchExpressions: [{ key: ZONE, operator: "NotIn", values: ["a"] }] }];
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
    expect(bought({ affinity: { nodeAffinity: required } }, 1)).toEqual(["small on-demand b"]);
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: terms[0]! }] };
    expect(bought({ affinity: { nodeAffinity: preferred } }, 1)).toEqual(["small on-demand b"]);
    expect(bought({ nodeSelector: { [ZONE]: "c" } }, 1)).toEqual([]);
  });

  test("a machine in each zone for two that are spread over zones, one each for three that keep apart", () => {
    expect(bought(spread(ZONE), 2)).toEqual(["small on-demand a", "small on-demand b"]);
    expect(bought(apart, 3)).toHaveLength(3);
    expect(bought({}, 3)).toHaveLength(1);
  });

  test("of a tainted pool only for those who tolerate it, with the labels that they select", () => {
    const pools = {
      nodePools: [
        {
          name: "data",
          taints: [{ key: "team", effect: "NoSchedule" }],
          requirements: [{ key: "disk", operator: "In", values: ["ssd", "hdd"] }],
        },
      ],
    };
    const asked = (about: Partial<Pod>) =>
      answers(() => ({ groups: zones, pending: [{ ...pod(100, about), since: 1 }] }), 3, pools)[0]?.[1].add;
    expect(asked({})).toEqual([]);
    const tolerations = [{ key: "team", operator: "Exists" }];
    expect(asked({ tolerations, nodeSelector: { disk: "hdd" } })).toMatchObject([
      { labels: { disk: "hdd", "karpenter.sh/nodepool": "data", "node.kubernetes.io/instance-type": "small" } },
    ]);
  });

  test("a group whose nodes have taints of their own is for NodePools not to choose", () => {
    const tainted = { ...kind("cheap", 2, 0.01), taints: [{ key: "team", effect: "NoSchedule" }] };
    expect(bought({}, 1, { groups: [tainted, ...zones] })).toEqual(["small on-demand a"]);
  });
});
