/** Karpenter's NodePools in manifests, as the scenario's cluster, and back. */
import { describe, expect, test } from "vitest";
import type { KarpenterValues } from "../../../src/policy/provisioner/karpenter-fields.js";
import { poolsOf } from "../../../src/policy/provisioner/karpenter-world.js";
import { exportSetup } from "../../../src/scenario/kubernetes/export/export.js";
import { exportText } from "../../../src/scenario/kubernetes/export/text.js";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { plainFields, scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import { complaintsOf, deployment, imported, object, warningsOf } from "./manifests.js";

const pool = (spec: string) => object("karpenter.sh/v1", "NodePool", spec).slice(4);
const whole = `weight: 10
limits: { cpu: 100, memory: 400Gi }
disruption:
  consolidationPolicy: WhenEmpty
  consolidateAfter: 5m
  budgets: [{ nodes: 10% }, { nodes: "0", schedule: 0 9 * * 1-5, duration: 8h, reasons: [Drifted] }]
template:
  metadata: { labels: { team: shop } }
  spec:
    expireAfter: Never
    terminationGracePeriod: 1h
    taints: [{ key: spot, value: "true", effect: NoSchedule }]
    requirements:
      - { key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand] }
      - { key: topology.kubernetes.io/zone, operator: In, values: [us-east-1a, us-east-1b] }
      - { key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m], minValues: 2 }
      - { key: karpenter.k8s.aws/instance-generation, operator: Gt, values: ["5"] }`;
const nodeClass = object("karpenter.k8s.aws/v1", "EC2NodeClass", "kubelet: { maxPods: 58 }");

test("a NodePool is the cluster's, word for word", () => {
  const { cluster, left } = imported(pool(whole) + nodeClass);
  expect(plainFields(cluster!)).toEqual({
    nodes: { system: { type: "m5.large", count: 1 } },
    market: {
      types: "aws",
      zones: ["us-east-1a", "us-east-1b"],
      spot: { price: "35%", interruption: { exponential: "24h" } },
      maxPods: 58,
    },
    provisioner: {
      use: "karpenter",
      nodePools: [
        {
          ...{ name: "one", weight: 10, labels: { team: "shop" }, limits: { cpu: "100000m", memory: "409600Mi" } },
          taints: [{ key: "spot", value: "true", effect: "NoSchedule" }],
          ...{
            consolidationPolicy: "WhenEmpty",
            consolidateAfter: "5m",
            expireAfter: "Never",
            terminationGracePeriod: "1h",
          },
          budgets: [{ nodes: "10%" }, { nodes: "0", schedule: "0 9 * * 1-5", duration: "8h", reasons: ["Drifted"] }],
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
            { key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1a", "us-east-1b"] },
            { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m"], minValues: 2 },
            { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["5"] },
          ],
        },
      ],
    },
  });
  expect(left).toEqual([]);
});

describe("a NodePool that cannot be meant", () => {
  const requiring = (requirement: string) => pool(`template: { spec: { requirements: [${requirement}] } }`);
  test.each([
    [
      "by an unknown operator",
      requiring("{ key: a, operator: Is, values: [b] }"),
      '5:58 spec.template.spec.requirements[0].operator: expected one of In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte, got "Is"',
    ],
    [
      "by an operator without its values",
      requiring("{ key: a, operator: In }"),
      "5:38 spec.template.spec.requirements[0].values: expected values with In, got none",
    ],
    [
      "by a budget that is no number",
      pool("disruption: { budgets: [{ nodes: few }] }\ntemplate: { spec: { requirements: [] } }"),
      '5:36 spec.disruption.budgets[0].nodes: expected a number of nodes or a percentage like "10%", got "few"',
    ],
    [
      "by half a schedule",
      pool('disruption: { budgets: [{ nodes: 10%, schedule: "@daily" }] }\ntemplate: { spec: { requirements: [] } }'),
      "5:27 spec.disruption.budgets[0]: expected schedule and duration together, got one of them",
    ],
    [
      "by a weight beyond 100",
      pool("weight: 101\ntemplate: { spec: { requirements: [] } }"),
      "5:11 spec.weight: expected a whole number from 1 to 100, got 101",
    ],
  ])("%s", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });

  test("a type that the catalogue has not is warned of", () => {
    const text = requiring("{ key: node.kubernetes.io/instance-type, operator: In, values: [m5.large, x9.huge] }");
    expect(warningsOf(text).map((one) => one.replace(/^\S+ /, ""))).toEqual([
      "spec.template.spec.requirements[0].values[1]: no instance type of the catalogue, so that none is bought",
    ]);
  });
});

test("the pools come back as they are", () => {
  const setupIn = (text: string) =>
    readScenario(scenarioText(importManifests([{ file: "k8s.yaml", text }]), ["k8s.yaml"]), {
      name: "s.yaml",
    }).scenario.setup("as-written");
  const poolsIn = (text: string) => poolsOf(setupIn(text).provisioner!.fields as unknown as KarpenterValues);
  const text = `${deployment()}---\n${pool(whole)}---\n${pool("template: { spec: { requirements: [] } }").replace("one", "two")}`;
  const { parts } = exportSetup(setupIn(text), { workloads: true });
  const origin = { program: "dryscale", scenario: "s.yaml", policy: "as-written", seed: 1, workloads: true };
  expect(poolsIn(exportText(parts, origin))).toEqual(poolsIn(text));
  expect(poolsIn(text).map(({ pool: { name } }) => name)).toEqual(["one", "two"]);
});
