/** What of Knative the vectors do not hold: the sample of pods, targets, and the first moments of a decider. */
import { describe, expect, test } from "vitest";
import { firstExcess } from "../../src/controllers/knative/autoscaler.js";
import { panicWindowOf, sampleSize, scrape } from "../../src/controllers/knative/metrics.js";
import { metricTarget } from "../../src/controllers/knative/target.js";
import { RandomStream } from "../../src/kernel/random.js";

const stat = (concurrency: number) => ({ concurrency, proxiedConcurrency: 0, requests: 0, proxiedRequests: 0 });

describe("scraping", () => {
  test("asks few pods all, many pods only as many as make the mean 95 % certain", () => {
    const unbounded = (1.96 ** 2 * 100) / 5 ** 2;
    expect([0, 1, 3].map(sampleSize)).toEqual([0, 1, 3]);
    for (const pods of [4, 10, 100, 1000]) {
      expect(sampleSize(pods)).toBe(Math.ceil((pods * unbounded) / (pods + unbounded - 1)));
    }
    expect([10, 100, 1000].map(sampleSize)).toEqual([7, 14, 16]);
  });

  test("lets the sample stand for all, and takes young pods only when old ones are too few", () => {
    const stream = new RandomStream(1, "scrape");
    const old = Array.from({ length: 7 }, () => ({ stat: stat(2), old: true }));
    const young = Array.from({ length: 3 }, () => ({ stat: stat(100), old: false }));
    expect(scrape([...young, ...old], stream)?.concurrency).toBeCloseTo(2 * 10, 9);
    expect(scrape([...young, ...old.slice(2)], stream)?.concurrency).toBeCloseTo(((2 * 5 + 100) / 6) * 8, 9);
    expect(scrape([], stream)).toBeUndefined();
  });

  test("the panic window is a share of the stable one in whole seconds", () => {
    expect(panicWindowOf(60, 0.1)).toBe(6);
    expect(panicWindowOf(6, 0.01)).toBe(1);
  });
});

describe("targets", () => {
  test("are 70 % of 100 calls at once, or of 200 a second, unless something says otherwise", () => {
    expect(metricTarget({ metric: "concurrency", containerConcurrency: 0 })).toEqual({ target: 70, total: 100 });
    expect(metricTarget({ metric: "rps", containerConcurrency: 5 })).toEqual({ target: 140, total: 200 });
  });

  test("never exceed what the container takes at once", () => {
    const spec = { metric: "concurrency", containerConcurrency: 5, targetUtilization: 1 } as const;
    expect(metricTarget({ ...spec, target: 8 })).toEqual({ target: 5, total: 5 });
    expect(metricTarget({ ...spec, target: 0.001 })).toEqual({ target: 0.01, total: 0.001 });
  });
});

test("before its first decision a decider counts on the initial scale", () => {
  const spec = {
    ...{ maxScaleUpRate: 1000, maxScaleDownRate: 2, targetValue: 70, totalValue: 100, panicThreshold: 2 },
    ...{ stableWindow: 60, scaleDownDelay: 0, activationScale: 0, reachable: true },
  };
  expect(firstExcess({ ...spec, targetBurstCapacity: 211 }, 3)).toBe(3 * 100 - 211);
  expect(firstExcess({ ...spec, targetBurstCapacity: -1 }, 3)).toBe(-1);
});
