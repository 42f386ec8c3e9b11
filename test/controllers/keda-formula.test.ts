/** Formulas of scaling modifiers, worked by hand. */
import { expect, test } from "vitest";
import { formula } from "../../src/controllers/keda/formula.js";

const values = { a: 10, b: 4, zero: 0 };
const names = Object.keys(values);

test.each([
  ["a", 10],
  ["(a + b) / 2", 7],
  ["a - b - 1", 10 - 4 - 1],
  ["a - b * 2", 2],
  ["7 / 2", 3.5],
  ["2 ** 3 ** 2", 2 ** (3 ** 2)],
  ["-2 ** 2", -4],
  ["2 ** -1", 0.5],
  ["a > 2 ? a + b : 1", 14],
  ["zero > 2 ? a + b : b > 3 ? 5 : 6", 5],
  ["a > 2 && b > 5 || zero == 0 ? 1 : 2", 1],
  ["!(a > 2) or not (b < 1) ? 1 : 2", 1],
  ["a >= 10 and b != 4 ? 1 : 2", 2],
  ["max(a, b, 11)", 11],
  ["min([a, b])", 4],
  ["sum([a, b, 1]) / 3", 5],
  ["mean(a, b)", 7],
  ["round(2.5) + round(-2.5) + round(0.49)", 0],
  ["ceil(b / 3) - floor(b / 3) + abs(-1)", 2],
  ["1e3 + .5e0 * 0".replace(".5e0", "0.5e0"), 1000],
])("%s is %d", (text, result) => {
  expect(formula(text, names)(values)).toBe(result);
});

test.each([
  ["", '"the end" is no trigger'],
  ["a +", '"the end" is no trigger'],
  ["c + 1", '"c" is no trigger and no function; there are a, b, zero'],
  ["a > 2", "a number was expected, not a boolean"],
  ["a ? 1 : 2", "a boolean was expected, not a number"],
  ["a > 1 ? 1 : b > 1", "a number was expected, not a boolean"],
  ["(a", '")" was expected, not "the end"'],
  ["a b", '"b" was not expected'],
  ["a % 2", '"% 2" has no meaning here'],
  ["abs(a, b)", "abs takes one number"],
  ["toString", '"toString" is no trigger'],
])("%s is refused", (text, complaint) => {
  expect(() => formula(text, names)).toThrow(complaint);
});
