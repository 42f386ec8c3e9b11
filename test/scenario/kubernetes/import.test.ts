import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadScenario } from "../../../src/experiment/files.js";
import { readManifests } from "../../../src/experiment/manifest-files.js";
import { runOnce } from "../../../src/experiment/run.js";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { asMebibytes, asMillicores, parseQuantity } from "../../../src/scenario/kubernetes/quantity.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import { complaintsOf, deployment, imported } from "./manifests.js";

const hpa = (fields: string, target = "web") => `---
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: { name: one }
spec:
  scaleTargetRef: { kind: Deployment, name: ${target} }
  ${fields}
`;

test.each([
  ["250m", 0.25],
  ["1.5", 1.5],
  [".5", 0.5],
  ["1e3", 1000],
  ["64k", 64_000],
  ["128Mi", 128 * 2 ** 20],
  ["2E", 2e18],
  ["1Qi", NaN],
  ["5 Gi", NaN],
  ["", NaN],
])("the quantity %s", (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test("what is finer than a millicore or a byte counts as a whole one", () => {
  expect([asMillicores(parseQuantity("100u")), asMebibytes(parseQuantity("1048575500m"))]).toEqual([1, 1]);
});

describe("a manifest that cannot be meant is complained about where it stands", () => {
  test.each([
    [
      "a wrong quantity",
      deployment().replace("250m", "250mm"),
      '12:41 spec.template.spec.containers[0].resources.requests.cpu: expected a cpu quantity like "250m" or "2", got "250mm"',
    ],
    [
      "no such target",
      deployment() + hpa("maxReplicas: 3", "shop"),
      '18:45 spec.scaleTargetRef.name: expected a Deployment of these manifests, got "shop"',
    ],
    [
      "a minimum above the maximum",
      deployment() + hpa("minReplicas: 5\n  maxReplicas: 3"),
      "19:16 spec.minReplicas: expected at most maxReplicas (3), got 5",
    ],
    [
      "the same name twice",
      `${deployment()}---\n${deployment()}`,
      '16:19 metadata.name: expected every Deployment once, got "web" again',
    ],
    [
      "a selector of others",
      deployment().replace("matchLabels: { app: web", "matchLabels: { app: api"),
      '6:35 spec.selector.matchLabels.app: expected the template\'s label app, which is "web", got "api"',
    ],
    [
      "a budget of more pods than there are",
      `${deployment()}---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: b }\nspec:\n  minAvailable: 4\n  selector: { matchLabels: { app: web } }\n`,
      "18:17 spec.minAvailable: expected at most 3, for there are never more pods, got 4",
    ],
    [
      "a circle",
      "services:\n  a: { depends_on: [b] }\n  b: { depends_on: [a] }\n",
      "3:21 services.b.depends_on[0]: services depend on each other in a circle: a → b → a",
    ],
    ["no kind", "apiVersion: v1\nmetadata: { name: x }\n", "1:1 kind: expected a text, got nothing"],
  ])("%s", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });

  test("all of it at once, broken YAML too", () => {
    const files = [
      { file: "a.yaml", text: deployment().replace("250m", "x").replace("replicas: 3", "replicas: -1") },
      { file: "b.yaml", text: "a: [1\nb: {" },
    ];
    expect(() => importManifests(files)).toThrow(/a\.yaml:5:13[\s\S]*a\.yaml:12:[\s\S]*b\.yaml:2:/);
  });
});

test("what is not simulated is told by its highest path, and other kinds by name", () => {
  const { left, unknown } = imported(
    `${deployment("          command: [a, b]\n")}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web }\n`,
  );
  expect(left).toContain("Deployment/web spec.template.spec.containers[0].command");
  expect(unknown).toEqual(["ServiceAccount/web (k8s.yaml)"]);
});

test("a list as kubectl prints it, in JSON", () => {
  const item = { apiVersion: "v1", kind: "Pod", metadata: { name: "one" }, spec: { containers: [{ name: "c" }] } };
  const { services } = imported(JSON.stringify({ apiVersion: "v1", kind: "List", items: [item] }));
  expect(services.map(({ name }) => name)).toEqual(["one"]);
});

test("a Knative Service is scaled by Knative, as its annotations say", () => {
  const result = imported(`apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: fn }
spec:
  template:
    metadata: { annotations: { autoscaling.knative.dev/max-scale: "8", autoscaling.knative.dev/target: "40" } }
    spec: { containerConcurrency: 50, containers: [{ name: c }] }
`);
  const [{ scaler, workload }] = result.services;
  expect(scaler?.fields).toEqual({ use: "knative", min: 0, max: 8, target: 40, containerConcurrency: 50 });
  expect(workload.fields.concurrency).toEqual({ value: 50 });
  expect(() => readScenario(scenarioText(result, []), { name: "fn.yaml" })).not.toThrow();
});

test("a scenario that names manifests has their services, and its own fields first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dryscale-k8s-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "web.yaml"), deployment());
  const text =
    "manifests: [web.yaml]\nservices: { web: { memory: 64Mi, endpoints: { get: { cpu: 1ms } } } }\nload: { all: { rate: 1/s, to: web/get } }\n";
  writeFileSync(join(folder, "s.yaml"), text);
  const { scenario, played } = await loadScenario(join(folder, "s.yaml"));
  const [web] = scenario.world("as-written").services;
  expect([web.replicas, web.size]).toEqual([3, { cpuMillicores: 250, memoryMiB: 64 }]);
  const again = readScenario(played, { name: "elsewhere.yaml" }).scenario.world("as-written").services[0];
  expect([again.replicas, again.size]).toEqual([web.replicas, web.size]);
});

test("jobs and daemons of named manifests are the scenario's, its own fields first, and are played", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dryscale-k8s-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const pod = "spec: { restartPolicy: Never, containers: [{ name: c, resources: { requests: { cpu: 100m } } }] }";
  const job = `apiVersion: batch/v1\nkind: Job\nmetadata: { name: load }\nspec: { completions: 2, parallelism: 2, template: { ${pod} } }\n`;
  const daemon = `---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: agent }\nspec: { template: { ${pod} } }\n`;
  writeFileSync(join(folder, "k8s.yaml"), `${deployment()}---\n${job}${daemon}`);
  const text = `manifests: [k8s.yaml]
duration: 1m
services: { web: { endpoints: { get: { cpu: 1ms } } } }
jobs: { load: { completions: 3, steps: { cpu: 2s } } }
load: { all: { rate: 1/s, to: web/get } }
`;
  writeFileSync(join(folder, "s.yaml"), text);
  const { scenario, played } = await loadScenario(join(folder, "s.yaml"));
  const { jobs, daemons } = scenario.setup("as-written");
  expect(jobs.get("load")).toMatchObject({ completions: 3, parallelism: 2, cpu: { request: 100 } });
  expect([...daemons.keys()]).toEqual(["agent"]);
  const { background } = readScenario(played, { name: "elsewhere.yaml" }).scenario.world("as-written");
  expect(background).toEqual(scenario.world("as-written").background);
});

/** Applications as their authors publish them; not part of this repository. */
const apps = "../shared/data/apps";
const found = existsSync(apps)
  ? (readdirSync(apps, { recursive: true }) as string[]).filter((file) => /\.ya?ml$/.test(file))
  : [];
if (found.length === 0) test(`left out, for there is no ${apps}`, () => {});

test.runIf(found.length > 0)("every published manifest imports, and what comes of it is valid", () => {
  for (const file of found) {
    const files = readManifests([join(apps, file)]);
    const text = scenarioText(importManifests(files), [file]);
    expect(() => readScenario(text, { name: file }), file).not.toThrow();
  }
});

test.runIf(found.length > 0)("the Sock Shop runs, and its eight autoscalers act", { timeout: 120_000 }, () => {
  const shop = join(apps, "sockshop");
  const result = importManifests(readManifests([join(shop, "complete-demo.yaml"), join(shop, "autoscaling")]));
  const text = scenarioText(result, ["sockshop"]);
  const { scenario } = readScenario(text, { name: "sockshop.yaml" });
  const scaled = result.services.filter(({ scaler }) => scaler !== undefined).map(({ name }) => name);
  expect(scaled).toHaveLength(8);
  const { decisions } = runOnce({ ...scenario, duration: 300 }, "as-written", 0);
  const acting = new Set(
    decisions.filter((one) => one.asked !== one.from).map(({ subject }) => subject.replace("service ", "")),
  );
  expect([...acting].sort()).toEqual(scaled.sort());
});
