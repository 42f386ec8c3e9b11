import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/model/decisions.js";
import type { Run } from "../../src/report/csv.js";
import { askable, storiesOf, whyText } from "../../src/report/why.js";

const decision = (time: number, subject: string, more: Partial<Decision> = {}): Decision => ({
  time,
  subject,
  policy: "hpa",
  rule: "within tolerance",
  seen: {},
  from: 2,
  wished: 2,
  asked: 2,
  effectiveAt: Number.NaN,
  ...more,
});

const grew = decision(75, "service cart", {
  rule: "cpu resource utilization (percentage of request) above target",
  wished: 7,
  asked: 4,
  effectiveAt: 98,
  why: {
    trail: [
      { what: "cpu resource utilization", seen: { utilization: 183, target: 60, sampleAge: 12.4 }, wished: 7 },
      { what: "ScaleUpLimit", seen: { limit: 4 }, wished: 4 },
    ],
    conditions: [{ type: "ScalingLimited", status: "True", reason: "ScaleUpLimit", message: "the limit is 4" }],
  },
});
const waits = decision(76, "pod cart-3", {
  policy: "scheduler",
  rule: "0/2 nodes are available: 2 Insufficient cpu",
  from: 0,
  wished: 1,
  asked: 1,
  effectiveAt: 90,
});
const run: Run = {
  policy: "hpa",
  replication: 0,
  series: { columns: [], rows: [] },
  decisions: [decision(60, "service cart"), decision(60, "service web"), grew, waits, decision(90, "service cart")],
};
const asking = (question: Parameters<typeof storiesOf>[1]) => storiesOf([run], question)[0].decisions;

test("without a moment, every decision that changed something is told, and every wait", () => {
  expect(asking({})).toEqual([grew, waits]);
});

test("a measurement of the latency without load says what limit comes of it; a restart is a kubelet's", () => {
  const seen = { minRtt: 0.0505, took: 0.9, limit: 14, lowest: 8, highest: 27 };
  const same = { from: 14, wished: 14, asked: 14 };
  const decisions = [
    decision(30, "pod cart-0", { policy: "adaptive-concurrency", rule: "minRTT measured", seen, ...same }),
    decision(40, "pod cart-0", {
      policy: "outlier-detection",
      rule: "ejected by the proxy of outside: consecutive 5xx",
    }),
    decision(50, "pod cart-0", { policy: "kubelet", rule: "Completed" }),
  ];
  expect(whyText([{ policy: "b", replication: 0, decisions }], {})).toBe(
    `under b, replication 1

30 s  pod cart-0  lets 14 in at once
  adaptive-concurrency: minRTT measured
    seen: minRtt 0.0505, took 0.9, limit 14, lowest 8, highest 27

40 s  pod cart-0
  outlier-detection: ejected by the proxy of outside: consecutive 5xx

50 s  pod cart-0  starts again
  kubelet: Completed
`,
  );
  expect(storiesOf([{ ...run, decisions }], {})[0].decisions).toEqual(decisions.slice(0, 1));
});

describe("at a moment", () => {
  test("the latest decision of each subject is told, changes or not", () => {
    expect(asking({ at: 75 }).map(({ subject, time }) => [subject, time])).toEqual([
      ["service cart", 75],
      ["service web", 60],
    ]);
  });

  test("a pod is told of while it waits, and no longer", () => {
    expect(asking({ at: 76 })).toContain(waits);
    expect(asking({ at: 89 })).toContain(waits);
    expect(asking({ at: 90 })).not.toContain(waits);
  });
});

test("a service's decisions are those about it and about its pods", () => {
  expect(askable([run])).toEqual(["cart", "web"]);
  expect(asking({ service: "cart" })).toEqual([grew, waits]);
  expect(asking({ service: "web" })).toEqual([]);
});

test("a decision is told in full", () => {
  expect(whyText(storiesOf([run], {}), {})).toBe(`under hpa, replication 1

75 s  service cart  2 → 4 replicas (wished 7)
  hpa: cpu resource utilization (percentage of request) above target
    cpu resource utilization: utilization 183, target 60, sampleAge 12.4 s → 7
    ScaleUpLimit: limit 4 → 4
    ScalingLimited is True: ScaleUpLimit (the limit is 4)
  in effect, all ready, after 23 s, at 98 s

76 s  pod cart-3  waits for a node
  scheduler: 0/2 nodes are available: 2 Insufficient cpu
  placed after 14 s, at 90 s
`);
});

test("faults, and nodes that say nothing, are told of by what happens to them", () => {
  const about = { policy: "node-lifecycle-controller", from: 0, wished: 0, asked: 0 };
  const missed = decision(350, "node general-0", {
    ...about,
    rule: "NodeNotReady: Kubelet stopped posting node status.",
  });
  const detected = decision(350, "fault zone-a", { ...about, rule: "Detected" });
  const of = [{ ...run, decisions: [missed, detected] }];
  expect(whyText(storiesOf(of, {}), {})).toBe(
    [
      "under hpa, replication 1",
      "5 m 50 s  node general-0\n  node-lifecycle-controller: NodeNotReady: Kubelet stopped posting node status.",
      "5 m 50 s  fault zone-a\n  node-lifecycle-controller: Detected\n",
    ].join("\n\n"),
  );
  expect(askable(of)).toEqual(["general-0", "zone-a"]);
});

test("nothing to tell is said so", () => {
  const quiet = [{ ...run, decisions: [] }];
  expect(whyText(storiesOf(quiet, {}), {})).toContain("No decision changed anything.");
  expect(whyText(storiesOf(quiet, { at: 5 }), { at: 5 })).toContain("Nothing had been decided yet.");
});
