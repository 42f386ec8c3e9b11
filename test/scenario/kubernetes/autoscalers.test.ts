/** Autoscalers in manifests, as the fields of the scenario's own policies: what upstream's field means, word by word. */
import { describe, expect, test } from "vitest";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import { deployment, fieldsOf, hpa, imported, scaledObject, warningsOf } from "./manifests.js";

const web = deployment();
const bounds = { min: 1, max: 9 };
const scalerOf = (text: string) => fieldsOf(text).scaler;
const remarksOf = (text: string) => imported(text).services[0].scaler?.remarks;
const metrics = (...list: string[]) => hpa(`maxReplicas: 9\nmetrics:\n${list.map((one) => `  - ${one}`).join("\n")}`);

describe("an HPA", () => {
  test.each([
    ["v1", hpa("maxReplicas: 9\ntargetCPUUtilizationPercentage: 50", "autoscaling/v1"), { target: "50%" }],
    ["v1 without a target, for which upstream puts 80", hpa("maxReplicas: 9", "autoscaling/v1"), { target: "80%" }],
    [
      "by the cpu's use",
      metrics("{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 65 } } }"),
      { target: "65%" },
    ],
    [
      "by the cpu's value",
      metrics("{ type: Resource, resource: { name: cpu, target: { type: AverageValue, averageValue: 0.3 } } }"),
      { metrics: [{ kind: "resource", averageValue: "300m" }] },
    ],
    [
      "by memory",
      metrics("{ type: Resource, resource: { name: memory, target: { type: AverageValue, averageValue: 300M } } }"),
      { metrics: [{ kind: "resource", resource: "memory", averageValue: `${300e6 / 2 ** 20}Mi` }] },
    ],
    [
      "by one container, the only one",
      metrics(
        "{ type: ContainerResource, containerResource: { name: cpu, container: main, target: { type: Utilization, averageUtilization: 65 } } }",
      ),
      { target: "65%" },
    ],
    [
      "by a pods metric, the time of its mean in its name",
      metrics(
        "{ type: Pods, pods: { metric: { name: http_requests_rate5m }, target: { type: AverageValue, averageValue: 1k } } }",
      ),
      { metrics: [{ kind: "pods", signal: "rate", averageValue: 1000, window: "5m" }] },
    ],
    [
      "by an outside metric's whole value",
      metrics("{ type: External, external: { metric: { name: sqs_backlog }, target: { type: Value, value: 30 } } }"),
      { metrics: [{ kind: "external", signal: "queue", value: 30 }] },
    ],
    [
      "by an object's metric",
      metrics(
        "{ type: Object, object: { metric: { name: active_sessions }, describedObject: { kind: Ingress, name: in, apiVersion: networking.k8s.io/v1 }, target: { type: AverageValue, averageValue: 500m } } }",
      ),
      { metrics: [{ kind: "object", signal: "concurrency", averageValue: 0.5 }] },
    ],
  ])("%s", (_, text, fields) => {
    expect(scalerOf(web + text)).toEqual({ use: "hpa", ...fields, ...bounds });
  });

  test("behaves as it says in both directions, an empty behavior being another than none", () => {
    const behavior = `behavior:
  scaleUp: { stabilizationWindowSeconds: 30, selectPolicy: Min, tolerance: 0.05, policies: [{ type: Pods, value: 4, periodSeconds: 60 }] }
  scaleDown: { selectPolicy: Disabled }`;
    expect(scalerOf(web + hpa(`maxReplicas: 9\n${behavior}`))).toEqual({
      ...{ use: "hpa", target: "80%", ...bounds },
      behavior: {
        scaleUp: {
          ...{ stabilization: "30s", select: "min", tolerance: 0.05 },
          policies: [{ type: "pods", value: 4, period: "60s" }],
        },
        scaleDown: { select: "disabled" },
      },
    });
    expect(scalerOf(web + hpa("maxReplicas: 9\nbehavior: {}"))).toMatchObject({ behavior: {} });
  });

  test("goes to zero where it may, by what is measured without a pod", () => {
    const text =
      web +
      hpa(
        "minReplicas: 0\nmaxReplicas: 9\nmetrics: [{ type: External, external: { metric: { name: queue_depth }, target: { type: AverageValue, averageValue: 5 } } }]",
      );
    expect(scalerOf(text)).toMatchObject({ min: 0, scaleToZero: true });
  });

  test("by the metric of another service names that service", () => {
    const text = metrics(
      "{ type: External, external: { metric: { name: queue_depth, selector: { matchLabels: { app: api } } }, target: { type: AverageValue, averageValue: 5 } } }",
    );
    const [scaler] = [scalerOf(`${web + text}---\n${deployment("", "api")}`)];
    expect(scaler).toMatchObject({ metrics: [{ signal: "queue", service: "api" }] });
  });

  test("a metric that is taken at its word is marked as assumed, and one that is none of the signals is told with what to write", () => {
    const one = (name: string) =>
      metrics(`{ type: Pods, pods: { metric: { name: ${name} }, target: { type: AverageValue, averageValue: 5 } } }`);
    expect(remarksOf(web + one("orders_pending"))).toEqual([
      "ASSUMED: the Pods metric orders_pending is the queue of this service",
    ]);
    expect(remarksOf(web + one("p99_latency"))).toEqual([
      "the Pods metric p99_latency is not simulated; if one of rate, concurrency, queue, backlog, backlogAge stands for it: metrics: [{ kind: pods, signal: queue, averageValue: 5 }]",
      "ASSUMED: 80% of the CPU request, in place of metrics that are not simulated",
    ]);
    expect(scalerOf(web + one("p99_latency"))).toMatchObject({ target: "80%" });
    expect(warningsOf(web + one("p99_latency"))).toEqual([
      "21:45 spec.metrics[0].pods.metric.name: it cannot be told which signal this metric is; left out, with what to fill in",
    ]);
  });
});

describe("a ScaledObject", () => {
  const triggers = (...list: string[]) => scaledObject(`triggers:\n${list.map((one) => `  - ${one}`).join("\n")}`);
  test.each([
    [
      "rabbitmq's queue",
      "{ type: rabbitmq, metadata: { mode: QueueLength, value: '30', activationValue: '2' } }",
      { signal: "queue", threshold: 30, activation: 2 },
    ],
    [
      "rabbitmq's rate",
      "{ type: rabbitmq, metadata: { mode: MessageRate, value: '30' } }",
      { signal: "rate", threshold: 30 },
    ],
    ["kafka's lag, 10 by default", "{ type: kafka, metadata: { topic: orders } }", { signal: "queue", threshold: 10 }],
    ["a list of redis", "{ type: redis, metadata: { listLength: '7' } }", { signal: "queue", threshold: 7 }],
    ["SQS", "{ type: aws-sqs-queue, metadata: { queueLength: '8' } }", { signal: "queue", threshold: 8 }],
    [
      "prometheus, by its query",
      "{ type: prometheus, metadata: { query: 'sum(rate(http_requests_total[2m]))', threshold: '100', activationThreshold: '0.5' } }",
      { signal: "rate", threshold: 100, activation: 0.5, window: "2m" },
    ],
    ["cpu", "{ type: cpu, metricType: Utilization, metadata: { value: '60' } }", { cpu: "60%" }],
    [
      "cron",
      "{ type: cron, metadata: { timezone: Europe/Paris, start: 0 9 * * *, end: 0 17 * * *, desiredReplicas: '3' } }",
      { cron: { start: "0 9 * * *", end: "0 17 * * *", timeZone: "Europe/Paris", desiredReplicas: 3 } },
    ],
  ])("of %s", (_, trigger, written) => {
    expect(scalerOf(web + triggers(trigger))).toEqual({ use: "keda", triggers: [written], min: 0, max: 100 });
  });

  test("has all its times, its bounds, its fallback and its HPA's behavior", () => {
    const spec = `pollingInterval: 10
cooldownPeriod: 60
initialCooldownPeriod: 20
idleReplicaCount: 0
minReplicaCount: 2
maxReplicaCount: 9
fallback: { failureThreshold: 4, replicas: 6, behavior: currentReplicasIfHigher }
advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } } }
triggers: [{ type: cpu, metadata: { value: '50' } }]`;
    expect(scalerOf(web + scaledObject(spec))).toEqual({
      ...{ use: "keda", triggers: [{ cpu: "50%" }], min: 2, max: 9, idleReplicaCount: 0 },
      ...{ pollingInterval: "10s", cooldownPeriod: "60s", initialCooldownPeriod: "20s" },
      fallback: { failureThreshold: 4, replicas: 6, behavior: "currentReplicasIfHigher" },
      behavior: { scaleDown: { stabilization: "0s" } },
    });
  });
});

test("a Knative Service has all that its annotations say", () => {
  const notes = {
    "min-scale": "2",
    "max-scale": "20",
    "initial-scale": "3",
    metric: "rps",
    target: "150",
    "target-utilization-percentage": "80",
    window: "40s",
    "panic-window-percentage": "20.0",
    "panic-threshold-percentage": "150.0",
    "scale-down-delay": "15m",
    "activation-scale": "4",
    "target-burst-capacity": "-1",
    "scale-to-zero-pod-retention-period": "1m5s",
    "metric-aggregation-algorithm": "weighted-exponential",
  };
  const annotations = Object.entries(notes).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]);
  const text = JSON.stringify({
    ...{ apiVersion: "serving.knative.dev/v1", kind: "Service", metadata: { name: "fn" } },
    spec: {
      template: {
        metadata: {
          annotations: { ...Object.fromEntries(annotations), "serving.knative.dev/progress-deadline": "5m" },
        },
        spec: { containers: [{ name: "c" }] },
      },
    },
  });
  expect(fieldsOf(text)).toMatchObject({
    replicas: 3,
    scaler: {
      ...{ use: "knative", metric: "rps", min: 2, max: 20, target: 150, targetUtilization: "80%", initialScale: 3 },
      ...{ stableWindow: "40s", panicWindow: "20%", panicThreshold: "150%", weighted: true, scaleDownDelay: "15m" },
      ...{ activationScale: 4, targetBurstCapacity: -1, podRetention: "1m5s", progressDeadline: "5m" },
    },
  });
  expect(imported(text).left).toEqual(["Service/fn spec.template.spec"]);
});

test("what comes of all of them is a scenario without faults, and shows the remarks", () => {
  const files = [
    { file: "a.yaml", text: web + scaledObject("triggers: [{ type: kafka, metadata: { lagThreshold: '5' } }]") },
    {
      file: "b.yaml",
      text: deployment("", "api") + hpa("maxReplicas: 9\nbehavior: {}").replace("name: web", "name: api"),
    },
  ];
  const text = scenarioText(importManifests(files), ["a.yaml", "b.yaml"]);
  expect(text).toContain("    # ASSUMED: the trigger kafka is the queue of this service\n    scaler: { use: keda,");
  expect(() => readScenario(text, { name: "s.yaml" })).not.toThrow();
});
