import { expect, test } from "vitest";
import { type Distribution, Draws, moments, sampler } from "../../src/kernel/distributions.js";
import { RandomStream } from "../../src/kernel/random.js";
import { RequestChance } from "../../src/kernel/request-chance.js";

const N = 400_000;

// Of heavy tails only those whose fourth moment exists: without one the sample variance has no standard error.
const laws: readonly Distribution[] = [
  { shape: "exponential", mean: 2.5 },
  { shape: "uniform", low: 1, high: 4 },
  { shape: "lognormal", mean: 0.01, cv: 1 },
  { shape: "lognormal", mean: 3, cv: 0.2 },
  { shape: "gamma", mean: 2, cv: 0.5 },
  { shape: "gamma", mean: 2, cv: 1.5 },
  { shape: "erlang", mean: 1.5, k: 3 },
  { shape: "hyperexponential", mean: 1, cv: 2 },
  { shape: "hyperexponential", mean: 1, cv: 1 },
  { shape: "weibull", scale: 1, power: 0.8 },
  { shape: "weibull", scale: 2, power: 3 },
  { shape: "pareto", low: 1, high: Infinity, alpha: 8 },
  { shape: "pareto", low: 0.1, high: 5, alpha: 1.1 },
  { shape: "pareto", low: 0.1, high: 5, alpha: 1 },
  { shape: "empirical", values: [1, 1, 2, 3, 5, 8] },
  { shape: "geometric", mean: 3 },
];

/** Mean and variance of many draws, with the standard errors that the draws themselves suggest. */
function measure(draw: () => number) {
  const values = Float64Array.from({ length: N }, draw);
  const mean = values.reduce((sum, x) => sum + x, 0) / N;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / N;
  const fourth = values.reduce((sum, x) => sum + (x - mean) ** 4, 0) / N;
  return {
    mean,
    variance,
    errorOfMean: Math.sqrt(variance / N),
    errorOfVariance: Math.sqrt((fourth - variance ** 2) / N),
  };
}

function expectMoments(law: Distribution, draw: () => number): void {
  const exact = moments(law);
  const found = measure(draw);
  expect(Math.abs(found.mean - exact.mean)).toBeLessThan(5 * found.errorOfMean);
  expect(Math.abs(found.variance - exact.variance)).toBeLessThan(5 * found.errorOfVariance);
}

const chance = new RequestChance(1, "requests");

/** The first law's draws for one request after another. */
function drawer(law: Distribution): () => number {
  const draws = new Draws([law], chance);
  let serial = 0;
  return () => {
    draws.draw(0, chance.ticket(serial++), 99);
    return draws.value;
  };
}

test.each(laws)("a stream's samples of $shape $mean $cv have the moments in closed form", (law) => {
  expectMoments(law, sampler(law, new RandomStream(1, `test/${JSON.stringify(law)}`)));
});

test.each(laws)("a request's draws of $shape $mean $cv have the moments in closed form", (law) => {
  expectMoments(law, drawer(law));
});

test("a constant is always itself, and so is a geometric number of mean 1", () => {
  for (const law of [
    { shape: "constant", value: 1 },
    { shape: "geometric", mean: 1 },
  ] as const) {
    const draw = sampler(law, new RandomStream(1, "sure"));
    expect([draw(), draw(), drawer(law)(), moments(law).variance]).toEqual([1, 1, 1, 0]);
  }
});

test("what one request draws does not depend on who drew before", () => {
  for (const law of laws) {
    const draws = new Draws([law], chance);
    const draw = (serial: number): number => {
      draws.draw(0, chance.ticket(serial), 99);
      return draws.value;
    };
    const forwards = [0, 1, 2, 3, 4].map(draw);
    expect([4, 3, 2, 1, 0].map(draw).reverse()).toEqual(forwards);
  }
});

test("moments are those of independent closed forms and quadratures", () => {
  // Parameters and values from an external table of reference values.
  const cvOf = (variance: number, mean: number): number => Math.sqrt(variance) / mean;
  const cases: readonly (readonly [Distribution, number, number])[] = [
    [
      { shape: "lognormal", mean: Math.exp(-0.38 + 2.36 ** 2 / 2), cv: Math.sqrt(Math.expm1(2.36 ** 2)) },
      11.076214817683821,
      32060.522091684998,
    ],
    [{ shape: "weibull", scale: 1, power: 0.5 }, 2, 20],
    [{ shape: "pareto", low: 1, high: Infinity, alpha: 2.5 }, 1.6666666666666667, 2.2222222222222223],
    [{ shape: "erlang", mean: 3 / 2, k: 3 }, 1.5, 0.75],
    [{ shape: "gamma", mean: 1, cv: cvOf(0.4, 1) }, 1, 0.4],
    [{ shape: "hyperexponential", mean: 1, cv: 2 }, 1, 4],
    [
      { shape: "pareto", low: 0.1, high: 1000, alpha: 1.1 },
      0.662108471404168,
      48.64725752763236 - 0.662108471404168 ** 2,
    ],
  ];
  for (const [law, mean, variance] of cases) {
    expect(moments(law).mean / mean).toBeCloseTo(1, 12);
    expect(moments(law).variance / variance).toBeCloseTo(1, 12);
  }
});

test("a Pareto law without a mean or a variance says so", () => {
  expect(moments({ shape: "pareto", low: 1, high: Infinity, alpha: 1 })).toEqual({
    mean: Infinity,
    variance: Infinity,
  });
  expect(moments({ shape: "pareto", low: 1, high: Infinity, alpha: 1.5 }).variance).toBe(Infinity);
});
