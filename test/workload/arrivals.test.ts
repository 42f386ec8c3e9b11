import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ArrivalSpec, arrivalComplaints, createArrivals, meanRate } from "../../src/workload/arrivals.js";
import { callsUntil, compileProfile } from "../../src/workload/compiled-profile.js";
import { type GapLaw, gapVariation } from "../../src/workload/gaps.js";
import type { Profile } from "../../src/workload/profile.js";
import { profiles } from "./arbitrary-profile.js";
import { countsIn, moments } from "./moments.js";

const poisson: GapLaw = { law: "poisson" };
const constant = (rate: number): Profile => ({ kind: "constant", rate });
const renewal = (gaps: GapLaw, profile: Profile): ArrivalSpec => ({ kind: "renewal", gaps, profile });

describe("renewal arrivals", () => {
  test.each<[GapLaw]>([
    [poisson],
    [{ law: "deterministic" }],
    [{ law: "lognormal", cv: 0.5 }],
    [{ law: "lognormal", cv: 1.5 }],
    [{ law: "gamma", cv: 0.4 }],
    [{ law: "gamma", cv: 2 }],
    [{ law: "erlang", k: 4 }],
    [{ law: "hyperexponential", cv: 1 }],
    [{ law: "hyperexponential", cv: 3 }],
  ])("gaps of %j have the mean and the variation they promise, within 5 standard errors", (law) => {
    const n = 200_000;
    const arrivals = createArrivals(renewal(law, constant(4)), 11, "load", 10);
    let last = 0;
    const gaps = Float64Array.from({ length: n }, () => {
      const t = arrivals.next();
      const gap = t - last;
      last = t;
      return gap * 4;
    });
    const { mean, variance } = moments(gaps);
    const cv = gapVariation(law);
    expect(Math.abs(mean - 1)).toBeLessThanOrEqual((5 * cv) / Math.sqrt(n) + 1e-9);
    // The standard error of a variance, from the sample's own fourth moment.
    const fourth = moments(gaps.map((gap) => (gap - mean) ** 2)).variance;
    expect(Math.abs(variance - cv * cv)).toBeLessThanOrEqual(5 * Math.sqrt(fourth / n) + 1e-9);
  });

  test("counts of Poisson arrivals have an index of dispersion of 1, within 5 standard errors", () => {
    const windows = 50_000;
    const { mean, variance } = moments(countsIn(createArrivals(renewal(poisson, constant(3)), 5, "p", 60), windows, 2));
    expect(Math.abs(mean - 6)).toBeLessThan(5 * Math.sqrt(6 / windows));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(5 * Math.sqrt(2 / windows));
  });

  test("counts of other renewals disperse as the square of the variation of their gaps", () => {
    const windows = 10_000;
    for (const cv of [0.5, 2]) {
      const counts = countsIn(createArrivals(renewal({ law: "gamma", cv }, constant(10)), 6, "g", 60), windows, 100);
      const { mean, variance } = moments(counts);
      // A window of 1000 mean gaps is long enough for the limit to 1 %.
      expect(Math.abs(variance / mean - cv ** 2)).toBeLessThan(cv ** 2 * (5 * Math.sqrt(2 / windows) + 0.01));
    }
  });

  test("Poisson arrivals under any shape count as Poisson with the integral as mean: chi-square over windows", () => {
    const shape: Profile = {
      kind: "product",
      of: [
        { kind: "wave", mean: 40, amplitude: 30, period: 100, phase: 10 },
        { kind: "flashCrowd", base: 1, peak: 5, start: 300, rise: 20, hold: 40, decay: 50 },
      ],
    };
    const compiled = compileProfile(shape, 1000);
    const counts = countsIn(createArrivals(renewal(poisson, shape), 77, "shape", 1000), 200, 5);
    let chiSquare = 0;
    counts.forEach((count, i) => {
      const expected = callsUntil(compiled, 5 * (i + 1)) - callsUntil(compiled, 5 * i);
      chiSquare += (count - expected) ** 2 / expected;
    });
    expect(Math.abs(chiSquare - 200)).toBeLessThan(5 * Math.sqrt(2 * 200));
  });

  test("deterministic arrivals on a ramp from 0 come at the roots of its integral", () => {
    const arrivals = createArrivals(
      renewal({ law: "deterministic" }, { kind: "ramp", from: 0, to: 10, start: 0, end: 20 }),
      1,
      "ramp",
      20,
    );
    // The integral of t/2 is t²/4, and 100 calls are expected by the end of the ramp.
    for (let n = 1; n <= 100; n++) expect(arrivals.next()).toBeCloseTo(Math.sqrt(4 * n), 11);
    for (let n = 1; n <= 50; n++) expect(arrivals.next()).toBeCloseTo(20 + n / 10, 11);
  });

  test("deterministic arrivals on a falling ramp come at the roots of its integral, to the last", () => {
    const fall: Profile = { kind: "ramp", from: 10, to: 0, start: 0, end: 20 };
    const arrivals = createArrivals(renewal({ law: "deterministic" }, fall), 1, "fall", 20);
    // 10 t − t²/4 = n
    for (let n = 1; n <= 100; n++) expect(arrivals.next()).toBeCloseTo(20 - Math.sqrt(400 - 4 * n), 6);
    expect(arrivals.next()).toBe(Infinity);
    expect(arrivals.next()).toBe(Infinity);
  });

  test("no arrival falls where the rate is 0", () => {
    const gated: Profile = { kind: "burst", base: 0, peak: 50, start: 5, duration: 1, every: 10 };
    const arrivals = createArrivals(renewal(poisson, gated), 3, "gate", 1000);
    for (let t = arrivals.next(); t < 1000; t = arrivals.next()) expect(Math.floor(t) % 10).toBe(5);
  });

  test("the same seed and name give the same arrivals, another name gives others", () => {
    const ten = (seed: number, name: string) => {
      const arrivals = createArrivals(renewal(poisson, constant(1)), seed, name, 10);
      return Array.from({ length: 10 }, () => arrivals.next());
    };
    expect(ten(1, "a")).toEqual(ten(1, "a"));
    expect(ten(1, "a")).not.toEqual(ten(1, "b"));
    expect(ten(1, "a")).not.toEqual(ten(2, "a"));
  });

  test("twice the rate is the same arrivals twice as fast", () => {
    const slow = createArrivals(renewal(poisson, constant(1)), 1, "a", 10);
    const fast = createArrivals(renewal(poisson, constant(2)), 1, "a", 10);
    for (let i = 0; i < 100; i++) expect(fast.next()).toBeCloseTo(slow.next() / 2, 9);
  });
});

describe("batches", () => {
  test("of constant size come at one time", () => {
    const arrivals = createArrivals(
      { ...renewal({ law: "deterministic" }, constant(1)), batch: { kind: "constant", size: 3 } },
      1,
      "b",
      10,
    );
    expect(Array.from({ length: 7 }, () => arrivals.next())).toEqual([1, 1, 1, 2, 2, 2, 3]);
  });

  test("of geometric size have their mean and variance, within 5 standard errors", () => {
    const spec: ArrivalSpec = {
      ...renewal({ law: "deterministic" }, constant(1)),
      batch: { kind: "geometric", mean: 4 },
    };
    const n = 50_000;
    expect(meanRate(spec, 10)).toBeCloseTo(4, 12);
    const sizes = countsIn(createArrivals(spec, 1, "b", 10), n, 1).slice(1);
    const { mean, variance } = moments(sizes);
    const deviation = Math.sqrt(4 * 3); // √(1 − p) / p
    expect(Math.abs(mean - 4)).toBeLessThan((5 * deviation) / Math.sqrt(n));
    expect(Math.abs(variance / 12 - 1)).toBeLessThan(5 * Math.sqrt(8 / n)); // kurtosis of about 9
  });
});

test("arrivals never go back, whatever the spec", () => {
  const cv = fc.integer({ min: 1, max: 40 }).map((tenths) => tenths / 10);
  const gaps: fc.Arbitrary<GapLaw> = fc.oneof(
    fc.constantFrom<GapLaw>(poisson, { law: "deterministic" }),
    cv.map((c): GapLaw => ({ law: "lognormal", cv: c })),
    cv.map((c): GapLaw => ({ law: "gamma", cv: c })),
    cv.map((c): GapLaw => ({ law: "hyperexponential", cv: 1 + c })),
    fc.integer({ min: 1, max: 9 }).map((k): GapLaw => ({ law: "erlang", k })),
  );
  fc.assert(
    fc.property(gaps, profiles, fc.boolean(), fc.integer(), (law, profile, batched, seed) => {
      const batch = batched ? ({ batch: { kind: "geometric", mean: 2 } } as const) : {};
      const arrivals = createArrivals({ kind: "renewal", gaps: law, profile, ...batch }, seed, "any", 600);
      let last = 0;
      for (let i = 0; i < 300; i++) {
        const t = arrivals.next();
        if (!(t >= last)) throw new Error(`${t} after ${last}`);
        last = t;
      }
    }),
    { numRuns: 500, seed: 3 },
  );
});

test.each<[ArrivalSpec, string]>([
  [renewal({ law: "gamma", cv: 0 }, constant(1)), "load.gaps.cv: expected a finite number above 0, got 0"],
  [renewal({ law: "lognormal", cv: NaN }, constant(1)), "load.gaps.cv: expected a finite number above 0, got NaN"],
  [renewal({ law: "erlang", k: 1.5 }, constant(1)), "load.gaps.k: expected a whole number, 1 or more, got 1.5"],
  [
    renewal({ law: "hyperexponential", cv: 0.9 }, constant(1)),
    "load.gaps.cv: expected a finite number, 1 or more, got 0.9",
  ],
  [
    renewal({ law: "weibull" } as unknown as GapLaw, constant(1)),
    'load.gaps.law: expected poisson, deterministic, lognormal, gamma, erlang or hyperexponential, got "weibull"',
  ],
  [renewal(poisson, constant(-1)), "load.profile.rate: expected a finite number, 0 or more, got -1"],
  [{ kind: "closed" } as unknown as ArrivalSpec, 'load.kind: expected renewal or mmpp, got "closed"'],
  [{ kind: "mmpp", states: [] }, 'load.states: expected at least one state, got "none"'],
  [
    { kind: "mmpp", states: [{ rate: 0, sojourn: 1 }] },
    'load.states: expected a state with a rate above 0, got "none"',
  ],
  [
    { kind: "mmpp", states: [{ rate: 1, sojourn: 0 }] },
    "load.states[0].sojourn: expected a finite number above 0, got 0",
  ],
  [
    { kind: "mmpp", states: [{ rate: 1, sojourn: 1 }], start: 1 },
    "load.start: expected the number of a state, 0 to 0, got 1",
  ],
  [
    {
      kind: "mmpp",
      states: [
        { rate: 1, sojourn: 1 },
        { rate: 2, sojourn: 1 },
      ],
      transitions: [
        [0, 1],
        [0.5, 0.5],
      ],
    },
    "load.transitions[1][1]: expected 0, for a stay ends in another state, got 0.5",
  ],
  [
    {
      kind: "mmpp",
      states: [
        { rate: 1, sojourn: 1 },
        { rate: 2, sojourn: 1 },
      ],
      transitions: [
        [0, 1],
        [0.5, 0],
      ],
    },
    "load.transitions[1]: expected probabilities of sum 1, got 0.5",
  ],
  [
    {
      kind: "mmpp",
      states: [1, 2, 3].map((rate) => ({ rate, sojourn: 1 })),
      transitions: [
        [0, 1, 0],
        [1, 0, 0],
        [1, 0, 0],
      ],
    },
    'load.transitions: expected every state to be reachable from every other, got "a chain that falls apart"',
  ],
  [
    { ...renewal(poisson, constant(1)), batch: { kind: "constant", size: 0 } },
    "load.batch.size: expected a whole number, 1 or more, got 0",
  ],
  [
    { ...renewal(poisson, constant(1)), batch: { kind: "geometric", mean: 0.5 } },
    "load.batch.mean: expected a finite number, 1 or more, got 0.5",
  ],
])("%j is refused with its path", (spec, line) => {
  expect(arrivalComplaints(spec, "load")).toEqual([line]);
  expect(() => createArrivals(spec, 1, "load", 10)).toThrow(line);
});
