/** Tokens, windows and success rates, worked by hand or taken from upstream's own tests. */
import { describe, expect, test } from "vitest";
import { RequestChance } from "../../../src/kernel/request-chance.js";
import { CallerAdmission } from "../../../src/model/admission/caller-admission.js";
import { FixedWindow } from "../../../src/model/admission/fixed-window.js";
import { SuccessRate } from "../../../src/model/admission/success-rate.js";
import { TokenBucket } from "../../../src/model/admission/token-bucket.js";

describe("a bucket of 3 tokens, 2 a second", () => {
  // Times in seconds, and whether there is a token then.
  const table: readonly (readonly [time: number, taken: boolean, why: string])[] = [
    [0, true, "it starts full: 3"],
    [0, true, "2"],
    [0, true, "1"],
    [0, false, "0"],
    [0.4, false, "0.8"],
    [0.5, true, "1, though tokens come in fractions"],
    [0.6, false, "0.2"],
    [1, true, "1"],
    [100, true, "198 would have come, 3 have room"],
    [100, true, "2"],
    [100.1, true, "1.2, of which 0.2 stay"],
    [100.4, false, "0.8"],
    [100.5, true, "1"],
    [100.5, false, "0"],
  ];
  test("gives them as long as it has a whole one", () => {
    const bucket = new TokenBucket(3, 2, 0);
    for (const [time, taken, why] of table) expect(bucket.take(time), `${time}: ${why}`).toBe(taken);
  });

  test("a full one is not filled any further while nobody comes", () => {
    const bucket = new TokenBucket(1, 1, 0);
    expect([50, 50, 50.5, 51].map((time) => bucket.take(time))).toEqual([true, false, false, true]);
  });

  test("ten steps of a tenth are a token", () => {
    const bucket = new TokenBucket(1, 1, 0);
    bucket.take(0);
    for (let i = 1; i < 10; i++) bucket.take(i / 10);
    expect(bucket.take(1)).toBe(true);
  });
});

test("a proxy that has the number of one that is gone knows nothing of what that has seen", () => {
  const calls = { proxy: [0], request: [7], site: [7] };
  const state = { calls, chance: new RequestChance(1, "test"), sim: { now: 0 } };
  const service = { links: { proxies: [{}] } };
  const spec = { at: "caller", window: 10, threshold: 1, aggression: 1, leastRate: 0, most: 1 } as const;
  const admission = new CallerAdmission(state as never, service as never, spec);
  const guard = 0 as never;
  for (let i = 0; i < 1e6; i++) admission.answered(guard, 1);
  expect(admission.rejects(guard)).toBe(true);
  service.links.proxies[0] = {};
  expect(admission.rejects(guard)).toBe(false);
  expect(admission.shed).toBe(1);
});

test("a window of a minute is one of the clock: twice the limit may come within a moment at its edge", () => {
  const window = new FixedWindow(2, 60);
  const take = (time: number): boolean => {
    const isFull = window.isFull(time);
    if (!isFull) window.hit();
    return !isFull;
  };
  const table: readonly (readonly [time: number, taken: boolean])[] = [
    [30, true],
    [59.9, true],
    [59.95, false],
    [60, true],
    [60, true],
    [60, false],
    [119.9, false],
    [120, true],
    [300, true],
  ];
  for (const [time, taken] of table) expect(take(time), `${time}`).toBe(taken);
});

describe("admission by success rate", () => {
  const spec = { at: "pod", window: 10, threshold: 1, aggression: 1, leastRate: 0, most: 0.8 } as const;
  const after = (of: Partial<typeof spec | { threshold: number; aggression: number; most: number }>, good: number) => {
    const rate = new SuccessRate({ ...spec, ...of });
    for (let i = 0; i < 100; i++) rate.answered(i < good, 0);
    return rate;
  };

  // What Envoy's own test expects of 100 calls, by how many of them went well; it allows for 0.01.
  const tables = [
    { of: {}, expected: { 100: 0, 95: 0.05, 75: 0.25 } },
    { of: { aggression: 2 }, expected: { 100: 0, 95: 0.22, 75: 0.5 } },
    { of: { threshold: 0.95 }, expected: { 100: 0, 98: 0, 95: 0, 90: 0.05, 75: 0.2, 50: 0.46 } },
    { of: { most: 0.1 }, expected: { 100: 0, 95: 0.05, 80: 0.1, 0: 0.1 } },
  ];
  for (const { of, expected } of tables)
    test(`${JSON.stringify(of)}: as upstream's tests have it`, () => {
      for (const [good, probability] of Object.entries(expected)) {
        const rate = after(of, Number(good));
        expect(Math.abs(rate.probability(0) - probability), good).toBeLessThan(0.01);
        // All lucks in turn, as there: the share that is rejected is the probability.
        let rejected = 0;
        for (let i = 0; i < 1e4; i++) if (rate.rejects((i + 0.5) / 1e4, 0)) rejected++;
        expect(Math.abs(rejected / 1e4 - rate.probability(0)), good).toBeLessThanOrEqual(1e-4);
      }
    });

  test("by the formula to the last digit: 90 of 100 are good, 95 % are asked for, and one is added below the line", () => {
    expect(after({ threshold: 0.95 }, 90).probability(0)).toBeCloseTo((100 - 90 / 0.95) / 101, 12);
    expect(after({ threshold: 0.95, aggression: 3 }, 90).probability(0)).toBeCloseTo(
      ((100 - 90 / 0.95) / 101) ** (1 / 3),
      12,
    );
  });

  test("nothing is known at first, so nothing is refused", () => {
    expect(new SuccessRate(spec).rejects(0, 0)).toBe(false);
  });

  test("seconds that are as old as the window are forgotten, each by itself", () => {
    const rate = new SuccessRate(spec);
    rate.answered(false, 0); // the first second is from 0 to 1,
    rate.answered(true, 0.9);
    rate.answered(true, 1); // the second from 1
    rate.answered(true, 1.99);
    expect(rate.probability(9.9)).toBeCloseTo((4 - 3) / 5, 12);
    expect(rate.probability(10)).toBe(0); // the bad one is gone, with the good one of its second
    rate.answered(false, 10.5);
    expect(rate.probability(10.9)).toBeCloseTo((3 - 2) / 4, 12);
    expect(rate.probability(11)).toBeCloseTo((1 - 0) / 2, 12);
    expect(rate.probability(21)).toBe(0);
  });

  test("a busy minute: at no time more than the last window counts", () => {
    const rate = new SuccessRate(spec);
    for (let i = 0; i < 6000; i++) rate.answered(i % 2 === 0, i / 100);
    // 10 s, or up to a second less, of 100 calls a second, half of them good.
    const { total } = rate as unknown as { total: number };
    expect(total).toBeGreaterThan(900);
    expect(total).toBeLessThanOrEqual(1000);
    expect(rate.probability(59.995)).toBeCloseTo(0.5, 2);
  });

  test("below its rate it lets everything through: calls of the window by its length, whole ones", () => {
    const rated = (leastRate: number, calls: number) => {
      const rate = new SuccessRate({ ...spec, leastRate });
      for (let i = 0; i < calls; i++) rate.answered(false, 0);
      return rate.rejects(0, 0);
    };
    expect(rated(5, 49)).toBe(false); // 4.9 a second, which are 4
    expect(rated(5, 50)).toBe(true);
    expect(rated(0, 1)).toBe(true);
    // What is older than the window still counts here until the next answer, but so does the time since then.
    const idle = new SuccessRate({ ...spec, leastRate: 15 });
    for (const time of [0, 9.5]) for (let i = 0; i < 100; i++) idle.answered(false, time);
    expect(idle.rejects(0, 13)).toBe(true); // 200 in 13 s
    const later = new SuccessRate({ ...spec, leastRate: 15 });
    for (const time of [0, 9.5]) for (let i = 0; i < 100; i++) later.answered(false, time);
    expect(later.rejects(0, 14)).toBe(false); // 200 in 14 s are 14 a second
  });
});
