import { describe, expect, test } from "vitest";
import type { ClusterView, NodeView } from "../../../src/policy/contract.js";
import { nodeView, placedPod, size } from "../builders.js";
import { answers, brief, groups, kind, waiting, zoned } from "./karpenter-lab.js";

test("a pod waits 1 s for others, then gets the cheapest type that it fits on", () => {
  const [first] = answers(() => ({ pending: [waiting(1, 1000)] }), 3);
  expect(first).toMatchObject([2, { add: [{ group: "small", count: 1 }], rule: "provisioned" }]);
});

test("three pods of 1.5 cores share a large machine, cheaper than three small ones", () => {
  const [first] = answers(() => ({ pending: [1, 1, 1].map((since) => waiting(since, 1500)) }), 3);
  expect(first).toMatchObject([2, { add: [{ group: "large", count: 1 }] }]);
});

test("pods that keep coming close a batch after 10 s at the latest", () => {
  const view = (now: number) => ({ pending: Array.from({ length: now }, (_, i) => waiting(i + 1, 100)) });
  expect(answers(view, 11)[0]).toMatchObject([11, { rule: "provisioned" }]);
});

test("an empty node goes after a second look, 15 s after the first; not while min wants it", () => {
  const node = nodeView({ id: 1, group: "small", ready: true });
  const spare = { groups: [kind("small", 2, 0.1, 1), groups[1]], nodes: [node] };
  expect(answers(() => spare, 30)[0]).toMatchObject([25, { remove: [1], rule: "Emptiness: delete" }]);
  const kept = { ...spare, groups: [{ ...spare.groups[0], min: 1 }, groups[1]] };
  expect(answers(() => kept, 60)).toEqual([]);
});

/** A large node with one small pod on it, and the small one that is bought for it from 60 s on ready. */
const replaceable = (more: Partial<NodeView> = {}) => {
  const pods = [placedPod(1000)];
  const old = nodeView({ id: 1, group: "large", pods, allocatable: size(7900, 32_256), maxPods: 100, ...more });
  const fresh = (now: number) =>
    nodeView({ id: 2, group: "small", ready: now >= 60, boughtAt: 25, claim: "default-1" });
  return (now: number) => ({
    groups: [groups[0], kind("large", 8, 0.38, 1)],
    nodes: now <= 25 ? [old] : [old, fresh(now)],
  });
};

describe("replacing a node by a cheaper one", () => {
  test("it takes no more pods at once, and goes when the one bought for it is ready", () => {
    expect(brief(answers(replaceable(), 60))).toMatchObject([
      { at: 25, add: ["small on-demand a"], remove: [], cordon: [1], rule: "SingleNode: replace" },
      { at: 60, add: [], remove: [1], rule: "replacement initialized" },
    ]);
  });

  test("when the new one cannot be had, it takes pods again", () => {
    const view = (now: number) => ({ ...replaceable()(now), nodes: replaceable()(1).nodes });
    expect(brief(answers(view, 26))[1]).toMatchObject({ at: 26, uncordon: [1], rule: "replacement failed to launch" });
  });

  test.each([
    ["whose pods say do-not-disrupt", { annotations: { doNotDisrupt: true } }, {}],
    [
      "whose pods' budget allows no disruption",
      {},
      { budgets: [{ service: "shop", allowed: 0, fullyBlocking: false }] },
    ],
  ])("not one %s", (_, pod, more) => {
    const view = (now: number) => ({ ...replaceable({ pods: [{ ...placedPod(1000), ...pod }] })(now), ...more });
    expect(answers(view, 60)).toEqual([]);
  });

  test("with an allowance the budget does not stop it", () => {
    const budgets = [{ service: "shop", allowed: 1, fullyBlocking: false }];
    expect(answers((now) => ({ ...replaceable()(now), budgets }), 25)).toHaveLength(1);
  });
});

const market = [
  zoned("m5.large", 2, 0.1, ["a", 0.04], ["b", 0.03]),
  zoned("c5.large", 2, 0.085),
  zoned("m5.2xlarge", 8, 0.4),
];
const bought = (fields: object, pods: readonly number[] = [1000], more: Partial<ClusterView> = {}) =>
  brief(answers(() => ({ groups: market, pending: pods.map((cpu) => waiting(1, cpu)), ...more }), 2, fields))[0].add;
const requires = (key: string, ...values: string[]) => [{ key, operator: "In", values }];
const onDemand = requires("karpenter.sh/capacity-type", "on-demand");
const family = (name: string) => requires("karpenter.k8s.aws/instance-family", name);

describe("NodePools", () => {
  test("a claim that may be spot is launched as the cheapest spot, in its zone", () => {
    expect(bought({})).toEqual(["m5.large spot b"]);
    const inA = requires("topology.kubernetes.io/zone", "a");
    expect(bought({ nodePools: [{ name: "a", requirements: inA }] })).toEqual(["m5.large spot a"]);
    expect(bought({ nodePools: [{ name: "a", requirements: onDemand }] })).toEqual(["c5.large on-demand a"]);
  });

  test("of zones at one price that with the fewest machines is taken", () => {
    const nodes = [nodeView({ id: 1, group: "c5.large", zone: "a", pods: [placedPod(1900)] })];
    expect(bought({ nodePools: [{ name: "a", requirements: onDemand }] }, [1000], { nodes })).toEqual([
      "c5.large on-demand b",
    ]);
  });

  test("the heaviest that can take the pod does, though another were cheaper; of equals the last by name", () => {
    const pools = [
      { name: "cheap", weight: 1, requirements: [...onDemand, ...family("c5")] },
      { name: "dear", weight: 2, requirements: [...onDemand, ...family("m5")] },
    ];
    expect(bought({ nodePools: pools })).toEqual(["m5.large on-demand a"]);
    expect(bought({ nodePools: pools.map((pool) => ({ ...pool, weight: 1 })) })).toEqual(["m5.large on-demand a"]);
    const renamed = [
      { ...pools[0], name: "zeta", weight: 1 },
      { ...pools[1], weight: 1 },
    ];
    expect(bought({ nodePools: renamed })).toEqual(["c5.large on-demand a"]);
  });

  test("a pool at its limit leaves the rest to the next", () => {
    // The first claim may become the largest type, of 8 cores, and counts as that: nothing is left of 9.
    const pools = (cpu: string) => [
      { name: "spot", weight: 9, limits: { cpu }, requirements: requires("karpenter.sh/capacity-type", "spot") },
      { name: "rest", requirements: [...onDemand, ...family("c5")] },
    ];
    expect(bought({ nodePools: pools("1") }, [1500])).toEqual(["c5.large on-demand a"]);
    expect(bought({ nodePools: pools("2") }, [1500, 1500])).toEqual(["m5.large spot b", "c5.large on-demand a"]);
    expect(bought({ nodePools: pools("4") }, [1500, 1500])).toEqual(["m5.large spot b", "m5.large spot b"]);
  });

  test("pods that tolerate nothing do not go to a pool with a taint", () => {
    const taints = [{ key: "team", value: "red", effect: "NoSchedule" }];
    expect(
      bought({
        nodePools: [
          { name: "red", weight: 9, taints },
          { name: "all", requirements: family("c5") },
        ],
      }),
    ).toEqual(["c5.large on-demand a"]);
  });

  test("machines that no pool has bought are left alone, empty or not", () => {
    const node = nodeView({ id: 1, group: "small" });
    const view = () => ({ groups: [kind("small", 2, 0.1, 1)], nodes: [node] });
    expect(answers(view, 100, { nodePools: [{ name: "own" }], expireAfter: "30s" })).toEqual([]);
    expect(brief(answers(view, 30, { expireAfter: "30s" })).at(-1)).toMatchObject({
      at: 30,
      remove: [1],
      rule: "Expired",
    });
  });
});

/** A machine that the pool has bought for the first pod, and that is there from 5 s on. */
function owned(pool: object, more: (now: number) => Partial<NodeView> = () => ({})) {
  const view = (now: number): Partial<ClusterView> => ({
    groups: [kind("small", 2, 0.1, 1)],
    pending: now < 5 ? [waiting(1, 1000)] : [],
    nodes:
      now < 5
        ? []
        : [
            nodeView({
              id: 7,
              group: "small",
              claim: "own-1",
              boughtAt: 2,
              allocatable: size(1900, 7000),
              ...more(now),
            }),
          ],
  });
  return (seconds: number, fields = {}) =>
    brief(answers(view, seconds, { nodePools: [{ name: "own", ...pool }], ...fields })).slice(1);
}

describe("a pool's machines", () => {
  test("empty ones go after the second look, counted from when the last pod left", () => {
    // 2 s: bought. Looks every 10 s; consolidateAfter counts from 5 s, so the look at 35 s is the first that finds it.
    expect(owned({})(30)).toMatchObject([{ at: 25, remove: [7], rule: "Emptiness: delete" }]);
    expect(owned({ consolidateAfter: "25s" })(60)).toMatchObject([{ at: 45, remove: [7] }]);
    expect(owned({ consolidateAfter: "Never" })(600)).toEqual([]);
  });

  test("a budget of none while its schedule lasts holds them until it is over", () => {
    // Midnight is the start: hourly for 5 minutes means until 300 s; the hit at 0 s counts before 300 s is reached.
    const budgets = [{ nodes: "0", schedule: "@hourly", duration: "5m" }];
    expect(owned({ budgets })(330)).toMatchObject([{ at: 315, remove: [7] }]);
    const forOthers = [{ nodes: "0", reasons: ["Drifted"] }];
    expect(owned({ budgets: forOthers })(30)).toMatchObject([{ at: 25, remove: [7] }]);
  });

  test("old ones are drained whatever the budget says, those with pods too", () => {
    const busy = () => ({ pods: [{ ...placedPod(1000), annotations: { doNotDisrupt: true } }] });
    expect(owned({ expireAfter: "1m", budgets: [{ nodes: "0" }] }, busy)(62)).toMatchObject([
      { at: 62, remove: [7], rule: "Expired" },
    ]);
    expect(owned({ expireAfter: "Never" }, busy)(70, { expireAfter: "1m" })).toEqual([]);
  });

  test("one that has not come in 15 minutes is given up", () => {
    expect(owned({}, () => ({ ready: false }))(902)).toMatchObject([
      { at: 902, remove: [7], rule: "registration timed out" },
    ]);
  });

  test("drifted ones are replaced", () => {
    const busy = () => ({ pods: [placedPod(1000)] });
    // No second look for drift upstream; the loop's beat is 10 s, and what it finds waits 15 s for the same again.
    expect(owned({ driftsAt: "100s" }, busy)(130)[0]).toMatchObject({
      cordon: [7],
      add: ["small on-demand a"],
      rule: "Drift: replace",
    });
  });

  test("at the cloud's notice one is drained at once, and its kind not bought for 3 minutes", () => {
    const inA = { nodePools: [{ name: "own", requirements: requires("topology.kubernetes.io/zone", "a") }] };
    const taken = nodeView({ id: 7, group: "small", capacityType: "spot", claim: "own-1", pods: [placedPod(1900)] });
    const view = (now: number): Partial<ClusterView> => ({
      groups: [zoned("small", 2, 0.1, ["a", 0.03])],
      pending: [waiting(1, 1000)],
      nodes: [{ ...taken, noticeAt: 50, draining: now > 50 }],
    });
    const all = brief(answers(view, 240, inA));
    expect(all.find(({ rule }) => rule === "SpotInterrupted")).toMatchObject({ at: 50, remove: [7] });
    // The pod asks every 10 s from 2 s on; 50 + 180 = 230.
    const orders = all.flatMap(({ at, add }) =>
      add.map((one) => [at < 50 ? "before" : at < 230 ? "while" : "after", one].join(" ")),
    );
    expect([...new Set(orders)]).toEqual(["before small spot a", "while small on-demand a", "after small spot a"]);
  });
});

test("a pod that nothing was bought for asks again every 10 s", () => {
  const view = () => ({ pending: [waiting(1, 100_000)] });
  expect(answers(view, 25).map(([at]) => at)).toEqual([2, 12, 22]);
});
