/** A namespace's quota in the world: schedules worked out by hand from the rules of admission and of work queues. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, job, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { plainWorkload, type StatefulSetSpec } from "../../src/model/workloads/workload.js";
import { createWorld, type World } from "../../src/model/world.js";
import type { Provisioner } from "../../src/policy/contract.js";
import { timetable } from "./lab.js";

/** Pods of one core each, ready 10 s after their creation. */
const app = (name: string, about: Partial<ServiceSpec> = {}): ServiceSpec =>
  service({ name, startup: constant(10), bounds: { min: 0, max: 99 }, ...about });
const cores = (count: number) => ({ name: "compute", hard: { "requests.cpu": count * 1000 } });

/** How many pods each owner wants to keep, at these times. */
function membersAt(about: Partial<WorldSpec>, ...times: readonly number[]) {
  const played = createWorld(world(about), 1);
  const seen = times.map((time) => {
    played.sim.run(time);
    played.checkBooks();
    return played.state.owners.map(({ members }) => members.count).join("+");
  });
  return { ...played, seen };
}

const failures = ({ decisions }: Pick<World, "decisions">) =>
  decisions
    .filter(({ rule }) => rule.startsWith("FailedCreate"))
    .map(({ time, subject, rule }) => ({ time, subject, rule }));

describe("a ReplicaSet", () => {
  test("is refused pods beyond the quota, and says so once in upstream's words", () => {
    const played = membersAt({ services: [app("shop", { scaler: timetable([5, 4]) })], quota: cores(3) }, 4, 6, 600);
    expect(played.seen).toEqual(["1", "3", "3"]);
    const exceeded =
      "exceeded quota: compute, requested: requests.cpu=1, used: requests.cpu=3, limited: requests.cpu=3";
    expect(failures(played)).toEqual([
      {
        time: 5,
        subject: "replica set shop-r1",
        rule: `FailedCreate: Error creating: pods "shop-3" is forbidden: ${exceeded}`,
      },
    ]);
    expect(played.decisions.find(({ rule }) => rule.startsWith("FailedCreate"))).toMatchObject({
      policy: "ReplicaSet",
      from: 3,
      wished: 4,
      asked: 4,
      effectiveAt: NaN,
    });
  });

  test("is not told of room that another makes: it waits for its back-off", () => {
    // Tried at 5 s, and again after 5 ms, 10 ms, 20 ms …: the n-th time 5 ms · (2ⁿ − 1) after the first. At 100 s there would be room.
    const shop = app("shop", { replicas: 2, scaler: timetable([5, 3]) });
    const other = app("other", { scaler: timetable([100, 0]) });
    const first = 5 + 0.005 * (2 ** 15 - 1);
    const before = 5 + 0.005 * (2 ** 14 - 1);
    expect(before).toBeLessThan(100);
    const { seen } = membersAt({ services: [shop, other], quota: cores(3) }, 99, 101, first - 0.001, first + 0.001);
    expect(seen).toEqual(["2+1", "2+0", "2+0", "3+0"]);
  });

  test("looks at once when a pod of its own is gone, and a pod on its way out still counts", () => {
    // Ten seconds of preStop keep the pod that a scale-in took; the scale-out behind it must wait for its end.
    const lifecycle = { ...plainLifecycle, preStop: 10 };
    const shop = app("shop", { replicas: 2, lifecycle, scaler: timetable([5, 1], [6, 2]) });
    expect(membersAt({ services: [shop], quota: cores(2) }, 5.5, 14.999, 15.001).seen).toEqual(["1", "1", "2"]);
    expect(membersAt({ services: [shop] }, 5.5, 6).seen).toEqual(["1", "2"]);
  });

  test("that the quota holds back at the start comes by and by", () => {
    const shop = app("shop", { replicas: 4, scaler: timetable([0, 4]) });
    const played = membersAt({ services: [app("first", { replicas: 2 }), shop], quota: cores(5) }, 0, 30);
    expect(played.seen).toEqual(["2+3", "2+3"]);
    expect(failures(played)).toMatchObject([{ time: 0, subject: "replica set shop-r1" }]);
  });

  test("whose pods have no limit is refused all of them by a quota of limits", () => {
    const quota = { name: "compute", hard: { "limits.memory": 2 ** 30 } };
    const played = membersAt({ services: [app("shop")], quota }, 60);
    expect(played.seen).toEqual(["0"]);
    expect(failures(played)[0].rule).toContain("failed quota: compute: must specify limits.memory for: shop");
  });

  test("replaces pods that are thrown out only once they are gone, where there is no room for both", () => {
    const once: Provisioner = {
      period: 50,
      plan: ({ nodes, now }) => ({ add: [], remove: now === 50 ? [nodes[0].id] : [], rule: "once" }),
    };
    const group = { ...unlimitedGroup, count: 2, min: 0, max: 2 };
    const draining = cluster({ groups: [group], provisioner: { name: "once", create: () => once } });
    const lifecycle = { ...plainLifecycle, preStop: 10 };
    const services = [app("shop", { replicas: 2, lifecycle })];
    expect(membersAt({ services, cluster: draining }, 49, 50, 55).seen).toEqual(["2", "2", "2"]);
    const quota = { name: "few", hard: { pods: 2 } };
    const { seen } = membersAt({ services, cluster: draining, quota }, 49, 55, 59.999, 60.001);
    expect(seen).toEqual(["2", "0", "0", "2"]);
  });
});

test("daemons are in another namespace", () => {
  const agent = job({ name: "agent", steps: [], runs: { kind: "daemon" } });
  const quota = { name: "few", hard: { pods: 2 } };
  const { seen } = membersAt({ services: [app("shop", { replicas: 2 })], background: [agent], quota }, 1);
  expect(seen).toEqual(["2+1"]);
});

test("a rolling update without room for its surge does not move, and its deadline passes", () => {
  const revision = { image: 0, imageMiB: 0, startup: constant(10), crashAfter: undefined, workTimes: 1 };
  const workload = {
    ...plainWorkload,
    settings: { ...plainWorkload.settings, maxSurge: 1, maxUnavailable: 0, progressDeadline: 60 },
    revisions: [revision],
    rollouts: [{ at: 5, revision: 1, paused: false, partition: 0 }],
  };
  const shop = app("shop", { replicas: 3, bounds: { min: 3, max: 3 }, workload });
  const tight = membersAt({ services: [shop], quota: cores(3) }, 600);
  const { pods } = tight.state;
  expect([0, 1, 2].map((pod) => pods.revision[pod])).toEqual([0, 0, 0]);
  expect(tight.seen).toEqual(["3"]);
  expect(failures(tight)).toMatchObject([{ time: 5, subject: "replica set shop-r2" }]);
  expect(tight.decisions.some(({ rule }) => rule.startsWith("ProgressDeadlineExceeded"))).toBe(true);

  // One core more, and it goes its way: pod by pod, ten seconds each.
  const roomy = membersAt({ services: [shop], quota: cores(4) }, 600);
  expect(roomy.decisions.some(({ rule }) => rule.startsWith("NewReplicaSetAvailable"))).toBe(true);
  expect(failures(roomy)).toEqual([]);
});

test("a StatefulSet says which pod it could not create", () => {
  const workload: StatefulSetSpec = {
    kind: "StatefulSet",
    settings: { podManagementPolicy: "OrderedReady", updateStrategy: "RollingUpdate" },
    partition: 0,
    minReady: 0,
    revisions: [],
    rollouts: [],
  };
  const store = app("store", { replicas: 2, workload, scaler: timetable([5, 4]) });
  const played = membersAt({ services: [store], quota: { name: "few", hard: { pods: 3 } } }, 6, 600);
  expect(played.seen).toEqual(["3", "3"]);
  const exceeded = "exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3";
  expect(failures(played)).toEqual([
    {
      time: 15, // once its third pod is ready
      subject: "stateful set store",
      rule: `FailedCreate: create Pod store-3 in StatefulSet store failed error: pods "store-3" is forbidden: ${exceeded}`,
    },
  ]);
});

test("a Job is refused pods as well, and its own make room for each other", () => {
  const report = job({ work: 10, job: { completions: 4, parallelism: 4 } });
  const played = membersAt({ background: [report], quota: cores(2) }, 0.5, 10.5, 60);
  // Looks at 0, 1, 3 and 7 s fail; the pods end at 10 s, and a second later the next look finds room for the other two.
  expect(played.seen).toEqual(["2", "0", "0"]);
  expect(played.batch.jobs.runs[0].end).toMatchObject({ well: true, at: 11 + 10 + 1 });
  expect(failures(played)).toMatchObject([{ time: 0, subject: "job job" }]);
});
