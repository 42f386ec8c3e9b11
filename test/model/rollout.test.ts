/** Rollouts in the world, against schedules worked out by hand from the rules of the Deployment controller. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import {
  type DeploymentSpec,
  plainWorkload,
  type Revision,
  type RolloutSpec,
} from "../../src/model/workloads/workload.js";
import { createWorld, type World } from "../../src/model/world.js";
import { at, cpu, latencies, play, timetable, wait } from "./lab.js";

const second = (about: Partial<Revision> = {}): Revision => ({
  image: 0,
  imageMiB: 0,
  startup: constant(10),
  crashAfter: undefined,
  workTimes: 1,
  ...about,
});
const to = (time: number, revision: number, paused = false): RolloutSpec => ({
  at: time,
  revision,
  paused,
  partition: 0,
});

/** A Deployment whose second revision is wanted from 5 s on. */
const rolling = (
  settings: Partial<DeploymentSpec["settings"]> = {},
  about: Partial<DeploymentSpec> = {},
): DeploymentSpec => ({
  ...plainWorkload,
  settings: { ...plainWorkload.settings, ...settings },
  revisions: [second()],
  rollouts: [to(5, 1)],
  ...about,
});

const one = (workload: DeploymentSpec, about: Partial<ServiceSpec> & Parameters<typeof service>[0] = {}): WorldSpec =>
  world({ services: [service({ startup: constant(10), bounds: { min: 0, max: 99 }, workload, ...about })] });

/** How many pods of each revision are not on their way out: "8+5". */
function sizes({ state }: World): string {
  const { pods, services } = state;
  const counts = services[0].revisions.map(() => 0);
  const { items, count } = services[0].members;
  for (let i = 0; i < count; i++) counts[pods.revision[items[i]]]++;
  return counts.join("+");
}

/** The sizes at these times. */
function sizesAt(spec: WorldSpec, ...times: readonly number[]): readonly string[] {
  const played = createWorld(spec, 1);
  return times.map((time) => {
    played.sim.run(time);
    played.checkBooks();
    return sizes(played);
  });
}

/** What the Deployment said of itself: time and reason. */
const said = ({ decisions }: World): readonly string[] =>
  decisions
    .filter(({ subject, policy }) => subject.startsWith("deployment") && policy === "Deployment")
    .map(({ time, rule }) => `${time} ${rule.split(":")[0]}`);

describe("a rolling update of ten with a quarter too many and a quarter missing", () => {
  const spec = one(rolling(), { replicas: 10 });

  test("goes in three waves", () => {
    // 3 too many and 2 missing: of 13 places the new get 3, then the 2 that the old can miss, and are up at 15 s. Then 13
    // serve where 8 must: 5 old go, 5 new come, up at 25 s, and the last 3 old go.
    expect(sizesAt(spec, 4.9, 5, 14.9, 15, 24.9, 25)).toEqual(["10+0", "8+5", "8+5", "3+10", "3+10", "0+10"]);
  });

  test("never has more than 13 pods nor fewer than 8 that serve", () => {
    const seen = new Set<string>();
    const played: World = createWorld(spec, 1, {
      trace: () => {
        if (played === undefined) return;
        const { members, ready } = played.services[0];
        seen.add(`${members.count} pods, ${ready.count} ready`);
      },
    });
    played.sim.run(100);
    expect([...seen].every((line) => /^(8|9|1[0-3]) pods, (8|9|1[0-3]) ready$/.test(line))).toBe(true);
    expect([...seen]).toContain("13 pods, 8 ready");
  });

  test("is told by upstream's reasons, and each ReplicaSet's change takes effect when its pods are ready or gone", () => {
    const { world: played } = play(spec, 100);
    expect(said(played)).toEqual(["5 NewReplicaSetCreated", "5 ReplicaSetUpdated", "25 NewReplicaSetAvailable"]);
    const scaled = played.decisions.filter(({ subject }) => subject.startsWith("replica set"));
    expect(scaled.map(({ time, rule, effectiveAt }) => `${time} ${rule.split("set ")[1]}, ${effectiveAt}`)).toEqual([
      "5 shop-r1 from 10 to 8, 5",
      "5 shop-r2 from 0 to 3, NaN", // overtaken by the next
      "5 shop-r2 from 3 to 5, 15",
      "15 shop-r1 from 8 to 3, 15",
      "15 shop-r2 from 5 to 10, 25",
      "25 shop-r1 from 3 to 0, 25",
    ]);
  });
});

describe("a rollout", () => {
  test("with a surge of one and none missing goes pod by pod", () => {
    const spec = one(rolling({ maxSurge: 1, maxUnavailable: 0 }), { replicas: 3 });
    expect(sizesAt(spec, 5, 15, 25, 35)).toEqual(["3+1", "2+2", "1+3", "0+3"]);
  });

  test("counts a pod as available only once it has been ready for minReadySeconds", () => {
    // Ready at 15, available at 20 s: the first old pod goes, the second new comes; available at 20 + 10 + 5 s.
    const spec = one(rolling({ maxSurge: 1, maxUnavailable: 0 }, { minReady: 5 }), { replicas: 2 });
    expect(sizesAt(spec, 19.9, 20, 34.9, 35)).toEqual(["2+1", "1+2", "1+2", "0+2"]);
  });

  test("takes the time of informers, step by step, where a scenario says so", () => {
    // Told at 6 s, one comes; its kubelet told at 7, ready at 17, told at 18: one old goes; told of that at 19: the next comes.
    const spec = {
      ...one(rolling({ maxSurge: 1, maxUnavailable: 0 }), { replicas: 3 }),
      controllers: { phase: 0, informerDelay: 1 },
    };
    expect(sizesAt(spec, 5.9, 6, 17.9, 18, 18.9, 19)).toEqual(["3+0", "3+1", "3+1", "2+1", "2+1", "2+2"]);
  });

  test("rests while paused, and then goes on", () => {
    // One too many and one missing: 2 new beside 3 old, up at 60 s; then 5 serve where 3 must, so 2 old go and 2 new come.
    const spec = one(rolling({}, { rollouts: [to(5, 1, true), to(50, 1)] }), { replicas: 4 });
    expect(sizesAt(spec, 49.9, 50, 60, 70)).toEqual(["4+0", "3+2", "1+4", "0+4"]);
    expect(said(play(spec).world)[0]).toBe("5 DeploymentPaused");
  });

  test("that is scaled in the middle gives each ReplicaSet its part", () => {
    // Stalled at 8 and 5 of at most 13; 20 replicas may have 25: round(8 · 25/13) = 15 and round(5 · 25/13) = 10.
    const never = rolling({}, { revisions: [second({ startup: constant(1e6) })] });
    const spec = one(never, { replicas: 10, scaler: timetable([30, 20]) });
    expect(sizesAt(spec, 29.9, 30.5)).toEqual(["8+5", "15+10"]);
  });

  test("replaces a pod that a drain takes by one of its own revision", () => {
    const never = rolling({}, { revisions: [second({ startup: constant(1e6) })] });
    const spec = one(never, { replicas: 4 });
    const group = { ...unlimitedGroup, count: 3, max: 3 };
    const played = createWorld(
      {
        ...spec,
        cluster: cluster({
          groups: [group],
          scheduler: { filters: [], score: (_pod, node) => -node.podCount },
          provisioner: {
            name: "drains one",
            create: () => ({
              period: 20,
              plan: ({ now, nodes }) => ({ add: [], remove: now === 20 ? [nodes[0].id] : [], rule: "drain" }),
            }),
          },
        }),
      },
      1,
    );
    played.sim.run(19);
    const before = sizes(played);
    played.sim.run(40);
    // 4 + 1 surge; 1 may be missing: 3 old and 2 new, before as after.
    expect([before, sizes(played)]).toEqual(["3+2", "3+2"]);
    expect(played.services[0].created).toBeGreaterThan(4 + 2);
  });
});

describe("a bad release", () => {
  const never = { revisions: [second({ startup: constant(1e6) })] };

  test("stands still with its old pods, and meets its progress deadline to the second", () => {
    // Its last step forward was at 5 s; a second after its 60 s are over the controller looks, and finds it late.
    const spec = one(rolling({ progressDeadline: 60 }, never), { replicas: 10 });
    const { world: played } = play(spec, 1000);
    expect(said(played).at(-1)).toBe("66 ProgressDeadlineExceeded");
    expect(sizes(played)).toBe("8+5");
    expect(played.services[0].ready.count).toBe(8);
  });

  test("that crashes before it is ready stands still as well", () => {
    const crashing = { revisions: [second({ crashAfter: constant(3) })] };
    const spec = one(rolling({ progressDeadline: 60 }, crashing), { replicas: 10 });
    const { world: played } = play(spec, 200);
    expect(said(played).at(-1)).toBe("66 ProgressDeadlineExceeded");
    expect([sizes(played), played.services[0].ready.count]).toEqual(["8+5", 8]);
  });

  test("is taken back by a rollout of the first revision, whose ReplicaSet is still there", () => {
    // The 5 that never served go first, then the 2 missing come back: up at 110 s.
    const spec = one(rolling({}, { ...never, rollouts: [to(5, 1), to(100, 0)] }), { replicas: 10 });
    expect(sizesAt(spec, 99, 100, 120)).toEqual(["8+5", "10+0", "10+0"]);
    expect(said(play(spec, 200).world).at(-1)).toBe("110 NewReplicaSetAvailable");
  });
});

describe("recreation", () => {
  test("waits for the last old pod to be gone, and serves nobody until the new are up", () => {
    // The call of 4 s is answered at 8 s; until then its pod drains. New ones come then and are up at 18 s.
    const spec = {
      ...one(rolling({ type: "Recreate" }), { replicas: 3, steps: [wait(4)] }),
      loads: [at("shop", 4, 6)],
    };
    expect(sizesAt(spec, 4.9, 5, 7.9, 8, 18)).toEqual(["3+0", "0+0", "0+0", "0+3", "0+3"]);
    expect(latencies(play(spec).answers)).toEqual([4, 18 + 4 - 6]);
  });
});

describe("what a revision changes", () => {
  test("its work takes longer, on a core of its own as on a shared one", () => {
    for (const limit of [1, 2]) {
      const spec = {
        ...one(rolling({}, { revisions: [second({ workTimes: 1.5 })] }), {
          steps: [cpu(2)],
          concurrency: { limit, queue: Infinity, holds: "call", waitsAt: "pod" },
        }),
        loads: [at("shop", 1, 40)],
      };
      expect(latencies(play(spec).answers)).toEqual([2, 3]);
    }
  });

  test("the demand of its requests counts its work", () => {
    // A request of 2 s of work at 1 s and another at 40 s, when it is 3 s: in steps of 10 s, 0.2 and then 0.3 cores.
    const spec = {
      ...one(rolling({}, { revisions: [second({ workTimes: 1.5 })] }), { steps: [cpu(2)] }),
      loads: [at("shop", 1, 41)],
      seriesStep: 10,
    };
    const { series } = play(spec, 50).world;
    expect(Array.from(series.column("shop.demand"))).toEqual(
      [0.2, 0, 0, 0, 0.3].map((value) => expect.closeTo(value, 9)),
    );
  });

  test("an image of its own is pulled once per node, and the old one is still there", () => {
    // 100 MiB at 10 MiB/s and 10 s of start: up at 25 s, when the old pod goes. Back at 30 s without a pull: up at 40 s.
    const workload = rolling(
      { maxSurge: 1, maxUnavailable: 0 },
      { revisions: [second({ image: 1, imageMiB: 100 })], rollouts: [to(5, 1), to(30, 0), to(50, 1)] },
    );
    const spec = { ...one(workload, { imageMiB: 100 }), cluster: cluster({ pullMiBPerSecond: 10 }) };
    expect(sizesAt(spec, 24.9, 25, 39.9, 40, 59.9, 60)).toEqual(["1+1", "0+1", "1+1", "1+0", "1+1", "0+1"]);
  });
});
