import { describe, expect, test } from "vitest";
import { type Elasticity, elasticity, elasticSpeedup, type StepFunction } from "../../src/measure/elasticity.js";
import { elasticityVectors } from "./vectors.js";

/** What the vectors call each metric, and by how much they multiply it (100 where they print per cent). */
const names = {
  accuracy_U_abs: ["accuracyU", 1],
  accuracy_O_abs: ["accuracyO", 1],
  timeshare_U: ["timeshareU", 1],
  timeshare_O: ["timeshareO", 1],
  theta_U_pct: ["thetaU", 100],
  theta_O_pct: ["thetaO", 100],
  accuracy_O_over_supply_pct: ["accuracyOOverSupply", 100],
  demand_unit_changes: ["demandUnitChanges", 1],
  supply_unit_changes: ["supplyUnitChanges", 1],
  jitter_per_time_unit: ["jitterPerSecond", 1],
  instability_pct_grid1: ["instability", 100],
  autoscaling_deviation_p5: ["autoscalingDeviation", 100],
  wrong_provisioning_timeshare: ["wrongProvisioningTimeshare", 1],
} as const satisfies Record<string, readonly [keyof Elasticity, number]>;

/** The unit test of BUNGEE itself prints these. */
const publishedNames = {
  accuracy_U: "accuracyU",
  accuracy_O: "accuracyO",
  timeshare_U: "timeshareU",
  timeshare_O: "timeshareO",
  jitter_per_unit: "jitterPerSecond",
} as const satisfies Record<string, keyof Elasticity>;

interface Case {
  readonly name: string;
  readonly demand: StepFunction;
  readonly supply: StepFunction;
  readonly T: number;
  readonly published?: Readonly<Record<keyof typeof publishedNames, number>>;
  readonly expected: Readonly<Record<keyof typeof names, number>>;
}

const cases = elasticityVectors.cases as unknown as readonly Case[];
const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>) => Object.keys(record) as Key[];

for (const { name, demand, supply, T, published, expected } of cases) {
  describe(name, () => {
    const found = elasticity({ demand, supply, duration: T });
    for (const key of keysOf(expected)) {
      test(`${key} is ${expected[key]}`, () => {
        const [metric, factor] = names[key];
        expect(found[metric] * factor).toBeCloseTo(expected[key], 10);
      });
    }
    for (const key of published ? keysOf(published) : []) {
      test(`${key} is ${published![key]}, as BUNGEE's own test has it`, () => {
        expect(found[publishedNames[key]]).toBeCloseTo(published![key], 12);
      });
    }
  });
}

test("the vectors hold all seven cases and every metric of each", () => {
  expect(cases.length).toBe(7);
  for (const { expected } of cases) expect(Object.keys(expected).sort()).toEqual(Object.keys(names).sort());
});

const find = (start: string) => {
  const { demand, supply, T } = cases.find(({ name }) => name.startsWith(start))!;
  return elasticity({ demand, supply, duration: T });
};

test("the speedup of lagged scaling over none is that of the vector, from four terms", () => {
  const { value, terms_used } = elasticityVectors.extra.elastic_speedup_lagged_vs_none;
  const speedup = elasticSpeedup(find("no scaling"), find("lagged"));
  expect(speedup.value).toBeCloseTo(value, 12);
  expect(speedup.termsUsed).toBe(terms_used);
});

test("the speedup leaves out terms that are zero, and is NaN without any", () => {
  const none = { thetaU: 0.4, thetaO: 0, timeshareU: 0.2, timeshareO: 0 };
  const scaled = { thetaU: 0.1, thetaO: 0.3, timeshareU: 0, timeshareO: 0 };
  expect(elasticSpeedup(none, scaled)).toEqual({ value: 0.4 / 0.1, termsUsed: 1 });
  expect(elasticSpeedup(scaled, { ...scaled, thetaU: 0, thetaO: 0 })).toEqual({ value: Number.NaN, termsUsed: 0 });
});

test("a window in the middle sees what held at its start and nothing after its end", () => {
  const demand: StepFunction = [[0, 9], [100, 2], [115, 4], [120, 50]]; // biome-ignore format: a series
  const supply: StepFunction = [[90, 3]];
  const found = elasticity({ demand, supply, from: 110, duration: 10 });
  expect(found).toMatchObject({ accuracyO: (5 * 1) / 10, accuracyU: (5 * 1) / 10, demandUnitChanges: 2 });
});

test("of two values at one time the later counts, and the flip in no time is no change", () => {
  const supply: StepFunction = [[0, 2], [5, 9], [5, 2]]; // biome-ignore format: a series
  expect(elasticity({ demand: [[0, 2]], supply, duration: 10 })).toMatchObject({ accuracyO: 0, supplyUnitChanges: 0 });
});

test("where nothing is demanded, excess counts against one unit, and no supply is no waste", () => {
  const nothing: StepFunction = [[0, 0]];
  expect(elasticity({ demand: nothing, supply: [[0, 3]], duration: 10 })).toMatchObject({ thetaO: 3, thetaU: 0 });
  expect(elasticity({ demand: nothing, supply: nothing, duration: 10 })).toMatchObject({
    thetaO: 0,
    accuracyOOverSupply: 0,
    autoscalingDeviation: 0,
  });
});

test("on a coarser grid, supply that follows within a step is as stable as demand", () => {
  const demand: StepFunction = [[0, 1], [31, 2]]; // biome-ignore format: a series
  const supply: StepFunction = [[0, 1], [36, 2]]; // biome-ignore format: a series
  expect(elasticity({ demand, supply, duration: 100 }).instability).toBe(2 / 99);
  expect(elasticity({ demand, supply, duration: 100, step: 10 }).instability).toBe(0);
});

test("the grid begins with the window, not at zero", () => {
  const supply: StepFunction = [[0, 1], [1002.5, 2], [1003.2, 1]]; // biome-ignore format: a series
  const found = elasticity({ demand: [[0, 1]], supply, from: 1000, duration: 10 });
  // Supply is 1 at 1002, 2 at 1003 and 1 again at 1004.
  expect(found.instability).toBe(2 / 9);
});

test("a grid of a tenth of a second has all its points in spite of rounding", () => {
  const supply: StepFunction = [[0, 1], [0.15, 2]]; // biome-ignore format: a series
  expect(elasticity({ demand: [[0, 1]], supply, duration: 0.3, step: 0.1 }).instability).toBe(1 / 2);
});

test("a window shorter than two grid steps has no instability to speak of", () => {
  expect(elasticity({ demand: [[0, 1]], supply: [[0, 1]], duration: 1.5 }).instability).toBeNaN();
});

test("series that start late, go back or cover no time are refused", () => {
  const one: StepFunction = [[0, 1]];
  expect(() => elasticity({ demand: one, supply: [[5, 1]], duration: 10 })).toThrow("supply is unknown at 0 s");
  expect(() => elasticity({ demand: [], supply: one, duration: 10 })).toThrow("demand is unknown at 0 s");
  expect(() => elasticity({ demand: [...one, [5, 1], [4, 2]], supply: one, duration: 10 })).toThrow("from 5 to 4 s");
  expect(() => elasticity({ demand: one, supply: one, duration: 0 })).toThrow("over 0 s");
  expect(() => elasticity({ demand: one, supply: one, duration: 1, step: 0 })).toThrow("a grid of 0 s");
});
