/** What the vendors document beyond their worked examples, which conformance/vectors/cloud.jsonl holds. */
import { describe, expect, test } from "vitest";
import { stepFaults } from "../../../src/controllers/cloud/aws-adjustment.js";
import { createPredictiveScaling, forecast } from "../../../src/controllers/cloud/aws-predictive.js";
import { afterAction, createScheduledScaling, nextTime } from "../../../src/controllers/cloud/aws-scheduled.js";
import { createSimpleScaling, createStepScaling, type StepPolicy } from "../../../src/controllers/cloud/aws-step.js";
import { createTargetTracking } from "../../../src/controllers/cloud/aws-target-tracking.js";
import { createAzureAutoscale } from "../../../src/controllers/cloud/azure-autoscale.js";
import { createGceAutoscaler } from "../../../src/controllers/cloud/gce-autoscaler.js";

const MONDAY = Date.UTC(2026, 0, 5);

describe("target tracking with two policies", () => {
  const settings = { outDatapoints: 1, inDatapoints: 1, inBelow: 0.9, inStep: 1, outCooldown: 0, inCooldown: 0 };
  const look = (metrics: readonly number[], scaleIn: readonly boolean[] = [true, true]) =>
    createTargetTracking({
      ...settings,
      metrics: scaleIn.map((may, i) => ({ name: `m${i}`, target: 50, scaleIn: may })),
    })({ at: 0, size: 10, warm: 10, warming: 0, metrics });

  test.each([
    ["the greatest wins out: 10 × 80/50 against 10 × 60/50", [60, 80], undefined, 16],
    ["one is enough to scale out", [10, 60], undefined, 12],
    ["in takes both", [10, 48], undefined, 10],
    ["in goes to the greater of 10 × 20/50 and 10 × 30/50", [20, 30], undefined, 6],
    ["one without scale-in has no vote", [10, 48], [true, false], 2],
    ["missing data hold scale-in back", [10, NaN], undefined, 10],
    ["missing data do not hold scale-out back", [80, NaN], undefined, 16],
  ] as const)("%s", (_, metrics, scaleIn, size) => expect(look(metrics, scaleIn).size).toBe(size));
});

describe("step scaling", () => {
  const step = (adjustment: number, given: Partial<StepPolicy> = {}): StepPolicy => ({
    name: "cpu",
    side: "above",
    threshold: 60,
    datapoints: 1,
    type: "ChangeInCapacity",
    minMagnitude: 0,
    steps: [{ lower: 0, upper: Infinity, adjustment }],
    ...given,
  });
  const look = { at: 0, size: 10, warming: 0, min: 1, max: 20 };

  test("the greatest result of several policies wins, within the bounds", () => {
    expect(createStepScaling([step(2), step(5)])({ ...look, metrics: [70, 70] }).size).toBe(15);
    expect(createStepScaling([step(99)])({ ...look, metrics: [70] }).size).toBe(20);
  });

  test("a percentage makes at least the least change", () => {
    const percent = step(10, { type: "PercentChangeInCapacity", minMagnitude: 3 });
    expect(createStepScaling([percent])({ ...look, metrics: [70] }).size).toBe(13);
  });

  test("an alarm that lasts acts again; one that is interrupted counts anew", () => {
    const decide = createStepScaling([step(1, { datapoints: 2 })]);
    const sizes = [70, 70, 70, 50, 70, 70].map((metric) => decide({ ...look, metrics: [metric] }).size);
    expect(sizes).toEqual([10, 11, 11, 10, 10, 11]);
  });

  test("nothing is taken away while instances warm up", () => {
    const down = step(-2, { side: "below", threshold: 20, steps: [{ lower: -Infinity, upper: 0, adjustment: -2 }] });
    expect(createStepScaling([down])({ ...look, warming: 1, metrics: [10] }).size).toBe(10);
    expect(createStepScaling([down])({ ...look, metrics: [10] }).size).toBe(8);
  });

  test("gaps, overlaps and missing ends are faults", () => {
    const bound = (lower: number, upper: number) => ({ lower, upper, adjustment: 1 });
    expect(stepFaults([bound(0, 10), bound(10, Infinity)])).toEqual([]);
    expect(stepFaults([bound(0, 10), bound(11, Infinity)])).toHaveLength(1);
    expect(stepFaults([bound(0, 10)])).toEqual([expect.stringContaining("without an upper bound")]);
    expect(stepFaults([bound(-10, 0)])).toEqual([expect.stringContaining("without a lower bound")]);
  });

  test("simple scaling acts once, and again when the cooldown after the end of its activity is over", () => {
    const policy = { ...step(1), adjustment: 1 };
    const decide = createSimpleScaling([policy], 300);
    const at = (time: number, size: number, settled: boolean) =>
      decide({ ...look, at: time, size, settled, metrics: [70] }).size;
    expect([at(0, 10, true), at(60, 11, false), at(120, 11, true), at(360, 11, true), at(420, 11, true)]).toEqual([
      11, 11, 11, 11, 12,
    ]);
  });
});

describe("scheduled scaling", () => {
  test("cron is read in its time zone: eight in Paris in winter is seven UTC", () => {
    const action = { name: "a", when: { cron: "0 8 * * 1-5", timeZone: "Europe/Paris" } };
    expect(nextTime(action, MONDAY)).toBe(MONDAY + 7 * 3_600_000);
  });

  test("a new minimum lifts the size, and stays", () => {
    expect(afterAction({ min: 1, max: 10, desired: 3 }, { name: "a", when: 0, min: 5 })).toEqual({
      min: 5,
      max: 10,
      desired: 5,
    });
    const look = createScheduledScaling([{ name: "a", when: MONDAY + 60_000, min: 5, desired: 8 }], MONDAY);
    const sizes = [50, 60, 70].map((at) => look({ at, min: 1, max: 10, desired: at === 70 ? 2 : 3 }).size);
    expect(sizes).toEqual([3, 8, 5]);
  });
});

describe("predictive scaling", () => {
  const day = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? 100 : 10));

  test("less than a day of history is no forecast; a day repeats itself for 48 hours", () => {
    expect(forecast(day.slice(1))).toEqual([]);
    expect(forecast(day)).toEqual([...day, ...day]);
    expect(forecast([...day, ...day.map((load) => 3 * load)])[9]).toBe(200);
  });

  test("the floor is lifted from the buffer before the hour to its end, and never lowers the size", () => {
    const look = createPredictiveScaling({ target: 10, buffer: 300, mode: "ForecastAndScale" }, day);
    const sizes = [8.5, 8.95, 9.5, 10.5].map((hour) => look({ at: hour * 3600, load: 10, size: 2 }).size);
    expect(sizes).toEqual([2, 10, 10, 2]);
    expect(look({ at: 11 * 3600, load: 10, size: 30 }).size).toBe(30);
  });

  test("ForecastOnly changes nothing", () => {
    const look = createPredictiveScaling({ target: 10, buffer: 300, mode: "ForecastOnly" }, day);
    expect(look({ at: 9 * 3600, load: 10, size: 2 })).toMatchObject({ size: 2, rule: "ForecastOnly" });
  });
});

describe("Google's autoscaler", () => {
  const settings = { signals: [{ name: "cpu", target: 0.5 }], initializationPeriod: 60, mode: "ON" } as const;
  const load = (at: number, size: number, initialized: number, all = initialized) => ({
    at,
    size,
    signals: [{ initialized, all }],
  });

  test("instances that initialize do not grow the group but keep it from shrinking", () => {
    const look = createGceAutoscaler(settings);
    expect(look(load(0, 4, 2, 10)).size).toBe(4);
    expect(look(load(60, 4, 5, 5)).size).toBe(10);
  });

  test("after ten minutes all that the peak does not need goes at once", () => {
    const look = createGceAutoscaler(settings);
    expect([0, 300, 600, 660].map((at) => look(load(at, 10, 1)).size)).toEqual([10, 10, 10, 2]);
  });

  test("ONLY_SCALE_OUT never shrinks, OFF has no opinion", () => {
    const out = createGceAutoscaler({ ...settings, mode: "ONLY_SCALE_OUT" });
    expect([0, 660, 720].map((at) => out(load(at, 10, at === 720 ? 6 : 1)).size)).toEqual([10, 10, 12]);
    expect(createGceAutoscaler({ ...settings, mode: "OFF" })(load(0, 10, 9)).size).toBeNaN();
  });
});

describe("Azure Monitor autoscale", () => {
  const rule = { metric: "cpu", type: "ChangeCount", value: 1, cooldown: 300 } as const;
  const rules = [
    { ...rule, operator: ">", threshold: 70, direction: "Increase" },
    { ...rule, operator: "<", threshold: 30, direction: "Decrease" },
    { ...rule, operator: "<", threshold: 20, direction: "Decrease" },
  ] as const;
  const look = () => createAzureAutoscale({ min: 2, max: 10, default: 4, rules });

  test("in only if all rules for it fire", () => {
    expect(look()({ at: 0, size: 5, values: [25, 25, 25] }).size).toBe(5);
    expect(look()({ at: 0, size: 5, values: [15, 15, 15] }).size).toBe(4);
  });

  test("the cooldown counts from the last action", () => {
    const decide = look();
    expect([0, 60, 299, 300].map((at) => decide({ at, size: 5, values: [80, 80, 80] }).size)).toEqual([6, 5, 5, 6]);
  });

  test("without metrics there are the default at least", () => {
    expect(look()({ at: 0, size: 2, values: [NaN, NaN, NaN] }).size).toBe(4);
    expect(look()({ at: 0, size: 6, values: [NaN, NaN, NaN] }).size).toBe(6);
  });
});
