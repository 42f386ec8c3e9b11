/** The parts of the Vertical Pod Autoscaler's recommender; whole histories are compared with the real one by the conformance suite. */
import { describe, expect, test } from "vitest";
import { Recommender } from "../../src/controllers/vpa/cluster.js";
import { exp2, log, power } from "../../src/controllers/vpa/floats.js";
import { Buckets, DecayingHistogram } from "../../src/controllers/vpa/histogram.js";
import { capped } from "../../src/controllers/vpa/policy.js";
import { Aggregate, ContainerUsage } from "../../src/controllers/vpa/usage.js";

const DAY = 86_400;
const MIB = 2 ** 20;
const aggregation = {
  memoryAggregationInterval: DAY,
  memoryHistogramDecayHalfLife: DAY,
  cpuHistogramDecayHalfLife: DAY,
  oomBumpUpRatio: 1.2,
  oomMinBumpUpBytes: 100 * MIB,
};

test.each([
  [log(1), 0],
  [exp2(0), 1],
  [exp2(-3), 1 / 8],
  [exp2(100), 2 ** 100],
  [power(1.5, 2), 2.25],
  [power(4, -2), 1 / 16],
])("powers of whole numbers are exact (%d)", (got, expected) => {
  expect(got).toBe(expected);
});

test("logarithms and powers are those of the platform to about the last bit", () => {
  for (let x = 1; x < 1e9; x *= 1.37) {
    expect(log(x)).toBeCloseTo(Math.log(x), 13);
    expect(exp2(Math.log2(x)) / x).toBeCloseTo(1, 13);
  }
});

describe("a histogram", () => {
  const cores = new Buckets(1000, 0.01);

  test.each([
    [0, 0],
    [0.0099, 0],
    [0.01, 1],
    [0.02, 1],
    [0.021, 2],
    [1e9, 175],
  ])("puts %d cores into bucket %d", (value, bucket) => {
    expect(cores.count).toBe(176);
    expect(cores.find(value)).toBe(bucket);
  });

  test("answers the end of the bucket that holds the percentile, and 0 when empty", () => {
    const histogram = new DecayingHistogram(cores, DAY);
    expect(histogram.percentile(0.5)).toBe(0);
    for (let n = 0; n < 9; n++) histogram.add(0.005, 1, 100 * DAY);
    histogram.add(0.015, 1, 100 * DAY);
    expect(histogram.percentile(0.5)).toBe(0.01);
    expect(histogram.percentile(0.9), "a share that is reached exactly").toBe(0.01);
    expect(histogram.percentile(0.95)).toBeCloseTo(0.0205, 12);
  });

  test("counts a sample half as much as one that is a half-life younger", () => {
    const histogram = new DecayingHistogram(cores, DAY);
    histogram.add(0.005, 1, 100 * DAY);
    histogram.add(0.015, 1, 101 * DAY);
    expect(histogram.percentile(1 / 3 - 0.01)).toBe(0.01);
    expect(histogram.percentile(1 / 3 + 0.01)).toBeCloseTo(0.0205, 12);
  });
});

describe("a container's memory", () => {
  /** The end of the bucket in which the only peak lies: at most 5 % and the first bucket's width above the peak. */
  function expectPeak(aggregate: Aggregate, bytes: number): void {
    const found = aggregate.memoryPeaks.percentile(0.01);
    expect(aggregate.memoryPeaks.percentile(1)).toBe(found);
    expect(found).toBeGreaterThan(bytes);
    expect(found).toBeLessThan(bytes * 1.05 + 1e7);
  }

  test("is one peak a day, the highest", () => {
    const aggregate = new Aggregate(aggregation);
    const container = new ContainerUsage(aggregate);
    for (const mib of [300, 500, 400]) container.addMemory(mib * MIB, 100 * DAY + mib);
    container.addMemory(600 * MIB, 100 * DAY + 600);
    expectPeak(aggregate, 600 * MIB);
  });

  test.each([
    [300, 400],
    [500, 600],
    [1000, 1200],
  ])("after an OOM at a request of %d MiB is taken for %d MiB", (request, taken) => {
    const aggregate = new Aggregate(aggregation);
    const container = new ContainerUsage(aggregate);
    expect(container.recordOom(request * MIB, 100 * DAY)).toBe(true);
    expect(container.recordOom(request * MIB, 99 * DAY - 1)).toBe(false);
    expectPeak(aggregate, taken * MIB);
  });
});

test("without samples the least is recommended, shared by the pod's containers", () => {
  const recommender = new Recommender({
    ...aggregation,
    safetyMarginFraction: 0.15,
    podMinCpuMillicores: 25,
    podMinMemoryMb: 250,
    targetCpuPercentile: 0.9,
    lowerBoundCpuPercentile: 0.5,
    upperBoundCpuPercentile: 0.95,
    confidenceIntervalCpu: DAY,
    targetMemoryPercentile: 0.9,
    lowerBoundMemoryPercentile: 0.5,
    upperBoundMemoryPercentile: 0.95,
    confidenceIntervalMemory: DAY,
    roundCpuMillicores: 1,
    roundMemoryBytes: 1,
    policies: {},
    maxAllowed: {},
  });
  recommender.addPod("a", "", ["main", "proxy"]);
  expect(recommender.recommendations().get("proxy")?.upperBound).toEqual({ cpu: 12, memory: 125 * MIB });
});

test("bounds cap: the most wins over the least, the policy's most over the recommender's, and 0 is no bound", () => {
  const amounts = { cpu: 300, memory: 1000 };
  const found = { target: amounts, lowerBound: amounts, upperBound: amounts, uncappedTarget: amounts };
  const policy = { minAllowed: { cpu: 700, memory: 0 }, maxAllowed: { cpu: 500, memory: 0 } };
  const result = capped(found, policy, { cpu: 400, memory: 10 });
  expect(result.target).toEqual({ cpu: 500, memory: 1000 });
  expect(result.uncappedTarget).toEqual(amounts);
});
