/** Random services with random scalers, sizes and places, random quotas, jobs and daemons as manifests, for upstream's own validation: see main.go. */
import fc from "fast-check";
import { exportSetup } from "../../src/scenario/kubernetes/export/export.js";
import { exportText } from "../../src/scenario/kubernetes/export/text.js";
import { readScenario } from "../../src/scenario/read.js";
import { anyDaemon, anyJob } from "../../test/scenario/kubernetes/any-job.js";
import { anyPlacing, anyQuota, anyVpa, priorityClasses } from "../../test/scenario/kubernetes/any-placing.js";
import { anyScaledService } from "../../test/scenario/kubernetes/any-scaler.js";

const SERVICES = 1000;
const PLACED = 1000;
const QUOTAS = 100;
const JOBS = 500;

const endpoints = { get: { cpu: "1ms" } };

/** What is to run of a scenario with these sections. */
function exported(sections: object) {
  const setup = readScenario(JSON.stringify(sections), { name: "random.yaml" }).scenario.setup("as-written");
  return exportSetup(setup, { workloads: true }).parts;
}

const loadOf = (service: string) => ({ all: { rate: "1/s", to: `${service}/get` } });

const services = fc.sample(anyScaledService, { numRuns: SERVICES, seed: 1 }).flatMap((service, i) => {
  const name = `s${i}`;
  const services = { [name]: { ...service, memoryUse: { base: "1Mi" }, endpoints } };
  return exported({ services, load: loadOf(name) });
});

const cluster = { nodes: { pool: { type: "m5.4xlarge" } }, scheduler: "kube-scheduler" };
const placed = fc.sample(fc.tuple(anyPlacing, anyVpa), { numRuns: PLACED, seed: 3 }).flatMap(([placing, sizer], i) => {
  const name = `p${i}`;
  const services = { [name]: { ...placing, sizer, memoryUse: { base: "1Mi" }, endpoints } };
  // Their classes are the same in each, and come once.
  return exported({ services, cluster, priorityClasses, load: loadOf(name) }).filter(
    (part) => part.name !== "cluster" || i === 0,
  );
});

const quotas = fc.sample(anyQuota, { numRuns: QUOTAS, seed: 4 }).flatMap((quota, i) => {
  const web = { cpu: { request: "1", limit: "1" }, memory: { request: "1Gi", limit: "1Gi" }, endpoints };
  const parts = exported({ services: { web }, quota: { ...quota, name: `q${i}` }, load: loadOf("web") });
  return parts.filter(({ name }) => name === "cluster");
});

/** The services that the jobs go by; they are not written. */
const jobs = fc.sample(fc.tuple(anyJob, anyDaemon), { numRuns: JOBS, seed: 2 }).flatMap(([job, daemon], i) => {
  const background = { jobs: { [`j${i}`]: job }, daemons: { [`d${i}`]: daemon } };
  const asked = { services: { web: { endpoints }, api: { endpoints } }, load: loadOf("web") };
  return exported({ ...asked, ...background }).filter(({ name }) => /^[jd]/.test(name));
});

const origin = {
  program: "dryscale",
  scenario: "random services and jobs",
  policy: "as-written",
  seed: 1,
  workloads: true,
};
process.stdout.write(exportText([...services, ...placed, ...quotas, ...jobs], origin));
