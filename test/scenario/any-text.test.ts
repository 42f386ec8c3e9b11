/** Whatever stands in a file, the answer is a scenario or complaints about it: never a crash. */
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument, visit } from "yaml";
import { ScenarioError } from "../../src/scenario/complaint.js";
import { readScenario } from "../../src/scenario/read.js";

const folder = path.join(import.meta.dirname, "../../scenarios");
const whole = fs.readFileSync(path.join(folder, "every-field.yaml"), "utf8");

/** Reads and builds every world; the complaints, if there are any, must point into the text. */
function readOrComplain(text: string): void {
  try {
    const { scenario } = readScenario(text, { name: "any.yaml" });
    for (const policy of scenario.policies) scenario.world(policy);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const lines = text.split("\n");
    expect(error.complaints.length).toBeGreaterThan(0);
    for (const { line, column, message } of error.complaints) {
      expect(message).not.toMatch(/undefined|Invalid|\[object/);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
    }
  }
}

test("a text with a piece cut out or replaced", () => {
  const edit = fc.record({
    at: fc.nat(whole.length),
    length: fc.nat(40),
    put: fc.oneof(
      fc.constant(""),
      fc.string({ maxLength: 10 }),
      fc.constantFrom("[", "}", ": ", "\n", "\t", "- ", "&a ", "*a", "'", "!!x ", "<<: "),
    ),
  });
  fc.assert(
    fc.property(edit, ({ at, length, put }) => readOrComplain(whole.slice(0, at) + put + whole.slice(at + length))),
    { numRuns: 150, seed: 1 },
  );
});

test("a scenario with any value replaced by any other", () => {
  const places = countScalars(whole);
  const values = fc.oneof(
    fc.constantFrom(
      null,
      -1,
      0,
      1e308,
      "",
      "none",
      "hpa",
      "web/home",
      "0s",
      "-1s",
      "150%",
      "unlimited",
      "__proto__",
      "constructor",
    ),
    fc.constantFrom(
      [],
      {},
      [[]],
      [null],
      { use: "hpa" },
      { use: 3 },
      { exponential: "0s" },
      { a: 1 },
      { constructor: 1 },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(fc.nat(places - 1), values, (place, value) => readOrComplain(withScalar(whole, place, value))),
    { numRuns: 150, seed: 1 },
  );
});

function countScalars(text: string): number {
  let count = 0;
  visit(parseDocument(text), { Scalar: (key) => void (key === "key" || count++) });
  return count;
}

function withScalar(text: string, place: number, value: unknown): string {
  const document = parseDocument(text);
  let at = 0;
  visit(document, {
    Scalar: (key) => (key !== "key" && at++ === place ? document.createNode(value) : undefined),
  });
  return String(document);
}

test("names that objects have by birth are names like others", () => {
  const text =
    "services: { constructor: { endpoints: { toString: { cpu: 1ms } } } }\nload: { valueOf: { rate: 1/s, to: constructor/toString } }\n";
  const { scenario, warnings } = readScenario(text, { name: "any.yaml" });
  expect(warnings).toEqual([]);
  expect(scenario.world("as-written").services.map(({ name }) => name)).toEqual(["constructor"]);
});
