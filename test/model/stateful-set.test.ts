/** StatefulSets in the world, against schedules worked out by hand from the rules of their controller. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { WorldSpec } from "../../src/model/spec.js";
import { Phase } from "../../src/model/state.js";
import type { Revision, RolloutSpec, StatefulSetSpec } from "../../src/model/workloads/workload.js";
import { createWorld, type World } from "../../src/model/world.js";
import { at, play, timetable, wait } from "./lab.js";

const revision = (startup: number): Revision => ({
  image: 0,
  imageMiB: 0,
  startup: constant(startup),
  crashAfter: undefined,
  workTimes: 1,
});
const to = (time: number, which: number, partition = 0): RolloutSpec => ({
  at: time,
  revision: which,
  paused: false,
  partition,
});
const never = 1e6;

const ordered: StatefulSetSpec = {
  kind: "StatefulSet",
  settings: { podManagementPolicy: "OrderedReady", updateStrategy: "RollingUpdate" },
  partition: 0,
  minReady: 0,
  revisions: [revision(10)],
  rollouts: [],
};
const parallel: StatefulSetSpec = { ...ordered, settings: { ...ordered.settings, podManagementPolicy: "Parallel" } };
const one = (workload: StatefulSetSpec, about: Parameters<typeof service>[0] = {}): WorldSpec =>
  world({
    services: [service({ startup: constant(10), bounds: { min: 0, max: 99 }, replicas: 3, workload, ...about })],
  });

/** Its pods by ordinal: "0a 1b 2b…", a letter for each revision, with dots where it is not ready and a cross where it ends. */
function pods({ state }: World): string {
  const table = state.pods;
  const rows = Array.from({ length: table.rows.high }, (_, row) => row).filter(
    (row) => table.phase[row] !== Phase.Gone,
  );
  rows.sort((left, right) => table.ordinal[left] - table.ordinal[right]);
  const mark = (row: number): string =>
    table.phase[row] === Phase.Ready ? "" : table.phase[row] === Phase.Draining ? "×" : "…";
  return rows.map((row) => `${table.ordinal[row]}${"abc"[table.revision[row]]}${mark(row)}`).join(" ");
}

function podsAt(spec: WorldSpec, ...times: readonly number[]): readonly string[] {
  const played = createWorld(spec, 1);
  return times.map((time) => {
    played.sim.run(time);
    played.checkBooks();
    return pods(played);
  });
}

describe("scaling", () => {
  const fromNothing = { replicas: 0, scaler: timetable([1, 3], [50, 1]) };

  test("goes up one by one, each once the one before is ready, and down from the top", () => {
    const spec = one(ordered, fromNothing);
    expect(podsAt(spec, 1, 11, 21, 31, 50)).toEqual(["0a…", "0a 1a…", "0a 1a 2a…", "0a 1a 2a", "0a"]);
  });

  test("waits for minReadySeconds as well", () => {
    expect(podsAt(one({ ...ordered, minReady: 5 }, fromNothing), 15.9, 16, 31)).toEqual(["0a", "0a 1a…", "0a 1a 2a…"]);
  });

  test("goes up all at once in parallel", () => {
    expect(podsAt(one(parallel, fromNothing), 1, 11)).toEqual(["0a… 1a… 2a…", "0a 1a 2a"]);
  });

  test("attaches each pod's volumes before it starts", () => {
    const spec = one(ordered, { ...fromNothing, lifecycle: { ...plainLifecycle, attach: constant(5) } });
    expect(podsAt(spec, 15.9, 16, 30.9, 31)).toEqual(["0a…", "0a 1a…", "0a 1a…", "0a 1a 2a…"]);
  });

  test("down takes the next only when the last is gone", () => {
    // The highest has a call until 29 s; asked at 10 s to go down to one.
    const spec = {
      ...one(ordered, {
        replicas: 3,
        scaler: timetable([10, 1]),
        steps: [wait(20)],
        balancer: () => ({ pick: () => 2 }),
      }),
      loads: [at("shop", 9)],
    };
    expect(podsAt(spec, 10, 28.9, 29)).toEqual(["0a 1a 2a×", "0a 1a 2a×", "0a"]);
  });
});

describe("an update", () => {
  test("goes from the highest ordinal down, one at a time", () => {
    const spec = one({ ...ordered, rollouts: [to(5, 1)] });
    expect(podsAt(spec, 5, 15, 25, 35)).toEqual(["0a 1a 2b…", "0a 1b… 2b", "0b… 1b 2b", "0b 1b 2b"]);
    const { decisions } = play(spec, 100).world;
    expect(
      decisions.filter(({ policy }) => policy === "StatefulSet").map(({ time, rule }) => `${time} ${rule}`),
    ).toEqual([
      "5 SuccessfulDelete: delete Pod shop-2 in StatefulSet shop successful",
      "5 SuccessfulCreate: create Pod shop-2 in StatefulSet shop successful",
      "15 SuccessfulDelete: delete Pod shop-1 in StatefulSet shop successful",
      "15 SuccessfulCreate: create Pod shop-1 in StatefulSet shop successful",
      "25 SuccessfulDelete: delete Pod shop-0 in StatefulSet shop successful",
      "25 SuccessfulCreate: create Pod shop-0 in StatefulSet shop successful",
      "35 statefulset rolling update complete 3 pods at revision shop-r2",
    ]);
  });

  test("ends at the partition until that is lowered", () => {
    const spec = one({ ...ordered, rollouts: [to(5, 1, 2), to(50, 1, 1)] });
    expect(podsAt(spec, 49, 50, 100)).toEqual(["0a 1a 2b", "0a 1b… 2b", "0a 1b 2b"]);
  });

  test("of a broken release stays broken when the template is repaired, as upstream's does, but not in parallel", () => {
    const broken = { revisions: [revision(never), revision(10)], rollouts: [to(5, 1), to(50, 2)] };
    expect(podsAt(one({ ...ordered, ...broken }), 49, 200)).toEqual(["0a 1a 2b…", "0a 1a 2b…"]);
    expect(podsAt(one({ ...parallel, ...broken }), 49, 50, 60, 80)).toEqual([
      "0a 1a 2b…",
      "0a 1a 2c…",
      "0a 1c… 2c",
      "0c 1c 2c",
    ]);
  });

  test("with more unavailable goes so many at a time", () => {
    const settings = { ...ordered.settings, maxUnavailable: 2 };
    // Both upper pods go at 5 s, and come back one after another: 15 and 25 s.
    const spec = one({ ...ordered, settings, rollouts: [to(5, 1)] });
    expect(podsAt(spec, 5, 15, 25, 35)).toEqual(["0a 1b…", "0a 1b 2b…", "0b… 1b 2b", "0b 1b 2b"]);
  });
});

describe("a pod that a drain takes", () => {
  /** Three machines with a pod each; the first is drained at 20 s. */
  const drained = (spec: WorldSpec): WorldSpec => ({
    ...spec,
    cluster: cluster({
      groups: [{ ...unlimitedGroup, count: 3, max: 3 }],
      scheduler: { filters: [], score: (_pod, node) => -node.podCount },
      provisioner: {
        name: "drains one",
        create: () => ({
          period: 20,
          plan: ({ now, nodes }) => ({ add: [], remove: now === 20 ? [nodes[0].id] : [], rule: "drain" }),
        }),
      },
    }),
  });

  test("comes back with its ordinal elsewhere, once it has ended", () => {
    // Its call of 15 s, begun at 12 s, is answered at 27 s; then it is created anew, and ready at 37 s.
    const spec = drained({ ...one(ordered, { steps: [wait(15)] }), loads: [at("shop", 12)] });
    expect(podsAt(spec, 19, 20, 26.9, 27, 37)).toEqual(["0a 1a 2a", "0a× 1a 2a", "0a× 1a 2a", "0a… 1a 2a", "0a 1a 2a"]);
  });

  test("is all that updates a set whose strategy is OnDelete", () => {
    const settings = { ...ordered.settings, updateStrategy: "OnDelete" as const };
    const spec = drained(one({ ...ordered, settings, rollouts: [to(5, 1)] }));
    expect(podsAt(spec, 19, 20, 30)).toEqual(["0a 1a 2a", "0b… 1a 2a", "0b 1a 2a"]);
  });
});
