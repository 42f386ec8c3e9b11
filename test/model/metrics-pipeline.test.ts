/** The delays between a pod's counter and whoever scales by it: schedules worked out by hand, jitter off. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { PipelineSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import type { ServiceView } from "../../src/policy/contract.js";
import { hpa } from "../../src/policy/scaler/hpa.js";
import { make } from "../policy/builders.js";
import { at, cpu, play, shop, wait } from "./lab.js";

const sharp: PipelineSpec = {
  housekeeping: { interval: 10, longest: 10, jitter: 0 },
  prometheus: { interval: 30, delay: 0 },
};

/** What a scaler that is asked every five seconds sees at these times. */
function seen<T>(spec: Partial<ServiceSpec>, look: (view: ServiceView) => T, times: readonly number[], about = {}) {
  const found: T[] = [];
  const scaler: ServiceSpec["scaler"] = {
    name: "looker",
    create: () => ({
      period: 5,
      desiredReplicas(view) {
        if (times.includes(view.now)) found.push(look(view));
        return view.replicas;
      },
    }),
  };
  const { loads = [], ...rest } = about as Partial<WorldSpec>;
  createWorld(world({ services: [service({ ...spec, scaler })], loads, pipeline: sharp, ...rest }), 1).sim.run(200);
  return found;
}

const sample = ({ now, pods: [pod] }: ServiceView) => [now, pod.cpuMillicores, pod.sampledAt, pod.sampleWindow];

describe("a pod's sample", () => {
  test("is of the kubelet's last two points, as old as the last of them", () => {
    // Four seconds of work from 5 s on, two from 12 s on. The kubelet measures at 0, 10, 20 …, the metrics server asks at 15, 30 …
    const about = { steps: [cpu(2)], concurrency: { limit: 9, queue: 0, holds: "call", waitsAt: "pod" } as const };
    const loads = [at("shop", 5, 7, 12)];
    expect(seen(about, sample, [10, 20, 35, 50], { loads })).toEqual([
      [10, NaN, NaN, NaN],
      [20, (1000 * 4) / 10, 10, 10], // ten seconds old at its first scrape: held against its start
      [35, (1000 * 2) / 20, 30, 20],
      [50, 0, 40, 10],
    ]);
  });

  test("does not span a container's end: the next needs two points of the new one, the first at its very start not counting", () => {
    const lifecycle = { ...plainLifecycle, crashAfter: constant(22) };
    // It starts again at 22 s, at once; the kubelet measures it at 22, 32 and 42 s.
    expect(seen({ lifecycle }, sample, [20, 35, 50], {}).map(([, value]) => value)).toEqual([0, NaN, NaN]);
  });

  test("of memory is what was held when it was measured", () => {
    const lifecycle = { ...plainLifecycle, memoryUse: { baseMiB: 64, perCallMiB: 8 } };
    const about = { lifecycle, steps: [wait(20)], concurrency: { limit: 9, queue: 0, holds: "call", waitsAt: "pod" } as const }; // biome-ignore format: one line
    const loads = [at("shop", 1, 2, 15)];
    const memory = ({ pods: [pod] }: ServiceView) => pod.memoryMiB;
    // Two calls at 10 s, three at 20 s, one at 30 s (two ended at 21 and 22 s).
    expect(seen(about, memory, [20, 35], { loads })).toEqual([64 + 2 * 8, 64 + 8]);
    const share = (view: ServiceView) => view.mean("memory", 15);
    expect(seen(about, share, [20, 35], { loads })).toEqual([(64 + 2 * 8) / 256, (64 + 8) / 256]);
  });

  test("of an idle container comes at intervals that grow once and begin anew", () => {
    const housekeeping = { interval: 10, longest: 15, jitter: 0 };
    const pipeline = { ...sharp, housekeeping };
    // Measured at 0, 10 (unchanged: 15 s next), 25 (at its longest: 10 s next), 35, 50, 60 s …
    const sampledAt = ({ pods: [pod] }: ServiceView) => pod.sampledAt;
    expect(seen({}, sampledAt, [20, 35, 50, 65], { pipeline })).toEqual([10, 25, 35, 60]);
  });

  test("is not late because another container's comes late", () => {
    const housekeeping = { interval: 10, longest: 20, jitter: 0 };
    // The first, idle, is measured at 0, 10, 30, 40 and 60 s; the second comes at 45 and is measured then and at 55.
    const found: number[] = [];
    const create = () => ({
      period: 5,
      desiredReplicas({ now, pods }: ServiceView) {
        if (now === 65) found.push(...pods.map(({ sampledAt }) => sampledAt));
        return now < 45 ? 1 : 2;
      },
    });
    const services = [service({ scaler: { name: "grows", create } })];
    createWorld(world({ services, pipeline: { ...sharp, housekeeping } }), 1).sim.run(70);
    expect(found).toEqual([60, 55]);
  });

  test("waits between ten and twenty seconds for the kubelet, as upstream's jitter has it", () => {
    const pipeline = { ...sharp, housekeeping: { interval: 10, longest: 10, jitter: 1 } };
    const windows = ({ pods: [pod] }: ServiceView) => pod.sampleWindow;
    const many = Array.from({ length: 30 }, (_, i) => 20 + 5 * i);
    const found = new Set(seen({}, windows, many, { pipeline }).filter((window) => window > 0));
    expect(found.size).toBeGreaterThan(5);
    // Of two points that are both scraped there may be one between them that no scrape saw.
    for (const window of found) expect(window).toBeGreaterThanOrEqual(10);
  });
});

describe("what is not of pods", () => {
  const loads = [at("shop", ...Array.from({ length: 190 }, (_, i) => i + 0.5))];
  const rate = (window: number) => (view: ServiceView) => [view.mean("rate", window), view.sampledAt("rate")];

  test("is a rate over the scrapes within the window", () => {
    // 60 and 90 calls by 60 and 90 s.
    expect(seen({}, rate(60), [95], { loads })).toEqual([[1, 90]]);
  });

  test("in a window too short for two scrapes is that between the last two", () => {
    expect(seen({}, rate(15), [25, 55, 95], { loads })).toEqual([
      [NaN, NaN],
      [NaN, 30],
      [1, 90],
    ]);
  });

  test("comes as late as the adapter is", () => {
    const pipeline = { ...sharp, prometheus: { interval: 30, delay: 40 } };
    expect(seen({}, rate(60), [95, 100], { loads, pipeline })).toEqual([
      [NaN, 30],
      [1, 60],
    ]);
  });

  test("or the mean of a gauge, the latest one where the window holds none", () => {
    const calls = [at("shop", 10, 40, 41)];
    const about = { steps: [wait(100)], concurrency: { limit: 1, queue: 9, holds: "call", waitsAt: "pod" } as const };
    const queue = (window: number) => (view: ServiceView) => view.mean("queue", window);
    // One call inside from 10 s, two wait from 41 s: queues of 0, 2, 2 at 30, 60, 90 s.
    expect(seen(about, queue(70), [95], { loads: calls })).toEqual([(0 + 2 + 2) / 3]);
    expect(seen(about, queue(5), [50], { loads: calls })).toEqual([0]);
  });
});

test("the HPA's story tells how old its samples were", () => {
  const scaler = { name: "hpa", create: () => make(hpa, { target: "50%" }) };
  const spec = { ...shop({ scaler, steps: [cpu(300)] }, 1), pipeline: sharp };
  const { world: played } = play(spec, 50);
  // A sync at 45 s comes just before that scrape's answers: it sees the point of 30 s.
  const { why } = played.decisions.find(({ time }) => time === 45)!;
  expect(why!.trail[0]).toMatchObject({
    what: "cpu resource utilization (percentage of request)",
    seen: { utilization: 100, averageValue: "1000m", samplesAge: 15 },
  });
});

describe("loops begin", () => {
  const decidedAt = (controllers: WorldSpec["controllers"]) => {
    const scaler = { name: "quiet", create: () => ({ period: 15, desiredReplicas: () => 1 }) };
    const played = createWorld(world({ services: [service({ scaler })], controllers }), 1);
    played.sim.run(60);
    return played.decisions.map(({ time }) => time);
  };

  test("a whole period after the start, or with their phase", () => {
    expect(decidedAt({ phase: 0, informerDelay: 0 })).toEqual([15, 30, 45, 60]);
    expect(decidedAt({ phase: 4, informerDelay: 0 })).toEqual([4, 19, 34, 49]);
    expect(decidedAt({ phase: 34, informerDelay: 0 })).toEqual([4, 19, 34, 49]);
  });

  test("at random within their first period, the same in every run of a seed", () => {
    const [first, second] = decidedAt({ phase: "random", informerDelay: 0 });
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(15);
    expect(second - first).toBeCloseTo(15, 9);
    expect(decidedAt({ phase: "random", informerDelay: 0 })[0]).toBe(first);
  });
});
