/**
 * Every scenario that comes with dryscale has a golden outcome: the measures of its first replication, under each of
 * its policies, over at most a quarter of an hour. They change only with a reason: `UPDATE=1 npx vitest run test/golden.test.ts`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { loadScenario } from "../src/experiment/files.js";
import { runOnce } from "../src/experiment/run.js";

const LONGEST = 15 * 60;
const scenarios = readdirSync("scenarios").filter((file) => file.endsWith(".yaml"));

/** Data beside the checkout, which a scenario may read but the repository does not hold. */
const missing = (file: string): readonly string[] =>
  [...readFileSync(join("scenarios", file), "utf8").matchAll(/file: (\S*shared\S*)/g)]
    .map(([, path]) => resolve("scenarios", path))
    .filter((path) => !existsSync(path));

test("there are scenarios to play", () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(7);
});

for (const file of scenarios) {
  test.skipIf(missing(file).length > 0)(`${file} gives its golden outcome`, { timeout: 120_000 }, async () => {
    const { scenario } = await loadScenario(join("scenarios", file));
    const duration = Math.min(scenario.duration, LONGEST);
    const outcomes = scenario.policies.map((policy) => {
      const { measures, growing, decisions, events } = runOnce({ ...scenario, duration }, policy, 0);
      return { policy, growing: growing ?? null, decisions: decisions.length, events, measures };
    });
    // NaN, where there was nothing to measure, is null in JSON.
    const text = `${JSON.stringify({ scenario: scenario.name, seed: scenario.seed, duration, outcomes }, null, 1)}\n`;
    const golden = join("test", "golden", `${basename(file, ".yaml")}.json`);
    if (process.env["UPDATE"] === "1") {
      mkdirSync(dirname(golden), { recursive: true });
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, "utf8"));
  });
}
