/** Every controller decides as the real one did, in every situation that was recorded from it. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { firstDifference } from "../conformance/compare.js";
import { failureOf } from "../conformance/play.js";
import { players } from "../conformance/players/index.js";
import { readVectors } from "../conformance/vector.js";

const vectors = existsSync("conformance/vectors") ? readVectors("conformance/vectors") : [];

test("every player has vectors, and every vector a player", () => {
  expect([...new Set(vectors.map(({ controller }) => controller))].sort()).toEqual(Object.keys(players).sort());
});

for (const controller of Object.keys(players)) {
  test(`${controller} decides as upstream`, { timeout: 300_000 }, () => {
    const failures = vectors
      .filter((vector) => vector.controller === controller)
      .flatMap((one) => failureOf(one) ?? []);
    const told = failures.map(({ vector, at, field, expected, got }) => ({
      name: vector.name,
      at,
      field,
      expected,
      got,
    }));
    expect(told.slice(0, 3)).toEqual([]);
  });
}

describe("the comparison can fail", () => {
  test.each([
    [{ a: [1, 2] }, { a: [1, 3] }, "a[1]"],
    [{ a: 1 }, {}, "a"],
    [{}, { a: 1 }, "a"],
    [[1], [1, 2], "[1]"],
    [{ a: { anyOf: [1, 2] } }, { a: 3 }, "a"],
    [0.1 + 0.2, 0.3, ""],
  ])("%j against %j", (expected, got, field) => {
    expect(firstDifference(expected, got)?.field).toBe(field);
  });

  test("any of the allowed answers will do, and undefined is absent", () => {
    expect(firstDifference({ a: { anyOf: [1, { b: 2 }] }, c: undefined }, { a: { b: 2 } })).toBeUndefined();
  });
});
