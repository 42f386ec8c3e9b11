/** Random worlds, whatever happens in them: the books are right. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failures, heard } from "../../src/model/calls/failure.js";
import { Phase } from "../../src/model/state.js";
import { isDaemon } from "../../src/model/workloads/background.js";
import { createWorld, type World } from "../../src/model/world.js";
import { expectCoresWell } from "./cores.js";
import { kinds } from "./random-faults.js";
import { worlds } from "./random-worlds.js";

/** The pods of services and Jobs never exceed their quota, those on their way out included. */
function expectWithin({ state }: World): void {
  const { pods, owners, spec } = state;
  const used = { pods: 0, "requests.cpu": 0, "requests.memory": 0 };
  for (let pod = 0; pod < pods.rows.high; pod++) {
    if (pods.phase[pod] === Phase.Gone || isDaemon(owners[pods.service[pod]])) continue;
    used.pods++;
    used["requests.cpu"] += pods.cpuMillicores[pod];
    used["requests.memory"] += pods.memoryMiB[pod] * 2 ** 20;
  }
  for (const [resource, most] of Object.entries(spec.quota?.hard ?? {}))
    expect(used[resource as keyof typeof used]).toBeLessThanOrEqual(most!);
}

/** What controllers decided must have been seen, too. */
const rules = [
  "SpotInterrupted",
  "ScalingReplicaSet",
  "Evicted",
  "SuccessfulDelete",
  "FailedCreate",
  "ejected by",
  "minRTT",
];

describe("whatever happens", () => {
  test("no request is lost or gained, Little's law holds, and the same seed lives the same life", () => {
    const seen = new Map<string, number>();
    const count = (what: string, times: number): void => void seen.set(what, (seen.get(what) ?? 0) + times);
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: 1000 }), (spec, seed) => {
        const life = (): string => {
          const played = createWorld(spec, seed);
          for (const time of [3, 10, 25]) {
            played.sim.run(time);
            played.checkBooks();
            expectWithin(played);
            expectCoresWell(played);
          }
          for (const [i, name] of failures.entries()) count(name, played.recorder.failed[i]);
          count(
            "restarted",
            played.services.map(({ restarts }) => restarts).reduce((sum, one) => sum + one),
          );
          for (const rule of rules)
            count(rule, played.decisions.filter((decision) => decision.rule.startsWith(rule)).length);
          const { caches, pools, queues } = played.shares;
          for (const { waited } of pools.all) count("waited for a connection", Math.sign(waited));
          for (const { followed } of caches.all) count("followed", followed);
          for (const { dead, redelivered } of queues.all) {
            count("dead", dead);
            count("redelivered", redelivered);
          }
          const jobs = played.batch.jobs.runs.map(({ end, made, failed }) => ({ end, made, failed }));
          count("complete", jobs.filter(({ end }) => end?.well === true).length);
          for (const { kind, begin, healed } of played.faults) {
            count(kind, 1);
            count("healed", healed > begin ? 1 : 0);
          }
          for (const { failed } of jobs) count("failed pods", failed);
          const pods = played.services.map(({ members, ready, draining }) => [members.count, ready.count, draining]);
          const used = played.services.map((one) => played.cpuUsed(one));
          return JSON.stringify([played.sim.fired, played.recorder.sojourn, pods, used, jobs, played.faults]);
        };
        expect(life()).toBe(life());
      }),
      { numRuns: 540, seed: 1 },
    );
    // The worlds were wild enough to mean something.
    for (const what of [
      ...heard,
      "restarted",
      "complete",
      "failed pods",
      ...kinds,
      "healed",
      "waited for a connection",
      "followed",
      "dead",
      "redelivered",
      ...rules,
    ])
      expect(seen.get(what), what).toBeGreaterThan(20);
  });
});
