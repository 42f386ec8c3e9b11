import { describe, expect, test } from "vitest";
import type { FailedRun } from "../../src/experiment/replicate.js";
import { manifestJson, manifestOf, parseManifest } from "../../src/report/manifest.js";
import { intervalOf, parseSummary, servicesOf, summaryJson, summaryOf } from "../../src/report/summary.js";
import { fixture, scenario } from "./fixture.js";

describe("summary.json", () => {
  const { summary, outcomes, findings } = fixture();

  test("is read back as it was written", () => {
    expect(parseSummary(summaryJson(summary))).toEqual(summary);
  });

  test("has the findings' means, the verdicts and all latencies", () => {
    const [fixed, hpa] = summary.policies;
    expect(intervalOf(hpa.measures["latency.p99"])).toEqual(findings.findings[1].intervals["latency.p99"]);
    expect(summary.comparisons[0].measures["latency.p99"].verdict).toBe("better");
    expect(summary.comparisons[0].measures["capacity.cpu"].verdict).toBeNull();
    const counts = outcomes.filter(({ policy }) => policy === "fixed").map(({ latency }) => latency.count);
    expect(fixed.latency.count).toBe(counts.reduce((sum, count) => sum + count, 0));
    expect(fixed.growing).toBe("frontend");
    expect(summary.objectives[1]).toEqual({
      name: "slo.2",
      label: "frontend/buy: 99 % within 800 ms",
      endpoint: "frontend/buy",
      latency: 0.8,
      share: 0.99,
      errors: null,
    });
    expect(servicesOf(summary)).toEqual(["frontend", "catalogue", "cart", "checkout", "payment"]);
  });

  test("knows no Infinity: one run has a mean and no width", () => {
    const one = fixture(["hpa"], 1).summary;
    const [{ measures }] = one.policies;
    expect(measures["latency.p99"].halfWidth).toBeNull();
    expect(intervalOf(measures["latency.p99"]).halfWidth).toBe(Infinity);
    expect(parseSummary(summaryJson(one))).toEqual(one);
    expect(intervalOf({ mean: null, halfWidth: null, n: 3, level: 0.95 })).toEqual({
      mean: Number.NaN,
      halfWidth: Number.NaN,
      n: 3,
      level: 0.95,
    });
    expect(intervalOf(undefined).mean).toBeNaN();
  });

  test("does not depend on the order in which runs end", () => {
    const failed: readonly FailedRun[] = [
      { policy: "hpa", replication: 1, reason: "b", blame: "thread" },
      { policy: "fixed", replication: 4, reason: "a", blame: "thread" },
    ];
    const answered = { scenario, replications: 5, findings, outcomes, interrupted: true };
    const texts = [failed, [...failed].reverse()].map((some) => summaryJson(summaryOf({ ...answered, failed: some })));
    expect(texts[0]).toBe(texts[1]);
    expect(JSON.parse(texts[0])).toMatchObject({ interrupted: true, failed: [{ policy: "fixed" }, { policy: "hpa" }] });
  });

  test("what is wrong in a file is told, with its place", () => {
    expect(() => parseSummary("{", "results/shop/summary.json")).toThrow(
      /^results\/shop\/summary\.json: expected JSON: /,
    );
    expect(() => parseSummary('{"schemaVersion": 2}')).toThrow(
      "summary.json: expected schemaVersion 1, got 2: a newer dryscale wrote it",
    );
    const broken = { ...summary, seed: "one", policies: [] };
    expect(() => parseSummary(JSON.stringify(broken))).toThrow(
      /summary\.json: seed: expected .*\nsummary\.json: policies: /,
    );
  });
});

describe("manifest.json", () => {
  const made = {
    version: "0.1.0",
    scenario,
    path: "scenarios/shop.yaml",
    scenarioHash: "0123456789abcdef".repeat(4),
    replications: 5,
    policies: ["fixed", "hpa"],
    complete: true,
  };

  test("says what made the results and is read back as it was written", () => {
    const manifest = manifestOf({ ...made, files: { "b.csv": "2", "a.csv": "1" } });
    expect(manifest).toMatchObject({ scenario: { name: "shop", path: "scenarios/shop.yaml" }, seed: 7 });
    expect(Object.keys(manifest.files)).toEqual(["a.csv", "b.csv"]);
    expect(parseManifest(manifestJson(manifest))).toEqual(manifest);
  });

  test("has no time and nothing of the machine", () => {
    expect(Object.keys(manifestOf(made)).sort()).toEqual(
      ["complete", "createdBy", "files", "policies", "replications", "scenario", "schemaVersion", "seed"].sort(),
    );
  });

  test("another file is refused", () => {
    expect(() => parseManifest('{"name": "dryscale"}')).toThrow("manifest.json: schemaVersion: ");
  });
});
