import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { play, timetable } from "./lab.js";

describe("what a scaler sees and may ask for", () => {
  test("a pod younger than ten seconds has no sample, an older one has", () => {
    const seen: number[][] = [];
    const scaler: ServiceSpec["scaler"] = {
      name: "looker",
      create: () => ({
        period: 5,
        desiredReplicas({ now, pods }) {
          seen.push([now, ...pods.map(({ cpuMillicores }) => cpuMillicores)]);
          return now >= 5 ? 2 : 1;
        },
      }),
    };
    // The second pod is asked for at 5 s and starts at once; scrapes are at 5, 10, 15 s.
    const spec = world({ services: [service({ scaler })], scrapePeriod: 5 });
    createWorld(spec, 1).sim.run(16);
    expect(seen).toEqual([
      [5, Number.NaN],
      [10, 0, Number.NaN],
      [15, 0, 0],
    ]);
  });

  test("never fewer than the minimum, whatever it wishes", () => {
    const spec = world({ services: [service({ replicas: 3, bounds: { min: 2, max: 9 }, scaler: timetable([1, 0]) })] });
    const { world: played } = play(spec, 5);
    expect(played.services[0].ready.count).toBe(2);
    expect(played.decisions.find(({ from, asked }) => from !== asked)).toMatchObject({ wished: 0, asked: 2 });
  });
});

describe("decisions", () => {
  test("say what was asked, within bounds, and when the last pod was ready", () => {
    const spec = world({
      services: [service({ bounds: { min: 1, max: 3 }, startup: constant(7), scaler: timetable([2, 5]) })],
    });
    const { world: played } = play(spec, 20);
    const change = played.decisions.find(({ from, asked }) => from !== asked)!;
    expect(change).toMatchObject({
      time: 2,
      subject: "service shop",
      policy: "timetable",
      from: 1,
      wished: 5,
      asked: 3,
      effectiveAt: 9,
    });
  });
});
