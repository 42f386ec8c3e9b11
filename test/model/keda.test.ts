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

/** What it asks for at 15, 30, … s, each time with as many ready replicas as it asked for before. */
function followed(
  fields: Record<string, unknown>,
  means: Record<string, number>,
  from: number,
  looks: number,
): number[] {
  const scaler = make(keda, fields);
  const asked: number[] = [];
  for (let i = 1; i <= looks; i++) {
    const replicas = asked.at(-1) ?? from;
    const { replicas: wished } = ask(scaler, serviceView({ now: 15 * i, replicas, min: 0, means }));
    asked.push(Number.isNaN(wished) ? replicas : wished);
  }
  return asked;
}
const named = [
  { name: "backlog", signal: "queue", threshold: 1000 },
  { name: "busy", signal: "concurrency", threshold: 1000 },
];

describe("scaling modifiers", () => {
  const scaled = (formula: string, target: number, more = {}) =>
    followed(
      { triggers: named, scalingModifiers: { formula, target, ...more } },
      { queue: 12, concurrency: 6 },
      1,
      4,
    ).at(-1);

  test("make one metric of the triggers, whose own thresholds no longer count: ⌈value ÷ target⌉", () => {
    expect(scaled("backlog + busy", 6)).toBe(18 / 6);
    expect(scaled("backlog > 10 ? max(backlog, busy) : 1", 6)).toBe(12 / 6);
  });

  test("are active above their own activation, and asleep at it", () => {
    const woken = (activationTarget: number) =>
      followed(
        { triggers: named, scalingModifiers: { formula: "backlog", target: 6, activationTarget } },
        { queue: 12, concurrency: 6 },
        0,
        2,
      )[1];
    expect([woken(11.9), woken(12)]).toEqual([1, 0]);
  });

  test("without a value of every trigger there is none", () => {
    const only = followed(
      { triggers: named, scalingModifiers: { formula: "backlog", target: 1 } },
      { queue: 12 },
      2,
      4,
    );
    expect(only).toEqual([2, 2, 2, 2]);
  });

  test.each([
    ["backlog + other", '"other" is no trigger'],
    ["backlog > 1", "a number was expected"],
  ])("%s is refused", (formula, complaint) => {
    expect(() => make(keda, { triggers: named, scalingModifiers: { formula, target: 1 } })).toThrow(complaint);
  });

  test("a trigger without a name is refused", () => {
    const triggers = [{ signal: "queue", threshold: 5 }];
    expect(() => make(keda, { triggers, scalingModifiers: { formula: "1", target: 1 } })).toThrow("s0-queue has none");
  });
});

describe("annotations", () => {
  const under = (what: string, value: boolean | number, queue: number, from: number) =>
    followed(
      {
        triggers: [{ signal: "queue", threshold: 5 }],
        cooldownPeriod: "0s",
        annotations: { [`autoscaling.keda.sh/${what}`]: value },
      },
      { queue },
      from,
      40,
    ).at(-1);
  test.each([
    ["paused", true, 100, 2, 2],
    ["paused-replicas", 7, 100, 2, 7],
    ["paused-scale-out", true, 100, 2, 2],
    ["paused-scale-out", true, 100, 0, 0],
    ["paused-scale-in", true, 0, 4, 4],
    ["paused-scale-in", false, 0, 4, 0],
    ["force-activation", true, 0, 0, 1],
  ])("%s: %s", (what, value, queue, from, then) => {
    expect(under(what, value, queue, from)).toBe(then);
  });
});

describe("a cron trigger at the changes of the clocks", () => {
  /** Replicas held at this moment by a time from start to end in New York, where clocks change on 8 March and 1 November 2026. */
  const held = (startsAt: string, start: string, end: string) => {
    const cron = { start, end, timeZone: "America/New_York", desiredReplicas: 5 };
    const scaler = make(keda, { triggers: [{ cron }], syncPeriod: "30s", pollingInterval: "30s", startsAt });
    return ask(scaler, serviceView({ now: 0, replicas: 1, min: 1 })).replicas > 1;
  };
  test.each([
    ["EST before: 9:00 is 14:00 UTC", "2026-03-07T13:59:59Z", false],
    ["EST before: 9:00 is 14:00 UTC", "2026-03-07T14:00:00Z", true],
    ["EDT after: 9:00 is 13:00 UTC", "2026-03-09T12:59:59Z", false],
    ["EDT after: 9:00 is 13:00 UTC", "2026-03-09T13:00:00Z", true],
    ["EDT after: 17:00 is 21:00 UTC", "2026-03-09T20:59:59Z", true],
    ["EDT after: 17:00 is 21:00 UTC", "2026-03-09T21:00:00Z", false],
    ["EST again: 9:00 is 14:00 UTC", "2026-11-02T13:59:59Z", false],
    ["EST again: 9:00 is 14:00 UTC", "2026-11-02T14:00:00Z", true],
  ])("%s, at %s", (_, moment, active) => {
    expect(held(moment, "0 9 * * *", "0 17 * * *")).toBe(active);
  });
});
