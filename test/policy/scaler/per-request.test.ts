import { describe, expect, test } from "vitest";
import type { Scaler } from "../../../src/policy/contract.js";
import { perRequest } from "../../../src/policy/scaler/per-request.js";
import { ask, make, podView, serviceView, times } from "../builders.js";

/** Calls in flight, ready replicas, and how long those without a call have been idle. */
const look = (scaler: Scaler, now: number, inFlight: number, ready: number, idle: readonly number[] = []) =>
  ask(scaler, serviceView({ now, inFlight, pods: times(ready, podView()), idle }));

test("it is woken by calls alone", () => {
  const { period, wakes } = make(perRequest);
  expect({ period, wakes }).toEqual({ period: Infinity, wakes: true });
});

describe("keeping none", () => {
  const rows: [string, number, number, number[], number, Record<string, unknown>][] = [
    ["a replica for every call", 3, 3, [], 3, {}],
    ["one for a call that waits", 4, 3, [], 4, {}],
    ["none for no call", 0, 2, [7, 1], 0, {}],
    ["an idle one goes at once", 2, 3, [0], 2, {}],
    ["four calls a replica: ⌈9 ÷ 4⌉", 9, 2, [], 3, { concurrency: 4 }],
    ["calls that are spread keep their replicas: 3 at work with one call each", 3, 4, [5], 3, { concurrency: 4 }],
  ];
  test.each(rows)("%s", (_, inFlight, ready, idle, replicas, fields) => {
    const answer = look(make(perRequest, fields), 100, inFlight, ready, idle);
    expect(answer.replicas).toBe(replicas);
    expect(answer.again).toBeUndefined();
  });
});

describe("keeping for 10 minutes", () => {
  const rows: [string, number, number[], number, number | undefined][] = [
    ["an idle replica stays, and the next question is when its time is over", 1, [200], 2, 400],
    ["the longest idle one goes first", 0, [599, 10], 2, 1],
    ["at its time it goes", 0, [600, 10], 1, 590],
    ["a rounding error before its time too", 0, [600 - 1e-9, 10], 1, 590],
    ["when all have gone there is nothing to ask again for", 0, [601, 600], 0, undefined],
    ["nor when none is idle", 2, [], 2, undefined],
  ];
  test.each(rows)("%s", (_, inFlight, idle, replicas, again) => {
    const answer = look(make(perRequest, { keepAlive: "10m" }), 1000, inFlight, inFlight + idle.length, idle);
    expect({ replicas: answer.replicas, again: answer.again }).toEqual({ replicas, again });
  });
});

describe("keeping for an exponential time", () => {
  const keepAlive = { exponential: "10s" };

  test("the question asked at the deadline removes one, and only one", () => {
    const scaler = make(perRequest, { keepAlive });
    const first = look(scaler, 100, 2, 5, [3, 2, 1]);
    expect(first.replicas).toBe(5);
    const second = look(scaler, 100 + (first.again ?? NaN), 2, 5, [4, 3, 2]);
    expect(second.replicas).toBe(4);
    expect(second.again).toBeGreaterThan(0);
  });

  test("a question before the deadline leaves it where it was", () => {
    const scaler = make(perRequest, { keepAlive });
    const first = look(scaler, 0, 0, 2, [1, 1]);
    const half = (first.again ?? NaN) / 2;
    const second = look(scaler, half, 0, 2, [2, 2]);
    expect(second.replicas).toBe(2);
    expect(second.again).toBeCloseTo(half, 12);
  });

  test("the last one goes too, and then nothing is asked again", () => {
    const scaler = make(perRequest, { keepAlive });
    const first = look(scaler, 0, 0, 1, [0]);
    const second = look(scaler, first.again ?? NaN, 0, 1, [1]);
    expect(second.replicas).toBe(0);
    expect(second.again).toBeUndefined();
  });

  test("three idle ones all go after 10 × (1/3 + 1/2 + 1) s on average", () => {
    const scaler = make(perRequest, { keepAlive }, 7);
    const runs = 4000;
    let total = 0;
    for (let run = 0; run < runs; run++) {
      let now = 0;
      for (let idle = 3, asked = 0; idle > 0 && asked < 10; asked++) {
        const answer = look(scaler, now, 0, idle, times(idle, 0));
        idle = answer.replicas;
        now += answer.again ?? 0;
      }
      total += now;
    }
    // The variance of the sum is 100 × (1/9 + 1/4 + 1); four standard errors.
    const error = 4 * Math.sqrt((100 * (1 / 9 + 1 / 4 + 1)) / runs);
    expect(Math.abs(total / runs - 10 * (1 / 3 + 1 / 2 + 1))).toBeLessThan(error);
  });
});
