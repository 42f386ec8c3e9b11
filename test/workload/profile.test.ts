import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  callsUntil,
  compiledRateAt,
  compileProfile,
  ProfileInverse,
  peakRate,
} from "../../src/workload/compiled-profile.js";
import { type Profile, profileComplaints, rateAt } from "../../src/workload/profile.js";
import { profiles } from "./arbitrary-profile.js";

const constant = (rate: number): Profile => ({ kind: "constant", rate });
const wave = (mean: number, amplitude: number, period: number, phase = 0): Profile => ({
  kind: "wave",
  mean,
  amplitude,
  period,
  phase,
});
const crowd: Profile = { kind: "flashCrowd", base: 10, peak: 110, start: 100, rise: 20, hold: 30, decay: 60 };

describe("the exact rate", () => {
  test.each<[string, Profile, number, number]>([
    ["a constant is the same everywhere", constant(7), 1e6, 7],
    ["a ramp is its first rate before it starts", { kind: "ramp", from: 2, to: 8, start: 10, end: 20 }, 5, 2],
    ["a ramp is half way in the middle", { kind: "ramp", from: 2, to: 8, start: 10, end: 20 }, 15, (2 + 8) / 2],
    ["a ramp stays at its last rate", { kind: "ramp", from: 2, to: 8, start: 10, end: 20 }, 25, 8],
    ["a ramp without length is a jump that has happened", { kind: "ramp", from: 2, to: 8, start: 10, end: 10 }, 10, 8],
    [
      "a step holds from its own time",
      {
        kind: "steps",
        at: [
          { time: 0, rate: 1 },
          { time: 5, rate: 3 },
        ],
      },
      5,
      3,
    ],
    [
      "a step holds until the next",
      {
        kind: "steps",
        at: [
          { time: 0, rate: 1 },
          { time: 5, rate: 3 },
        ],
      },
      4.999,
      1,
    ],
    ["a wave is at its mean at its phase", wave(10, 4, 60, 15), 15, 10],
    ["a wave is at its crest a quarter later", wave(10, 4, 60, 15), 30, 14],
    ["a burst is over after its duration", { kind: "burst", base: 1, peak: 9, start: 10, duration: 5 }, 15, 1],
    ["a burst does not come back unasked", { kind: "burst", base: 1, peak: 9, start: 10, duration: 5 }, 112, 1],
    ["a burst comes back", { kind: "burst", base: 1, peak: 9, start: 10, duration: 5, every: 50 }, 112, 9],
    ["a flash crowd rises in a line", crowd, 110, (10 + 110) / 2],
    ["a flash crowd holds its peak", crowd, 149, 110],
    ["a flash crowd decays by e in its time constant", crowd, 150 + 60, 10 + 100 / Math.E],
    ["a product multiplies", { kind: "product", of: [constant(6), constant(0.5), constant(3)] }, 0, 6 * 0.5 * 3],
    ["a sum adds", { kind: "sum", of: [constant(6), crowd] }, 0, 6 + 10],
  ])("%s", (_, profile, t, expected) => {
    expect(rateAt(profile, t)).toBeCloseTo(expected, 10);
  });
});

describe("the compiled profile", () => {
  test("stays within 1e-4 of the peak of any exact profile", () => {
    fc.assert(
      fc.property(profiles, fc.double({ min: 0, max: 1, noNaN: true }), (profile, share) => {
        const horizon = 600;
        const t = share * horizon;
        const compiled = compileProfile(profile, horizon);
        // Exactly on a jump, rounding decides on which side a formula stands.
        fc.pre(compiled.times.every((time) => Math.abs(time - t) > 1e-9 || time === 0));
        const peak = compiled.rates.reduce((a, b) => Math.max(a, b), 0);
        expect(Math.abs(compiledRateAt(compiled, t) - rateAt(profile, t))).toBeLessThanOrEqual(
          1.0001e-4 * peak + 1e-12,
        );
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("needs two knots for a constant and four for a ramp inside the horizon", () => {
    expect(Array.from(compileProfile(constant(3), 60).times)).toEqual([0, 60]);
    const ramp = compileProfile({ kind: "ramp", from: 2, to: 8, start: 10, end: 20 }, 60);
    expect(Array.from(ramp.times)).toEqual([0, 10, 20, 60]);
    expect(Array.from(ramp.rates)).toEqual([2, 2, 8, 8]);
  });

  test("puts two knots at a jump, with the rates before and after", () => {
    const burst = compileProfile({ kind: "burst", base: 1, peak: 9, start: 10, duration: 5 }, 20);
    expect(Array.from(burst.times)).toEqual([0, 10, 10, 15, 15, 20]);
    expect(Array.from(burst.rates)).toEqual([1, 1, 9, 9, 1, 1]);
  });

  test("has a jump at the horizon itself, so that the rate after it is the new one", () => {
    const step = compileProfile(
      {
        kind: "steps",
        at: [
          { time: 0, rate: 1 },
          { time: 10, rate: 5 },
        ],
      },
      10,
    );
    expect(compiledRateAt(step, 11)).toBe(5);
  });

  test("a wave takes a few hundred knots a period and no more", () => {
    expect(compileProfile(wave(10, 10, 60), 600).times.length).toBeLessThan(10 * 200);
  });

  test("a long tail of a flash crowd takes few knots", () => {
    const short = { ...crowd, decay: 1 } as Profile;
    expect(compileProfile(short, 86400).times.length).toBeLessThan(1000);
  });

  test("its integral over whole periods of a wave is mean times time", () => {
    const compiled = compileProfile(wave(10, 4, 60), 600);
    expect(callsUntil(compiled, 600)).toBeCloseTo(10 * 600, 6);
  });

  test("its integral over a flash crowd is that of the formula within 1e-4 of the peak", () => {
    const exact = 10 * 1000 + 100 * (20 / 2 + 30 + 60 * (1 - Math.exp(-850 / 60)));
    expect(Math.abs(callsUntil(compileProfile(crowd, 1000), 1000) - exact)).toBeLessThan(1e-4 * 110 * 1000);
  });

  test("goes on at its last rate after the horizon", () => {
    const compiled = compileProfile({ kind: "ramp", from: 0, to: 10, start: 0, end: 20 }, 10);
    expect(callsUntil(compiled, 30)).toBeCloseTo((10 * 5) / 2 + 20 * 5, 10);
  });

  test("a wave too short for its horizon is refused, not swallowed", () => {
    expect(() => compileProfile(wave(1, 1, 1e-3), 86400)).toThrow(/expected at most 4194304 knots over 86400 s/);
  });

  test.each([0, -1, NaN, Infinity])("a horizon of %s is refused", (horizon) => {
    expect(() => compileProfile(constant(1), horizon)).toThrow(
      `horizon: expected a finite time above 0, got ${horizon}`,
    );
  });
});

describe("the peak", () => {
  test.each<[string, Profile, number]>([
    ["of a wave is mean plus amplitude", wave(10, 4, 61.7, 3), 14],
    ["of a wave cut before its crest is its last value", wave(10, 4, 60), 10 + 4 * Math.sin((2 * Math.PI * 5) / 60)],
    ["of a burst beyond the horizon does not count", { kind: "burst", base: 2, peak: 9, start: 10, duration: 5 }, 2],
    [
      "of a product of opposite waves lies between their crests",
      { kind: "product", of: [wave(1, 1, 4), wave(1, 1, 4, 2)] },
      1,
    ],
  ])("%s", (name, profile, expected) => {
    const horizon = name.includes("cut") || name.includes("beyond") ? 5 : 600;
    expect(peakRate(profile, horizon)).toBeCloseTo(expected, 10);
  });
});

describe("the inverse", () => {
  test("undoes the integral for any profile", () => {
    fc.assert(
      fc.property(
        profiles,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (profile, shares) => {
          const compiled = compileProfile(profile, 600);
          const total = callsUntil(compiled, 600);
          const inverse = new ProfileInverse(compiled);
          let last = 0;
          for (const share of shares.sort((a, b) => a - b)) {
            const t = inverse.timeOf(share * total);
            expect(t).toBeGreaterThanOrEqual(last);
            expect(Math.abs(callsUntil(compiled, t) - share * total)).toBeLessThanOrEqual(1e-9 * total);
            last = t;
          }
        },
      ),
      { numRuns: 1000, seed: 2 },
    );
  });

  test("answers the earliest time when the rate is 0 for a while", () => {
    const pause = compileProfile(
      {
        kind: "steps",
        at: [
          { time: 0, rate: 1 },
          { time: 10, rate: 0 },
          { time: 50, rate: 1 },
        ],
      },
      100,
    );
    const inverse = new ProfileInverse(pause);
    expect(inverse.timeOf(10)).toBe(10);
    expect(inverse.timeOf(10.5)).toBe(50.5);
  });

  test("is never when the last rate is 0 and all calls are spent", () => {
    const end = compileProfile(
      {
        kind: "steps",
        at: [
          { time: 0, rate: 1 },
          { time: 10, rate: 0 },
        ],
      },
      100,
    );
    const inverse = new ProfileInverse(end);
    expect(inverse.timeOf(10)).toBe(10);
    expect(inverse.timeOf(10.001)).toBe(Infinity);
  });
});

describe("complaints about a profile", () => {
  test.each<[Profile, string]>([
    [constant(-1), "profile.rate: expected a finite number, 0 or more, got -1"],
    [{ kind: "ramp", from: 0, to: 1, start: 5, end: 4 }, "profile.end: expected a time not before start (5 s), got 4"],
    [
      { kind: "ramp", from: NaN, to: 1, start: 0, end: 4 },
      "profile.from: expected a finite number, 0 or more, got NaN",
    ],
    [{ kind: "steps", at: [] }, 'profile.at: expected at least one step, got "none"'],
    [
      { kind: "steps", at: [{ time: 5, rate: 1 }] },
      "profile.at[0].time: expected 0 or less, for the rate from the beginning, got 5",
    ],
    [
      {
        kind: "steps",
        at: [
          { time: 0, rate: 1 },
          { time: 0, rate: 2 },
        ],
      },
      "profile.at[1].time: expected a time after the step before (0 s), got 0",
    ],
    [wave(1, 2, 60), "profile.amplitude: expected at most the mean (1), for a rate is never negative, got 2"],
    [wave(1, 1, 0), "profile.period: expected a finite number above 0, got 0"],
    [wave(1, 1, 1, Infinity), "profile.phase: expected a finite number, got Infinity"],
    [
      { kind: "burst", base: 1, peak: 2, start: 0, duration: 0 },
      "profile.duration: expected a finite number above 0, got 0",
    ],
    [
      { kind: "burst", base: 1, peak: 2, start: 0, duration: 9, every: 8 },
      "profile.every: expected at least the duration (9 s), got 8",
    ],
    [{ ...crowd, decay: -1 } as Profile, "profile.decay: expected a finite number, 0 or more, got -1"],
    [{ kind: "sum", of: [] }, 'profile.of: expected at least one profile, got "none"'],
    [
      { kind: "sum", of: [constant(1), constant(-2)] },
      "profile.of[1].rate: expected a finite number, 0 or more, got -2",
    ],
    [
      { kind: "sine" } as unknown as Profile,
      'profile.kind: expected constant, ramp, steps, wave, burst, flashCrowd, product or sum, got "sine"',
    ],
  ])("%j is refused with its path", (profile, line) => {
    expect(profileComplaints(profile)).toEqual([line]);
    expect(() => compileProfile(profile, 60)).toThrow(line);
  });

  test("come all at once", () => {
    expect(profileComplaints(wave(-1, -1, -1), "load")).toHaveLength(3);
  });
});
