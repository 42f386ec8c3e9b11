/** Random worlds, whatever happens in them: the books are right. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDaemon } from "../../src/model/background.js";
import { Phase } from "../../src/model/state.js";
import { createWorld, type World } from "../../src/model/world.js";
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

describe("whatever happens", () => {
  test("no request is lost or gained, Little's law holds, and the same seed lives the same life", () => {
    let killed = 0;
    let refused = 0;
    let restarted = 0;
    let late = 0;
    let aborted = 0;
    let interrupted = 0;
    let scaled = 0;
    let evicted = 0;
    let turnedAway = 0;
    let complete = 0;
    let failed = 0;
    let deleted = 0;
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: 1000 }), (spec, seed) => {
        const life = (): string => {
          const played = createWorld(spec, seed);
          for (const time of [3, 10, 25]) {
            played.sim.run(time);
            played.checkBooks();
            expectWithin(played);
          }
          killed += played.recorder.failed[2];
          late += played.recorder.failed[3];
          aborted += played.recorder.failed[6];
          restarted += played.services.reduce((sum, { restarts }) => sum + restarts, 0);
          interrupted += played.decisions.filter(({ rule }) => rule === "SpotInterrupted").length;
          scaled += played.decisions.filter(({ rule }) => rule.startsWith("ScalingReplicaSet")).length;
          evicted += played.decisions.filter(({ rule }) => rule.startsWith("Evicted")).length;
          deleted += played.decisions.filter(({ rule }) => rule.startsWith("SuccessfulDelete")).length;
          refused += played.recorder.failed[1];
          turnedAway += played.decisions.filter(({ rule }) => rule.startsWith("FailedCreate")).length;
          const jobs = played.batch.jobs.runs.map(({ end, made, failed }) => ({ end, made, failed }));
          complete += jobs.filter(({ end }) => end?.well === true).length;
          failed += jobs.reduce((sum, one) => sum + one.failed, 0);
          const pods = played.services.map(({ members, ready, draining }) => [members.count, ready.count, draining]);
          const used = played.services.map((one) => played.cpuUsed(one));
          return JSON.stringify([played.sim.fired, played.recorder.sojourn, pods, used, jobs]);
        };
        expect(life()).toBe(life());
      }),
      { numRuns: 400, seed: 1 },
    );
    // The worlds were wild enough to mean something.
    expect(killed).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
    expect(restarted).toBeGreaterThan(100);
    expect(late).toBeGreaterThan(100);
    expect(aborted).toBeGreaterThan(100);
    expect(interrupted).toBeGreaterThan(100);
    expect(scaled).toBeGreaterThan(100);
    expect(evicted).toBeGreaterThan(30);
    expect(turnedAway).toBeGreaterThan(100);
    expect(complete).toBeGreaterThan(100);
    expect(failed).toBeGreaterThan(100);
    expect(deleted).toBeGreaterThan(100);
  });
});
