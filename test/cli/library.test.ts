/** The front door, as a user's script finds it after the build. */
import { expect, test } from "vitest";
import type * as IndexModule from "../../src/index.js";
import { built, tiny } from "./harness.js";

const dryscale = await built<typeof IndexModule>("index.js");

test("it holds what the docs speak of", () => {
  const names = [
    ...["defineScaler", "defineProvisioner", "defineScheduler", "defineBalancer"],
    ...["seconds", "cpu", "memory", "fraction", "rate", "positive", "whole", "oneOf", "interval", "level"],
    ...["Simulation", "Rank", "RandomStream", "Processes", "Resource", "Store", "Container"],
    ...["createWorld", "service", "world", "cluster", "createArrivals"],
    ...["readScenario", "loadScenario", "runOnce", "replicate", "summarise", "measuresOf", "jsonSchema"],
    ...["scalers", "provisioners", "schedulers", "balancers"],
  ];
  expect(names.filter((name) => !(name in dryscale))).toEqual([]);
});

test("a scenario from text, played once, in three lines", () => {
  const { scenario } = dryscale.readScenario(tiny(), { name: "tiny" });
  const outcome = dryscale.runOnce(scenario, scenario.policies[0], 0);
  // 20 a second for 40 s, within five deviations.
  expect(Math.abs(outcome.measures["load.sent"] - 800)).toBeLessThan(5 * Math.sqrt(800));
  const { findings } = dryscale.summarise(scenario, [outcome]);
  expect(findings).toMatchObject([{ policy: "as-written", replications: 1, objectives: [{ kept: true }] }]);
});
