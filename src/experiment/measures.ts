/** The numbers that a run is judged by: declared here once; the run, the tables, the files and the page all read this list. */

import { failureLabels, heard } from "../model/calls/failure.js";
import type { Runs } from "../model/workloads/background-spec.js";
import type { Scenario } from "../scenario/read.js";
import { admissionMeasures } from "./admission-measures.js";
import { measuresOfFaults } from "./fault-measures.js";
import { meshMeasures } from "./mesh-measures.js";
import { shareMeasures } from "./share-measures.js";

export type Better = "lower" | "higher" | "neither";
export type Unit = "s" | "share" | "1" | "1/s" | "USD" | "USD/h" | "core-h";

export interface Measure {
  /** Its key in the files: "latency.p99", "endpoint.frontend/home.latency.p99". */
  readonly name: string;
  readonly label: string;
  readonly unit: Unit;
  readonly better: Better;
  readonly group:
    | "latency"
    | "errors"
    | "slo"
    | "cause"
    | "capacity"
    | "cost"
    | "elasticity"
    | "endpoint"
    | "fault"
    | "job"
    | "service"
    | "shared"
    | "load";
  /** Shown in the short table of a run; the others are in the files and on the page. */
  readonly headline?: true;
}

export const quantiles = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p99.9", 0.999],
] as const;

const ofRequests: readonly Measure[] = [
  { name: "load.sent", label: "requests sent", unit: "1", better: "neither", group: "load" },
  { name: "load.rate", label: "requests answered per second", unit: "1/s", better: "higher", group: "load" },
  { name: "latency.mean", label: "latency, mean", unit: "s", better: "lower", group: "latency", headline: true },
  ...quantiles.map(
    ([name]): Measure => ({
      name: `latency.${name}`,
      label: `latency, ${name}`,
      unit: "s",
      better: "lower",
      group: "latency",
      ...(name === "p50" || name === "p99" ? { headline: true } : {}),
    }),
  ),
  { name: "errors.share", label: "failed requests", unit: "share", better: "lower", group: "errors", headline: true },
  ...heard.map(
    (name): Measure => ({
      name: `errors.${name}`,
      label: `failed: ${failureLabels[name]}`,
      unit: "share",
      better: "lower",
      group: "errors",
    }),
  ),
];

const ofCauses: readonly Measure[] = (
  [
    ["queue", "waiting for a worker"],
    ["cpu", "working on a core of its own"],
    ["sharing", "slowed down by sharing the CPU"],
    ["network", "on the network and in proxies"],
    ["startup", "waiting for a first pod"],
    ["wait", "waiting without CPU (disk, others)"],
  ] as const
).map(([cause, label]) => ({
  name: `cause.${cause}`,
  label: `${label}, per request`,
  unit: "s",
  better: "lower",
  group: "cause",
}));

const ofSupply: readonly Measure[] = [
  { name: "capacity.replicas", label: "ready pods, mean", unit: "1", better: "neither", group: "capacity" },
  { name: "capacity.nodes", label: "nodes, mean", unit: "1", better: "lower", group: "capacity" },
  {
    name: "capacity.cpu",
    label: "CPU use of ready pods",
    unit: "share",
    better: "neither",
    group: "capacity",
    headline: true,
  },
  { name: "capacity.changes", label: "scaling actions", unit: "1", better: "neither", group: "capacity" },
  { name: "capacity.undecided", label: "decisions without data", unit: "1", better: "lower", group: "capacity" },
  { name: "cost.usd", label: "cost", unit: "USD", better: "lower", group: "cost" },
  { name: "cost.perHour", label: "cost per hour", unit: "USD/h", better: "lower", group: "cost", headline: true },
  { name: "cost.perMillion", label: "cost per million answers", unit: "USD", better: "lower", group: "cost" },
  { name: "cost.idle", label: "idle share of the cost", unit: "share", better: "lower", group: "cost" },
  { name: "demand.R", label: "resource demand R", unit: "core-h", better: "lower", group: "cost" },
  { name: "demand.C", label: "container demand C", unit: "core-h", better: "lower", group: "cost" },
  { name: "demand.A", label: "task demand A", unit: "core-h", better: "neither", group: "cost" },
];

/** Means over the services that are asked for CPU work; definitions: measure/elasticity.ts. */
const ofElasticity: readonly Measure[] = (
  [
    ["accuracyU", "under-provisioned pods, mean", "1"],
    ["accuracyO", "over-provisioned pods, mean", "1"],
    ["timeshareU", "time under-provisioned", "share"],
    ["timeshareO", "time over-provisioned", "share"],
    ["instability", "instability", "share"],
    ["deviation", "auto-scaling deviation", "1"],
  ] as const
).map(([name, label, unit]) => ({ name: `elasticity.${name}`, label, unit, better: "lower", group: "elasticity" }));

/** How an objective reads: "frontend/home ≤ 300 ms". */
export function objectiveLabel(objective: Scenario["slo"][number]): string {
  const { endpoint } = objective;
  const subject = endpoint === undefined ? "all requests" : `${endpoint.service}/${endpoint.endpoint}`;
  if ("errors" in objective) return `${subject}: at most ${+(objective.errors * 100).toPrecision(4)} % fail`;
  return `${subject}: ${+(objective.share * 100).toPrecision(5)} % within ${+(objective.latency * 1000).toPrecision(4)} ms`;
}

/** Of Jobs that were created in the measured time; a daemon only costs. */
function backgroundMeasures(name: string, kind: Runs["kind"]): readonly Measure[] {
  const of = (what: string, label: string, unit: Unit, better: Better, headline = true): Measure => ({
    name: `job.${name}.${what}`,
    label: `${name}: ${label}`,
    unit,
    better,
    group: "job",
    ...(headline ? { headline } : {}),
  });
  const cost = of("usd", "cost", "USD", "lower", false);
  if (kind === "daemon") return [cost];
  return [
    of("complete", "complete Jobs", "1", "higher"),
    of("failed", "failed Jobs", "1", "lower"),
    ...(kind === "cron" ? [of("missed", "moments missed", "1", "lower")] : []),
    of("time", "from creation to completion, mean", "s", "lower"),
    of("retries", "pods that failed", "1", "lower", false),
    cost,
  ];
}

/** All measures of a scenario: those above, then its objectives, endpoints and services. */
export function measuresOf(scenario: Scenario): readonly Measure[] {
  const spec = scenario.world(scenario.policies[0]);
  const targets = [
    ...new Set(spec.loads.flatMap(({ mix }) => mix.map(({ service, endpoint }) => `${service}/${endpoint}`))),
  ];
  const objectives = scenario.slo.map(
    (objective, i): Measure => ({
      name: `slo.${i + 1}`,
      label: `objective ${i + 1} (${objectiveLabel(objective)})`,
      unit: "share",
      better: "errors" in objective ? "lower" : "higher",
      group: "slo",
      headline: true,
    }),
  );
  const ofEndpoints = targets.flatMap((target): Measure[] => [
    ...["mean", "p50", "p99"].map(
      (what): Measure => ({
        name: `endpoint.${target}.${what}`,
        label: `${target} latency, ${what}`,
        unit: "s",
        better: "lower",
        group: "endpoint",
      }),
    ),
  ]);
  const ofServices = spec.services.flatMap(({ name }): Measure[] => [
    {
      name: `service.${name}.ready`,
      label: `${name}: ready pods, mean`,
      unit: "1",
      better: "neither",
      group: "service",
    },
    { name: `service.${name}.cpu`, label: `${name}: CPU use`, unit: "share", better: "neither", group: "service" },
    {
      name: `service.${name}.queue`,
      label: `${name}: wait for a worker, mean`,
      unit: "s",
      better: "lower",
      group: "service",
    },
    { name: `service.${name}.usd`, label: `${name}: cost`, unit: "USD", better: "lower", group: "service" },
  ]);
  const ofBackground = spec.background.flatMap(({ name, runs }) => backgroundMeasures(name, runs.kind));
  const ofTraffic: readonly Measure[] =
    spec.network.zones === undefined
      ? []
      : [{ name: "cost.traffic", label: "traffic between zones", unit: "USD", better: "lower", group: "cost" }];
  const ofParts = [
    ...ofTraffic,
    ...measuresOfFaults(spec.faults),
    ...ofEndpoints,
    ...ofServices,
    ...ofBackground,
    ...shareMeasures(spec),
  ];
  return [
    ...ofRequests,
    ...objectives,
    ...ofCauses,
    ...meshMeasures(scenario),
    ...admissionMeasures(scenario),
    ...ofSupply,
    ...ofElasticity,
    ...ofParts,
  ];
}
