/** A policy written as manifests and read again is the same policy, field by field. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exportSetup } from "../../../src/scenario/kubernetes/export/export.js";
import { exportText } from "../../../src/scenario/kubernetes/export/text.js";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import type { ServiceSetup, Setup } from "../../../src/scenario/setup.js";
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
function held({ name, replicas, cpu, memory, scaler, service, strategy }: ServiceSetup) {
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
  };
}

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
