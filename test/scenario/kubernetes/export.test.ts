/** A policy written as manifests and read again is the same policy, field by field. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exportSetup } from "../../../src/scenario/kubernetes/export/export.js";
import { exportText, yamlText } from "../../../src/scenario/kubernetes/export/text.js";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import type { ServiceSetup, Setup } from "../../../src/scenario/setup.js";
import { templateOf } from "../../../src/scenario/shape/placing.js";
import { anyPlacing, anyQuota, anyVpa, priorityClasses } from "./any-placing.js";
import { anyScaledService } from "./any-scaler.js";

const origin = { program: "dryscale", scenario: "s.yaml", policy: "as-written", seed: 1, workloads: true };

const setupOf = (text: string, policy = "as-written"): Setup =>
  readScenario(text, { name: "s.yaml" }).scenario.setup(policy);

function exported(setup: Setup): string {
  const { parts, impossible } = exportSetup(setup, { workloads: true });
  expect(impossible).toEqual([]);
  return exportText(parts, origin);
}

const again = (setup: Setup): Setup =>
  setupOf(scenarioText(importManifests([{ file: "k8s.yaml", text: exported(setup) }]), ["k8s.yaml"]));

/** What manifests can hold of a service. */
function held({ name, replicas, cpu, memory, scaler, sizer, service, strategy }: ServiceSetup) {
  const { readiness, startupProbe, liveness, grace, preStop, disruptionBudget, concurrency } = service;
  const { kind, podManagementPolicy, updateStrategy, annotations } = service;
  return {
    ...{ name, cpu, memory, readiness, startupProbe, liveness, grace, preStop, disruptionBudget },
    ...{ kind, podManagementPolicy, updateStrategy, annotations },
    ...{ strategy, minReadySeconds: service.minReadySeconds, progressDeadline: service.progressDeadline },
    limit: scaler?.name === "knative" ? concurrency.limit : undefined,
    // Who is scaled starts with what the scaler has there.
    replicas: scaler === undefined ? replicas : undefined,
    // When the simulated time begins is no matter of the object.
    scaler: scaler && { name: scaler.name, fields: { ...scaler.fields, startsAt: undefined } },
    sizer: sizer && { name: sizer.name, fields: sizer.fields },
  };
}

/** Where pods stand. Priorities are compared as numbers: a class may have another name. */
const placed = ({ services, priorityClasses: classes }: Setup) =>
  services.map(({ service }) => templateOf(service, classes));

test("any service with any scaler", () => {
  fc.assert(
    fc.property(anyScaledService, (service) => {
      const services = { web: { ...service, memoryUse: { base: "1Mi" }, endpoints: { get: { cpu: "1ms" } } } };
      const setup = setupOf(JSON.stringify({ services, load: { all: { rate: "1/s", to: "web/get" } } }));
      expect(again(setup).services.map(held)).toEqual(setup.services.map(held));
    }),
    { numRuns: 300 },
  );
});

const cluster = { nodes: { pool: { type: "m5.4xlarge" } }, scheduler: "kube-scheduler" };

test("any place that pods would stand at, and any size that they may be given", () => {
  fc.assert(
    fc.property(anyPlacing, fc.option(anyVpa, { nil: undefined }), (placing, sizer) => {
      const web = { ...placing, memoryUse: { base: "1Mi" }, endpoints: { get: { cpu: "1ms" } } };
      const services = { web: sizer === undefined ? web : { ...web, sizer } };
      const load = { all: { rate: "1/s", to: "web/get" } };
      const setup = setupOf(JSON.stringify({ services, load, cluster, priorityClasses }));
      const back = again(setup);
      expect(back.services.map(held)).toEqual(setup.services.map(held));
      const { labels: _, ...seen } = placing;
      // Where nobody looks at them, labels are nobody's business.
      if (Object.keys(seen).length > 0) expect(placed(back)).toEqual(placed(setup));
    }),
    { numRuns: 300 },
  );
});

test("any quota", () => {
  fc.assert(
    fc.property(anyQuota, (quota) => {
      const cpu = { request: "1", limit: "2" };
      const memory = { request: "1Gi", limit: "1Gi" };
      const services = { web: { cpu, memory, endpoints: { get: { cpu: "1ms" } } } };
      const setup = setupOf(JSON.stringify({ services, quota, load: { all: { rate: "1/s", to: "web/get" } } }));
      expect(again(setup).quota).toEqual(setup.quota);
    }),
  );
});

test("versions of one application keep their common label, and another tells their pods apart", () => {
  const service = (version: string) => ({ labels: { app: "shop", version }, endpoints: { get: { cpu: "1ms" } } });
  const services = { "shop-v1": service("v1"), "shop-v2": { ...service("v2"), disruptionBudget: { minAvailable: 1 } } };
  const load = { all: { rate: "1/s", mix: { "shop-v1/get": "50%", "shop-v2/get": "50%" } } };
  const { parts } = exportSetup(setupOf(JSON.stringify({ services, load })), { workloads: true });
  const name = { "app.kubernetes.io/name": "shop-v2" };
  expect(parts[1].objects.map(({ spec }) => spec)).toMatchObject([
    { selector: { matchLabels: name }, template: { metadata: { labels: { app: "shop", version: "v2", ...name } } } },
    { selector: { matchLabels: name } },
  ]);
});

test("a VerticalPodAutoscaler's flags are notes, in the flags' own units", () => {
  const sizer = {
    ...{ use: "vpa", interval: "30s", recommender: { podMinMemory: "1Gi", cpuHalfLife: "1h" } },
    updater: { podLifetimeThreshold: "1h", evictionRateLimit: 0.5, inPlaceSkipDisruptionBudget: true },
  };
  const services = { web: { sizer, endpoints: { get: { cpu: "1ms" } } } };
  const setup = setupOf(JSON.stringify({ services, load: { all: { rate: "1/s", to: "web/get" } } }));
  const for_ = "no field of the object; for the whole cluster,";
  expect(exportSetup(setup, { workloads: false }).parts[0].notes).toEqual([
    `interval: ${for_} vpa-recommender --recommender-interval and vpa-updater --updater-interval=30s`,
    `podMinMemory: ${for_} vpa-recommender --pod-recommendation-min-memory-mb=1024`,
    `cpuHalfLife: ${for_} vpa-recommender --cpu-histogram-decay-half-life=3600s`,
    `podLifetimeThreshold: ${for_} vpa-updater --in-recommendation-bounds-eviction-lifetime-threshold=3600s`,
    `evictionRateLimit: ${for_} vpa-updater --eviction-rate-limit=0.5`,
    `inPlaceSkipDisruptionBudget: ${for_} vpa-updater --in-place-skip-disruption-budget=true`,
  ]);
});

const folder = "scenarios";
describe("every policy of the shipped scenarios", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    const text = readFileSync(join(folder, file), "utf8");
    if (/manifests:|\.ts\b/.test(text)) continue;
    const { policies } = readScenario(text, { name: file }).scenario;
    for (const policy of policies)
      test(`${file}: ${policy}`, () => {
        const setup = setupOf(text, policy);
        const { impossible } = exportSetup(setup, { workloads: true });
        const elsewhere = setup.services.filter(
          ({ scaler }) => !["hpa", "keda", "knative", undefined].includes(scaler?.name),
        );
        expect(impossible).toHaveLength(elsewhere.length);
        if (impossible.length === 0) expect(again(setup).services.map(held)).toEqual(setup.services.map(held));
      });
  }
});

/** Applications as their authors publish them; not part of this repository. */
const published = "../shared/data/apps/sockshop";
test.runIf(existsSync(published))("the Sock Shop's autoscalers come back as they are", () => {
  const read = (name: string) => ({ file: name, text: readFileSync(join(published, name), "utf8") });
  const autoscaling = readdirSync(join(published, "autoscaling")).filter((name) => name.endsWith(".yaml"));
  const files = [read("complete-demo.yaml"), ...autoscaling.map((name) => read(join("autoscaling", name)))];
  const setup = setupOf(scenarioText(importManifests(files), ["sockshop"]));
  const scaled = (one: Setup) => one.services.map(held).filter(({ scaler }) => scaler !== undefined);
  expect(scaled(setup)).toHaveLength(8);
  expect(scaled(again(setup))).toEqual(scaled(setup));
});

test("what is the cloud's own is said plainly, and nothing is written", () => {
  const text = `services: { web: { scaler: { use: target-tracking, target: 60% }, endpoints: { get: { cpu: 1ms } } } }\nload: { all: { rate: 1/s, to: web/get } }\n`;
  expect(exportSetup(setupOf(text), { workloads: true })).toEqual({
    parts: [],
    impossible: ["web: target-tracking is AWS's, which keeps it as a scaling policy of the cloud; no object holds it"],
  });
});

test("what is set for the whole cluster is a note with the flag that sets it", () => {
  const text = `services: { web: { scaler: { use: hpa, tolerance: 5%, stabilization: 1m }, endpoints: { get: { cpu: 1ms } } } }\nload: { all: { rate: 1/s, to: web/get } }\n`;
  const { parts } = exportSetup(setupOf(text), { workloads: false });
  expect(parts[0].notes).toEqual([
    "stabilization: no field of the object; for the whole cluster, kube-controller-manager --horizontal-pod-autoscaler-downscale-stabilization=60s",
    "tolerance: no field of the object; for the whole cluster, kube-controller-manager --horizontal-pod-autoscaler-tolerance=0.05",
  ]);
});

/** How sigs.k8s.io/yaml v1.6.0, with which kubectl reads, takes these words without quotes: as something else than a text, or as one. */
describe("texts stay texts for kubectl", () => {
  test.each([
    ...["0o7", "-0o7", "0O7", "0o_7", "0x1F", "0X1F", "-0x1f", "0x_1", "0b11", "0B1", "0b+0", "012", "0_7", "08"],
    ...["1_000", "1_", "+__886", "-_9", "1e3", "1E5", "1e1_0", "592E_7", "1.", ".5", "+1", "-0"],
    ...[".inf", "-.Inf", "+.INF", ".NaN", "~", "null", "Null", "true", "on", "Off", "yes", "No", "y", "n", ""],
    ...["2001-12-14", "12:30", "190:20:30", "- a", "a: b", "# x", "@x", "&a", "*a", "!x", "%x"],
  ])("%j is quoted", (text) => {
    expect(yamlText({ value: text })).toBe(`value: "${text}"\n`);
    expect(yamlText({ [text]: 1 })).toMatch(/^(\? )?"/);
  });

  test.each(["100m", "25%", "1Gi", "0o8", "0b2", "1e", "0x", "a_1", "_a", "1,000", "1.2.3", "v1", "1-2"])(
    "%j needs no quotes",
    (text) => expect(yamlText({ value: text })).toBe(`value: ${text}\n`),
  );

  test("numbers are none the worse", () => expect(yamlText({ a: 7, b: 0.5, c: true })).toBe("a: 7\nb: 0.5\nc: true\n"));
});
