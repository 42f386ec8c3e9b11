/** What a good file becomes: the world of each policy, in the inner units. */
import { expect, test } from "vitest";
import { z } from "zod";
import { instanceType, instanceTypes, reserved } from "../../src/catalogue/instances.js";
import type { WorldSpec } from "../../src/model/spec.js";
import { defineScaler } from "../../src/policy/define.js";
import type { ScenarioError } from "../../src/scenario/complaint.js";
import { policyPathsIn, type ReadOptions, readScenario } from "../../src/scenario/read.js";

const read = (text: string, options: Partial<ReadOptions> = {}) =>
  readScenario(text, { name: "dir/test.yaml", ...options });
const world = (text: string, policy = "as-written"): WorldSpec => read(text).scenario.world(policy);

const service = (fields: string): string =>
  `services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    ${fields}\nload: { a: { rate: 1/s, to: web/get } }\n`;
const step = (text: string) =>
  world(
    `services:\n  web: { endpoints: { get: ${text} } }\n  db: { endpoints: { q: { cpu: 1ms } } }\nload: { a: { rate: 1/s, mix: { web/get: 50%, db/q: 50% } } }\n`,
  ).services[0].endpoints[0].steps;

test("a short file is a whole scenario", () => {
  const { scenario, warnings } = read(service("replicas: 2"));
  expect(scenario).toMatchObject({
    name: "test",
    question: "",
    warmup: 0,
    duration: 10 * 60,
    replications: 5,
    seed: 1,
    slo: [],
    policies: ["as-written"],
    traces: [],
  });
  expect(warnings).toEqual([]);
  const { services, cluster, scrapePeriod, seriesStep, demandUtilisation } = scenario.world("as-written");
  expect(services[0]).toMatchObject({ name: "web", replicas: 2, bounds: { min: 2, max: 2 }, scaler: undefined });
  expect(services[0].hop.latency).toEqual({ shape: "constant", value: 0.0005 });
  expect(services[0].cpuLimitMillicores).toBe(Infinity);
  expect(cluster.groups).toHaveLength(1);
  expect(cluster.groups[0].usdPerHour).toBe(0);
  expect({ scrapePeriod, seriesStep, demandUtilisation }).toEqual({
    scrapePeriod: 15,
    seriesStep: 5,
    demandUtilisation: 0.8,
  });
});

test.each([
  ["{ cpu: 4ms }", [{ kind: "cpu", work: { shape: "constant", value: 0.004 } }]],
  ["[{ wait: { exponential: 2s } }]", [{ kind: "wait", time: { shape: "exponential", mean: 2 } }]],
  ["{ call: db/q }", [{ kind: "call", service: "db", endpoint: "q" }]],
  ["{ maybe: { probability: 10%, steps: [] } }", [{ kind: "choose", options: [{ probability: 0.1, steps: [] }] }]],
  [
    "{ parallel: [{ call: db/q }, [{ wait: 1s }, { call: db/q }]] }",
    [
      {
        kind: "parallel",
        branches: [
          [{ kind: "call", service: "db", endpoint: "q" }],
          [
            { kind: "wait", time: { shape: "constant", value: 1 } },
            { kind: "call", service: "db", endpoint: "q" },
          ],
        ],
      },
    ],
  ],
  ["{ repeat: { times: 3, steps: [] } }", [{ kind: "repeat", times: { shape: "constant", value: 3 }, steps: [] }]],
  [
    "{ repeat: { times: { geometric: 2 }, steps: [] } }",
    [{ kind: "repeat", times: { shape: "geometric", mean: 2 }, steps: [] }],
  ],
])("the step %s", (text, expected) => expect(step(text)).toEqual(expected));

test.each([
  ["250ms", { shape: "constant", value: 0.25 }],
  ["{ exponential: 20ms }", { shape: "exponential", mean: 0.02 }],
  ["{ lognormal: { mean: 1m, cv: 0.2 } }", { shape: "lognormal", mean: 60, cv: 0.2 }],
  ["{ uniform: [1s, 3s] }", { shape: "uniform", low: 1, high: 3 }],
  ["{ gamma: { mean: 1s, cv: .5 } }", { shape: "gamma", mean: 1, cv: 0.5 }],
  ["{ erlang: { mean: 1s, k: 3 } }", { shape: "erlang", mean: 1, k: 3 }],
  ["{ hyperexponential: { mean: 1s, cv: 2 } }", { shape: "hyperexponential", mean: 1, cv: 2 }],
  ["{ weibull: { scale: 2s, power: 1.5 } }", { shape: "weibull", scale: 2, power: 1.5 }],
  ["{ pareto: { low: 1s, alpha: 2 } }", { shape: "pareto", low: 1, high: Infinity, alpha: 2 }],
  ["{ pareto: { low: 1s, high: 1h, alpha: 2 } }", { shape: "pareto", low: 1, high: 3600, alpha: 2 }],
  ["{ empirical: [1s, 2s, 2s] }", { shape: "empirical", values: [1, 2, 2] }],
])("the distribution %s", (text, expected) =>
  expect(world(service(`startup: ${text}`)).services[0].startup).toEqual(expected),
);

test.each([
  ["cpu: 500m", { size: { cpuMillicores: 500, memoryMiB: 256 }, cpuLimitMillicores: Infinity }],
  ["cpu: { limit: 2 }", { size: { cpuMillicores: 2000, memoryMiB: 256 }, cpuLimitMillicores: 2000 }],
  ["cpu: { request: 0.5, limit: 2 }", { size: { cpuMillicores: 500, memoryMiB: 256 }, cpuLimitMillicores: 2000 }],
  [
    "memory: { request: 1Gi, limit: unlimited }",
    { size: { cpuMillicores: 500, memoryMiB: 1024 }, memoryLimitMiB: Infinity },
  ],
  ["concurrency: 4", { concurrency: { limit: 4, queue: Infinity, holds: "call", waitsAt: "pod" } }],
  [
    "concurrency: { limit: 1, queue: 0, waitsAt: service }",
    { concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "service" } },
  ],
  ["readiness: {}", { readiness: { initialDelay: 0, period: 10 } }],
  [
    "hop: { proxy: { cpu: 1ms } }",
    { hop: { latency: { shape: "constant", value: 0.0005 }, passes: [{ at: "pod", cpu: 0.001, charged: "pod" }] } },
  ],
  ["scaler: { use: hpa, min: 2, max: 7 }", { replicas: 2, bounds: { min: 2, max: 7 }, scaler: { name: "hpa" } }],
  ["scaler: hpa", { replicas: 1, bounds: { min: 1, max: 100 }, scaler: { name: "hpa" } }],
  ["replicas: 1_000", { replicas: 1000 }],
])("the service's %s", (text, expected) => expect(world(service(text)).services[0]).toMatchObject(expected));

const compared = `
services:
  web: { replicas: 3, scaler: hpa, endpoints: { get: { call: db/q } } }
  db: { replicas: 2, cpu: 1, endpoints: { q: { cpu: 1ms } } }
load: { a: { rate: 1/s, to: web/get } }
cluster: { nodes: { general: { type: m5.large, count: 2, max: 4, usdPerHour: 1, boot: 0s } }, provisioner: cluster-autoscaler }
policies:
  as-it-is: {}
  fixed: { scaler: none, provisioner: none, nodes: { general: { count: 3 } } }
  mixed: { scaler: { use: hpa, max: 9 }, cpu: 250m, services: { db: { scaler: none, replicas: 5, cpu: 750m } } }
`;

test("a policy changes what it names and leaves the rest", () => {
  const { scenario } = read(compared);
  expect(scenario.policies).toEqual(["as-it-is", "fixed", "mixed"]);
  const rows = scenario.policies.map((policy) => {
    const { services, cluster } = scenario.world(policy);
    return [
      ...services.map(({ scaler, replicas, bounds, size }) => [scaler?.name, replicas, bounds.max, size.cpuMillicores]),
      [cluster.provisioner?.name, cluster.groups[0].count, cluster.groups[0].max],
    ];
  });
  expect(rows).toEqual([
    [
      ["hpa", 3, 100, 500],
      [undefined, 2, 2, 1000],
      ["cluster-autoscaler", 2, 4],
    ],
    [
      [undefined, 3, 3, 500],
      [undefined, 2, 2, 1000],
      [undefined, 3, 4],
    ],
    [
      ["hpa", 3, 9, 250],
      [undefined, 5, 5, 750],
      ["cluster-autoscaler", 2, 4],
    ],
  ]);
  expect(() => scenario.world("mixt")).toThrow('no policy named "mixt"; there are as-it-is, fixed, mixed');
});

test("pods get of a machine what the kubelet leaves", () => {
  const [group] = read(compared).scenario.world("fixed").cluster.groups;
  expect(group.capacity).toEqual({ cpuMillicores: 2000, memoryMiB: 8 * 1024 });
  expect(group.allocatable.cpuMillicores).toBeCloseTo(2000 - 60 - 10);
  expect(group.allocatable.memoryMiB).toBe(8 * 1024 - 255 - 11 * 110 - 100);
  expect(group.usdPerHour).toBe(1);
});

test("the kubelet's share of the cores falls with their number", () => {
  const cores = (n: number) => reserved({ cpuMillicores: 1000 * n, memoryMiB: 1024 }, 10).cpuMillicores;
  expect([1, 2, 4, 16].map(cores)).toEqual([60, 60 + 10, 60 + 10 + 2 * 5, 60 + 10 + 2 * 5 + 12 * 2.5]);
  expect(reserved({ cpuMillicores: 1000, memoryMiB: 1024 }, 10).memoryMiB).toBe(255 + 110 + 100);
});

test("the catalogue knows its types", () => {
  expect(instanceTypes.length).toBeGreaterThan(40);
  expect(instanceType("m5.xlarge")).toMatchObject({
    provider: "aws",
    capacity: { cpuMillicores: 4000, memoryMiB: 16 * 1024 },
    usdPerHour: 0.192,
  });
  expect(instanceType("m5.huge")).toBeUndefined();
});

test("arrivals of a load are the same for a seed and differ between seeds", () => {
  const [load] = world(service("replicas: 1")).loads;
  if (load.kind !== "open") throw new Error("expected an open load");
  const first = (seed: number) => load.arrivals(seed).next();
  expect(first(1)).toBe(first(1));
  expect(first(1)).not.toBe(first(2));
});

test("shares that are off by a rounding are made whole", () => {
  const text =
    "services: { web: { endpoints: { a: [], b: [], c: [] } } }\nload: { x: { rate: 1/s, mix: { web/a: 33.3%, web/b: 33.3%, web/c: 33.3% } } }\n";
  const shares = world(text).loads[0].mix.map(({ share }) => share);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("anchors and merge keys work", () => {
  const text =
    "services:\n  web: &one { cpu: 250m, endpoints: { get: { cpu: 5ms } } }\n  db: { <<: *one, cpu: 750m }\nload: { x: { rate: 1/s, mix: { web/get: 50%, db/get: 50% } } }\n";
  expect(world(text).services.map(({ size }) => size.cpuMillicores)).toEqual([250, 750]);
});

test("a complaint about a merged field points to where it is written", () => {
  const text =
    "services:\n  web: &one { cpu: many, endpoints: { get: { cpu: 5ms } } }\n  db: { <<: *one }\nload: { x: { rate: 1/s, mix: { web/get: 50%, db/get: 50% } } }\n";
  expect(() => read(text)).toThrow(/test.yaml:2:20 services.db.cpu: expected a cpu like/);
});

const surge = defineScaler({
  name: "surge",
  summary: "Of the user's own.",
  fields: { target: z.number() },
  create: ({ target }) => {
    if (target > 100) throw new Error("the target is above 100");
    return { period: 15, desiredReplicas: () => target };
  },
});

test("a policy may come from a file", () => {
  const text = service("scaler: { use: ./surge.ts, target: 7, max: 9 }");
  expect(policyPathsIn(text)).toEqual(["./surge.ts"]);
  const { scenario } = read(text, { loadPolicy: (path) => (path === "./surge.ts" ? surge : undefined) });
  expect(scenario.policyFiles).toEqual(["./surge.ts"]);
  expect(scenario.world("as-written").services[0]).toMatchObject({
    bounds: { min: 1, max: 9 },
    scaler: { name: "./surge.ts" },
  });
});

test.each([
  [
    "{ use: ./surge.ts, target: 7, traget: 8 }",
    surge,
    /4:43 services.web.scaler.traget: no such field; there are min, max, target; did you mean "target"\?/,
  ],
  [
    "{ use: ./surge.ts, target: 700 }",
    surge,
    /4:13 services.web.scaler: .\/surge.ts refuses these fields: the target is above 100/,
  ],
  [
    "{ use: ./surge.ts }",
    { name: "surge" },
    /4:20 services.web.scaler.use: expected a file that exports a scaler by default, got \{"name":"surge"\}/,
  ],
  [
    "{ use: ./surge.ts }",
    { name: "x", fields: {}, create: () => ({ pick: () => 0 }) },
    /4:20 services.web.scaler.use: expected a scaler, got a policy without desiredReplicas/,
  ],
])("the policy %s of a file is checked", (scaler, definition, message) => {
  const loadPolicy = () => definition as never;
  expect(() => read(service(`scaler: ${scaler}`), { loadPolicy })).toThrow(message);
});

test("a trace that cannot be opened is a complaint at its file", () => {
  const text =
    "services: { web: { endpoints: { get: [] } } }\nload: { x: { trace: { file: gone.csv, format: counts }, to: web/get } }\n";
  const openTrace = () => {
    throw new Error("no such file");
  };
  expect(() => read(text, { openTrace })).toThrow(
    'test.yaml:2:29 load.x.trace.file: expected a trace, got "gone.csv": no such file',
  );
  expect(read(text).scenario.traces).toEqual(["gone.csv"]);
});

test("a trace is replayed from its text", () => {
  const text =
    "services: { web: { endpoints: { get: [] } } }\nload: { x: { trace: { file: t.csv, format: counts, unit: s }, to: web/get } }\n";
  const openTrace = (name: string) => {
    const pieces = ["time,count\n0,2\n10,1\n"];
    return { name, read: () => pieces.shift() };
  };
  const [load] = read(text, { openTrace }).scenario.world("as-written").loads;
  if (load.kind !== "open") throw new Error("expected an open load");
  const arrivals = load.arrivals(1);
  // Two in the ten seconds from 0 on, at equal distances, then one at 10.
  expect([arrivals.next(), arrivals.next(), arrivals.next(), arrivals.next()]).toEqual([0, 5, 10, Infinity]);
});

test("pods that find no room at the start are a warning", () => {
  const text = `${service("replicas: 9")}cluster: { nodes: { a: { type: m5.large } } }\n`;
  const { warnings } = read(text);
  expect(warnings.map(({ message }) => message)).toEqual([
    `pods will stay pending in policy "as-written": at the start they request ${9 * 500}m of ${2000 - 60 - 10}m cpu`,
  ]);
});

test("a long line is cut around the caret", () => {
  const text = service(`startup: { empirical: [${"1s, ".repeat(100)}oops] }`);
  try {
    read(text);
    throw new Error("expected complaints");
  } catch (error) {
    const [, line, caret] = (error as ScenarioError).message.split("\n");
    expect(line.length).toBeLessThan(120);
    expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("oops");
  }
});
