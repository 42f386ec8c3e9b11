/** Shedding by queue time, as folly's own tests have it, and by CPU. */
import { describe, expect, test } from "vitest";
import { Codel } from "../../../src/model/admission/codel.js";
import { CpuPressure } from "../../../src/model/admission/cpu-pressure.js";

describe("folly's CoDel, with a target of 5 ms in 100 ms", () => {
  const ms = (value: number): number => value / 1000;
  /** Who comes when, after how long a wait, both in milliseconds; and who is shed. */
  const play = (table: readonly (readonly [at: number, waited: number, shed: boolean, why: string])[]) => {
    const codel = new Codel(ms(5), ms(100), 0);
    for (const [at, waited, shed, why] of table) expect(codel.sheds(ms(waited), ms(at)), `${at}: ${why}`).toBe(shed);
  };

  test("upstream's first test: one bad interval, then only those who have waited twice the target", () => {
    play([
      [110, 100, false, "the first of an interval is never shed"],
      [200, 50, false, "a new interval, which is overloaded: 100 ms was the shortest wait of the one before"],
      [200, 50, true, "overloaded, and longer than 10 ms"],
      [310, 2, false, "a new interval, overloaded as well, but 2 ms are not long"],
      [400, 20, true, "still the same interval: 20 ms are"],
    ]);
  });

  test("one short wait in an interval, and the next one is well", () => {
    play([
      [10, 50, false, "the first ever"],
      [20, 50, false, "a new interval"],
      [60, 4, false, "below the target"],
      [110, 50, true, "still the interval that began at 20"],
      [121, 50, false, "new, and not overloaded, since somebody waited 4 ms"],
      [130, 50, false, "nor is anybody else shed in it"],
      [222, 50, false, "the shortest was 50 ms: overloaded again, but this is the first"],
      [223, 11, true, "more than twice the target"],
      [224, 10, false, "exactly twice is not more"],
    ]);
  });

  test("a wait of exactly the target is no overload", () => {
    play([
      [10, 5, false, "the first"],
      [20, 50, false, "a new interval, not overloaded"],
      [30, 50, false, "so nobody is shed"],
    ]);
  });
});

describe("Envoy's pressure by CPU", () => {
  test("its average, worked by hand, and a scaled trigger", () => {
    const pressure = new CpuPressure({ scaling: 0.5, saturated: 0.75, interval: 1, weight: 0.5 });
    const seen = [1, 1, 1, 0.75, 0].map((one) => {
      pressure.sample(one);
      return pressure.sheds;
    });
    // Averages: 0.5, 0.75, 0.875, 0.8125, 0.40625.
    expect(seen).toEqual([0, 1, 1, 1, 0]);
    pressure.sample(0.84375); // 0.625, in the middle
    expect(pressure.sheds).toBeCloseTo(0.5, 12);
  });

  test("with Envoy's weight of 5 % a pod that is busy at once sheds after log(1 − 0.8)/log(0.95) samples", () => {
    const pressure = new CpuPressure({ scaling: 0.8, saturated: 0.8, interval: 1, weight: 0.05 });
    let samples = 0;
    while (pressure.sheds === 0) {
      pressure.sample(1);
      samples++;
    }
    expect(samples).toBe(Math.ceil(Math.log(1 - 0.8) / Math.log(0.95)));
    expect(pressure.sheds).toBe(1);
  });
});
