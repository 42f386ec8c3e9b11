/** Random services with random scalers, random jobs and daemons as manifests, for upstream's own validation: see main.go. */
import fc from "fast-check";
import { exportSetup } from "../../src/scenario/kubernetes/export/export.js";
import { exportText } from "../../src/scenario/kubernetes/export/text.js";
import { readScenario } from "../../src/scenario/read.js";
import { anyDaemon, anyJob } from "../../test/scenario/kubernetes/any-job.js";
import { anyScaledService } from "../../test/scenario/kubernetes/any-scaler.js";

const SERVICES = 1000;

const JOBS = 500;

/** What is to run of a scenario of this text. */
const exported = (text: string) =>
  exportSetup(readScenario(text, { name: "random.yaml" }).scenario.setup("as-written"), { workloads: true }).parts;

const services = fc.sample(anyScaledService, { numRuns: SERVICES, seed: 1 }).flatMap((service, i) => {
  const name = `s${i}`;
  const services = { [name]: { ...service, memoryUse: { base: "1Mi" }, endpoints: { get: { cpu: "1ms" } } } };
  const text = JSON.stringify({ services, load: { all: { rate: "1/s", to: `${name}/get` } } });
  return exported(text);
});

/** The services that the jobs go by; they are not written. */
const endpoints = { get: { cpu: "1ms" } };
const jobs = fc.sample(fc.tuple(anyJob, anyDaemon), { numRuns: JOBS, seed: 2 }).flatMap(([job, daemon], i) => {
  const background = { jobs: { [`j${i}`]: job }, daemons: { [`d${i}`]: daemon } };
  const asked = { services: { web: { endpoints }, api: { endpoints } }, load: { all: { rate: "1/s", to: "web/get" } } };
  return exported(JSON.stringify({ ...asked, ...background })).filter(({ name }) => /^[jd]/.test(name));
});
const origin = {
  program: "dryscale",
  scenario: "random services and jobs",
  policy: "as-written",
  seed: 1,
  workloads: true,
};
process.stdout.write(exportText([...services, ...jobs], origin));
