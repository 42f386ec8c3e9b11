/** Jobs and daemons written as manifests and read again are the same, field by field. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exportSetup } from "../../../src/scenario/kubernetes/export/export.js";
import { exportText } from "../../../src/scenario/kubernetes/export/text.js";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import type { Setup } from "../../../src/scenario/setup.js";
import { type Daemon, settingsOf } from "../../../src/scenario/shape/daemons.js";
import { anyDaemon, anyJob } from "./any-job.js";

const setupOf = (text: string): Setup => readScenario(text, { name: "s.yaml" }).scenario.setup("as-written");

function again(setup: Setup): Setup {
  const { parts } = exportSetup(setup, { workloads: true });
  const origin = { program: "dryscale", scenario: "s.yaml", policy: "as-written", seed: 1, workloads: true };
  const text = exportText(parts, origin);
  return setupOf(scenarioText(importManifests([{ file: "k8s.yaml", text }]), ["k8s.yaml"]));
}

test("any jobs and daemons come back as they are", () => {
  const services = { web: { endpoints: { get: { cpu: "1ms" } } }, api: { endpoints: { get: { cpu: "1ms" } } } };
  const load = { all: { rate: "1/s", to: "web/get" } };
  fc.assert(
    fc.property(anyJob, anyDaemon, (one, daemon) => {
      const setup = setupOf(JSON.stringify({ services, jobs: { one }, daemons: { agent: daemon }, load }));
      const back = again(setup);
      expect([...back.jobs]).toEqual([...setup.jobs].map(([name, given]) => [name, sized(given)]));
      // How much of its CPU a daemon uses is in no manifest.
      expect([...back.daemons.values()].map(held)).toEqual([...setup.daemons.values()].map(sized).map(held));
    }),
    { numRuns: 200 },
  );
});

const held = ({ use: _, ...daemon }: Daemon) => ({ ...daemon, updateStrategy: settingsOf(daemon) });

/** What is not said of a size is written as the default that it has. */
function sized<T extends { readonly cpu?: unknown; readonly memory?: unknown }>(given: T): T {
  const { cpu = { request: 500, limit: Infinity }, memory = { request: 256, limit: Infinity } } = given;
  return { ...given, cpu, memory };
}

test("what KEDA has not of Jobs is said, and when a Job begins is no matter of its object", () => {
  const text = `services: { web: { endpoints: { get: { cpu: 1ms } } } }
jobs:
  late: { at: 90s, steps: { cpu: 1s } }
  busy: { steps: { cpu: 1s }, scaledBy: { triggers: [{ service: web, signal: cpu, threshold: 1 }] } }
load: { all: { rate: 1/s, to: web/get } }
`;
  const { parts } = exportSetup(setupOf(text), { workloads: true });
  const [, late, busy] = parts;
  expect(late.objects.map(({ kind }) => kind)).toEqual(["Job"]);
  expect(late.notes.at(-1)).toBe("at: a Job begins when it is applied, not after 90s");
  expect(busy.objects).toEqual([]);
  expect(busy.notes.at(-1)).toBe("triggers by cpu or memory: KEDA has them of ScaledObjects alone; not written");
  expect(exportSetup(setupOf(text), { workloads: false }).parts).toEqual([]);
});
