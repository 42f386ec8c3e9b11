/** Manifests that cannot be meant: each complaint with its line and column. */
import { describe, expect, test } from "vitest";
import { complaintsOf, deployment, hpa, object, scaledObject, warningsOf } from "./manifests.js";

/** The web Deployment takes lines 1 to 12 and a blank one; the next object begins at line 14, its spec at 18. */
const web = deployment();
const cpu =
  "metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]";
const budget = (spec: string) =>
  web + object("policy/v1", "PodDisruptionBudget", `selector: { matchLabels: { app: web } }\n${spec}`);
const knative = (annotations: string) => `apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: fn }
spec:
  template:
    metadata:
      annotations:
        ${annotations}
    spec: { containers: [{ name: c }] }
`;

describe("an HPA", () => {
  test.each([
    [
      "without a target",
      object("autoscaling/v2", "HorizontalPodAutoscaler", "maxReplicas: 3").slice(4),
      "4:1 spec.scaleTargetRef: expected a target, got nothing",
    ],
    ["without maxReplicas", web + hpa(cpu), "17:1 spec.maxReplicas: expected a whole number from 1 up, got nothing"],
    [
      "with min above max",
      web + hpa("minReplicas: 5\nmaxReplicas: 3"),
      "19:16 spec.minReplicas: expected at most maxReplicas (3), got 5",
    ],
    [
      "from zero by its cpu",
      web + hpa(`minReplicas: 0\nmaxReplicas: 3\n${cpu}`),
      "19:16 spec.minReplicas: expected an Object or External metric, which alone can scale from zero, got none",
    ],
    [
      "of another API's version",
      web + hpa("maxReplicas: 3", "apps/v1"),
      '14:13 apiVersion: expected autoscaling/v2, autoscaling/v1 for a HorizontalPodAutoscaler, got "apps/v1"',
    ],
    [
      "whose target is of another group",
      web + hpa("maxReplicas: 3").replace("kind: Deployment,", "apiVersion: batch/v1, kind: Deployment,"),
      '18:33 spec.scaleTargetRef.apiVersion: expected apps/v1 for a Deployment, got "batch/v1"',
    ],
    [
      "v2 with v1's field",
      web + hpa("maxReplicas: 3\ntargetCPUUtilizationPercentage: 50"),
      "20:3 spec.targetCPUUtilizationPercentage: expected spec.metrics, for this field is autoscaling/v1's",
    ],
    [
      "with an unknown type of metric",
      web + hpa("maxReplicas: 3\nmetrics: [{ type: Resources }]"),
      '20:21 spec.metrics[0].type: expected one of Resource, ContainerResource, Pods, Object, External, got "Resources"',
    ],
    [
      "whose metric has another type's field",
      web + hpa("maxReplicas: 3\nmetrics: [{ type: Pods, resource: { name: cpu } }]"),
      "20:13 spec.metrics[0].pods: expected the field pods of a metric of type Pods, got nothing",
    ],
    [
      "with a target of two kinds",
      web +
        hpa(
          "maxReplicas: 3\nmetrics:\n  - type: Resource\n    resource: { name: cpu, target: { type: Utilization, averageUtilization: 5, averageValue: 1 } }",
        ),
      "22:30 spec.metrics[0].resource.target: expected one of averageUtilization and averageValue, got both",
    ],
    [
      "with a target that is not of its type",
      web + hpa(`maxReplicas: 3\n${cpu.replace("type: Utilization", "type: Value")}`),
      "20:70 spec.metrics[0].resource.target.type: expected Utilization beside averageUtilization, got Value",
    ],
    [
      "with a negative stabilization window",
      web + hpa(`maxReplicas: 3\nbehavior: { scaleDown: { stabilizationWindowSeconds: -1 } }`),
      "20:56 spec.behavior.scaleDown.stabilizationWindowSeconds: expected a whole number from 0 to 3600, got -1",
    ],
    [
      "with a policy's period over half an hour",
      web + hpa("maxReplicas: 3\nbehavior: { scaleUp: { policies: [{ type: Pods, value: 1, periodSeconds: 1801 }] } }"),
      "20:76 spec.behavior.scaleUp.policies[0].periodSeconds: expected a whole number from 1 to 1800, got 1801",
    ],
    [
      "with an unknown choice of policies",
      web + hpa("maxReplicas: 3\nbehavior: { scaleUp: { selectPolicy: Most } }"),
      '20:40 spec.behavior.scaleUp.selectPolicy: expected one of Max, Min, Disabled, got "Most"',
    ],
    [
      "with a negative tolerance",
      web + hpa('maxReplicas: 3\nbehavior: { scaleUp: { tolerance: "-0.1" } }'),
      '20:37 spec.behavior.scaleUp.tolerance: expected a quantity from 0 up like "0.05", got "-0.1"',
    ],
    [
      "beside another of the same workload",
      web + hpa("maxReplicas: 3") + scaledObject("triggers: [{ type: cpu, metadata: { value: '50' } }]"),
      '25:27 spec.scaleTargetRef.name: expected one autoscaler for each workload, got another for "web"',
    ],
  ])("%s", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });
});

describe("a ScaledObject", () => {
  test.each([
    [
      "with min above max",
      "minReplicaCount: 9\nmaxReplicaCount: 3\ntriggers: [{ type: cpu, metadata: { value: '50' } }]",
      "19:20 spec.minReplicaCount: expected at most maxReplicaCount (3), got 9",
    ],
    [
      "that idles with as many as it has at least",
      "minReplicaCount: 1\nidleReplicaCount: 1\ntriggers: [{ type: cpu, metadata: { value: '50' } }]",
      "20:21 spec.idleReplicaCount: expected fewer than minReplicaCount (1), got 1",
    ],
    ["without triggers", "triggers: []", "19:3 spec.triggers: expected at least one trigger, got none"],
    [
      "with a type that KEDA has not",
      "triggers: [{ type: rabitmq }]",
      '19:22 spec.triggers[0].type: expected a type of KEDA\'s triggers, got "rabitmq"',
    ],
    [
      "whose trigger lacks its threshold",
      "triggers: [{ type: prometheus, metadata: { query: up } }]",
      "19:34 spec.triggers[0].metadata.threshold: expected threshold of the trigger, got nothing",
    ],
    [
      "with a threshold that is no number",
      "triggers: [{ type: kafka, metadata: { lagThreshold: many } }]",
      '19:55 spec.triggers[0].metadata.lagThreshold: expected a number above 0, got "many"',
    ],
    [
      "whose fallback is not whole",
      "fallback: { replicas: 3 }\ntriggers: [{ type: cpu, metadata: { value: '50' } }]",
      "19:3 spec.fallback.failureThreshold: expected failureThreshold and replicas, got nothing",
    ],
  ])("%s", (_, spec, complaint) => {
    const [first] = complaintsOf(web + scaledObject(spec));
    expect(first.replace(/; did you mean.*/, "")).toBe(complaint);
  });
});

describe("a Knative Service", () => {
  test.each([
    [
      "with min above max",
      'autoscaling.knative.dev/min-scale: "5"\n        autoscaling.knative.dev/max-scale: "3"',
      "8:44 spec.template.metadata.annotations.autoscaling.knative.dev/min-scale: expected at most max-scale (3), got 5",
    ],
    [
      "with an unknown metric",
      "autoscaling.knative.dev/metric: latency",
      '8:41 spec.template.metadata.annotations.autoscaling.knative.dev/metric: expected one of concurrency, rps, got "latency"',
    ],
    [
      "with a window that is no duration",
      'autoscaling.knative.dev/window: "60"',
      '8:41 spec.template.metadata.annotations.autoscaling.knative.dev/window: expected a duration like "30s" or "1h30m", got "60"',
    ],
  ])("%s", (_, annotations, complaint) => {
    expect(complaintsOf(knative(annotations))).toEqual([complaint]);
  });
});

describe("a PodDisruptionBudget", () => {
  test.each([
    [
      "of more pods than there are",
      "minAvailable: 4",
      "19:17 spec.minAvailable: expected at most 3, for there are never more pods, got 4",
    ],
    [
      "of both kinds",
      "minAvailable: 1\nmaxUnavailable: 1",
      "20:3 spec.maxUnavailable: expected either minAvailable or maxUnavailable, got both",
    ],
    [
      "of no amount",
      "maxUnavailable: some",
      '19:19 spec.maxUnavailable: expected a whole number or a percentage like "50%", got "some"',
    ],
  ])("%s", (_, spec, complaint) => {
    expect(complaintsOf(budget(spec))).toEqual([complaint]);
  });

  test.each([
    ["minAvailable: 3", "19:17 spec.minAvailable: lets no pod be evicted, ever"],
    ["minAvailable: 100%", "19:17 spec.minAvailable: lets no pod be evicted, ever"],
    ["maxUnavailable: 0", "19:19 spec.maxUnavailable: lets no pod be evicted, ever"],
    ["maxUnavailable: 0%", "19:19 spec.maxUnavailable: lets no pod be evicted, ever"],
  ])("that can never let one go is warned of: %s", (spec, warning) => {
    expect(warningsOf(budget(spec))).toEqual([warning]);
  });

  test("of pods that have one already is warned of", () => {
    const second = object("policy/v1", "PodDisruptionBudget", "selector: {}\nmaxUnavailable: 1").replace("one", "two");
    expect(warningsOf(budget("maxUnavailable: 1") + second)).toEqual([
      "25:13 spec.selector: web has another budget already; of pods with two, upstream evicts none",
    ]);
  });
});

describe("a pod", () => {
  test.each([
    [
      "whose request is above its limit",
      web.replace("128Mi } }", "128Mi }, limits: { cpu: 0.2 } }"),
      "12:41 spec.template.spec.containers[0].resources.requests.cpu: expected at most the limit (0.2), got 250m",
    ],
    [
      "with a negative delay of a probe",
      deployment("          livenessProbe: { initialDelaySeconds: -5 }\n"),
      "13:49 spec.template.spec.containers[0].livenessProbe.initialDelaySeconds: expected a whole number from 0 up, got -5",
    ],
    [
      "whose liveness needs two good probes",
      deployment("          livenessProbe: { successThreshold: 2 }\n"),
      "13:46 spec.template.spec.containers[0].livenessProbe.successThreshold: expected 1, got 2",
    ],
    [
      "that asks for less than the LimitRange lets in",
      web + object("v1", "LimitRange", "limits: [{ type: Container, min: { cpu: 500m } }]"),
      "12:41 spec.template.spec.containers[0].resources.requests.cpu: expected at least 500m, for the LimitRange lets in no less, got 250m",
    ],
  ])("%s", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });
});

describe("a version of the API", () => {
  test("that no such kind is served in is refused", () => {
    expect(complaintsOf(web.replace("apps/v1", "v1"))).toEqual([
      '1:13 apiVersion: expected apps/v1 for a Deployment, got "v1"',
    ]);
  });

  test("that is gone is warned of, and read", () => {
    expect(warningsOf(web.replace("apps/v1", "extensions/v1beta1"))).toEqual([
      "1:13 apiVersion: extensions/v1beta1 is served no longer; it is read as apps/v1",
    ]);
  });
});
