import { describe, expect, test } from "vitest";
import { compareText, runText } from "../../src/report/terminal.js";
import { fixture } from "./fixture.js";
import { comparing, policyOf } from "./small.js";

describe("compare", () => {
  // p99: fixed 1 s and hpa 0.29 s, so 0.71 s less; the price is the same; errors are unknown.
  const text = compareText(comparing());

  test("a row is a measure, a column a policy, the baseline first", () => {
    const row = (label: string): readonly string[] =>
      text
        .split("\n")
        .find((line) => line.startsWith(label))!
        .slice(label.length)
        .trim()
        .split(/ {2,}/);
    expect(row("latency, p99")).toEqual(["1.00 ± 0.04 s", "290 ± 20 ms"]);
    expect(row("failed requests")).toEqual(["–", "–"]);
    expect(row("objective 1 (all: 99 % within 300 ms)")).toEqual(["90.0 ± 0.5 % ✗", "99.50 ± 0.05 % ✓"]);
    expect(row("cost per hour")).toEqual(["0.576 ± 0 USD/h", "0.576 ± 0 USD/h"]);
    expect(text).toMatch(/^ +fixed \(baseline\) +hpa$/m);
  });

  test("a line a headline measure says which is better, by how much, and when nothing is shown", () => {
    expect(text).toContain("hpa against fixed: latency, p99 better by 710 ± 38 ms (−71 %)\n");
    expect(text).toContain("hpa against fixed: failed requests: nothing to compare\n");
    expect(text).toContain("hpa against fixed: cost per hour: no difference\n");
    expect(text).toContain(
      "hpa against fixed: objective 1 (all: 99 % within 300 ms): no difference shown (+9.5 ± 9.6 points)",
    );
  });

  test("each policy has a sentence, and the question its answer", () => {
    expect(text).toContain("fixed: fails its objective.\n");
    expect(text).toContain("hpa: keeps its objective; better than fixed in latency p99.\n");
    expect(text).toContain("Only hpa keeps the objective, at 0.576 USD/h.\n");
  });

  test("quiet, only the verdicts are left", () => {
    const quiet = compareText(comparing(), { quiet: true });
    expect(quiet).not.toContain("baseline)");
    expect(quiet.split("\n")[0]).toBe("hpa against fixed: latency, p99 better by 710 ± 38 ms (−71 %)");
  });

  test("one pair of runs is no verdict", () => {
    expect(compareText(fixture(["fixed", "hpa"], 1).summary)).toContain("one pair of runs is too few to tell");
  });
});

describe("run", () => {
  test("tells measures, and which objectives were kept", () => {
    const text = runText(comparing());
    expect(text).toContain(
      "shop under hpa\n3 replications of 13 m after 2 m of warm-up, seed 7; ± is the 95 % interval\n",
    );
    expect(text).toContain("failed  all: 99 % within 300 ms (90.0 ± 0.5 %)");
    expect(text).toContain("kept    all: 99 % within 300 ms (99.50 ± 0.05 %)");
  });

  test("names overload loudly, decisions without data and failed runs", () => {
    const summary = comparing();
    const overloaded = {
      ...summary,
      policies: [{ ...policyOf("fixed", {}), growing: "cart", measures: { "capacity.undecided": known(2.5) } }],
      failed: [{ policy: "fixed", replication: 3, reason: "out of memory" }],
    };
    const text = runText(overloaded, { quiet: true });
    expect(text).toContain(
      "OVERLOAD  The queue of cart grows without bound under fixed: means say how long it was watched, not how it behaves.",
    );
    expect(text).toContain("fixed could not decide 2.50 times a run, for lack of data.");
    expect(text).toContain("The run of fixed with seed 10 failed: out of memory");
  });
});

test("faults of the first run have a table: when each began, who knew when, and when it was healed", () => {
  const fault = { fault: "zone-a", kind: "zone-loss", whom: "zone a, 2 nodes", begin: 300 };
  const hit = { ...fault, over: 780, detected: 350, by: "node-lifecycle-controller", healed: 655 };
  const unseen = { ...fault, fault: "slow", begin: 60, over: null, detected: null, by: "", healed: null };
  const summary = {
    ...comparing(),
    policies: [{ ...policyOf("fixed", {}), faults: [hit, unseen] }, policyOf("hpa", {})],
  };
  const rows = (text: string) => text.split("\n").filter((line) => /^(?:zone-a|slow|faults)/.test(line));
  expect(rows(compareText(summary)).map((line) => line.split(/ {2,}/))).toEqual([
    ["faults of the first run", "begins", "detected", "healed"],
    ["zone-a", "fixed", "5 m", "after 50 s, by node-lifecycle-controller", "after 5 m 55 s"],
    ["slow", "fixed", "60 s", "never", "never"],
  ]);
  expect(rows(runText(summary))[1]).not.toContain("fixed");
  expect(rows(runText(comparing()))).toEqual([]);
});

const known = (mean: number) => ({ mean, halfWidth: 0, n: 3, level: 0.95 });

test("without paint there is no colour, with it only what it adds", () => {
  const summary = comparing();
  expect(compareText(summary) + runText(summary)).not.toContain("\u001b");
  const painted = compareText(summary, { paint: (style, text) => `<${style}>${text}</>` });
  expect(painted).toContain("<green>hpa against fixed: latency, p99 better by 710 ± 38 ms (−71 %)</>");
  expect(painted).toContain("<red>fixed: fails its objective.</>");
});

test("wide characters keep the columns in line", () => {
  const summary = comparing();
  const renamed = { ...summary.policies[0], name: "固定固定固定" };
  const lines = compareText({ ...summary, policies: [renamed, summary.policies[1]], comparisons: [] }).split("\n");
  // Each of the six characters takes two columns of a terminal.
  const columnsBefore = (line: string, end: string): number => {
    const before = line.slice(0, line.indexOf(end) + end.length);
    return before.length + before.replace(/[^固定]/g, "").length;
  };
  const head = lines.find((line) => line.includes("固定"))!;
  const row = lines.find((line) => line.startsWith("latency, p99"))!;
  expect(columnsBefore(head, "(baseline)")).toBe(columnsBefore(row, "0.04 s"));
});
