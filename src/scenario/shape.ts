/**
 * Every field that a scenario file may contain, its unit, its default and a sentence about it.
 * The sections of services, load, cluster and policies are in files of their own.
 */
import { z } from "zod";
import { fraction, seconds, show } from "../policy/fields.js";
import { checked, duration, name, share, target, wholeFrom, words } from "./fields.js";
import { cachesField, queue } from "./shape/async.js";
import { behaviourFields } from "./shape/behaviour.js";
import { cluster, counted, decided } from "./shape/cluster.js";
import { controllers, metrics } from "./shape/control.js";
import { daemon } from "./shape/daemons.js";
import { faults } from "./shape/faults.js";
import { job } from "./shape/jobs.js";
import { load } from "./shape/load.js";
import { mesh } from "./shape/mesh.js";
import { networkFields } from "./shape/network.js";
import { priorityClasses } from "./shape/placing.js";
import { quota } from "./shape/quota.js";
import { route, routeVariant } from "./shape/routes.js";
import { networkHop, service, sized } from "./shape/service.js";

const objective = checked(
  z.strictObject({
    endpoint: target().optional().meta({ description: "Of which requests. Default: of all." }),
    latency: duration().optional().meta({ description: "Requests should be answered within this time." }),
    share: share().optional().meta({ description: "How many of them at least. Default: 99%." }),
    errors: share().optional().meta({ description: "How many requests may fail at most." }),
  }),
  ({ latency, share: part, errors }, say) => {
    if ((latency === undefined) === (errors === undefined))
      say([], `expected either latency or errors, got ${latency === undefined ? "neither" : "both"}`);
    if (latency === undefined && part !== undefined)
      say(["share"], "expected a share only beside latency, got one without");
  },
).transform(({ endpoint, latency, share: part, errors }): Objective => {
  const of = endpoint === undefined ? {} : { endpoint };
  return latency === undefined ? { ...of, errors: errors ?? 0 } : { ...of, latency, share: part ?? 0.99 };
});

/** What a scenario's outcome is judged by. */
export type Objective = {
  /** Undefined: all requests. */
  readonly endpoint?: { readonly service: string; readonly endpoint: string };
} & ({ readonly latency: number; readonly share: number } | { readonly errors: number });

/** One of the variants to compare: what it changes, for every service and for single ones. */
export const variant = z
  .strictObject({
    ...sized,
    ...decided,
    mesh: mesh.optional().meta({ description: "Another mesh." }),
    services: z
      .record(name(), z.strictObject({ ...sized, ...behaviourFields, caches: cachesField }))
      .prefault({})
      .meta({ description: "The same for single services, and how they are called." }),
    routes: z.record(name(), routeVariant).prefault({}).meta({ description: "What it changes of routes, by name." }),
    nodes: z
      .record(name(), z.strictObject(counted))
      .prefault({})
      .meta({ description: "Numbers of machines, by node group." }),
  })
  .meta({ description: "A variant: what it changes of the services, of the cluster and of single services." });
export type Variant = z.output<typeof variant>;

/** The sections that hold one entry per name. */
export const named = {
  services: service,
  jobs: job,
  daemons: daemon,
  queues: queue,
  load,
  routes: route,
  policies: variant,
} as const;

/** All the others. */
export const single = {
  name: words("a name").optional().meta({ description: "What the scenario is called. Default: the file's name." }),
  manifests: z
    .array(words("the path of a manifest"), { error: (issue) => `expected a list of paths, got ${show(issue.input)}` })
    .prefault([])
    .meta({ description: "Kubernetes manifests or folders of them, whose workloads are services of this scenario." }),
  question: words("a question").prefault("").meta({ description: "What you want to know; the report repeats it." }),
  duration: duration()
    .prefault("10m")
    .meta({ description: "How long is measured, after the warm-up.", examples: ["20m"] }),
  warmup: seconds().prefault("0s").meta({ description: "How long the system runs before anything is measured." }),
  replications: wholeFrom(1).prefault(5).meta({ description: "How often each policy is run, with different chance." }),
  seed: wholeFrom(0).prefault(1).meta({ description: "Where chance begins: the same seed gives the same results." }),
  slo: z.array(objective).prefault([]).meta({ description: "Objectives that the outcome is judged by." }),
  cluster: cluster.optional(),
  mesh: mesh
    .optional()
    .meta({ description: "Proxies of callers, which choose pods. Default: a gateway before each service does." }),
  quota: quota.optional(),
  network: z
    .strictObject({
      hop: networkHop.prefault({}).meta({ description: "The way from one service to another." }),
      ...networkFields,
    })
    .prefault({})
    .meta({ description: "What lies between services." }),
  metrics: metrics.meta({ description: "What scalers see." }),
  series: z
    .strictObject({
      step: duration().prefault("5s").meta({ description: "Distance of the points in recorded series." }),
    })
    .prefault({})
    .meta({ description: "What is recorded over time." }),
  elasticity: z
    .strictObject({
      utilisation: checked(fraction(), (value, say) => {
        if (!(value > 0 && value <= 1)) say([], `expected a share above 0% and up to 100%, got ${value * 100}%`);
      })
        .prefault("80%")
        .meta({ description: "Share of its CPU at which a replica counts as used to the full." }),
    })
    .prefault({})
    .meta({ description: "How demand is counted in replicas, for the elasticity metrics." }),
  faults,
  controllers: controllers.meta({ description: "How controllers run." }),
  priorityClasses: priorityClasses
    .prefault({})
    .meta({ description: "Kubernetes' PriorityClasses, by name: which pods come first." }),
} as const;

/** The whole file, for editors; read.ts reads the sections one by one, to find every fault in one go. */
export const scenarioShape = z
  .strictObject({
    ...single,
    services: z.record(name(), service).meta({ description: "The services, by name." }),
    jobs: z.record(name(), job).optional().meta({ description: "Jobs, CronJobs and ScaledJobs, by name." }),
    daemons: z.record(name(), daemon).optional().meta({ description: "DaemonSets, by name." }),
    queues: z.record(name(), queue).optional().meta({ description: "Queues of messages between services, by name." }),
    load: z.record(name(), load).meta({ description: "Who calls the services: loads by name." }),
    routes: z.record(name(), route).optional().meta({
      description:
        "Virtual hosts, by name: a call of one comes to a service by its rules, before a service of its name.",
    }),
    policies: z
      .record(name(), variant)
      .optional()
      .meta({ description: "Variants to compare, by name; the first is the baseline. Default: one, as written." }),
  })
  .meta({ title: "dryscale scenario", description: "A system of services, its load, and the policies to compare." });
