/** Pods in manifests: their size, their life, their budgets, and who calls them. */
import { describe, expect, test } from "vitest";
import { complaintsOf, deployment, fieldsOf, imported, object } from "./manifests.js";

const web = deployment();
const pod = (spec: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: web, labels: { app: web } }\nspec:\n${spec.replace(/^/gm, "  ")}\n`;
const sized = (cpu: string, more = "") => `{ name: a, resources: { requests: { cpu: ${cpu} } }${more} }`;

describe("a pod asks for", () => {
  test.each([
    ["the sum of its containers", `containers: [${sized("100m")}, ${sized("250m")}]`, "350m"],
    [
      "its largest init container, if that is more",
      `initContainers: [${sized("1")}]\ncontainers: [${sized("100m")}]`,
      "1000m",
    ],
    [
      "its sidecars beside the containers",
      `initContainers: [${sized("50m", ", restartPolicy: Always")}]\ncontainers: [${sized("100m")}]`,
      "150m",
    ],
    [
      "an init container together with the sidecars before it",
      `initContainers: [${sized("50m", ", restartPolicy: Always")}, ${sized("1")}]\ncontainers: [${sized("100m")}]`,
      "1050m",
    ],
    ["its overhead too", `overhead: { cpu: 20m }\ncontainers: [${sized("100m")}]`, "120m"],
    [
      "what it says as a whole, before its containers",
      `resources: { requests: { cpu: 2 } }\ncontainers: [${sized("100m")}]`,
      "2000m",
    ],
  ])("%s", (_, spec, cpu) => {
    expect(fieldsOf(pod(spec)).cpu).toBe(cpu);
  });

  test("what a LimitRange of its namespace says where it says nothing", () => {
    const range = object(
      "v1",
      "LimitRange",
      "limits: [{ type: Container, default: { cpu: 800m }, defaultRequest: { cpu: 300m } }]",
    );
    expect(fieldsOf(pod("containers: [{ name: a }]") + range).cpu).toEqual({ request: "300m", limit: "800m" });
    expect(fieldsOf(pod(`containers: [${sized("100m")}]`) + range).cpu).toEqual({ request: "100m", limit: "800m" });
    const elsewhere = range.replace("name: one", "name: one, namespace: other");
    expect(fieldsOf(pod("containers: [{ name: a }]") + elsewhere).cpu).toBe("500m");
  });
});

test("probes are read whole, with the kubelet's defaults", () => {
  const probes = `containers:
- name: a
  startupProbe: { periodSeconds: 5, failureThreshold: 30, httpGet: { port: 80 } }
  livenessProbe: { initialDelaySeconds: 3, timeoutSeconds: 2 }
  readinessProbe: { successThreshold: 2 }
- name: b
  readinessProbe: { periodSeconds: 20 }`;
  expect(fieldsOf(pod(probes))).toMatchObject({
    startupProbe: { initialDelay: "0s", period: "5s", failureThreshold: 30 },
    liveness: { initialDelay: "3s", period: "10s", timeout: "2s", failureThreshold: 3 },
    readiness: { initialDelay: "0s", period: "20s", successThreshold: 2 },
  });
  expect(imported(pod(probes)).left).toContain("Pod/web spec.containers[0].startupProbe.httpGet");
});

test("what runs before the application, what it waits for, and how it ends", () => {
  const spec = `terminationGracePeriodSeconds: 60
initContainers: [{ name: wait }, { name: proxy, restartPolicy: Always }]
volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }, { name: conf, configMap: { name: settings } }]
containers:
- name: a
  lifecycle: { preStop: { sleep: { seconds: 5 } } }
  envFrom: [{ secretRef: { name: key } }, { secretRef: { name: other, optional: true } }]
- name: b
  lifecycle: { preStop: { exec: { command: [/bin/sh, -c, sleep 15] } } }`;
  const claim = object("v1", "PersistentVolumeClaim", "accessModes: [ReadWriteOnce]").replace(
    "name: one",
    "name: data",
  );
  const { services, warnings } = imported(pod(spec) + claim);
  const { fields } = services[0].workload;
  expect(fields).toEqual({
    volumes: { value: "10s", remark: "ASSUMED: attaching and mounting data" },
    configFrom: {
      value: "0s",
      remark: "ASSUMED: ConfigMap settings, Secret key (not among these manifests) from the start",
    },
    initContainers: { value: ["2s"], remark: "ASSUMED: how long wait runs" },
    sidecars: { value: ["1s"], remark: "ASSUMED: how long proxy takes to start" },
    preStop: { value: "15s" },
    grace: { value: "60s" },
  });
  expect(warnings).toEqual([]);
  expect(imported(pod(spec)).warnings.map(({ message }) => message)).toEqual([
    "no PersistentVolumeClaim of these manifests; without one in the cluster the pod stays pending",
  ]);
});

test.each([
  ["minAvailable: 2", { minAvailable: 2 }],
  ["maxUnavailable: 25%", { maxUnavailable: "25%" }],
])("a budget is the service's: %s", (spec, budget) => {
  const selector = "selector: { matchExpressions: [{ key: app, operator: In, values: [web] }] }";
  expect(fieldsOf(web + object("policy/v1", "PodDisruptionBudget", `${selector}\n${spec}`)).disruptionBudget).toEqual(
    budget,
  );
});

describe("callers from outside come in by", () => {
  const service = object("v1", "Service", "selector: { app: web }").replace("name: one", "name: front");
  test.each([
    ["a load balancer", service.replace("spec:\n", "spec:\n  type: LoadBalancer\n"), "Service front (LoadBalancer)"],
    [
      "an Ingress",
      service +
        object(
          "networking.k8s.io/v1",
          "Ingress",
          "rules: [{ http: { paths: [{ path: /, backend: { service: { name: front } } }] } }]",
        ),
      "Ingress one",
    ],
    [
      "a route",
      service +
        object("gateway.networking.k8s.io/v1", "HTTPRoute", "rules: [{ backendRefs: [{ name: front, port: 80 }] }]"),
      "HTTPRoute one",
    ],
  ])("%s", (_, more, entry) => {
    expect(imported(web + more).services[0]).toMatchObject({ reached: true, entry });
  });

  test("nothing, when a Service is for the cluster alone", () => {
    expect(imported(web + service).services[0]).toMatchObject({ reached: true, entry: undefined });
  });
});

test("a kind of the same name from another maker is another kind", () => {
  const { services, unknown } = imported(
    "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: { name: train }\n",
  );
  expect([services, unknown]).toEqual([[], ["Job/train (k8s.yaml)"]]);
});

test("Compose's sizes, in both of its ways", () => {
  const text = `services:
  a: { deploy: { resources: { limits: { cpus: "0.5", memory: 512M }, reservations: { memory: 64mb } } }, stop_grace_period: 1m30s }
  b: { cpus: 1.5, mem_limit: 1g, scale: 3 }
`;
  const [a, b] = imported(text).services.map(({ workload }) => workload);
  expect([a.cpu, a.memory, a.fields]).toEqual([
    { request: 500, limit: 500 },
    { request: 64, limit: 512 },
    { grace: { value: "1m30s" } },
  ]);
  expect([b.cpu.limit, b.memory.limit, b.replicas]).toEqual([1500, 1024, 3]);
});

test("a Deployment's rollouts are as its strategy and its deadlines say", () => {
  const spec = `  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 50%, maxUnavailable: 0 } }
  minReadySeconds: 5
  progressDeadlineSeconds: 2147483647
`;
  expect(fieldsOf(web + spec)).toMatchObject({
    strategy: { type: "RollingUpdate", maxSurge: "50%", maxUnavailable: 0 },
    minReadySeconds: "5s",
    progressDeadline: "unlimited",
  });
  expect(complaintsOf(web + spec.replace("50%", "0"))).toEqual([
    "13:82 spec.strategy.rollingUpdate.maxUnavailable: expected more than 0 where maxSurge is 0, got 0",
  ]);
  expect(complaintsOf(web + spec.replace("2147483647", "5"))).toEqual([
    "15:28 spec.progressDeadlineSeconds: expected more than minReadySeconds (5), got 5",
  ]);
});

describe("a StatefulSet", () => {
  const store = (spec: string) => web.replace("Deployment", "StatefulSet") + spec.replace(/^/gm, "  ");
  test("has its order and its partition", () => {
    const spec =
      "podManagementPolicy: Parallel\nminReadySeconds: 5\nupdateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 2, maxUnavailable: 50% } }";
    expect(fieldsOf(store(spec))).toMatchObject({
      ...{ kind: "StatefulSet", podManagementPolicy: "Parallel", minReadySeconds: "5s" },
      updateStrategy: { type: "RollingUpdate", partition: 2, maxUnavailable: "50%" },
    });
  });

  test.each([
    [
      "with an order that is none",
      "podManagementPolicy: Ordered",
      '13:24 spec.podManagementPolicy: expected one of OrderedReady, Parallel, got "Ordered"',
    ],
    [
      "with the strategy of a Deployment",
      "updateStrategy: { type: Recreate }",
      '13:27 spec.updateStrategy.type: expected one of RollingUpdate, OnDelete, got "Recreate"',
    ],
    [
      "with a partition below zero",
      "updateStrategy: { rollingUpdate: { partition: -1 } }",
      "13:49 spec.updateStrategy.rollingUpdate.partition: expected a whole number from 0 up, got -1",
    ],
    [
      "that may miss no pod",
      "updateStrategy: { rollingUpdate: { maxUnavailable: 0% } }",
      '13:54 spec.updateStrategy.rollingUpdate.maxUnavailable: expected more than 0, got "0%"',
    ],
    [
      "with a partition beside OnDelete",
      "updateStrategy: { type: OnDelete, rollingUpdate: { partition: 1 } }",
      "13:37 spec.updateStrategy.rollingUpdate: expected it only where type is RollingUpdate",
    ],
  ])("%s is refused", (_, spec, complaint) => {
    expect(complaintsOf(store(spec))).toEqual([complaint]);
  });
});

describe("annotations of pods", () => {
  const annotated = (annotations: string) =>
    web.replace(
      "metadata: { labels: { app: web } }",
      `metadata: { labels: { app: web }, annotations: { ${annotations} } }`,
    );
  test("say whether they may be moved", () => {
    const all =
      'karpenter.sh/do-not-disrupt: "true", cluster-autoscaler.kubernetes.io/safe-to-evict: "false", controller.kubernetes.io/pod-deletion-cost: "-5", other: x';
    expect(fieldsOf(annotated(all)).annotations).toEqual({
      "karpenter.sh/do-not-disrupt": true,
      "cluster-autoscaler.kubernetes.io/safe-to-evict": false,
      "controller.kubernetes.io/pod-deletion-cost": -5,
    });
    expect(imported(annotated(all)).left).toContain("Deployment/web spec.template.metadata.annotations.other");
  });

  test.each([
    [
      "karpenter.sh/do-not-disrupt: true",
      '8:83 spec.template.metadata.annotations.karpenter.sh/do-not-disrupt: expected the text "true" or "false", got true',
    ],
    [
      'cluster-autoscaler.kubernetes.io/safe-to-evict: "no"',
      '8:102 spec.template.metadata.annotations.cluster-autoscaler.kubernetes.io/safe-to-evict: expected the text "true" or "false", got "no"',
    ],
    [
      'controller.kubernetes.io/pod-deletion-cost: "+5"',
      '8:98 spec.template.metadata.annotations.controller.kubernetes.io/pod-deletion-cost: expected a whole number of 32 bits as a text like "100", got "+5"',
    ],
  ])("that are none are refused: %s", (annotations, complaint) => {
    expect(complaintsOf(annotated(annotations))).toEqual([complaint]);
  });
});
