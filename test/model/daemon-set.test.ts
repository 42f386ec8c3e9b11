/** DaemonSets in the simulated world: schedules worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, job, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { NodeGroupSpec, WorldSpec } from "../../src/model/spec.js";
import type { BackgroundSpec } from "../../src/model/workloads/background-spec.js";
import { type DaemonSetSpec, plainDaemonSet, type Revision } from "../../src/model/workloads/workload.js";
import { createWorld } from "../../src/model/world.js";
import type { Provisioner } from "../../src/policy/contract.js";
import { fit } from "../../src/policy/scheduler/filters.js";

const group = (about: Partial<NodeGroupSpec> = {}): NodeGroupSpec => ({
  ...unlimitedGroup,
  allocatable: { cpuMillicores: 1000, memoryMiB: 1e6 },
  count: 3,
  min: 0,
  max: 9,
  ...about,
});
const of = (...groups: readonly NodeGroupSpec[]) => cluster({ groups, scheduler: { filters: fit, score: () => 0 } });

const first: Revision = { image: 0, imageMiB: 0, startup: constant(10), crashAfter: undefined, workTimes: 1 };
/** Its pods take 10 s to start, and their second revision comes at 5 s. */
const agent = (set: Partial<DaemonSetSpec>, about: Partial<BackgroundSpec> = {}) =>
  job({
    name: "agent",
    size: { cpuMillicores: 100, memoryMiB: 1 },
    startup: constant(10),
    steps: [],
    runs: {
      kind: "daemon",
      set: {
        ...plainDaemonSet,
        revisions: [{ ...first, image: 1 }],
        rollouts: [{ at: 5, revision: 1, paused: false, partition: 0 }],
        ...set,
      },
    },
    ...about,
  });

const atMost = (maxUnavailable: number | string, maxSurge: number | string): Partial<DaemonSetSpec> => ({
  settings: { updateStrategy: "RollingUpdate", maxUnavailable, maxSurge },
});

/** "old+new" pods that are ready, of all that are there, at these times. */
function pods(about: Partial<WorldSpec>, ...times: readonly number[]): readonly string[] {
  const played = createWorld(world(about), 1);
  const found = times.map((time) => {
    played.sim.run(time);
    const { pods: rows, background } = played.state;
    const { members, ready } = background[0];
    const count = (list: typeof members, revision: number): number =>
      [...list.items.subarray(0, list.count)].filter((pod) => rows.revision[pod] === revision).length;
    return `${count(ready, 0)}+${count(ready, 1)} of ${members.count}`;
  });
  played.checkBooks();
  return found;
}

describe("a rollout of a daemon", () => {
  test("is one node after another, each without a pod while its new one starts", () => {
    // The pods of time 0 start when their nodes do, up at 10 s. At 5 s none is available: all are replaced at once.
    const late = { rollouts: [{ at: 20, revision: 1, paused: false, partition: 0 }] };
    expect(pods({ background: [agent(late)], cluster: of(group()) }, 19.9, 20, 29.9, 30, 40, 50)).toEqual([
      ...["3+0 of 3", "2+0 of 3", "2+0 of 3", "1+1 of 3", "0+2 of 3", "0+3 of 3"],
    ]);
  });

  test("replaces pods that are not available at once", () => {
    expect(pods({ background: [agent({})], cluster: of(group()) }, 4.9, 5, 14.9, 15)).toEqual([
      ...["0+0 of 3", "0+0 of 3", "0+0 of 3", "0+3 of 3"],
    ]);
  });

  test("with shares rounds them up: of three nodes 34 % are two", () => {
    const late = { ...atMost("34%", 0), rollouts: [{ at: 20, revision: 1, paused: false, partition: 0 }] };
    expect(pods({ background: [agent(late)], cluster: of(group()) }, 20, 30, 40)).toEqual([
      ...["1+0 of 3", "0+2 of 3", "0+3 of 3"],
    ]);
  });

  test("that surges leaves an old pod until the new one beside it is available", () => {
    const late = { ...atMost(0, 1), minReady: 5, rollouts: [{ at: 20, revision: 1, paused: false, partition: 0 }] };
    // Up after 10 s and available after 15; then the next comes.
    expect(pods({ background: [agent(late)], cluster: of(group()) }, 20, 30, 34.9, 35, 50, 65)).toEqual([
      ...["3+0 of 4", "3+1 of 4", "3+1 of 4", "2+1 of 4", "1+2 of 4", "0+3 of 3"],
    ]);
  });

  test("that surges waits where there is no room for two", () => {
    const late = { ...atMost(0, 3), rollouts: [{ at: 20, revision: 1, paused: false, partition: 0 }] };
    const large = { size: { cpuMillicores: 600, memoryMiB: 1 } };
    expect(pods({ background: [agent(late, large)], cluster: of(group()) }, 20, 500)).toEqual(["3+0 of 3", "3+0 of 3"]);
  });

  test("on delete touches nothing; a machine that is bought later has the new revision", () => {
    const set: Partial<DaemonSetSpec> = { settings: { updateStrategy: "OnDelete", maxUnavailable: 1, maxSurge: 0 } };
    const once: Provisioner = {
      period: 50,
      plan: ({ now }) => ({ add: now === 50 ? [{ group: "unlimited", count: 1 }] : [], remove: [], rule: "one more" }),
    };
    const bought = { ...of(group()), provisioner: { name: "once", create: () => once } };
    expect(pods({ background: [agent(set)], cluster: bought }, 49, 61)).toEqual(["3+0 of 3", "3+1 of 4"]);
  });

  test("is told with what was done and when it was complete", () => {
    const late = { rollouts: [{ at: 20, revision: 1, paused: false, partition: 0 }] };
    const played = createWorld(world({ background: [agent(late)], cluster: of(group({ count: 1 })) }), 1);
    played.sim.run(100);
    expect(played.decisions.map(({ time, rule }) => `${time} ${rule}`)).toEqual([
      "20 revision 2 is wanted",
      "20 SuccessfulDelete: 1 pod deleted",
      "20 SuccessfulCreate: 1 pod created for unlimited-0",
      '30 daemon set "agent" successfully rolled out',
    ]);
  });
});

describe("a daemon's nodes", () => {
  const plain = (template: BackgroundSpec["template"]) =>
    job({ name: "agent", steps: [], runs: { kind: "daemon" }, ...(template && { template }) });
  const gpu = group({ name: "gpu", count: 2, labels: { kind: "gpu" }, taints: [{ key: "gpu", effect: "NoSchedule" }] });

  test.each([
    ["that are tainted have none", {}, 3],
    ["that are tainted have one that tolerates it", { tolerations: [{ key: "gpu", operator: "Exists" }] }, 5],
    ["are those that it selects", { nodeSelector: { kind: "gpu" }, tolerations: [{ operator: "Exists" }] }, 2],
  ])("%s", (_, template, count) => {
    const played = createWorld(world({ background: [plain(template)], cluster: of(group(), gpu) }), 1);
    played.sim.run(10);
    expect(played.state.background[0].ready.count).toBe(count);
  });
});

describe("a daemon's container", () => {
  const play = (about: Partial<BackgroundSpec>) => {
    const agent = job({ name: "agent", runs: { kind: "daemon" }, ...about });
    const played = createWorld(world({ background: [agent], cluster: of(group({ count: 1 })) }), 1);
    played.sim.run(44);
    const [{ restarts }] = played.state.background;
    return { used: played.cpuUsed(played.state.background[0]), restarts };
  };

  test("that crashes has one process again: at once the first time, then after 10 s, then after 20 s", () => {
    const steps = [{ kind: "repeat", times: constant(1e6), steps: [{ kind: "cpu", work: constant(1) }] }] as const;
    // It works 0–5, 5–10, 20–25 and from 45 on; two processes would use more.
    const { used, restarts } = play({ steps, lifecycle: { ...plainLifecycle, crashAfter: constant(5) } });
    expect(used).toBeCloseTo(15, 6);
    expect(restarts).toBe(3);
  });

  test("whose process ends is started again as one that crashes", () => {
    const { used } = play({ steps: [{ kind: "cpu", work: constant(5) }] });
    expect(used).toBeCloseTo(15, 6);
  });
});
