/** KEDA in a small world: polled awake, scaled by its HPA, and put back after the cooldown. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { keda } from "../../src/policy/scaler/keda.js";
import { ask, make, serviceView } from "../policy/builders.js";
import { cpu, play, shop } from "./lab.js";

const behind = (fields: Record<string, unknown>): ServiceSpec["scaler"] => ({
  name: "keda",
  create: () => make(keda, fields),
});

const changes = (decisions: readonly { time: number; from: number; asked: number }[]) =>
  decisions.filter(({ from, asked }) => from !== asked).map(({ time, asked }) => [time, asked]);

describe("a worker on a queue", () => {
  const scaler = behind({ triggers: [{ signal: "queue", threshold: 5 }], cooldownPeriod: "60s" });
  const spec = shop({ scaler, replicas: 0, startup: constant(2), steps: [cpu(1)] }, ...Array(20).fill(40));
  const { answers, world } = play(spec, 900);

  test("is woken by the first poll after the samples show calls, to one replica", () => {
    // Calls come at 40 s, the sample shows them at 45 s, polls are at 30, 60, 90 s.
    expect(changes(world.decisions)[0]).toEqual([60, 1]);
    expect(answers[0].at).toBe(60 + 2 + 1);
  });

  test("is scaled by its HPA to backlog ÷ target, at most fourfold at first", () => {
    expect(changes(world.decisions)[1][1]).toBeGreaterThan(1);
    expect(changes(world.decisions)[1][1]).toBeLessThanOrEqual(Math.ceil(20 / 5));
    expect(answers.filter(({ failure }) => failure === 0)).toHaveLength(20);
  });

  test("sleeps again once the cooldown is over", () => {
    expect(world.services[0].replicas).toBe(0);
    const zero = changes(world.decisions).at(-1)!;
    const lastAnswer = Math.max(...answers.map(({ at }) => at));
    expect(zero[1]).toBe(0);
    expect(zero[0]).toBeGreaterThan(lastAnswer + 60 - 30);
  });
});

test("its HPA keeps to the behavior that the ScaledObject passes on", () => {
  const policies = [{ type: "pods", value: 1, period: "60s" }];
  const triggers = [{ signal: "queue", threshold: 5 }];
  const scaler = behind({ triggers, behavior: { scaleUp: { policies } } });
  const { world } = play(
    shop({ scaler, replicas: 0, startup: constant(2), steps: [cpu(1)] }, ...Array(200).fill(40)),
    300,
  );
  // Backlog ÷ target asks for dozens; from the one that the poll woke on, one pod a minute is let through.
  const [[woken], ...grown] = changes(world.decisions);
  expect(woken).toBe(60);
  expect(grown.map(([, replicas]) => replicas)).toEqual([2, 3, 4]);
  for (const [i, [at]] of grown.slice(1).entries()) expect(at - grown[i][0]).toBe(60);
});

describe("a cron trigger", () => {
  test("holds its replicas from start to end in its own time zone", () => {
    const cron = { start: "0 9 * * *", end: "0 17 * * *", timeZone: "Europe/Paris", desiredReplicas: 3 };
    const scaler = make(keda, { triggers: [{ cron }], pollingInterval: "30s", startsAt: "2026-01-05T07:59:30Z" });
    const at = (now: number, replicas: number) => ask(scaler, serviceView({ now, replicas, min: 0 })).replicas;
    // 7:59:45 and 8:00 UTC are 8:59:45 and 9:00 in Paris.
    expect(at(15, 0)).toBe(0);
    expect(at(30, 0)).toBe(1);
    expect(at(45, 1)).toBe(3);
  });
});

test("a signal without a sample is a failed reading: nobody puts the service to sleep by it", () => {
  const scaler = make(keda, { triggers: [{ signal: "rate", threshold: 10 }], cooldownPeriod: "0s" });
  for (const now of [15, 30, 45, 60]) expect(ask(scaler, serviceView({ now, replicas: 2, min: 0 })).replicas).toBe(2);
});
