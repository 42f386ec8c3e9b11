/** Random worlds that scale up and down at random, roll out, kill pods, refuse calls and run Jobs. */
import fc from "fast-check";
import { constant } from "../../src/kernel/distributions.js";
import { RandomStream } from "../../src/kernel/random.js";
import { cluster, job, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainRoute, type RetriesSpec } from "../../src/model/calls/route.js";
import type { NodeGroupSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import type { BackgroundSpec, Runs } from "../../src/model/workloads/background-spec.js";
import type { RolloutSpec, WorkloadSpec } from "../../src/model/workloads/workload.js";
import type { Balancer, PolicyContext, Scaler } from "../../src/policy/contract.js";
import { admission } from "./random-admission.js";
import { faults } from "./random-faults.js";
import { mesh, passes } from "./random-mesh.js";
import { aim, hosts } from "./random-routes.js";
import { mail, shared } from "./random-shares.js";
import { law, steps } from "./random-steps.js";

const probe = { initialDelay: 0.2, period: 0.5, timeout: 0.3, successThreshold: 1, failureThreshold: 2 };

const tenacious: RetriesSpec = {
  most: 3,
  on: ["refused", "killed", "timeout", "unreachable"],
  backOff: { base: 0.1, longest: 0.2 },
  budget: undefined,
};

const anyPod = ({ stream }: PolicyContext): Balancer => ({ pick: ({ count }) => stream.below(count) });

/** Wants another number of replicas every second or so, 0 included. */
const restless = ({ stream }: PolicyContext): Scaler => ({ period: 0.7, desiredReplicas: () => stream.below(5) });

const rollable = {
  minReady: fc.constantFrom(0, 1),
  revisions: fc.array(
    fc.record({
      image: fc.constantFrom(0, 1),
      imageMiB: fc.constant(10),
      startup: law,
      crashAfter: fc.option(law, { nil: undefined }),
      workTimes: fc.constantFrom(0.5, 1, 3),
    }),
    { minLength: 2, maxLength: 2 },
  ),
  rollouts: fc.constantFrom<readonly RolloutSpec[]>(
    [],
    [
      { at: 2, revision: 1, paused: false, partition: 1 },
      { at: 6, revision: 2, paused: true, partition: 0 },
      { at: 8, revision: 2, paused: false, partition: 0 },
      { at: 14, revision: 0, paused: false, partition: 2 },
    ],
  ),
};
const workload: fc.Arbitrary<WorkloadSpec> = fc.oneof(
  fc.record({
    kind: fc.constant("Deployment" as const),
    settings: fc.record({
      type: fc.constantFrom("RollingUpdate" as const, "Recreate" as const),
      maxSurge: fc.constantFrom(0, 1, "25%", "100%"),
      maxUnavailable: fc.constantFrom(0, 1, "25%", "100%"),
      progressDeadline: fc.constantFrom(2, 600),
    }),
    ...rollable,
  }),
  fc.record({
    kind: fc.constant("StatefulSet" as const),
    settings: fc.record({
      podManagementPolicy: fc.constantFrom("OrderedReady" as const, "Parallel" as const),
      updateStrategy: fc.constantFrom("RollingUpdate" as const, "OnDelete" as const),
    }),
    partition: fc.constantFrom(0, 1),
    ...rollable,
  }),
);

const serviceOf = (self: number, count: number, mailed: boolean): fc.Arbitrary<ServiceSpec> =>
  fc
    .record({
      steps: steps(self, count, mailed),
      shared,
      workers: fc.constantFrom(1, 2, Infinity),
      queue: fc.constantFrom(0, 1, 5, Infinity),
      holds: fc.constantFrom("call" as const, "work" as const),
      cores: fc.constantFrom(200, 1000, 2000),
      limit: fc.constantFrom(2000, 2300, 4000, Infinity),
      grace: fc.constantFrom(0, 0.5, 5),
      startup: law,
      hop: law,
      reply: law,
      central: fc.boolean(),
      patience: fc.option(law, { nil: undefined }),
      route: fc.record({
        timeout: fc.constantFrom(Infinity, 0.8, 4),
        perTry: fc.constantFrom(Infinity, 0.4, 1),
        retries: fc.constantFrom(plainRoute.retries, tenacious, { ...tenacious, budget: { share: 0.3, least: 1 } }),
        hedge: fc.constantFrom(undefined, { after: 0.3, most: 2 }),
        cancels: fc.constantFrom(false, true, "waiting" as const),
      }),
      mesh: fc.option(mesh, { nil: undefined }),
      passes,
      workload,
      cfsPeriod: fc.constantFrom(undefined, undefined, 0.1, 0.5),
      lifecycle: fc.record({
        attach: law,
        configuredAt: fc.constantFrom(0, 4),
        before: fc.array(law, { maxLength: 2 }),
        startupProbe: fc.constantFrom(undefined, probe),
        liveness: fc.constantFrom(undefined, probe),
        crashAfter: fc.option(law, { nil: undefined }),
        memoryUse: fc.constantFrom(undefined, { baseMiB: 10, perCallMiB: 2 }),
        preStop: fc.constantFrom(0, 1, 10),
        budget: fc.constantFrom(undefined, { maxUnavailable: { share: 0.5 } }),
        annotations: fc.constant({}),
      }),
      admission: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: admission }),
    })
    .map((one) =>
      service({
        name: `s${self}`,
        replicas: 2,
        bounds: { min: 0, max: 5 },
        steps: one.steps,
        size: { cpuMillicores: one.cores, memoryMiB: 10 },
        cpuLimitMillicores: one.limit,
        cfsPeriod: one.cfsPeriod,
        memoryLimitMiB: 20,
        lifecycle: one.lifecycle,
        workload: one.workload,
        // The next service is asked before some.
        checks:
          one.queue === 5 && self < count - 1
            ? [{ service: `s${self + 1}`, endpoint: "call", timeout: 0.5, open: one.holds === "work" }]
            : [],
        route: one.route,
        admission: one.admission,
        mesh: one.mesh,
        grace: one.grace,
        startup: one.startup,
        hop: { passes: one.passes, latency: one.hop, reply: one.reply },
        concurrency: {
          limit: one.workers,
          queue: one.queue,
          holds: one.holds,
          patience: one.patience,
          waitsAt:
            one.central && one.mesh === undefined && one.holds === "call" && !(mailed && self === count - 1)
              ? "service"
              : "pod",
        },
        ...one.shared,
        balancer: anyPod,
        scaler: { name: "restless", create: restless },
      }),
    );

const template = fc
  .record({
    parallelism: fc.integer({ min: 0, max: 3 }),
    completions: fc.constantFrom(undefined, 1, 4),
    backoffLimit: fc.constantFrom(0, 1, 6),
    activeDeadline: fc.constantFrom(undefined, undefined, 6),
    indexed: fc.boolean(),
    podReplacementPolicy: fc.constantFrom("TerminatingOrFailed" as const, "Failed" as const),
  })
  .map((one) => ({ ...one, indexed: one.indexed && one.completions !== undefined }));

/** A Job, one of each minute (the first comes after 4 s), Jobs for those who wait at s0, or a daemon. */
const runs: fc.Arbitrary<Runs> = fc
  .tuple(template, fc.constantFrom("Allow", "Forbid", "Replace"))
  .chain(([job, policy]) => {
    const history = { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 };
    const cron = { schedule: "* * * * *", timeZone: "UTC", concurrencyPolicy: policy, ...history } as const;
    const triggers = [{ service: "s0", signal: "queue", target: 1, activation: 0, window: 2 }] as const;
    return fc.constantFrom<Runs>(
      { kind: "daemon" },
      { kind: "job", job, at: 0 },
      { kind: "job", job, at: 3 },
      { kind: "cron", job, cron, startsAt: Date.UTC(2026, 0, 5, 0, 0, 56) },
      { kind: "scaled", job, scaled: { spec: { maxReplicaCount: 3 }, pollingInterval: 2, triggers } },
    );
  });

const backgroundOf = (self: number, count: number, mailed: boolean): fc.Arbitrary<BackgroundSpec> =>
  fc
    .record({ steps: steps(-1, count, mailed), runs, failure: fc.constantFrom(0, 0.5, 1), startup: law })
    .map(({ steps, ...one }) =>
      job({
        name: `b${self}`,
        size: { cpuMillicores: 300, memoryMiB: 2 },
        steps: one.runs.kind === "daemon" ? [] : steps,
        ...one,
      }),
    );

const quota = fc.constantFrom(
  undefined,
  undefined,
  { name: "few", hard: { pods: 5 } },
  { name: "small", hard: { "requests.cpu": 4000, "requests.memory": 50 * 2 ** 20 } },
);

/** Machines that stay, or that the cloud takes back now and then. */
const terms = fc.option(fc.record({ notice: fc.constantFrom(0, 1, 5), drained: fc.boolean() }), { nil: undefined }).map(
  (spot): Partial<NodeGroupSpec> =>
    spot === undefined
      ? {}
      : {
          capacityTypes: ["spot"],
          spot: { ...spot, usdPerHour: { anywhere: 0 }, interruption: { shape: "exponential", mean: 10 } },
        },
);

/** The control plane in step and at once, or with all its delays; kubelets that end pods, or not. */
const delays = fc.record({
  pipeline: fc.constantFrom(undefined, {
    housekeeping: { interval: 1, longest: 2, jitter: 1 },
    prometheus: { interval: 2, delay: 0.5 },
  }),
  controllers: fc.constantFrom(
    { phase: 0, informerDelay: 0 },
    { phase: "random" as const, informerDelay: 0.3 },
    { phase: 0.7, informerDelay: 1.5 },
  ),
  eviction: fc.constantFrom(undefined, { hard: 5, soft: { below: 8, grace: 10 }, transitionPeriod: 30 }),
});

export const worlds: fc.Arbitrary<WorldSpec> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.boolean())
  .chain(([count, mailed]) =>
    fc
      .tuple(
        fc.record({
          term: terms,
          control: delays,
          quota,
          faults,
          mail,
          routes: hosts(count),
          aims: fc.tuple(aim(0), aim(count - 1)),
          background: fc
            .tuple(backgroundOf(0, count, mailed), backgroundOf(1, count, mailed))
            .chain((two) => fc.subarray(two)),
        }),
        ...Array.from({ length: count }, (_, i) => serviceOf(i, count, mailed)),
      )
      .map(([{ term, control, quota, faults, mail, routes, aims, background }, ...services]) => {
        const { eviction, ...late } = control;
        const allocatable = { cpuMillicores: 3000, memoryMiB: 24 };
        const boot = constant(2);
        return world({
          services,
          background,
          quota,
          faults,
          queues: mailed ? [{ name: "mail", consumer: { service: `s${count - 1}`, endpoint: "call" }, ...mail }] : [],
          routes,
          ...late,
          loads: [
            {
              kind: "open",
              name: "open",
              keys: { count: 6, zipf: 1 },
              ...aims[0],
              arrivals: (seed) => {
                const stream = new RandomStream(seed, "gaps");
                let now = 0;
                return { next: () => (now += stream.exponential() / 3) };
              },
            },
            {
              kind: "closed",
              name: "closed",
              users: 3,
              think: { shape: "exponential", mean: 1 },
              ...aims[1],
            },
          ],
          cluster: cluster({
            eviction,
            groups: [{ ...unlimitedGroup, count: 3, max: 3, allocatable, capacity: allocatable, boot, ...term }],
            scheduler: {
              filters: [
                {
                  rejects: (pod, node) =>
                    pod.cpuMillicores > node.free.cpuMillicores ? "Insufficient cpu" : undefined,
                },
              ],
              score: (_pod, node) => node.free.cpuMillicores / 100,
            },
          }),
          seriesStep: 5,
          scrapePeriod: 2,
        });
      }),
  );
