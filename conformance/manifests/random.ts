/** Random services with random scalers as manifests, for upstream's own validation: see main.go. */
import fc from "fast-check";
import { exportSetup } from "../../src/scenario/kubernetes/export/export.js";
import { exportText } from "../../src/scenario/kubernetes/export/text.js";
import { readScenario } from "../../src/scenario/read.js";
import { anyScaledService } from "../../test/scenario/kubernetes/any-scaler.js";

const SERVICES = 1000;

const parts = fc.sample(anyScaledService, { numRuns: SERVICES, seed: 1 }).flatMap((service, i) => {
  const name = `s${i}`;
  const services = { [name]: { ...service, memoryUse: { base: "1Mi" }, endpoints: { get: { cpu: "1ms" } } } };
  const text = JSON.stringify({ services, load: { all: { rate: "1/s", to: `${name}/get` } } });
  const { scenario } = readScenario(text, { name: "random.yaml" });
  return exportSetup(scenario.setup("as-written"), { workloads: true }).parts;
});
const origin = { program: "dryscale", scenario: "random services", policy: "as-written", seed: 1, workloads: true };
process.stdout.write(exportText(parts, origin));
