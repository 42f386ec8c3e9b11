import { describe, expect, test } from "vitest";
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

  test("meets others in every replication", () => {
    const sent = [0, 1, 2, 3].map((replication) => runOnce(compared, "few", replication).measures["demand.A"]);
    expect(new Set(sent).size).toBe(4);
  });
});
