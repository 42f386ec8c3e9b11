/** Jobs in the simulated world: schedules worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, job, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { NodeGroupSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import type { Provisioner } from "../../src/policy/contract.js";
import { fit } from "../../src/policy/scheduler/filters.js";

function play(about: Partial<WorldSpec>, until: number) {
  const played = createWorld(world(about), 1);
  played.sim.run(until);
  played.checkBooks();
  return { ...played, runs: played.batch.jobs.runs };
}

const cores = (count: number, machines = 1): NodeGroupSpec => ({
  ...unlimitedGroup,
  allocatable: { cpuMillicores: 1000 * count, memoryMiB: 1e6 },
  count: machines,
  min: machines,
  max: machines,
});
const onCores = (count: number, machines = 1) =>
  cluster({ groups: [cores(count, machines)], scheduler: { filters: fit, score: () => 0 } });

describe("a Job", () => {
  test("with one pod is complete a second after its process has ended", () => {
    const { runs, state } = play({ background: [job({ startup: constant(2), work: 10 })] }, 60);
    expect(runs[0].end).toEqual({ well: true, reason: "CompletionsReached", at: 2 + 10 + 1 });
    expect(state.background[0].members.count).toBe(0);
  });

  test("of five pods, two at a time, goes in three waves, each a second after the one before", () => {
    const { runs } = play({ background: [job({ work: 10, job: { completions: 5, parallelism: 2 } })] }, 60);
    expect(runs[0].end?.at).toBe(3 * (10 + 1));
    expect(runs[0].made).toBe(5);
  });

  test("whose pods always fail is given up after its back-off limit, each time after twice the wait", () => {
    const { runs } = play({ background: [job({ work: 5, failure: 1, job: { backoffLimit: 3 } })] }, 300);
    // Pods end at 5, then wait 10, 20 and 40 s from there; a second after the fourth failure nothing is retried.
    const fourth = 5 + 10 + 5 + 20 + 5 + 40 + 5;
    expect(runs[0].end).toEqual({ well: false, reason: "BackoffLimitExceeded", at: fourth + 1 });
    expect(runs[0].failed).toBe(4);
  });

  test("that takes longer than its deadline is stopped, and its pods with it", () => {
    const { runs, state } = play({ background: [job({ work: 1000, job: { activeDeadline: 30 } })] }, 100);
    expect(runs[0].end?.reason).toBe("DeadlineExceeded");
    expect(runs[0].end?.at).toBeGreaterThanOrEqual(30);
    expect(runs[0].end?.at).toBeLessThanOrEqual(31);
    expect(state.background[0].members.count).toBe(0);
    expect(state.nodes.demand[0]).toBe(0);
  });

  test("waits for room, which its own pods make for each other", () => {
    const { runs, decisions } = play(
      { background: [job({ work: 10, job: { completions: 4, parallelism: 4 } })], cluster: onCores(2) },
      60,
    );
    // Two run at once; the room of those that have ended is taken at once, by pods that are there already.
    expect(runs[0].end?.at).toBe(10 + 10 + 1);
    const waited = decisions.filter(({ policy }) => policy === "scheduler");
    expect(waited).toMatchObject([{ subject: "pod job-2", time: 0, effectiveAt: 10 }]); // its twin is not asked about
  });

  test("shares the cores of its node with a service by weight", () => {
    const shop = service({
      size: { cpuMillicores: 500, memoryMiB: 1 },
      concurrency: { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" },
    });
    const busy = { ...shop, endpoints: [{ name: "call", steps: [{ kind: "cpu" as const, work: constant(1000) }] }] };
    const { runs } = play(
      {
        services: [busy],
        background: [job({ size: { cpuMillicores: 500, memoryMiB: 1 }, work: 10 })],
        loads: [
          {
            kind: "closed",
            name: "one",
            mix: [{ service: "shop", endpoint: "call", share: 1 }],
            users: 1,
            think: constant(0),
          },
        ],
        cluster: onCores(1),
      },
      60,
    );
    expect(runs[0].end?.at).toBeCloseTo(2 * 10 + 1, 6); // half a core each
  });

  test("may call a service, whose failure is the pod's", () => {
    const shop = service({ steps: [{ kind: "cpu", work: constant(3) }] });
    const call = { kind: "call", service: "shop", endpoint: "call" } as const;
    const well = play({ services: [shop], background: [job({ steps: [call] })] }, 60);
    expect(well.runs[0].end).toMatchObject({ well: true, at: 3 + 1 });
    expect(well.recorder.sent).toBe(0);
    const full = service({
      concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "pod" },
      steps: [{ kind: "cpu", work: constant(3) }],
    });
    const two = [call, call];
    const refused = play(
      {
        services: [full],
        background: [
          job({ steps: [{ kind: "parallel", branches: two.map((one) => [one]) }], job: { backoffLimit: 0 } }),
        ],
      },
      60,
    );
    expect(refused.runs[0].end).toMatchObject({ well: false, reason: "BackoffLimitExceeded" });
  });

  test("does the same work whatever else runs: its pods' chance is their own", () => {
    const law = { shape: "exponential", mean: 30 } as const;
    const report = job({ steps: [{ kind: "cpu", work: law }], job: { completions: 8, parallelism: 8 } });
    const alone = play({ background: [report] }, 600);
    const beside = play({ services: [service()], background: [job({ name: "other" }), report] }, 600);
    expect(beside.runs.find(({ name }) => name === "job")?.end).toEqual(alone.runs[0].end);
  });
});

describe("a daemon", () => {
  test("has a pod on each node, keeps its room and uses its CPU", () => {
    const agent = job({
      name: "agent",
      size: { cpuMillicores: 250, memoryMiB: 64 },
      steps: [
        {
          kind: "repeat",
          times: constant(1e6),
          steps: [
            { kind: "cpu", work: constant(0.2) },
            { kind: "wait", time: constant(0.8) },
          ],
        },
      ],
      runs: { kind: "daemon" },
    });
    const played = play({ background: [agent], cluster: onCores(2, 3) }, 100);
    expect(played.state.background[0].members.count).toBe(3);
    expect(played.cpuUsed(played.state.background[0])).toBeCloseTo(3 * 100 * 0.2, 6);
  });

  test("goes with its node, which nothing else keeps; a Job's pod on it has failed and is made again", () => {
    let looks = 0;
    const once: Provisioner = {
      period: 50,
      plan: ({ nodes }) => ({ add: [], remove: looks++ === 0 ? [nodes[0].id] : [], rule: "once" }),
    };
    const agents = ["agent", "other"].map((name) =>
      job({ name, size: { cpuMillicores: 100, memoryMiB: 1 }, steps: [], runs: { kind: "daemon" } }),
    );
    const provisioner = { name: "once", create: () => once };
    const group = { ...cores(2, 2), min: 0 };
    const work = job({ work: 80 });
    const { runs, state } = play(
      {
        background: [...agents, work],
        cluster: cluster({ groups: [group], scheduler: { filters: fit, score: () => 0 }, provisioner }),
      },
      300,
    );
    expect(state.nodes.rows.high - 1).toBe(1); // of two rows the first is free again
    expect(state.background.slice(0, 2).map(({ members }) => members.count)).toEqual([1, 1]);
    expect(runs[0]).toMatchObject({ failed: 1, made: 2 });
    // Thrown out at 50; seen a second later; ten seconds after the failure it begins anew.
    expect(runs[0].end?.at).toBe(50 + 10 + 80 + 1);
  });
});
