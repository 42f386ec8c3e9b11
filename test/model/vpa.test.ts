/** The Vertical Pod Autoscaler in the world, alone and beside an HPA, against schedules worked out by hand. */
import { expect, test } from "vitest";
import { createWorld } from "../../src/model/world.js";
import { readScenario } from "../../src/scenario/read.js";

const worldOf = (text: string) => {
  const { scenario } = readScenario(text, { name: "test" });
  return createWorld(scenario.world(scenario.policies[0]), 1);
};

/** The least edge of a cpu histogram's buckets above a usage: the first is 10 m wide, each other 5 % wider than the last. */
function edgeAbove(millicores: number): number {
  let edge = 0;
  for (let width = 10; edge <= millicores; width *= 1.05) edge += width;
  return Math.trunc(edge);
}

const withMargin = (millicores: number): number => millicores + Math.trunc(0.15 * millicores);

/** So many millicores of use, evenly: a call each 100 ms. */
const steady = (millicores: number, sizer: string, more = "") => `
services:
  shop:
    cpu: 100m
    replicas: 2
    ${more}
    sizer: ${sizer}
    balancer: round-robin
    endpoints: { call: { cpu: ${millicores / 10}ms } }
load:
  steady: { rate: 20/s, arrivals: deterministic, to: shop/call }
`;

test.each([30, 150, 740])("with a steady use of %d millicores new pods get the bucket's edge and the margin", (use) => {
  const { sim, services } = worldOf(steady(use, "{ use: vpa, updateMode: Initial }"));
  sim.run(600);
  // Samples of 15 s may count a call more or less: 100 ms of 15 s.
  const least = withMargin(edgeAbove(use * (1 - 0.1 / 15)));
  const most = withMargin(edgeAbove(use * (1 + 0.1 / 15)));
  expect(services[0].resources.size.cpuMillicores).toBeGreaterThanOrEqual(least);
  expect(services[0].resources.size.cpuMillicores).toBeLessThanOrEqual(most);
});

/**
 * The lower bound is P × (1 + 0.001 / c)⁻², c days of history. At the loop of minute k the history is k − 1 minutes long; a
 * request of 100 m is first below it when (1 + 1.44 / (k − 1))² < P / 100.
 */
const firstBelow = (target: number): number => {
  let minute = 2;
  while (Math.trunc(target * (1 + 1.44 / (minute - 1)) ** -2) <= 100) minute++;
  return 60 * minute;
};

test.each(["Recreate", "InPlaceOrRecreate"])(
  "%s touches a pod that asks for too little when the lower bound passes it",
  (mode) => {
    const { sim, decisions } = worldOf(steady(150, `{ use: vpa, updateMode: ${mode} }`));
    sim.run(1200);
    const target = withMargin(edgeAbove(150));
    const changes = decisions.filter(({ subject, from, asked }) => subject.startsWith("cpu of pod ") && from !== asked);
    expect(changes.map(({ time, from, asked }) => [time, from, asked])).toEqual([
      // Of two pods one may be missing: the other's turn is a minute later.
      [firstBelow(target), 100, target],
      [firstBelow(target) + 60, 100, target],
    ]);
  },
);

test("Off recommends and leaves all as it is", () => {
  const { sim, services, decisions } = worldOf(steady(150, "{ use: vpa, updateMode: Off }"));
  sim.run(1200);
  expect(services[0].created).toBe(2);
  expect(services[0].resources.size.cpuMillicores).toBe(100);
  expect(decisions.map(({ rule }) => rule)).toContain("recommendation, not applied in mode Off");
});

test("what cannot grow in place is evicted after five minutes of waiting, counted from when the updater first sees it", () => {
  const { sim, decisions } = worldOf(`
cluster: { nodes: { small: { capacity: { cpu: 250m, memory: 4Gi }, reserved: { cpu: 0m, memory: 0Mi }, usdPerHour: 1, count: 1 } } }
${steady(90, "{ use: vpa, updateMode: InPlaceOrRecreate, minAllowed: { cpu: 160m } }")}`);
  sim.run(1200);
  const own = decisions.filter(({ subject }) => subject.endsWith("pod shop-0"));
  const [asked, held, evicted] = own;
  expect(asked.rule).toMatch(/^resize in place/);
  expect([held.policy, held.rule, held.time]).toEqual([
    "kubelet",
    "Deferred: the node has no room for it now",
    asked.time,
  ]);
  // Seen a minute later; more than five minutes after that is six.
  expect([evicted.rule.slice(0, 8), evicted.time]).toEqual(["eviction", asked.time + 60 + 360]);
});

test("memory kills raise the recommendation by a fifth, or by 100 MiB", () => {
  const { sim, services } = worldOf(`
services:
  shop:
    memory: { request: 300Mi, limit: 300Mi }
    memoryUse: { base: 260Mi, perCall: 10Mi }
    sizer: { use: vpa, updateMode: Initial }
    endpoints: { call: { wait: 40s } }
load:
  rush: { users: 5, think: 1h, to: shop/call }
`);
  sim.run(7200);
  const { memoryMiB } = services[0].resources.size;
  expect(services[0].restarts).toBeGreaterThan(0);
  // (300 + 100) MiB and the margin at least; at most a bucket (5 %, and 10 MB) more.
  expect(memoryMiB).toBeGreaterThanOrEqual(400 * 1.15);
  expect(memoryMiB).toBeLessThanOrEqual((400 * 1.05 + 9.6) * 1.15);
});

const both = (hpa: string, vpa: string) =>
  steady(600, vpa, `scaler: { use: hpa, min: 2, max: 20, ${hpa} }`).replace("replicas: 2", "replicas: 4");
const quick = "recommender: { confidenceIntervalCpu: 1m, cpuHalfLife: 1m }";

test("an HPA on requests a second and a VPA on cpu do not disturb each other", () => {
  // 20 calls/s at 5 a pod are 4 pods, each of which uses 300 of the 1,200 millicores.
  const metrics = "metrics: [{ kind: pods, signal: rate, averageValue: 5 }]";
  const { sim, services } = worldOf(both(metrics, `{ use: vpa, updateMode: InPlaceOrRecreate, ${quick} }`));
  sim.run(3600);
  expect(services[0].replicas).toBe(4);
  const { cpuMillicores } = services[0].resources.size;
  expect(cpuMillicores).toBeGreaterThanOrEqual(withMargin(edgeAbove(298)));
  expect(cpuMillicores).toBeLessThanOrEqual(withMargin(edgeAbove(302)));
});

test("both on cpu run away: the VPA keeps the use at 80 % of the request and more, so the HPA's 60 % are never reached", () => {
  const { sim, services } = worldOf(both("target: 60%", `{ use: vpa, updateMode: InPlaceOrRecreate, ${quick} }`));
  sim.run(4 * 3600);
  expect(services[0].replicas).toBe(20);
});

test("the same HPA alone settles where 60 % of the requests are the load", () => {
  const { sim, services } = worldOf(both("target: 60%", "none"));
  sim.run(4 * 3600);
  expect(services[0].replicas).toBe(1200 / (0.6 * 100));
});
