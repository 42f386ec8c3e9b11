/** Outcomes that look like a shop's flash crowd under three policies, made without a simulation: same call, same numbers. */
import { type Findings, summarise } from "../../src/experiment/compare.js";
import type { Outcome } from "../../src/experiment/run.js";
import { RandomStream } from "../../src/kernel/random.js";
import { LatencyHistogram } from "../../src/measure/histogram.js";
import type { Decision } from "../../src/model/decisions.js";
import { serviceColumns, worldColumns } from "../../src/model/history.js";
import { type Manifest, manifestOf } from "../../src/report/manifest.js";
import { type Summary, summaryOf } from "../../src/report/summary.js";
import { readScenario, type Scenario } from "../../src/scenario/read.js";

export const text = `# A shop of five services in a flash crowd.
name: shop
question: Which policy keeps 99% of requests under 300 ms through a flash crowd, at the least cost?
duration: 13m
warmup: 2m
seed: 7
slo:
  - { latency: 300ms, share: 99% }
  - { endpoint: frontend/buy, latency: 800ms, share: 99% }
  - { errors: 0.1% }
cluster: { nodes: { general: { type: m5.xlarge, count: 3, min: 2, max: 12 } } }
services:
  frontend: { endpoints: { home: [{ cpu: 4ms }, { call: catalogue/list }], buy: [{ cpu: 3ms }, { call: cart/get }, { call: checkout/place }] } }
  catalogue: { endpoints: { list: { cpu: 5ms } } }
  cart: { endpoints: { get: { cpu: 1ms } } }
  checkout: { endpoints: { place: [{ cpu: 4ms }, { call: payment/charge }] } }
  payment: { endpoints: { charge: { cpu: 2ms } } }
load:
  shoppers:
    rate: { flashCrowd: { base: 220/s, peak: 1100/s, start: 5m, rise: 1m, hold: 3m, decay: 1m } }
    mix: { frontend/home: 80%, frontend/buy: 20% }
policies:
  fixed: { scaler: none }
  hpa: { scaler: { use: hpa, target: 60%, min: 2, max: 30 } }
  target-tracking: { scaler: { use: target-tracking, target: 60%, min: 2, max: 30 } }
`;

export const scenario: Scenario = readScenario(text, { name: "scenarios/shop.yaml" }).scenario;

const STEP = 5;
const services = { frontend: 0.0038, catalogue: 0.004, cart: 0.0009, checkout: 0.0016, payment: 0.0008 };
type ServiceName = keyof typeof services;
const names = Object.keys(services) as ServiceName[];

/** How often a policy looks, how much of the CPU it wants used, and how long a new pod takes. */
const manners: Readonly<Record<string, { period: number; target: number; delay: number } | undefined>> = {
  hpa: { period: 15, target: 0.6, delay: 20 },
  "target-tracking": { period: 60, target: 0.55, delay: 20 },
};

function rateAt(time: number): number {
  if (time < 300) return 220;
  if (time < 360) return 220 + (880 * (time - 300)) / 60;
  return time < 540 ? 1100 : 220 + 880 * Math.exp(-(time - 540) / 60);
}

interface Pods {
  replicas: number;
  ready: number;
  queue: number;
  /** Pods that are to be ready at a time. */
  readonly coming: { at: number; count: number }[];
}

class Play {
  private readonly chance: RandomStream;
  readonly rows: number[][] = [];
  readonly decisions: Decision[] = [];
  readonly latency = new LatencyHistogram();
  private readonly pods: Record<ServiceName, Pods>;
  nodes = 3;
  failed = 0;
  answered = 0;

  constructor(
    readonly policy: string,
    readonly seed: number,
  ) {
    this.chance = new RandomStream(seed, "fixture");
    const start = (name: ServiceName): Pods => {
      const count = Math.max(2, Math.ceil((220 * services[name]) / 0.3));
      return { replicas: count, ready: count, queue: 0, coming: [] };
    };
    this.pods = Object.fromEntries(names.map((name) => [name, start(name)])) as Record<ServiceName, Pods>;
    for (let time = STEP; time <= scenario.warmup + scenario.duration; time += STEP) this.step(time);
  }

  private step(time: number): void {
    const rate = rateAt(time) * (1 + 0.06 * (this.chance.uniform() - 0.5));
    let busiest = 0;
    let failing = 0;
    const ofServices = names.flatMap((name) => {
      const pods = this.pods[name];
      this.decide(name, rate, time);
      while (pods.coming.length > 0 && pods.coming[0].at <= time) pods.ready += pods.coming.shift()!.count;
      const demand = rate * services[name];
      const capacity = pods.ready;
      const excess = demand - capacity;
      pods.queue = Math.max(0, Math.min(400, pods.queue + excess * 60));
      if (pods.queue === 400 && excess > 0) failing = Math.max(failing, excess / demand);
      const used = Math.min(capacity, demand + pods.queue / 100);
      busiest = Math.max(busiest, Math.min(1.2, demand / capacity));
      return [pods.replicas, pods.ready, pods.replicas - pods.ready, Math.round(pods.queue), used, capacity, demand];
    });
    const queued = names.reduce((sum, name) => sum + this.pods[name].queue, 0);
    const p50 = (0.014 / Math.max(0.08, 1.05 - busiest) + queued / 900) * (1 + 0.1 * this.chance.uniform());
    const p99 = p50 * (6 + 2 * this.chance.uniform());
    const needed = Math.ceil(names.reduce((sum, name) => sum + this.pods[name].replicas, 0) / 9);
    this.buy(Math.max(2, needed), time);
    const answered = rate * (1 - failing);
    const world = [rate, answered, rate * failing, queued + rate * p50, p50 * 1.3, p50, p50 * 3, p99, this.nodes];
    this.rows.push([time, ...world, this.nodes, 0, this.nodes * 0.192, ...ofServices]);
    if (time <= scenario.warmup) return;
    this.answered += answered * STEP;
    this.failed += rate * failing * STEP;
    for (let i = 0; i < 40; i++) this.latency.record(p50 * Math.exp(0.8 * normal(this.chance)));
  }

  private decide(name: ServiceName, rate: number, time: number): void {
    const manner = manners[this.policy];
    if (manner === undefined || time % manner.period !== 0) return;
    const pods = this.pods[name];
    const utilisation = (rate * services[name]) / pods.ready;
    const wished = Math.max(2, (pods.ready * utilisation) / manner.target);
    const held = wished < pods.replicas && time < 780;
    const asked = held ? pods.replicas : Math.ceil(wished);
    const rule = held
      ? "ScaleDownStabilized"
      : asked === pods.replicas
        ? "DesiredWithinRange"
        : "utilisation above target";
    const effectiveAt = asked === pods.replicas ? Number.NaN : time + manner.delay;
    const seen = { utilisation: +utilisation.toFixed(2), ready: pods.ready };
    const about = { subject: `service ${name}`, policy: this.policy, rule, seen };
    this.decisions.push({ time, ...about, from: pods.replicas, wished, asked, effectiveAt });
    if (asked > pods.replicas) pods.coming.push({ at: time + manner.delay, count: asked - pods.replicas });
    else pods.ready = Math.min(pods.ready, asked);
    pods.replicas = asked;
  }

  private buy(nodes: number, time: number): void {
    if (nodes === this.nodes || manners[this.policy] === undefined) return;
    const about = { subject: "cluster", policy: "cluster-autoscaler", rule: "ScaleUpSuccessful" };
    const numbers = { from: this.nodes, wished: nodes, asked: nodes, effectiveAt: time + 50 };
    this.decisions.push({ time, ...about, seen: { pending: 2 }, ...numbers });
    this.nodes = nodes;
  }

  mean(column: string): number {
    const at = columns.indexOf(column);
    const measured = this.rows.filter(([time]) => time > scenario.warmup);
    return measured.reduce((sum, row) => sum + row[at], 0) / measured.length;
  }
}

const columns = [
  "time",
  ...worldColumns,
  ...names.flatMap((name) => serviceColumns.map((column) => `${name}.${column}`)),
];

/** Box and Muller's way. */
const normal = (chance: RandomStream): number =>
  Math.sqrt(-2 * Math.log(1 - chance.uniform())) * Math.cos(2 * Math.PI * chance.uniform());

function outcome(policy: string, replication: number): Outcome {
  const play = new Play(policy, scenario.seed + replication);
  const { latency } = play;
  const hours = scenario.duration / 3600;
  const usd = play.mean("usdPerHour") * hours;
  const share = play.failed / (play.failed + play.answered);
  const queue = names.reduce((sum, name) => sum + play.mean(`${name}.queue`), 0) / 900;
  const ofServices = names.flatMap((name): [string, number][] => [
    [`service.${name}.ready`, play.mean(`${name}.ready`)],
    [`service.${name}.cpu`, play.mean(`${name}.used`) / play.mean(`${name}.capacity`)],
    [`service.${name}.queue`, play.mean(`${name}.queue`) / 900],
    [`service.${name}.usd`, (usd * play.mean(`${name}.ready`)) / 60],
  ]);
  const changes = play.decisions.filter(({ from, asked }) => from !== asked).length;
  const measures = {
    "load.sent": Math.round(play.answered + play.failed),
    "load.rate": play.answered / scenario.duration,
    "latency.mean": latency.mean(),
    ...Object.fromEntries(
      [50, 90, 95, 99, 99.9].map((percent) => [`latency.p${percent}`, latency.quantile(percent / 100)]),
    ),
    "errors.share": share,
    "errors.refused": share,
    "errors.killed": 0,
    "slo.1": latency.fractionAtOrBelow(0.3) * (1 - share),
    "slo.2": latency.fractionAtOrBelow(0.8) * (1 - share),
    "slo.3": share,
    "cause.queue": queue,
    "cause.cpu": 0.009,
    "cause.sharing": latency.mean() / 5,
    "cause.network": 0.002,
    "cause.startup": 0,
    "cause.wait": 0.012,
    "capacity.replicas": names.reduce((sum, name) => sum + play.mean(`${name}.ready`), 0),
    "capacity.nodes": play.mean("nodes"),
    "capacity.cpu": play.mean("frontend.used") / play.mean("frontend.capacity"),
    "capacity.changes": changes,
    "capacity.undecided": policy === "hpa" ? 2 : 0,
    "cost.usd": usd,
    "cost.perHour": usd / hours,
    "cost.perMillion": (usd / play.answered) * 1e6,
    "cost.idle": 1 - names.reduce((sum, name) => sum + play.mean(`${name}.ready`), 0) / 60,
    "demand.R": play.mean("nodes") * 4 * hours,
    "demand.C": play.mean("frontend.replicas") * hours,
    "demand.A": play.mean("frontend.used") * hours,
    "elasticity.accuracyU": policy === "fixed" ? 1.2 : 0.2,
    "elasticity.accuracyO": policy === "fixed" ? 1.4 : 3 + replication / 10,
    "elasticity.timeshareU": policy === "fixed" ? 0.4 : 0.05,
    "elasticity.timeshareO": 0.6 + replication / 100,
    "elasticity.instability": 0.3,
    "elasticity.deviation": policy === "fixed" ? 3.5 : 2.1 + replication / 50,
    ...Object.fromEntries(
      ["home", "buy"].flatMap((endpoint, i) => [
        [`endpoint.frontend/${endpoint}.mean`, latency.mean() * (i + 1)],
        [`endpoint.frontend/${endpoint}.p50`, latency.quantile(0.5) * (i + 1)],
        [`endpoint.frontend/${endpoint}.p99`, latency.quantile(0.99) * (i + 1)],
      ]),
    ),
    ...Object.fromEntries(ofServices),
  };
  return {
    policy,
    replication,
    seed: scenario.seed + replication,
    measures,
    growing: policy === "fixed" ? "frontend" : undefined,
    latency: latency.toJSON(),
    series: { columns, rows: play.rows },
    decisions: play.decisions,
    faults: [],
    events: 1_000_000 + replication,
  };
}

export interface Fixture {
  readonly outcomes: readonly Outcome[];
  readonly findings: Findings;
  readonly summary: Summary;
  readonly manifest: Manifest;
}

export function fixture(policies: readonly string[] = scenario.policies, replications = 5): Fixture {
  const outcomes = policies.flatMap((policy) =>
    Array.from({ length: replications }, (_, replication) => outcome(policy, replication)),
  );
  const findings = summarise(scenario, outcomes);
  const manifest = manifestOf({
    version: "0.1.0",
    scenario,
    path: "scenarios/shop.yaml",
    scenarioHash: "0123456789abcdef".repeat(4),
    replications,
    policies,
    complete: true,
  });
  return { outcomes, findings, summary: summaryOf({ scenario, replications, outcomes, findings }), manifest };
}
