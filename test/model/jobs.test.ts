/** Jobs in the simulated world: schedules worked by hand. */
import { describe, expect, test } from "vitest";
import type { CronJobSpec } from "../../src/controllers/cron-job/cron-job.js";
import type { ScaledJobSpec } from "../../src/controllers/keda/scaled-job.js";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, job, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { NodeGroupSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import type { Provisioner } from "../../src/policy/contract.js";
import { fit } from "../../src/policy/scheduler/filters.js";
import { at, wait } from "./lab.js";

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

  test("fails at the first pod whose exit code its failure policy names", () => {
    const rules = [{ action: "FailJob", onExitCodes: { operator: "In", values: [42] } }] as const;
    const of = (exitCode: number) => job({ work: 5, failure: 1, job: { exitCode, podFailurePolicy: { rules } } });
    const end = { well: false, reason: "PodFailurePolicy", at: 5 + 1 };
    expect(play({ background: [of(42)] }, 60).runs[0].end).toEqual(end);
    expect(play({ background: [of(1)] }, 60).runs[0].end).toBeUndefined();
  });

  test("has succeeded when its success policy has enough", () => {
    const successPolicy = { rules: [{ succeededIndexes: "1-4", succeededCount: 2 }] };
    const { runs } = play(
      { background: [job({ work: 10, job: { completions: 9, indexed: true, successPolicy } })] },
      200,
    );
    // Indexes 0, 1 and 2, one after another, each a second after the one before has ended.
    expect(runs[0].end).toEqual({ well: true, reason: "SuccessPolicy", at: 3 * (10 + 1) });
    expect(runs[0].made).toBe(3);
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

describe("a CronJob", () => {
  /** Every minute, of which the first comes after 30 s. */
  const minutely = (work: number, about: Partial<CronJobSpec> = {}) => {
    const cron: CronJobSpec = {
      schedule: "* * * * *",
      timeZone: "UTC",
      concurrencyPolicy: "Allow",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      ...about,
    };
    const template = { parallelism: 1, completions: 1, backoffLimit: 6, podReplacementPolicy: "Failed" } as const;
    return job({ work, runs: { kind: "cron", job: template, cron, startsAt: Date.UTC(2026, 0, 5, 0, 0, 30) } });
  };
  const playCron = (background: ReturnType<typeof job>, until: number) => {
    const played = play({ background: [background] }, until);
    const starts = played.runs.map(({ createdAt }) => +createdAt.toFixed(6));
    const missed = played.batch.cronJobs.missedSince(0, played.state.background[0]);
    return { ...played, starts, missed, there: played.state.background[0].members.count };
  };

  test("makes a Job 100 ms after each moment, named by the minute", () => {
    const { runs, starts, missed } = playCron(minutely(10), 170);
    expect(starts).toEqual([30.1, 90.1, 150.1]);
    expect(runs.map(({ end }) => end && +end.at.toFixed(6))).toEqual([41.1, 101.1, 161.1]);
    const minute = Date.UTC(2026, 0, 5, 0, 1) / 60_000;
    expect(runs.map(({ name }) => name)).toEqual([0, 1, 2].map((n) => `job-${minute + n}`));
    expect(missed).toBe(0);
  });

  test("lets Jobs run beside each other, unless told otherwise", () => {
    expect(playCron(minutely(70), 95).there).toBe(2);
  });

  test("that forbids that makes up for a moment when the Job in its way has ended", () => {
    const { starts, decisions } = playCron(minutely(70, { concurrencyPolicy: "Forbid" }), 180);
    expect(starts).toEqual([30.1, 30.1 + 71, 30.1 + 2 * 71]);
    const told = decisions.filter(({ rule }) => rule === "JobAlreadyActive").map(({ time }) => +time.toFixed(6));
    expect(told).toEqual([90.1, 150.1]);
  });

  test("that may not be late misses that moment", () => {
    // At 101.1 s the moment of 90 s is 11.1 s ago.
    const { starts, missed } = playCron(minutely(70, { concurrencyPolicy: "Forbid", startingDeadline: 11_000 }), 160);
    expect(starts).toEqual([30.1, 150.1]);
    expect(missed).toBe(1);
    expect(playCron(minutely(70, { concurrencyPolicy: "Forbid", startingDeadline: 12_000 }), 140).starts[1]).toBe(
      101.1,
    );
  });

  test("that replaces deletes the last Job with its pods", () => {
    const { starts, runs, there } = playCron(minutely(70, { concurrencyPolicy: "Replace" }), 160);
    expect(starts).toEqual([30.1, 90.1, 150.1]);
    expect(runs.map(({ end }) => end?.reason)).toEqual(["Deleted", "Deleted", undefined]);
    expect(there).toBe(1);
  });
});

describe("a ScaledJob", () => {
  /** Ten calls wait at the shop from the first second on; a Job is there for five of them and works for 40 s. Polls at 0, 30, 60 … */
  const playScaled = (spec: ScaledJobSpec, about: Partial<WorldSpec> = {}) => {
    const shop = service({ steps: [wait(1e6)] });
    const triggers = [{ service: "shop", signal: "queue", target: 5, activation: 0, window: 1 }] as const;
    const template = { parallelism: 1, completions: 1, backoffLimit: 6, podReplacementPolicy: "Failed" } as const;
    const drain = job({
      work: 40,
      runs: { kind: "scaled", job: template, scaled: { spec, pollingInterval: 30, triggers } },
    });
    const calls = at("shop", ...Array.from({ length: 11 }, () => 1));
    const { runs } = play({ services: [shop], background: [drain], loads: [calls], scrapePeriod: 1, ...about }, 100);
    return runs.map(({ createdAt }) => createdAt);
  };

  test("by default counts the Jobs there are against those wished for", () => {
    expect(playScaled({})).toEqual([30, 30, 90, 90]);
  });

  test("accurately counts only those that have not started, for the others have taken their messages", () => {
    expect(playScaled({ strategy: "accurate" })).toEqual([30, 30, 60, 60, 90, 90]);
  });

  test("does not exceed its most", () => {
    // At 60 s two run and two more are wished for; at 90 s one is left, of 60 s.
    expect(playScaled({ strategy: "accurate", maxReplicaCount: 3 })).toEqual([30, 30, 60, 90, 90]);
  });

  test("keeps its least without any messages", () => {
    // A Job of 0 s is complete at 41 s.
    expect(playScaled({ minReplicaCount: 1 }, { loads: [] })).toEqual([0, 60]);
  });

  test("whose pods find no room is content with those that wait", () => {
    const cluster = onCores(1); // which the shop has
    expect(playScaled({ strategy: "accurate" }, { cluster })).toEqual([30, 30]);
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

  test.each([
    ["has failed", false],
    ["whose Job ignores it has not", true],
  ])("goes with its node, which nothing else keeps; a Job's pod on it %s, and is made again", (_, ignored) => {
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
    const disrupted = [{ type: "DisruptionTarget", status: "True" }];
    const rules = [{ action: "Ignore", onPodConditions: disrupted }] as const;
    const work = job({ work: 80, ...(ignored && { job: { backoffLimit: 0, podFailurePolicy: { rules } } }) });
    const { runs, state } = play(
      {
        background: [...agents, work],
        cluster: cluster({ groups: [group], scheduler: { filters: fit, score: () => 0 }, provisioner }),
      },
      300,
    );
    expect(state.nodes.rows.high - 1).toBe(1); // of two rows the first is free again
    expect(state.background.slice(0, 2).map(({ members }) => members.count)).toEqual([1, 1]);
    expect(runs[0]).toMatchObject({ failed: ignored ? 0 : 1, made: 2 });
    // Thrown out at 50; seen a second later; ten seconds after the failure it begins anew.
    expect(runs[0].end?.at).toBe(50 + 10 + 80 + 1);
  });
});
