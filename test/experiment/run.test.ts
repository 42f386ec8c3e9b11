import { describe, expect, test } from "vitest";
import { measuresOf } from "../../src/experiment/measures.js";
import { runOnce } from "../../src/experiment/run.js";
import { readScenario } from "../../src/scenario/read.js";

const scenarioOf = (text: string) => readScenario(text, { name: "test.yaml" }).scenario;

describe("a replication", () => {
  test("measures what comes after the warm-up, and that alone", () => {
    // Ten requests a second, evenly: those of the first 10 s do not count.
    const outcome = runOnce(
      scenarioOf(`
duration: 20s
warmup: 10s
series: { step: 1s }
services: { web: { cpu: { request: 1, limit: 1 }, concurrency: 1, endpoints: { get: { cpu: 90ms } } } }
load: { v: { rate: 10/s, arrivals: deterministic, to: web/get } }
`),
      "as-written",
      0,
    );
    // Sent after 10 s and up to 30 s: 200, the request of the very end included.
    expect(outcome.measures["load.sent"]).toBe(200);
    expect(outcome.measures["load.rate"]).toBeCloseTo(10, 0);
    expect(outcome.measures["cause.cpu"]).toBeCloseTo(0.09, 3);
    expect(outcome.latency.count).toBeLessThanOrEqual(200);
  });

  const compared = scenarioOf(`
duration: 2m
services: { web: { replicas: 2, endpoints: { get: { cpu: { lognormal: { mean: 5ms, cv: 1 } } } } } }
load: { v: { rate: 50/s, to: web/get } }
policies: { few: { scaler: none }, longer-name-with-many: { scaler: none, replicas: 9 } }
`);

  test("meets the same requests under every policy: as many, and the same work", () => {
    const [few, many] = compared.policies.map((policy) => runOnce(compared, policy, 3).measures);
    expect(many["load.sent"]).toBe(few["load.sent"]);
    expect(many["demand.A"]).toBeCloseTo(few["demand.A"], 6);
    expect(many["latency.mean"]).not.toBe(few["latency.mean"]);
  });

  test("counts the CPU of proxies for each request, on pods' cores and on nodes', under whatever policy there are some", () => {
    const shop = scenarioOf(`
duration: 10s
services:
  web: { endpoints: { get: [{ cpu: 1ms }, { call: store/get }, { call: store/get }] } }
  store: { endpoints: { get: { cpu: 1ms } } }
load: { v: { rate: 10/s, to: web/get } }
policies: { none: {}, sidecar: { mesh: istio-sidecar }, ambient: { mesh: istio-ambient } }
`);
    const [none, sidecar, ambient] = shop.policies.map((policy) => runOnce(shop, policy, 0).measures["mesh.cpu"]);
    // From outside past the proxy of web alone, and twice from web's past store's: five passes of 0.2 ms, or of 0.06 ms.
    expect(none).toBe(0);
    expect(sidecar).toBeCloseTo(5 * 0.0002, 5);
    expect(ambient).toBeCloseTo(5 * 0.00006, 5);
    expect(measuresOf(shop).map(({ name }) => name)).toContain("mesh.cpu");
    expect(measuresOf(compared).map(({ name }) => name)).not.toContain("mesh.cpu");
  });

  test("tells that a bad pod has been detected when a proxy leaves it out", () => {
    const gray = scenarioOf(`
duration: 20s
services:
  api:
    replicas: 10
    balancer: round-robin
    outliers: {}
    endpoints: { get: { cpu: 1ms } }
load: { v: { rate: 10/s, arrivals: deterministic, to: api/get } }
faults: [{ brownOut: { service: api, pods: 1, failing: 100% }, at: 5s }]
`);
    const [{ by, detected }] = runOnce(gray, "as-written", 0).faults;
    expect(by).toBe("outlier-detection");
    // One call in ten is its own, once a second: the fifth failure in a row comes after 4 s, and within the fifth second.
    expect(detected).toBeGreaterThan(9);
    expect(detected).toBeLessThan(10.01);
  });

  test("meets others in every replication", () => {
    const sent = [0, 1, 2, 3].map((replication) => runOnce(compared, "few", replication).measures["demand.A"]);
    expect(new Set(sent).size).toBe(4);
  });
});
