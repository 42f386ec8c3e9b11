import { describe, expect, test } from "vitest";
import type { ClusterView, NodeView, Provisioner } from "../../../src/policy/contract.js";
import { clusterAutoscaler } from "../../../src/policy/provisioner/cluster-autoscaler.js";
import { none } from "../../../src/policy/provisioner/none.js";
import { clusterView, groupView, make, nodeView, placedPod, size, times } from "../builders.js";

const waiting = (since: number, cpuMillicores = 500) => ({ ...placedPod(cpuMillicores), since });
const nothing = { add: [], remove: [] };

test("no provisioner does nothing", () => {
  expect(make(none).plan(clusterView({ pending: [waiting(0)] }))).toEqual({ ...nothing, rule: "fixed" });
});

describe("growing, at 100 s", () => {
  const one = [{ group: "small", count: 1 }];
  const large = groupView({ name: "large", allocatable: size(4000, 4000) });
  const rows: [string, Partial<ClusterView>, object, string][] = [
    ["nothing pending, nothing to do", {}, nothing, "ScaleUpNotNeeded"],
    ["a pod without a place gets a node", { pending: [waiting(0)] }, { add: one, remove: [] }, "ScaleUpSuccessful"],
    ["two share one", { pending: [waiting(0), waiting(0)] }, { add: one }, "ScaleUpSuccessful"],
    [
      "a booting node has room for it already",
      { pending: [waiting(0)], nodes: [nodeView({ id: 1, ready: false })] },
      nothing,
      "ScaleUpNotNeeded",
    ],
    [
      "for two of three, then another for the third",
      { pending: times(3, waiting(0)), nodes: [nodeView({ id: 1, ready: false })] },
      { add: one },
      "ScaleUpSuccessful",
    ],
    [
      "a draining node has room for none",
      { pending: [waiting(0)], nodes: [nodeView({ id: 1, draining: true })] },
      { add: one },
      "ScaleUpSuccessful",
    ],
    ["while the oldest is younger than 2 s it waits", { pending: [waiting(98.1)] }, nothing, "ScaleUpInCooldown"],
    ["at 2 s it does not", { pending: [waiting(99), waiting(98)] }, { add: one }, "ScaleUpSuccessful"],
    [
      "a group at its maximum does not grow",
      { pending: [waiting(0)], groups: [groupView({ count: 3, max: 3 })] },
      nothing,
      "ScaleUpNoOptionsAvailable",
    ],
    ["nor one whose machines are too small", { pending: [waiting(0, 1500)] }, nothing, "ScaleUpNoOptionsAvailable"],
    [
      "one group a look, though a pod is left: small wastes 0 + 0.8 of a node, large 0 + 0.925",
      { pending: [waiting(0, 3000), ...times(2, waiting(0, 500))], groups: [groupView({ max: 2 }), large] },
      { add: one },
      "ScaleUpSuccessful",
    ],
  ];
  test.each(rows)("%s", (_, view, plan, rule) => {
    expect(make(clusterAutoscaler).plan(clusterView({ now: 100, ...view }))).toMatchObject({ ...plan, rule });
  });

  test("a delay for new pods leaves those as old as it to the next look", () => {
    const scaler = make(clusterAutoscaler, { newPodDelay: "30s" });
    expect(scaler.plan(clusterView({ now: 100, pending: [waiting(70)] })).add).toEqual([]);
    expect(scaler.plan(clusterView({ now: 110, pending: [waiting(70)] })).add).toEqual(one);
  });
});

/** Looks every 10 s from 0 on at the same cluster; what it removed and when. */
function follow(scaler: Provisioner, until: number, view: (now: number) => Partial<ClusterView>): [number, number[]][] {
  const removed: [number, number[]][] = [];
  for (let now = 0; now <= until; now += 10) {
    const { remove } = scaler.plan(clusterView({ ...view(now), now }));
    if (remove.length > 0) removed.push([now, [...remove]]);
  }
  return removed;
}

/** A node whose pods request so many millicores each. */
const loaded = (id: number, ...millicores: number[]): NodeView =>
  nodeView({ id, pods: millicores.map((cpu) => placedPod(cpu)) });

const cluster = (...nodes: NodeView[]) => ({ nodes, groups: [groupView({ count: nodes.length })] });

describe("giving back", () => {
  test("an empty node goes once it has been unneeded for more than ten minutes", () => {
    const removed = follow(make(clusterAutoscaler), 610, () => cluster(loaded(1, 600), loaded(2)));
    expect(removed).toEqual([[610, [2]]]);
  });

  test("a node requested to the half goes when its pods fit elsewhere", () => {
    const removed = follow(make(clusterAutoscaler), 610, () => cluster(loaded(1, 500), loaded(2, 500)));
    expect(removed).toEqual([[610, [1]]]);
  });

  test("one requested to more than the half does not", () => {
    expect(follow(make(clusterAutoscaler), 610, () => cluster(loaded(1, 501), loaded(2, 501)))).toEqual([]);
  });

  test("memory counts like CPU: the greater share decides", () => {
    const fat = nodeView({ id: 1, pods: [placedPod(100, 600)] });
    expect(follow(make(clusterAutoscaler), 610, () => cluster(fat, loaded(2, 900)))).toEqual([]);
  });

  test("a node whose pods fit nowhere stays, all of them or none being moved", () => {
    // 300 would fit beside 600, but then the other 100 would have no place: 600 + 300 + 100 = 1000 fits, 650 does not.
    expect(follow(make(clusterAutoscaler), 610, () => cluster(loaded(1, 300, 100), loaded(2, 650)))).toEqual([]);
    expect(follow(make(clusterAutoscaler), 610, () => cluster(loaded(1, 300, 100), loaded(2, 600)))).toEqual([
      [610, [1]],
    ]);
  });

  test("each is tried as if those before it were gone: of three at 400 only one can go", () => {
    const plan = make(clusterAutoscaler).plan(clusterView(cluster(loaded(1, 400), loaded(2, 400), loaded(3, 400))));
    expect(plan.seen?.unneeded).toBe(1);
  });

  test("a node that cannot be emptied leaves the room it tried for to the next", () => {
    // 250 of the first fit beside the 650, its 750 nowhere; then 300 of the third fit beside the 650, if the 250 are back.
    const first = nodeView({
      id: 1,
      allocatable: size(2000, 2000),
      maxPods: 2,
      pods: [placedPod(250, 850), placedPod(750)],
    });
    const plan = make(clusterAutoscaler).plan(clusterView(cluster(first, loaded(2, 650), loaded(3, 300))));
    expect(plan.seen?.unneeded).toBe(1);
  });

  test("the one found unneeded before is tried first, and keeps its ten minutes", () => {
    const removed = follow(make(clusterAutoscaler), 610, (now) =>
      cluster(loaded(1, now === 0 ? 600 : 400), loaded(2, 400)),
    );
    expect(removed).toEqual([[610, [2]]]);
  });

  test("no more than twenty nodes more are found unneeded in a look", () => {
    const scaler = make(clusterAutoscaler);
    const nodes = Array.from({ length: 25 }, (_, id) => loaded(id));
    const found = [0, 10].map((now) => scaler.plan(clusterView({ ...cluster(...nodes), now })).seen?.unneeded);
    expect(found).toEqual([20, 25]);
  });

  test("a node that is needed in between starts its ten minutes anew", () => {
    const removed = follow(make(clusterAutoscaler), 1000, (now) =>
      cluster(loaded(1, 600), now === 300 ? loaded(2, 600) : loaded(2)),
    );
    expect(removed[0]).toEqual([920, [2]]);
  });

  test("a node whose pods fit nowhere is looked at again after more than five minutes", () => {
    // From 10 s on there is room, but not before 310 s does it look; 310 + 610 = 920.
    const removed = follow(make(clusterAutoscaler), 930, (now) =>
      cluster(loaded(1, 300), now === 0 ? loaded(2, 900) : loaded(2, 600)),
    );
    expect(removed[0]).toEqual([920, [1]]);
  });

  test("a booting node is no candidate, but room for others", () => {
    const booting = nodeView({ id: 2, ready: false });
    expect(follow(make(clusterAutoscaler), 610, () => cluster(loaded(1, 100), booting))).toEqual([[610, [1]]]);
  });

  test("never below the group's minimum", () => {
    const groups = [groupView({ count: 3, min: 2 })];
    const removed = follow(make(clusterAutoscaler), 610, () => ({
      nodes: [loaded(1), loaded(2), loaded(3)],
      groups,
    }));
    expect(removed).toEqual([[610, [1]]]);
  });

  test("those on their way out count as gone from the group", () => {
    const groups = [groupView({ count: 3, min: 2 })];
    const leaving = nodeView({ id: 3, draining: true });
    expect(follow(make(clusterAutoscaler), 610, () => ({ nodes: [loaded(1), loaded(2), leaving], groups }))).toEqual(
      [],
    );
  });

  test("ten empty nodes at a time", () => {
    const nodes = Array.from({ length: 12 }, (_, id) => loaded(id));
    expect(follow(make(clusterAutoscaler), 610, () => cluster(...nodes))).toEqual([
      [610, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ]);
  });

  test("one node with pods at a time, empty ones first", () => {
    const nodes = [loaded(1, 100), loaded(2, 100), loaded(3), loaded(4, 100)];
    expect(follow(make(clusterAutoscaler), 610, () => cluster(...nodes))).toEqual([[610, [3, 1]]]);
    const draining = nodeView({ id: 9, draining: true, pods: [placedPod(100)] });
    expect(follow(make(clusterAutoscaler), 610, () => cluster(...nodes, draining))).toEqual([[610, [3]]]);
  });

  test("not for ten minutes after a scale-up, though it keeps count meanwhile", () => {
    // The pod that waits at 300 s needs the whole of a node, and is gone at the next look.
    const removed = follow(make(clusterAutoscaler), 1000, (now) => ({
      ...cluster(loaded(1, 600), loaded(2, 100)),
      pending: now === 300 ? [waiting(0, 1000)] : [],
    }));
    expect(removed[0]).toEqual([900, [2]]);
  });

  test("nor in a look that waits for new pods", () => {
    const removed = follow(make(clusterAutoscaler), 620, (now) => ({
      ...cluster(loaded(1, 600), loaded(2)),
      pending: now === 610 ? [waiting(609, 1500)] : [],
      groups: [groupView({ count: 2, max: 2 })],
    }));
    expect(removed).toEqual([[620, [2]]]);
  });

  test("not for a while after a removal, where that is asked for", () => {
    const removed = follow(make(clusterAutoscaler, { delayAfterDelete: "30s" }), 650, () =>
      cluster(loaded(1, 600), loaded(2)),
    );
    expect(removed.map(([now]) => now)).toEqual([610, 640]);
  });
});

describe("what holds a node", () => {
  const annotated = (id: number, safeToEvict: "true" | "false" | undefined) =>
    nodeView({ id, pods: [{ ...placedPod(100), annotations: { safeToEvict } }] });
  const budgets = (allowed: number) => [{ service: "shop", allowed, fullyBlocking: false }];
  const rows: [string, "true" | "false" | undefined, number | undefined, boolean][] = [
    ["a budget that allows none", undefined, 0, false],
    ["not one that allows one", undefined, 1, true],
    ["a pod that says it is not safe to evict", "false", undefined, false],
    ["not a pod that says it is, whatever its budget", "true", 0, true],
  ];
  test.each(rows)("%s", (_, safeToEvict, allowed, goes) => {
    const view = () => ({
      ...cluster(annotated(1, safeToEvict), loaded(2, 600)),
      budgets: allowed === undefined ? [] : budgets(allowed),
    });
    expect(follow(make(clusterAutoscaler), 610, view)).toEqual(goes ? [[610, [1]]] : []);
  });

  test("is told, and why others stay", () => {
    const scaler = make(clusterAutoscaler);
    const nodes = [annotated(1, "false"), loaded(2, 600), loaded(3, 300), loaded(4, 300, 300), loaded(5)];
    const view = clusterView({ ...cluster(...nodes), groups: [groupView({ count: 5, min: 5 })] });
    const told = (now: number) =>
      scaler.plan({ ...view, now }).why!.trail.filter(({ what }) => what.startsWith("node not removed"));
    expect(told(0).map(({ what, seen }) => [seen!.node, what.slice(18), seen!.detail])).toEqual([
      [3, "UnneededTimeNotReached", 0],
      [5, "UnneededTimeNotReached", 0],
      [1, "BlockedByPod", "NotSafeToEvictAnnotation"],
      [4, "NotUnderutilized", 0.6],
      [2, "NotUnderutilized", 0.6],
    ]);
    expect(told(610).map(({ what, seen }) => [seen!.node, what.slice(18)])).toContainEqual([
      5,
      "NodeGroupMinSizeReached",
    ]);
    expect(told(620).map(({ what, seen }) => [seen!.node, what.slice(18)])).toContainEqual([1, "RecentlyUnremovable"]);
  });
});

test("a machine that has not come in more than 15 minutes is given back, and its group left alone for five", () => {
  const scaler = make(clusterAutoscaler);
  const late = nodeView({ id: 7, ready: false, boughtAt: 100, allocatable: size(1, 1) });
  const at = (now: number, nodes: NodeView[]) => {
    const { add, remove, rule } = scaler.plan(clusterView({ now, nodes, pending: [waiting(0)] }));
    return { add: add.length, remove, rule };
  };
  expect(at(1000, [late])).toMatchObject({ remove: [], rule: "ScaleUpSuccessful" });
  expect(at(1010, [late])).toEqual({ add: 0, remove: [7], rule: "ScaleUpTimedOut" });
  expect(at(1309, [])).toMatchObject({ add: 0, rule: "ScaleUpNoOptionsAvailable" });
  expect(at(1310, [])).toMatchObject({ add: 1, rule: "ScaleUpSuccessful" });
});

test("with frequent loops it looks again at once after an action, else after its period", () => {
  const again = (fields: Record<string, unknown>, pending: ClusterView["pending"]) =>
    make(clusterAutoscaler, fields).plan(clusterView({ now: 100, pending })).again;
  expect(make(clusterAutoscaler, { frequentLoops: true }).wakes).toBe(true);
  expect([again({ frequentLoops: true }, [waiting(0)]), again({ frequentLoops: true }, [])]).toEqual([0, 10]);
  expect(again({}, [waiting(0)])).toBe(10);
});
