/** What holds for every policy that a scenario can name. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { balancers } from "../../src/policy/balancer/index.js";
import { provisioners } from "../../src/policy/provisioner/index.js";
import { scalers } from "../../src/policy/scaler/index.js";
import { schedulers } from "../../src/policy/scheduler/index.js";
import { make } from "./builders.js";

/** The least that a policy must be given; nothing, where it is not listed. */
const least: Record<string, Record<string, unknown>> = {
  timetable: { entries: [{ at: "8h", replicas: 10 }] },
  "target-tracking": { target: "70%" },
  keda: { triggers: [{ signal: "queue", threshold: 5 }] },
  "step-scaling": { policies: [{ threshold: "70%", steps: [{ lower: 0, adjustment: 1 }] }] },
  "simple-scaling": { policies: [{ threshold: "70%", adjustment: 1 }] },
  "scheduled-scaling": { actions: [{ cron: "0 8 * * *", replicas: 10 }] },
  "predictive-scaling": { target: "70%" },
  "azure-autoscale": { rules: [{ operator: ">", threshold: "70%", direction: "Increase" }] },
};

const registries = { scaler: scalers, provisioner: provisioners, scheduler: schedulers, balancer: balancers };

describe.each(Object.entries(registries))("every %s", (_, definitions) => {
  test("has a name of its own, in words joined by hyphens", () => {
    const names = definitions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test.each(definitions.map((definition) => [definition.name, definition] as const))(
    "%s has a sentence, described fields, and can be made from the least it needs",
    (name, definition) => {
      expect(definition.summary).toMatch(/^[A-Z].*\.$/);
      for (const field of Object.values(definition.fields)) expect(field.description).toMatch(/^[A-Z].*\.$/);
      expect(make<unknown>(definition, least[name])).toBeTypeOf("object");
    },
  );

  test("describes its fields to editors with the defaults in the user's spelling", () => {
    for (const { fields } of definitions) {
      const schema = z.toJSONSchema(z.strictObject({ ...fields }), { io: "input" });
      expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(fields));
    }
  });
});

describe("a field refuses, and says what it expected", () => {
  const [, timetable, hpa, targetTracking, perRequest] = scalers;
  const leastRequest = balancers[2];
  const rows: [string, () => unknown, string][] = [
    ["a period of nothing", () => make(hpa, { period: "0s" }), "expected a duration above 0"],
    ["a target of nothing", () => make(targetTracking, { target: 0 }), "expected a level above 0"],
    ["no target", () => make(targetTracking), "expected a level above 0"],
    ["no entries", () => make(timetable, { entries: [] }), "expected a list of one or more entries, got []"],
    ["an entry that is no entry", () => make(timetable, { entries: ["8h"] }), "expected the fields at, replicas"],
    ["half a call a replica", () => make(perRequest, { concurrency: 0.5 }), "expected a whole number from 1 up"],
    ["a wrong keep-alive", () => make(perRequest, { keepAlive: "forever" }), 'expected \\"none\\", a duration'],
    ["no choice", () => make(leastRequest, { choices: 0 }), "expected a whole number from 1 up, got 0"],
    ["a wrong word", () => make(leastRequest, { choices: "some" }), "expected a whole number from 1 up or"],
    ["a word for a claim", () => make(leastRequest, { replacement: "yes" }), "expected true or false"],
  ];
  test.each(rows)("%s", (_, create, complaint) => expect(create).toThrow(complaint));
});
