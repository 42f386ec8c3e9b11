import { expect, test } from "vitest";
import { exp } from "../../src/kernel/exp.js";

test("the table's exponential function is the true one within 4.5e-16", () => {
  for (let x = -699; x < 699; x += 0.0371) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(4.5e-16);
  expect([exp(0), exp(-800), exp(800), exp(Number.NaN)]).toEqual([1, 0, Infinity, Number.NaN]);
});
