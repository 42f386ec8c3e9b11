/** Worlds in a few lines: sane defaults, so that a test, a theory check or a user's script names only what it is about. */
import { constant } from "../kernel/distributions.js";
import type { Balancer, Scheduler } from "../policy/contract.js";
import { plainRoute } from "./calls/route.js";
import { nothing, plainNetwork } from "./network/network-spec.js";
import { plainLifecycle } from "./pods/lifecycle.js";
import type { ClusterSpec, HopSpec, NodeGroupSpec, ServiceSpec, Step, WorldSpec } from "./spec.js";
import type { BackgroundSpec, JobTemplate } from "./workloads/background-spec.js";
import { plainWorkload } from "./workloads/workload.js";

/** A hop that takes no time. */
export const noHop: HopSpec = {
  latency: constant(0),
  reply: constant(0),
  passes: [],
};

const onlyPod: Balancer = { pick: () => 0 };
const anyNode: Scheduler = { filters: [], score: () => 0 };

/** One pod of one core and one worker, ready from the start, whose endpoint "call" does the given steps. */
export function service(about: Partial<ServiceSpec> & { readonly steps?: readonly Step[] } = {}): ServiceSpec {
  const { steps = [], ...rest } = about;
  const replicas = about.replicas ?? 1;
  return {
    name: "shop",
    replicas,
    bounds: { min: 0, max: Infinity },
    size: { cpuMillicores: 1000, memoryMiB: 256 },
    cpuLimitMillicores: Infinity,
    memoryLimitMiB: Infinity,
    cfsPeriod: undefined,
    imageMiB: 0,
    startup: constant(0),
    readiness: undefined,
    grace: 30,
    lifecycle: plainLifecycle,
    workload: plainWorkload,
    template: {},
    concurrency: { limit: 1, queue: Infinity, holds: "call", waitsAt: "pod" },
    endpoints: [{ name: "call", steps }],
    caches: [],
    pools: [],
    hop: noHop,
    payload: nothing,
    checks: [],
    route: plainRoute,
    mesh: undefined,
    balancer: () => onlyPod,
    weights: [1],
    scaler: undefined,
    sizer: undefined,
    deploymentFactor: 1,
    executionFactor: 1,
    ...rest,
  };
}

/** A Job of time 0 with one pod of one core, whose process works so many seconds; retried six times. */
export function job(
  about: Partial<BackgroundSpec> & { readonly job?: Partial<JobTemplate>; readonly work?: number } = {},
) {
  const { work = 10, job: own, ...rest } = about;
  const template: JobTemplate = {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    podReplacementPolicy: "TerminatingOrFailed",
    ...own,
  };
  const made: BackgroundSpec = {
    name: "job",
    cfsPeriod: undefined,
    size: { cpuMillicores: 1000, memoryMiB: 256 },
    cpuLimitMillicores: Infinity,
    memoryLimitMiB: Infinity,
    imageMiB: 0,
    startup: constant(0),
    readiness: undefined,
    grace: 0,
    lifecycle: plainLifecycle,
    steps: [{ kind: "cpu", work: constant(work) }],
    failure: 0,
    runs: { kind: "job", job: template, at: 0 },
    deploymentFactor: 1,
    executionFactor: 1,
    ...rest,
  };
  return made;
}

/** Machines without limits and without price, for worlds that are not about machines. */
export const unlimitedGroup: NodeGroupSpec = {
  name: "unlimited",
  type: "unlimited",
  arch: "amd64",
  capacity: { cpuMillicores: 1e12, memoryMiB: 1e12 },
  allocatable: { cpuMillicores: 1e12, memoryMiB: 1e12 },
  maxPods: Infinity,
  usdPerHour: 0,
  capacityTypes: ["on-demand"],
  spot: undefined,
  count: 1,
  min: 1,
  max: 1,
  boot: constant(0),
  zones: ["anywhere"],
  labels: {},
  taints: [],
  virtualizationFactor: 1,
};

type ClusterGiven = Partial<Omit<ClusterSpec, "scheduler">> & {
  readonly scheduler?: Scheduler | ClusterSpec["scheduler"];
};

export function cluster({ scheduler = anyNode, ...about }: ClusterGiven = {}): ClusterSpec {
  return {
    groups: [unlimitedGroup],
    scheduler: "score" in scheduler ? { name: "scheduler", create: () => scheduler } : scheduler,
    provisioner: undefined,
    pullMiBPerSecond: Infinity,
    eviction: undefined,
    minimumBilled: 60,
    ...about,
  };
}

/** A world of the given services and loads; the rest is defaults. */
export function world(about: Partial<WorldSpec>): WorldSpec {
  return {
    services: [],
    background: [],
    loads: [],
    routes: [],
    queues: [],
    cluster: cluster(),
    network: plainNetwork,
    quota: undefined,
    scrapePeriod: 15,
    pipeline: undefined,
    controllers: { phase: 0, informerDelay: 0 },
    faults: [],
    seriesStep: 60,
    demandUtilisation: 0.8,
    ...about,
  };
}
