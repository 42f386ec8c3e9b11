/** Where manifests say that pods would stand, in a scenario: what is read, what is assumed beside it, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadScenario } from "../../../src/experiment/files.js";
import { runOnce } from "../../../src/experiment/run.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import { complaintsOf, deployment, fieldsOf, imported, warningsOf } from "./manifests.js";

/** A Deployment of three pods whose spec has these fields, from line 13 on. */
const placed = (spec: string, name = "web") => deployment(`${spec.replace(/^/gm, "      ")}\n`, name);

const scenarioOf = (text: string) => readScenario(scenarioText(imported(text), []), { name: "s.yaml" }).scenario;

const nodesOf = (text: string) => {
  const cluster = imported(text).cluster;
  expect(cluster?.scheduler.value).toBe("kube-scheduler");
  return cluster?.nodes.value;
};

test("a pod's fields are its service's, with today's names of labels", () => {
  const text = placed(`nodeSelector: { disktype: ssd, beta.kubernetes.io/arch: arm64 }
tolerations: [{ key: gpu, operator: Exists, tolerationSeconds: 3 }]
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - { topologyKey: failure-domain.beta.kubernetes.io/zone, labelSelector: { matchLabels: { app: web } }, namespaces: [x] }
topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule }]`);
  const zone = { labelSelector: { matchLabels: { app: "web" } }, topologyKey: "topology.kubernetes.io/zone" };
  expect(fieldsOf(text)).toMatchObject({
    nodeSelector: { disktype: "ssd", "kubernetes.io/arch": "arm64" },
    tolerations: [{ key: "gpu", operator: "Exists" }],
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [zone] } },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" },
    ],
  });
  expect(imported(text).left).toEqual([
    "Deployment/web spec.template.spec.containers[0].name",
    "Deployment/web spec.template.spec.tolerations[0].tolerationSeconds",
    "Deployment/web spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces",
  ]);
});

test("what every machine is, and what every pod is given, asks for no scheduler", () => {
  const text = placed(`nodeSelector: { beta.kubernetes.io/os: linux }
tolerations: [{ key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300 }]
affinity: {}
priority: 0`);
  expect(imported(text).cluster).toBeUndefined();
  expect(Object.keys(fieldsOf(text))).toEqual(["replicas", "cpu", "memory", "endpoints"]);
});

describe("machines are assumed", () => {
  test("with the labels, in the zones and of the type that pods ask for, a group for each", () => {
    const zones = `affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - { key: topology.kubernetes.io/zone, operator: In, values: [eu-1a, eu-1b] }
            - { key: gpus, operator: Gt, values: ["3"] }
            - { key: old, operator: DoesNotExist }
            - { key: owner, operator: Exists }`;
    const text = [
      placed(zones),
      placed("nodeSelector: { node.kubernetes.io/instance-type: m5.xlarge, disktype: ssd }", "db"),
      deployment("", "plain"),
    ].join("---\n");
    expect(nodesOf(text)).toEqual({
      pool: { type: "m5.large", count: 3, zones: ["eu-1a", "eu-1b"], labels: { gpus: "4", owner: "true" } },
      "pool-2": { type: "m5.xlarge", count: 3, labels: { disktype: "ssd" } },
      "pool-3": { type: "m5.large", count: 3 },
    });
  });

  test("with room for all that an autoscaler may add, and a node each for pods that keep apart", () => {
    const spread =
      "topologySpreadConstraints: [{ maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule }]";
    const hpa = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { kind: Deployment, name: web }, minReplicas: 1, maxReplicas: 40 }
`;
    // 40 pods of 250m; 1930m of an m5.large are for pods: 10,000 / 1930 × 1.25 = 6.5.
    expect(nodesOf(placed(spread) + hpa)).toEqual({ pool: { type: "m5.large", count: 7, zones: ["a", "b", "c"] } });
    const apart = `affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }`;
    expect(nodesOf(placed(apart) + hpa)).toEqual({ pool: { type: "m5.large", count: 40 } });
  });

  test("so that every pod finds its place", () => {
    const text = placed(`nodeSelector: { disktype: ssd }
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }`);
    const { series } = runOnce({ ...scenarioOf(text), duration: 60 }, "as-written", 0);
    expect(series.rows.at(-1)![series.columns.indexOf("web.ready")]).toBe(3);
  });
});

describe("priorities", () => {
  const high = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: high }\nvalue: 1000\n---\n";
  test("are by name where the class is known, the system's among them", () => {
    expect(fieldsOf(high + placed("priorityClassName: high\npriority: 1000")).priorityClass).toBe("high");
    expect(scenarioOf(high + placed("priorityClassName: high")).world("as-written").services[0].template).toMatchObject(
      {
        priority: 1000,
      },
    );
    expect(fieldsOf(placed("priorityClassName: system-node-critical\npriority: 2000001000")).priorityClass).toBe(
      "system-node-critical",
    );
  });

  test("of a class that is not there are what admission has made of it, or else none", () => {
    expect(fieldsOf(placed("priorityClassName: gold\npriority: 70")).priority).toBe(70);
    expect(warningsOf(placed("priorityClassName: gold"))).toEqual([
      "13:26 spec.template.spec.priorityClassName: no PriorityClass of these manifests; without one in the cluster no pod is let in; taken as none",
    ]);
  });

  test.each([
    [
      "unlike its class's",
      high + placed("priorityClassName: high\npriority: 5"),
      "19:17 spec.template.spec.priority: expected the priority of high, which is 1000, got 5",
    ],
    [
      "alone",
      placed("priority: 5"),
      "13:17 spec.template.spec.priority: expected a priorityClassName, from which the API server makes the number, got 5 alone",
    ],
  ])("as a number %s are refused", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });
});

test.each([
  [
    "a rule without values",
    `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, operator: In }] }] } } }`,
    "13:126 spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]: expected values beside In, got none",
  ],
  [
    "a wish without a weight",
    `affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: { topologyKey: a } }] } }`,
    "13:84 spec.template.spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: expected a whole number from 1 to 100, got nothing",
  ],
  [
    "an unknown operator",
    "tolerations: [{ key: a, operator: Like }]",
    '13:41 spec.template.spec.tolerations[0].operator: expected one of Equal, Exists, got "Like"',
  ],
  [
    "a spread that never may be",
    "topologySpreadConstraints: [{ maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule }]",
    "13:46 spec.template.spec.topologySpreadConstraints[0].maxSkew: expected a whole number from 1 to 2147483647, got 0",
  ],
])("%s is refused", (_, spec, complaint) => {
  expect(complaintsOf(placed(spec))).toEqual([complaint]);
});

test("nodes by their names are left out, which is said", () => {
  const text = placed(
    `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: metadata.name, operator: In, values: [n1] }] }] } } }`,
  );
  expect(imported(text).cluster).toBeUndefined();
  expect(warningsOf(text)).toEqual([
    "13:35 spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution: nodes by their names are not simulated: left out as a whole",
  ]);
});

test("a scenario that names such manifests keeps its own machines, and has the scheduler that sees its pods", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dryscale-k8s-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "web.yaml"), placed("nodeSelector: { disktype: ssd }"));
  const nodes = "{ mine: { type: m5.large, count: 2, labels: { disktype: ssd } } }";
  const text = `manifests: [web.yaml]\ncluster: { nodes: ${nodes} }\nservices: { web: { endpoints: { get: { cpu: 1ms } } } }\nload: { all: { rate: 1/s, to: web/get } }\n`;
  writeFileSync(join(folder, "s.yaml"), text);
  const { scenario, played } = await loadScenario(join(folder, "s.yaml"));
  const setup = scenario.setup("as-written");
  expect([setup.groups.map(({ name }) => name), setup.scheduler?.name]).toEqual([["mine"], "kube-scheduler"]);
  expect(readScenario(played, { name: "elsewhere.yaml" }).scenario.setup("as-written").scheduler?.name).toBe(
    "kube-scheduler",
  );
});
