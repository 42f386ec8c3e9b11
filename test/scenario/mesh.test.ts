/** What a scenario says of proxies, and what the model makes of it. */
import { describe, expect, test } from "vitest";
import { meshNames } from "../../src/catalogue/meshes.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf } from "./complaints.js";

const scenario = (service: string, rest = ""): string =>
  `services: { web: { endpoints: { home: { cpu: 1ms } }, ${service} } }\nload: { users: { rate: 1/s, to: web/home } }\n${rest}`;
const read = (text: string) => readScenario(text, { name: "test" });
const specOf = (text: string, policy?: string): ServiceSpec => {
  const { scenario: made } = read(text);
  return made.world(policy ?? made.policies[0]).services[0];
};
test("without a word of proxies a gateway stands before the service", () => {
  expect(specOf(scenario("")).mesh).toBeUndefined();
});

test.each(["limits: {}", "outliers: {}", "panic: 50%", "connections: http1"])("%s gives callers proxies", (field) => {
  expect(specOf(scenario(field)).mesh).toBeDefined();
});

describe("presets", () => {
  test.each(meshNames)("%s has a world, by its name and as a map", (name) => {
    expect(specOf(scenario("", `mesh: ${name}`)).mesh).toEqual(specOf(scenario("", `mesh: { use: ${name} }`)).mesh);
  });

  test("Istio's sidecar: two proxies of 0.2 ms, 100 m and 128 Mi more, two more tries, HTTP/1.1 over TLS, no panic", () => {
    const spec = specOf(scenario("cpu: { request: 400m, limit: 1 }, memory: 200Mi", "mesh: istio-sidecar"));
    expect(spec.hop.passes).toMatchObject([
      { at: "caller", cpu: 0.0002, charged: "pod" },
      { at: "pod", cpu: 0.0002, charged: "pod" },
    ]);
    expect(spec.size).toEqual({ cpuMillicores: 500, memoryMiB: 328 });
    expect(spec.cpuLimitMillicores).toBe(3000);
    expect(spec.route.retries).toMatchObject({ most: 2, on: ["unreachable", "refused"] });
    expect(spec.mesh).toMatchObject({ attempts: 5, panic: 0, connections: { streams: 1, idle: 3600 } });
  });

  test("ambient: its proxies are the node's", () => {
    const { hop, size } = specOf(scenario("cpu: 400m", "mesh: istio-ambient"));
    expect(hop.passes.map(({ charged }) => charged)).toEqual(["node", "node"]);
    expect(size.cpuMillicores).toBe(400);
  });

  test("Consul: a pod for each connection, Envoy's limits and outlier detection, no panic, checks every ten seconds", () => {
    const spec = specOf(scenario("cpu: 400m", "mesh: consul"));
    expect(spec.mesh).toMatchObject({
      checkInterval: 10,
      dns: undefined,
      panic: 0,
      limits: { requests: 1024 },
      connections: { balances: "connections", streams: 1, most: 1024, pending: 1024 },
      outliers: { consecutive: { failures: 5, enforcing: 1 }, mostEjected: 0.1 },
    });
    const own =
      "connections: { balances: calls, most: unlimited }, outliers: { consecutive: { failures: 2 } }, panic: 20%";
    expect(specOf(scenario(own, "mesh: { use: consul, discovery: { dns: { ttl: 0s } } }")).mesh).toMatchObject({
      dns: { ttl: 0, cache: "none", client: { kind: "ttl" } },
      panic: 0.2,
      connections: { balances: "calls", most: Infinity, pending: 1024 },
      outliers: { consecutive: { failures: 2 } },
    });
  });

  test.each<[string, object | undefined]>([
    ["headless", { ttl: 5, cache: "cluster", client: { kind: "time", time: 0 } }],
    [
      "{ use: headless, discovery: { dns: { client: 30s, cache: node } } }",
      { ttl: 5, cache: "node", client: { time: 30 } },
    ],
    ["{ use: headless, discovery: { dns: none } }", undefined],
    ["grpc", { ttl: 5, client: { kind: "failure", least: 30 } }],
    ["{ use: plain, discovery: { dns: {} } }", { ttl: 5, cache: "none", client: { kind: "ttl" } }],
    ["{ use: plain, discovery: { dns: { client: forever } } }", { client: { kind: "time", time: Infinity } }],
    ["{ use: plain, discovery: { dns: { client: { onFailure: 10s } } } }", { client: { kind: "failure", least: 10 } }],
  ])("names by %s", (mesh, expected) => {
    const { dns } = specOf(scenario("", `mesh: ${mesh}`)).mesh!;
    if (expected === undefined) expect(dns).toBeUndefined();
    else expect(dns).toMatchObject(expected);
  });

  test("a service's own words come first", () => {
    const own = "retries: { most: 1 }, connections: { protocol: http2, streams: 7, idle: 5m }, panic: 30%";
    const spec = specOf(scenario(own, "mesh: istio-sidecar"));
    expect(spec.route.retries.most).toBe(1);
    expect(spec.mesh).toMatchObject({ attempts: 1, panic: 0.3, connections: { streams: 7, idle: 300 } });
  });

  test("costs and retries can be left out", () => {
    const spec = specOf(scenario("cpu: 400m", "mesh: { use: istio-sidecar, costs: false, retries: false }"));
    expect(spec.hop.passes).toEqual([]);
    expect(spec.size.cpuMillicores).toBe(400);
    expect(spec.route.retries.most).toBe(0);
    expect(spec.mesh!.connections).toBeDefined();
  });

  test("a policy may have another mesh", () => {
    const text = scenario("", "mesh: istio-sidecar\npolicies: { sidecar: {}, ambient: { mesh: istio-ambient } }");
    expect(specOf(text, "sidecar").hop.passes[0].charged).toBe("pod");
    expect(specOf(text, "ambient").hop.passes[0].charged).toBe("node");
  });
});

test.each([
  [
    "mesh: istio",
    '3:7 mesh: expected one of plain, kube-proxy, headless, grpc, istio-sidecar, istio-sidecar-1.12, istio-ambient, linkerd, consul, or a map with use, got "istio"',
  ],
  [
    "mesh: { use: istio }",
    '3:14 mesh.use: expected one of plain, kube-proxy, headless, grpc, istio-sidecar, istio-sidecar-1.12, istio-ambient, linkerd, consul, got "istio"',
  ],
  [
    "mesh: { use: plain, discovery: { dns: { client: never } } }",
    '3:49 mesh.discovery.dns.client: expected ttl, forever, a duration like "30s" or a map with onFailure, got "never"',
  ],
  ["mesh: { use: plain, discovery: { dns: yes } }", '3:39 mesh.discovery.dns: expected none or a map, got "yes"'],
  [
    "mesh: { use: plain, discovery: { dns: { tll: 5s } } }",
    "3:41 mesh.discovery.dns.tll: no such field; there are ttl, cache, client (ttl?)",
  ],
])("%s", (rest, expected) => {
  expect(complaintsOf(scenario("", rest))).toEqual([expected]);
});

test.each([
  [
    "outliers: { baseEjection: 60s, longestEjection: 30s }",
    "1:103 services.web.outliers.longestEjection: expected at least baseEjection (60 s), got 30 s",
  ],
  [
    "limits: {}, concurrency: { limit: 1, waitsAt: service }",
    "1:101 services.web.concurrency.waitsAt: expected pod where callers have proxies, which choose one before a call sets out, got service",
  ],
  ["connections: h2", '1:68 services.web.connections: expected http1, http2 or a map, got "h2"'],
  ["limits: { requests: 0 }", "1:75 services.web.limits.requests: expected a whole number from 1 up, got 0"],
])("%s", (field, expected) => {
  expect(complaintsOf(scenario(field))).toEqual([expected]);
});

test("kube-proxy asks its balancer for connections alone, and says so", () => {
  const { warnings } = read(scenario("balancer: least-request", "mesh: kube-proxy"));
  expect(warnings.map(({ message }) => message)).toEqual([
    "a pod is chosen once for each connection, so least-request is asked when one is opened, not for each call",
  ]);
});
