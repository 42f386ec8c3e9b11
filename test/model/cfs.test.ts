/** CPU quotas by period: when work is done, by hand. A period is 100 ms unless told. */
import { describe, expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { ServiceSpec, Step } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, cpu, latencies, play, shop, timetable } from "./lab.js";

const PERIOD = 0.1;

/** A container with a limit of so many cores, on which any number of calls work. */
const limited = (cores: number, period: number | undefined = PERIOD): Partial<ServiceSpec> => ({
  size: { cpuMillicores: 100, memoryMiB: 1 },
  cpuLimitMillicores: 1000 * cores,
  cfsPeriod: period,
  concurrency: { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" },
});

/** `threads` pieces of `work` core-seconds each, at once. */
const burst = (threads: number, work: number): readonly Step[] => [
  { kind: "parallel", branches: Array.from({ length: threads }, () => [cpu(work)]) },
];

/** Each thread runs limit × period / threads of every period, at its beginning; the rest of its last turn ends it. */
function doneAfter(threads: number, work: number, limit: number, period: number): number {
  const turn = (limit * period) / threads;
  if (turn >= period) return work;
  const wholeTurns = Math.ceil(work / turn - 1e-9) - 1;
  return wholeTurns * period + (work - wholeTurns * turn);
}

describe("work of k threads under a limit", () => {
  test.each([
    [1, 0.12, 0.5, 0.1, 0.22], // 50 ms, 50 ms, 20 ms; a speed of one half would take 240 ms
    [1, 0.05, 0.5, 0.1, 0.05], // all of it within the quota: the limit is not felt
    [1, 0.06, 0.5, 0.1, 0.11],
    [4, 0.12, 2, 0.1, 0.22], // 4 × 50 ms a period
    [8, 0.05, 1, 0.1, 0.3125], // 12.5 ms of each period for each thread: three whole turns, and the fourth
    [2, 0.3, 4, 0.1, 0.3], // never more cores than threads: never stopped
    [1, 0.2, 0.5, 0.02, 0.39], // a shorter period: 10 ms of each 20
    [3, 0.1, 0.25, 0.1, 1.1 + 0.1 - 11 * (0.025 / 3)], // eleven turns of 8.33 ms each, and the rest
  ])("%i × %d s of work under %d cores by %d s is done after %d s", (threads, work, limit, period, expected) => {
    expect(doneAfter(threads, work, limit, period)).toBeCloseTo(expected, 9);
    const { answers, world: played } = play(shop({ ...limited(limit, period), steps: burst(threads, work) }, 0));
    expect(answers[0].latency).toBeCloseTo(expected, 6);
    expect(played.cpuUsed(played.services[0])).toBeCloseTo(threads * work, 6);
  });
});

test("who comes when the quota is used up waits for the next period", () => {
  // The first uses the 50 ms of the first period by 50 ms; the second comes at 60 ms and runs from 100 ms to 120 ms.
  const two = world({
    services: [service({ ...limited(0.5), steps: [cpu(0.05)] }), service({ ...limited(0.5), name: "other", steps: [cpu(1)] })],
    loads: [at("shop", 0, 0.06)],
  }); // biome-ignore format: one line
  expect(play(two).answers.map(({ latency }) => +latency.toFixed(6))).toEqual([0.05, 0.04 + 0.05]);
});

test("what is not used of a period is not saved for the next", () => {
  // Idle for ten periods, then 80 ms of work at half a core: 50 ms, and 30 ms from the next period on.
  const { answers } = play(shop({ ...limited(0.5), steps: [cpu(0.08)] }, 1));
  expect(answers[0].latency).toBeCloseTo(0.1 + 0.03, 6);
});

test("periods follow each other from the container's start, not from the first call", () => {
  // At 40 ms into a period 50 ms of quota and 60 ms of time are left: 80 ms of work run 50 ms, then wait 10 ms, then 30 ms.
  const { answers } = play(shop({ ...limited(0.5), steps: [cpu(0.08)] }, 1.04));
  expect(answers[0].latency).toBeCloseTo(0.05 + 0.01 + 0.03, 6);
});

test("two calls use up a quota together", () => {
  // Both run from 0 s at full speed: 25 ms each of the first period's 50 ms; then from 100 ms the other 5 ms.
  const { answers } = play(shop({ ...limited(0.5), steps: [cpu(0.03)] }, 0, 0));
  for (const { latency } of answers) expect(latency).toBeCloseTo(0.1 + 0.005, 6);
});

test("a full node's cores are shared by those who are not stopped", () => {
  const one = { cpuMillicores: 1000, memoryMiB: 1e6 };
  const spec = world({
    services: [
      service({ ...limited(0.25), name: "stopped", steps: [cpu(0.05)] }),
      service({ ...limited(Infinity), name: "free", steps: [cpu(0.15)] }),
    ],
    loads: [at("stopped", 0), at("free", 0)],
    cluster: cluster({ groups: [{ ...unlimitedGroup, capacity: one, allocatable: one }] }),
  });
  // Half a core each: 25 ms of quota are gone at 50 ms; the other has the core alone until 100 ms (75 ms done); half a core
  // each again until 150 ms, when the first is done (25 + 25 ms) and the other at 100 ms of 150: alone to 200 ms.
  expect(play(spec).answers.map(({ at: time }) => +time.toFixed(6))).toEqual([0.15, 0.2]);
});

test("a container that is killed while it is stopped leaves nothing behind", () => {
  const spec = world({
    services: [service({ ...limited(0.1), grace: 0.25, steps: [cpu(1)], scaler: timetable([1, 0]) })],
    loads: [at("shop", 0.99)],
  });
  const { answers, world: played } = play(spec, 60);
  expect(answers).toEqual([{ at: 1.25, latency: 0.26, failure: 2 }]);
  expect(played.services[0].draining).toBe(0);
});

test("without the option a limit is a speed, and nothing else happens", () => {
  const about = { ...limited(0.5), cfsPeriod: undefined, steps: [cpu(0.12)] };
  expect(latencies(play(shop(about, 0)).answers)).toEqual([0.24]);
  const played = createWorld(shop(about, 0), 1);
  played.sim.run(10);
  // The call's arrival and the end of its work.
  expect(played.sim.fired).toBe(2);
});
