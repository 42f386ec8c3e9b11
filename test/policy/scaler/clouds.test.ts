/** The adapters of the clouds' scalers: a service's view in, replicas out. What they decide is tested with the controllers. */
import { describe, expect, test } from "vitest";
import type { Scaler } from "../../../src/policy/contract.js";
import { azureAutoscale } from "../../../src/policy/scaler/azure-autoscale.js";
import { gceAutoscaler } from "../../../src/policy/scaler/gce-autoscaler.js";
import { predictiveScaling } from "../../../src/policy/scaler/predictive-scaling.js";
import { scheduledScaling } from "../../../src/policy/scaler/scheduled-scaling.js";
import { simpleScaling, stepScaling } from "../../../src/policy/scaler/step-scaling.js";
import { targetTracking } from "../../../src/policy/scaler/target-tracking.js";
import { ask, make, serviceView } from "../builders.js";

const at = (scaler: Scaler, now: number, replicas: number, cpu: number) =>
  ask(scaler, serviceView({ now, replicas, means: { cpu, rate: 100 } })).replicas;

describe("each acts on what a service shows", () => {
  test("step scaling: 85 % is 15 points above 70 %: two more", () => {
    const steps = [
      { lower: 0, upper: 0.1, adjustment: 1 },
      { lower: 0.1, adjustment: 2 },
    ];
    const scaler = make(stepScaling, { policies: [{ threshold: "70%", datapoints: 1, steps }] });
    expect(at(scaler, 0, 4, 0.85)).toBe(6);
    expect(at(scaler, 60, 4, 0.75)).toBe(5);
  });

  test("step scaling refuses steps with a gap", () => {
    const steps = [
      { lower: 0, upper: 1, adjustment: 1 },
      { lower: 2, adjustment: 2 },
    ];
    expect(() => make(stepScaling, { policies: [{ threshold: 1, steps }] })).toThrow("without gap or overlap");
  });

  test("simple scaling: one more", () => {
    const scaler = make(simpleScaling, { policies: [{ threshold: "70%", datapoints: 1, adjustment: 1 }] });
    expect([at(scaler, 0, 4, 0.9), at(scaler, 60, 5, 0.9)]).toEqual([5, 5]);
  });

  test("scheduled scaling: eight o'clock on the first day", () => {
    const scaler = make(scheduledScaling, { actions: [{ cron: "0 8 * * *", replicas: 9 }] });
    expect([at(scaler, 8 * 3600 - 10, 4, 0.5), at(scaler, 8 * 3600, 4, 0.5)]).toEqual([4, 9]);
    expect(() => make(scheduledScaling, { actions: [{ cron: "at eight", replicas: 9 }] })).toThrow("cron expression");
    expect(() => make(scheduledScaling, { actions: [{ replicas: 9 }] })).toThrow("either at or cron");
  });

  test("predictive scaling: 20 replicas' worth of CPU at 50 % are 40", () => {
    const scaler = make(predictiveScaling, { target: "50%", history: Array.from({ length: 24 }, () => 20) });
    expect(at(scaler, 60, 4, 0.5)).toBe(40);
    expect(at(make(predictiveScaling, { target: "50%" }), 60, 4, 0.5)).toBe(4);
  });

  test("Google's: four pods at 500 of 1000 millicores, held at 25 %, are eight", () => {
    const scaler = make(gceAutoscaler, { signals: [{ signal: "cpu", target: "25%" }] });
    expect(at(scaler, 0, 4, NaN)).toBe(8);
    const rate = make(gceAutoscaler, { signals: [{ signal: "rate-per-replica", target: "10/s" }] });
    expect(at(rate, 0, 4, NaN)).toBe(10);
  });

  test("Azure's: above 70 % one more", () => {
    const scaler = make(azureAutoscale, { rules: [{ operator: ">", threshold: "70%", direction: "Increase" }] });
    expect(at(scaler, 0, 4, 0.8)).toBe(5);
  });

  test("a preset's timings, and a field over it: ten seconds a datapoint, three of them or one", () => {
    const preset = { target: "50%", preset: "ec2-high-resolution" };
    const scaler = make(targetTracking, preset);
    expect(scaler.period).toBe(10);
    expect([0, 10, 20].map((now) => at(scaler, now, 4, 1))).toEqual([4, 4, 8]);
    expect(at(make(targetTracking, { ...preset, outDatapoints: 1 }), 0, 4, 1)).toBe(8);
  });
});
