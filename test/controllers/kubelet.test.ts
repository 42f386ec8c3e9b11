import { describe, expect, test } from "vitest";
import { desiredHealthy, mayEvict } from "../../src/controllers/disruption/budget.js";
import { type BackOff, nextStart } from "../../src/controllers/kubelet/back-off.js";
import { jittered, nextInterval } from "../../src/controllers/kubelet/housekeeping.js";
import { comingUp } from "../../src/controllers/kubelet/probes.js";

describe("a container that ends again and again", () => {
  test("starts at once, then after 10 s, doubled up to 300 s", () => {
    const waits: number[] = [];
    let before: BackOff | undefined;
    let ends = 0;
    for (let i = 0; i < 8; i++) {
      const { at, next } = nextStart(before, ends);
      waits.push(at - ends);
      before = next;
      ends = at + 1; // it runs for a second
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  test.each([
    [600, 10],
    [601, 0],
  ])("having run %i s, it waits %i s", (ran, wait) => {
    expect(nextStart({ wait: 10, arrangedAt: 100 }, 100 + ran).at).toBe(100 + ran + wait);
  });
});

describe("probes of a container that comes up", () => {
  const probe = { initialDelay: 0, period: 10, timeout: 1, successThreshold: 1, failureThreshold: 3 };
  const none = { startup: undefined, readiness: undefined, liveness: undefined };
  test.each([
    ["none: ready when up", none, 7, { after: 7 }],
    ["readiness every 10 s", { ...none, readiness: probe }, 7, { after: 10 }],
    ["two good ones wanted", { ...none, readiness: { ...probe, successThreshold: 2 } }, 7, { after: 20 }],
    [
      "readiness is asked at the startup probe's success",
      { ...none, startup: { ...probe, period: 3, failureThreshold: 9 }, readiness: probe },
      7,
      { after: 9 },
    ],
    ["the third startup probe still succeeds", { ...none, startup: probe }, 20, { after: 20 }],
    ["the third startup probe fails", { ...none, startup: probe }, 20.5, { after: 20, endedBy: "startup" }],
    ["liveness does not wait for a slow start", { ...none, liveness: probe }, 25, { after: 20, endedBy: "liveness" }],
    [
      "a startup probe holds liveness back",
      { ...none, startup: { ...probe, failureThreshold: 9 }, liveness: probe },
      25,
      { after: 30 },
    ],
  ])("%s", (_, probes, up, expected) => expect(comingUp(probes, up)).toEqual(expected));
});

describe("a disruption budget", () => {
  test.each([
    ["a number", { minAvailable: { pods: 2 } }, 5, 2],
    ["a share rounds up", { minAvailable: { share: 0.5 } }, 5, 3],
    ["of what may be away, too", { maxUnavailable: { share: 0.5 } }, 5, 2],
    ["0 at least", { maxUnavailable: { pods: 9 } }, 5, 0],
    ["a share of a hundredth is no rounding error", { minAvailable: { share: 0.07 } }, 100, 7],
  ])("%s", (_, budget, expected, desired) => expect(desiredHealthy(budget, expected)).toBe(desired));

  test("lets a pod that is not ready go while the others keep it", () => {
    const budget = { minAvailable: { pods: 2 } };
    expect(mayEvict(budget, { expected: 3, healthy: 2, ready: true })).toBe(false);
    expect(mayEvict(budget, { expected: 3, healthy: 2, ready: false })).toBe(true);
    expect(mayEvict(budget, { expected: 3, healthy: 1, ready: false })).toBe(false);
  });
});

test("housekeeping grows its interval once while nothing changes, and then begins anew", () => {
  const times = { interval: 10, longest: 15, jitter: 1 };
  expect([10, 15, 10].map((present) => nextInterval(present, times, true))).toEqual([15, 10, 15]);
  expect(nextInterval(15, times, false)).toBe(10);
  expect(nextInterval(10, { ...times, longest: 60 }, true)).toBe(20);
  expect([0, 0.5, 1].map((uniform) => jittered(10, 1, uniform))).toEqual([10, 15, 20]);
});
