/** Knative in a small world: away to zero, back at the first call, and what that call waits. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { knative } from "../../src/policy/scaler/knative.js";
import { make } from "../policy/builders.js";
import { cpu, latencies, play, shop, wait } from "./lab.js";

const behind = (fields: Record<string, unknown> = {}): ServiceSpec["scaler"] => ({
  name: "knative",
  create: () => make(knative, { stableWindow: "6s", ...fields }),
});

const changes = (decisions: readonly { time: number; from: number; asked: number }[]) =>
  decisions.filter(({ from, asked }) => from !== asked).map(({ time, asked }) => [time, asked]);

describe("a service that nobody calls", () => {
  const idle = (fields: Record<string, unknown>, ...calls: number[]) =>
    play(shop({ scaler: behind(fields), startup: constant(4), steps: [cpu(0.1)] }, ...calls), 120);

  test("loses its last pod once its windows are empty, and gets one the moment that somebody calls", () => {
    const { answers, world } = idle({}, 1, 60);
    const [gone, back] = changes(world.decisions);
    // The call is last in the report of second 2, which leaves the window of six seconds at second 8.
    expect(gone[1]).toBe(0);
    expect(gone[0]).toBeGreaterThanOrEqual(2 + 6);
    expect(gone[0]).toBeLessThanOrEqual(2 + 6 + 4);
    expect(back).toEqual([60, 1]);
    expect(latencies(answers)).toEqual([0.1, 4 + 0.1]);
  });

  test("keeps it for the grace period where the activator was not in the path", () => {
    const [quick] = changes(idle({}, 1).world.decisions);
    const [slow] = changes(idle({ targetBurstCapacity: 0, scaleToZeroGrace: "30s" }, 1).world.decisions);
    expect(slow[0] - quick[0]).toBeGreaterThanOrEqual(29);
    expect(slow[0] - quick[0]).toBeLessThanOrEqual(32);
  });

  test("keeps it as long as retention says, or for ever", () => {
    const [kept] = changes(idle({ podRetention: "50s" }, 1).world.decisions);
    expect(kept[0]).toBeGreaterThanOrEqual(50 + 6);
    expect(changes(idle({ scaleToZero: false }, 1).world.decisions)).toEqual([]);
  });
});

test("an activator asks once for many calls that find no pod", () => {
  const calls = [60.3, 60.31, 60.32, 60.33, 60.34];
  const spec = shop(
    { scaler: behind({ target: 100 }), replicas: 0, startup: constant(4), steps: [cpu(0.1)] },
    ...calls,
  );
  const { world } = play(spec, 60.5);
  expect(world.decisions.filter(({ time }) => time > 60 && time < 61)).toHaveLength(1);
});

test("a report is the mean number of calls over its second, waiting ones included", () => {
  const scaler = behind({ target: 1, targetUtilization: "100%", stableWindow: "60s" });
  const concurrency = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
  // Three calls of half a second each second: 1.5 at a time, which two pods take.
  const calls = Array.from({ length: 90 }, (_, i) => Math.floor(i / 3) + 0.1);
  const { world } = play(shop({ scaler, concurrency, steps: [wait(0.5)] }, ...calls), 30.5);
  const last = world.decisions.at(-1);
  expect(last?.seen.stable).toBeCloseTo(1.5, 1);
  expect(world.services[0].replicas).toBe(2);
});
