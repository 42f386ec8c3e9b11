import { expect, test } from "vitest";
import { TimeAverage } from "../../src/measure/time-average.js";

/** 2 for 3 s, then 5 for 1 s. */
function pods() {
  const average = new TimeAverage(2, 10);
  average.set(5, 13);
  return average;
}

test("the integral is value times time, the last value included", () => {
  expect(pods().integral(14)).toBe(2 * 3 + 5 * 1);
});

test("the mean weighs each value by how long it held, not by how often it was set", () => {
  const average = pods();
  average.set(5, 13.25);
  average.set(5, 13.5);
  expect(average.mean(14)).toBe((2 * 3 + 5 * 1) / 4);
});

test("the variance is over time, not over changes", () => {
  const mean = (2 * 3 + 5 * 1) / 4;
  expect(pods().variance(14)).toBeCloseTo((3 * (2 - mean) ** 2 + (5 - mean) ** 2) / 4, 12);
});

test("a value that never changes has no variance, not even one below zero by rounding", () => {
  const average = new TimeAverage(0.1, 0);
  for (let i = 1; i <= 1000; i++) {
    average.set(0.1, i / 3);
    expect(average.variance(i / 3)).toBeGreaterThanOrEqual(0);
    expect(average.variance(i / 3)).toBeLessThan(1e-15);
  }
});

test("restart forgets the past and keeps the value", () => {
  const average = pods();
  average.restart(20);
  expect(average.integral(20)).toBe(0);
  expect(average.mean(22)).toBe(5);
  expect(average.variance(22)).toBe(0);
});

test("before time has passed there is no mean and no variance", () => {
  expect(pods().mean(10)).toBeNaN();
  expect(new TimeAverage(3, 7).mean(7)).toBeNaN();
  expect(new TimeAverage(3, 7).variance(7)).toBeNaN();
});
