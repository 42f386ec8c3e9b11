import { describe, expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { ConcurrencySpec } from "../../src/model/calls/concurrency-spec.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { at, cpu, latencies, play, shop } from "./lab.js";

const unbounded: ConcurrencySpec = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" };
const shared = (cores: number): Partial<ServiceSpec> => ({
  size: { cpuMillicores: 1000 * cores, memoryMiB: 1 },
  cpuLimitMillicores: 1000 * cores,
  concurrency: unbounded,
});

describe("requests in one container share its CPU", () => {
  test("two at once take twice as long on one core", () => {
    const { answers } = play(shop({ ...shared(1), steps: [cpu(1)] }, 0, 0));
    expect(latencies(answers)).toEqual([2, 2]);
  });

  test("each uses one core at most: one request on two cores is no faster", () => {
    const { answers } = play(shop({ ...shared(2), steps: [cpu(1)] }, 0));
    expect(latencies(answers)).toEqual([1]);
  });

  test("a late comer slows the first down from then on, and has the core alone at the end", () => {
    // 0–1 s alone (1 done, 1 left), 1–3 s two share (1 each), 3–4 s the second alone.
    const { answers } = play(shop({ ...shared(1), steps: [cpu(2)] }, 0, 1));
    expect(latencies(answers)).toEqual([3 - 0, 4 - 1]);
  });

  test("three requests on two cores run at two thirds", () => {
    const { answers } = play(shop({ ...shared(2), steps: [cpu(2)] }, 0, 0, 0));
    expect(latencies(answers)).toEqual([3, 3, 3]);
  });

  test("a limit below one core slows a single request down", () => {
    const { answers } = play(shop({ ...shared(0.25), steps: [cpu(1)] }, 0));
    expect(latencies(answers)).toEqual([4]);
  });

  test("the CPU seconds used are those of the work, shared or not", () => {
    const { world: played } = play(shop({ ...shared(1), steps: [cpu(2)] }, 0, 1, 1.5));
    expect(played.cpuUsed(played.services[0])).toBeCloseTo(6, 9);
  });

  test("thousands at once are served right: n equal requests of 1 s on 4 cores are all done at n / 4", () => {
    const n = 5000;
    const { answers } = play(shop({ ...shared(4), steps: [cpu(1)] }, ...Array<number>(n).fill(0)), 1e5);
    expect(answers.length).toBe(n);
    for (const { latency } of answers) expect(latency).toBeCloseTo(n / 4, 6);
  });
});

describe("containers on a crowded node share its cores by weight", () => {
  /** Services on one node of so many cores, each with one request at time 0. */
  const crowd = (
    cores: number,
    ...services: readonly (readonly [requestMillicores: number, limitMillicores: number, work: number])[]
  ) => {
    const allocatable = { cpuMillicores: 1000 * cores, memoryMiB: 1e6 };
    return world({
      services: services.map(([request, limit, work], i) =>
        service({
          name: `s${i}`,
          size: { cpuMillicores: request, memoryMiB: 1 },
          cpuLimitMillicores: limit,
          concurrency: unbounded,
          steps: [cpu(work)],
        }),
      ),
      loads: services.map((_, i) => at(`s${i}`, 0)),
      cluster: cluster({ groups: [{ ...unlimitedGroup, capacity: allocatable, allocatable }] }),
    });
  };

  test("weights 1 : 3 on one core, until the heavier is done", () => {
    // s1 runs at 3/4 and is done at 2 s; s0 has then done 0.5 of 2 and has the core alone. (Even shares: 3 and 3.5 s.)
    const { answers } = play(crowd(1, [100, Infinity, 2], [300, Infinity, 1.5]));
    expect(latencies(answers)).toEqual([2, 3.5]);
  });

  test("what a limit keeps one from using goes to the other", () => {
    // By weight each would have half a core; s0 may use 0.2 only, so s1 has 0.8.
    const { answers } = play(crowd(1, [500, 200, 1], [500, Infinity, 1]));
    // s1: 1 / 0.8 = 1.25 s. s0: its limit all along, 1 / 0.2.
    expect(latencies(answers)).toEqual([1.25, 5]);
  });

  test("nobody is slowed down where there are cores enough", () => {
    const { answers } = play(crowd(2, [100, Infinity, 1], [900, Infinity, 1]));
    expect(latencies(answers)).toEqual([1, 1]);
  });

  test("work with a requested core of its own is never slowed down, and leaves the rest to the others", () => {
    const allocatable = { cpuMillicores: 2000, memoryMiB: 1e6 };
    const own = service({ name: "own", steps: [cpu(2)] }); // 1 core requested, 1 worker
    const greedy = service({
      name: "greedy",
      size: { cpuMillicores: 100, memoryMiB: 1 },
      concurrency: unbounded,
      steps: [cpu(2)],
    });
    const { answers } = play(
      world({
        services: [own, greedy],
        loads: [at("own", 0), at("greedy", 0, 0)],
        cluster: cluster({ groups: [{ ...unlimitedGroup, capacity: allocatable, allocatable }] }),
      }),
    );
    // own: 2 s. greedy: its two requests share one core until 2 s (1 s done each), then have one each.
    expect(latencies(answers)).toEqual([2, 3, 3]);
  });
});

describe("workers", () => {
  test("a call waits for a worker, first come first served", () => {
    const { answers } = play(shop({ steps: [cpu(2)] }, 0, 1, 1.5));
    expect(latencies(answers)).toEqual([2 - 0, 4 - 1, 6 - 1.5]);
  });

  test("more than the queue holds are refused at once", () => {
    const { answers } = play(
      shop({ steps: [cpu(2)], concurrency: { limit: 1, queue: 1, holds: "call", waitsAt: "pod" } }, 0, 1, 1.5),
    );
    expect(answers.map(({ latency, failure }) => [latency, failure])).toEqual([
      [0, 1],
      [2, 0],
      [3, 0],
    ]);
  });
});
