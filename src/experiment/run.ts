/** One replication: a scenario, one of its policies and a seed in; numbers out. */
import { elasticity, type StepFunction } from "../measure/elasticity.js";
import { LatencyHistogram, type LatencyHistogramJson } from "../measure/histogram.js";
import { growsWithoutBound } from "../measure/overload.js";
import { failures, heard } from "../model/calls/failure.js";
import type { Decision } from "../model/decisions.js";
import type { FaultRecord } from "../model/faults/fault-log.js";
import type { Service } from "../model/service.js";
import { createWorld, type World } from "../model/world.js";
import type { Scenario } from "../scenario/read.js";
import type { Seconds } from "../units.js";
import { admissionValues } from "./admission-measures.js";
import { faultValues } from "./fault-measures.js";
import { quantiles } from "./measures.js";
import { meshValues } from "./mesh-measures.js";
import { growingQueue, shareValues } from "./share-measures.js";

/** What one replication found. Plain data: it travels between threads. NaN where there was nothing to measure. */
export interface Outcome {
  readonly policy: string;
  /** 0, 1, … */
  readonly replication: number;
  readonly seed: number;
  readonly measures: Readonly<Record<string, number>>;
  /** The service, or the queue of messages, that grows without bound, if one does. */
  readonly growing: string | undefined;
  /** Latencies of all requests answered in the measured time. */
  readonly latency: LatencyHistogramJson;
  readonly series: { readonly columns: readonly string[]; readonly rows: readonly (readonly number[])[] };
  readonly decisions: readonly Decision[];
  readonly faults: readonly FaultRecord[];
  readonly events: number;
}

/** Stories are long, and only one run's can be read: of the others the numbers stay. */
function withoutStory({ why: _, ...decision }: Decision): Decision {
  return decision;
}

/** Plays a policy. `replication` adds to the scenario's seed, so all policies meet the same requests. */
export function runOnce(scenario: Scenario, policy: string, replication: number): Outcome {
  const seed = scenario.seed + replication;
  const world = createWorld(scenario.world(policy), seed);
  world.sim.run(scenario.warmup);
  world.restartMeasures();
  world.sim.run(scenario.warmup + scenario.duration);
  world.checkBooks();
  world.recorder.closeStep();
  const rows = seriesRows(world);
  const measured = rows.filter(([time]) => time > scenario.warmup);
  const columns = ["time", ...world.series.columns];
  const latency = new LatencyHistogram();
  for (const histogram of world.recorder.requests) latency.merge(histogram);
  const ended = latency.count + world.recorder.failed.reduce((sum, n) => sum + n, 0);
  return {
    policy,
    replication,
    seed,
    measures: {
      ...requestMeasures(world, latency, scenario.duration),
      ...objectiveMeasures(world, scenario),
      ...causeMeasures(world, ended),
      ...meshValues(scenario, world, ended),
      ...admissionValues(scenario, world),
      ...supplyMeasures(world, scenario.duration, { columns, rows: measured }),
      ...elasticityMeasures(world, scenario, { columns, rows: measured }),
      ...faultValues(world.state.spec.faults, world.faults, scenario.warmup),
      ...partMeasures(world, scenario.duration, { columns, rows: measured }),
      ...shareValues(world, scenario.duration, (name) => column({ columns, rows: measured }, name)),
    },
    growing: growingService(world, { columns, rows: measured }),
    latency: latency.toJSON(),
    series: { columns, rows },
    decisions: replication === 0 ? world.decisions : world.decisions.map(withoutStory),
    faults: world.faults,
    events: world.sim.fired,
  };
}

type Rows = Outcome["series"];

function seriesRows(world: World): readonly (readonly number[])[] {
  const { series } = world;
  return series.toRows().map((row) => ["time", ...series.columns].map((column) => row[column]));
}

/** A column's values. */
function column({ columns, rows }: Rows, name: string): readonly number[] {
  const at = columns.indexOf(name);
  return rows.map((row) => row[at]);
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function requestMeasures(world: World, latency: LatencyHistogram, duration: Seconds): Record<string, number> {
  const { failed, measuredSent } = world.recorder;
  const bad = failed.reduce((sum, count) => sum + count, 0);
  const ended = latency.count + bad;
  return {
    "load.sent": measuredSent,
    "load.rate": latency.count / duration,
    "latency.mean": latency.mean(),
    ...Object.fromEntries(quantiles.map(([name, q]) => [`latency.${name}`, latency.quantile(q)])),
    "errors.share": bad / ended,
    ...Object.fromEntries(heard.map((name) => [`errors.${name}`, failed[failures.indexOf(name)] / ended])),
  };
}

/** The share of requests that kept each objective; a failed request keeps none. For errors, the share that failed. */
function objectiveMeasures(world: World, { slo }: Scenario): Record<string, number> {
  const { recorder, state } = world;
  const shares = slo.map((objective) => {
    const wanted = objective.endpoint;
    const counted = state.endpoints.map(
      ({ host, name }) => wanted === undefined || (name === wanted.endpoint && host === wanted.service),
    );
    let answered = 0;
    let within = 0;
    let failed = 0;
    recorder.requests.forEach((histogram, endpoint) => {
      if (!counted[endpoint]) return;
      failed += recorder.failedByEndpoint[endpoint];
      answered += histogram.count;
      if ("latency" in objective && histogram.count > 0)
        within += histogram.count * histogram.fractionAtOrBelow(objective.latency);
    });
    return "latency" in objective ? within / (answered + failed) : failed / (answered + failed);
  });
  return Object.fromEntries(shares.map((share, i) => [`slo.${i + 1}`, share]));
}

/** Seconds per ended request, summed over its calls: calls side by side count each. */
function causeMeasures({ services }: World, ended: number): Record<string, number> {
  const total = (of: (service: Service) => Seconds): number =>
    services.reduce((sum, service) => sum + of(service), 0) / ended;
  return {
    "cause.queue": total((service) => service.queueing),
    "cause.cpu": total((service) => service.work),
    "cause.sharing": total((service) => Math.max(0, service.working - service.work)),
    "cause.network": total((service) => service.network),
    "cause.startup": total((service) => service.startingUp),
    "cause.wait": total((service) => service.waited),
  };
}

function supplyMeasures(world: World, duration: Seconds, rows: Rows): Record<string, number> {
  const { services, recorder } = world;
  const bill = world.bill();
  const answered = recorder.requests.reduce((sum, { count }) => sum + count, 0);
  const sum = (of: (service: Service) => number): number => services.reduce((total, service) => total + of(service), 0);
  const start = world.sim.now - duration;
  const changes = world.decisions.filter(
    ({ time, from, asked, policy, subject }) =>
      time >= start && from !== asked && policy !== "scheduler" && policy !== "DaemonSet" && !ofNewPods.test(subject),
  );
  return {
    "capacity.replicas": sum(({ spec }) => mean(column(rows, `${spec.name}.ready`))),
    "capacity.nodes": bill.machineHours / (duration / 3600),
    "capacity.cpu":
      sum((service) => world.cpuUsed(service)) /
      duration /
      sum(({ spec }) => mean(column(rows, `${spec.name}.capacity`))),
    "capacity.changes": changes.length,
    "capacity.undecided": world.undecided.reduce((total, n) => total + n, 0),
    "cost.usd": bill.usd,
    "cost.perHour": bill.usd / (duration / 3600),
    "cost.perMillion": (bill.usd / answered) * 1e6,
    ...(world.state.spec.network.zones === undefined ? {} : { "cost.traffic": bill.trafficUsd }),
    "cost.idle": bill.usd > 0 ? bill.idleUsd / bill.usd : Number.NaN,
    "demand.R": bill.resourceDemand,
    "demand.C": bill.containerDemand,
    "demand.A": sum((service) => (world.cpuUsed(service) / 3600) * service.spec.executionFactor),
  };
}

/** A recommendation for pods to come, or a route's weight, scales nothing by itself. */
const ofNewPods = /^(?:cpu|memory) of (?!pod )|^route /;

/** Demand is looked at a minute at a time: the chance of a few seconds is not what an autoscaler should follow. */
const DEMAND_WINDOW: Seconds = 60;

function elasticityMeasures(world: World, { warmup, duration }: Scenario, rows: Rows): Record<string, number> {
  const { demandUtilisation, seriesStep } = world.state.spec;
  const times = column(rows, "time").map((time) => time - seriesStep);
  const perWindow = Math.max(1, Math.round(DEMAND_WINDOW / seriesStep));
  const busy = world.services.filter(({ spec }) => column(rows, `${spec.name}.demand`).some((cores) => cores > 0));
  if (busy.length === 0 || rows.rows.length === 0) return {};
  const found = busy.map(({ spec, coresPerPod }) => {
    const cores = column(rows, `${spec.name}.demand`);
    const ready = column(rows, `${spec.name}.ready`);
    const demand: [number, number][] = [];
    for (let i = 0; i < cores.length; i += perWindow) {
      demand.push([times[i], Math.ceil(mean(cores.slice(i, i + perWindow)) / (coresPerPod * demandUtilisation))]);
    }
    const supply: StepFunction = ready.map((pods, i) => [times[i], pods] as const);
    return elasticity({ demand, supply, from: Math.max(warmup, times[0]), duration, step: perWindow * seriesStep });
  });
  const average = (of: (one: (typeof found)[number]) => number): number => mean(found.map(of));
  return {
    "elasticity.accuracyU": average((one) => one.accuracyU),
    "elasticity.accuracyO": average((one) => one.accuracyO),
    "elasticity.timeshareU": average((one) => one.timeshareU),
    "elasticity.timeshareO": average((one) => one.timeshareO),
    "elasticity.instability": average((one) => one.instability),
    "elasticity.deviation": average((one) => one.autoscalingDeviation),
  };
}

/** The endpoints' and the services' own numbers. */
function partMeasures(world: World, duration: Seconds, rows: Rows): Record<string, number> {
  const { recorder, state, services } = world;
  const bill = world.bill();
  const ofEndpoints = recorder.requests.flatMap((histogram, i): [string, number][] => {
    const { host, name } = state.endpoints[i];
    const key = `endpoint.${host}/${name}`;
    return [
      [`${key}.mean`, histogram.mean()],
      [`${key}.p50`, histogram.quantile(0.5)],
      [`${key}.p99`, histogram.quantile(0.99)],
    ];
  });
  const ofServices = services.flatMap((service): [string, number][] => {
    const { name } = service.spec;
    const capacity = mean(column(rows, `${name}.capacity`));
    return [
      [`service.${name}.ready`, mean(column(rows, `${name}.ready`))],
      [`service.${name}.cpu`, world.cpuUsed(service) / duration / capacity],
      [`service.${name}.queue`, service.queueing / service.measured],
      [`service.${name}.usd`, bill.usdByOwner[service.id]],
    ];
  });
  return Object.fromEntries([...ofEndpoints, ...ofServices, ...backgroundMeasures(world, duration)]);
}

/** What became of the Jobs created in the measured time; one that still runs at its end has no completion time. */
function backgroundMeasures({ batch, bill, sim, state }: World, duration: Seconds): [string, number][] {
  const start = sim.now - duration;
  const { usdByOwner } = bill();
  return state.background.flatMap((background): [string, number][] => {
    const { name, runs } = background.spec;
    const key = (what: string): string => `job.${name}.${what}`;
    const cost: [string, number] = [key("usd"), usdByOwner[background.id]];
    if (runs.kind === "daemon") return [cost];
    const own = batch.jobs.runs.filter((run) => run.background === background && run.createdAt >= start);
    const complete = own.filter(({ end }) => end?.well);
    return [
      [key("complete"), complete.length],
      [key("failed"), own.filter(({ end }) => end !== undefined && !end.well).length],
      ...(runs.kind === "cron"
        ? [[key("missed"), batch.cronJobs.missedSince(start, background)] as [string, number]]
        : []),
      [key("time"), mean(complete.map(({ createdAt, end }) => end!.at - createdAt))],
      [key("retries"), own.reduce((sum, { failed }) => sum + failed, 0)],
      cost,
    ];
  });
}

/** Fewer samples than this cannot tell growth from chance. */
const FEWEST_SAMPLES = 20;

/** Names the service with the most calls waiting, when requests in flight grow without bound; or a queue of messages that does. */
function growingService(world: World, rows: Rows): string | undefined {
  const inFlight = column(rows, "inFlight");
  if (inFlight.length < FEWEST_SAMPLES) return undefined;
  const half = Math.floor(inFlight.length / 2);
  const inSecondHalf = (name: string): number =>
    column(rows, name)
      .slice(half)
      .reduce((sum, rate) => sum + rate * world.state.spec.seriesStep, 0);
  const arrivals = inSecondHalf("sentPerSecond");
  const departures = inSecondHalf("answeredPerSecond") + inSecondHalf("failedPerSecond");
  if (!growsWithoutBound({ inFlight, arrivals, departures })) return growingQueue(world, (name) => column(rows, name));
  const waiting = world.services.map(({ spec }) => column(rows, `${spec.name}.queue`).at(-1) ?? 0);
  return world.services[waiting.indexOf(Math.max(...waiting))].spec.name;
}
