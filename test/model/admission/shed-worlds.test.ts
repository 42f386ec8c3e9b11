/** Services that shed load, and callers that ask less of those that fail. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { type AdmissionSpec, plainAdmission } from "../../../src/model/admission/admission-spec.js";
import { service, world } from "../../../src/model/builders.js";
import { Failure } from "../../../src/model/calls/failure.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import { plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import type { LoadSpec, ServiceSpec, Step } from "../../../src/model/spec.js";
import { createWorld } from "../../../src/model/world.js";
import { at, call, cpu, play, shop, wait } from "../lab.js";

const { None, Shed } = Failure;
const admission = (about: Partial<AdmissionSpec>): AdmissionSpec => ({ ...plainAdmission, ...about });
const unlimited = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const failures = (answers: readonly { readonly failure: number }[]): readonly number[] =>
  answers.map(({ failure }) => failure);

describe("shedding", () => {
  test("by queue time: with twice the load the served have waited twice the target at most, but for one in an interval", () => {
    const queueTime = { target: 0.005, interval: 0.1 };
    const waits: number[] = [];
    const spec = shop(
      { steps: [cpu(0.01)], admission: admission({ shedding: { queueTime, cpu: undefined, spares: [] } }) },
      ...Array.from({ length: 10_000 }, (_, i) => i / 200),
    );
    let good = 0;
    let shed = 0;
    const { sim, checkBooks } = createWorld(spec, 1, {
      observer: {
        answered(_endpoint, _request, latency, failure) {
          if (sim.now < 1) return;
          if (failure === Shed) shed++;
          else {
            good++;
            waits.push(latency - 0.01);
          }
        },
      },
    });
    sim.run(50);
    checkBooks();
    // It never idles, so it serves its hundred a second: the shed ones cost nothing.
    expect(good / 49).toBeCloseTo(100, 0);
    expect(shed / 49).toBeCloseTo(100, 0);
    waits.sort((one, other) => one - other);
    // Every interval one may be served after a longer wait.
    expect(waits.filter((one) => one > 0.01 + 1e-9).length).toBeLessThanOrEqual(490 + 1);
    expect(waits.at(-1)).toBeLessThan(0.2);
  });

  test("by queue time, by hand: who does not wait counts, too, and what is spared is not shed", () => {
    // Calls of 30 ms for one worker, four at a time: the waits are 0, 30, 60 and 90 ms.
    const played = (spares: readonly string[]): readonly number[] => {
      const queueTime = { target: 0.005, interval: 0.1 };
      const spec = { steps: [cpu(0.03)], admission: admission({ shedding: { queueTime, cpu: undefined, spares } }) };
      const { answers } = play(shop(spec, 0, 0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 0.4));
      return [0, 0.2, 0.4].map(
        (from) => answers.filter((one) => one.failure === Shed && one.at >= from && one.at < from + 0.2).length,
      );
    };
    // The second interval begins at 30 ms, and the shortest wait of the first was 0. The third begins at 200 ms, and that of the second was
    // 30 ms: it is overloaded, and whoever has waited 30 ms is shed. But in it somebody has not waited, so that the fourth, from 400 ms on, is well.
    expect(played([])).toEqual([0, 3, 0]);
    expect(played(["call"])).toEqual([0, 0, 0]);
  });

  test("by queue time: without overload nobody", () => {
    const queueTime = { target: 0.005, interval: 0.1 };
    const spec = { steps: [cpu(0.01)], admission: admission({ shedding: { queueTime, cpu: undefined, spares: [] } }) };
    const { answers } = play(shop(spec, ...Array.from({ length: 1000 }, (_, i) => i / 90)));
    expect(failures(answers).every((one) => one === None)).toBe(true);
  });

  test("by CPU: after as many seconds as the average takes to know, all but what is spared, until the pod is idle again", () => {
    const pressure = { scaling: 0.8, saturated: 0.8, interval: 1, weight: 0.05 };
    const shedding = { queueTime: undefined, cpu: pressure, spares: ["pay"] };
    const to = (endpoint: string, ...times: number[]): LoadSpec => ({
      ...at("shop", ...times),
      name: endpoint,
      mix: [{ service: "shop", endpoint, share: 1 }],
    });
    // One long piece of work keeps the pod's core busy for 50 s. The average is above 80 % once 1 − 0.95ⁿ is: from 32 s on; it falls
    // below again 0.95ᵐ·(1 − 0.95⁵⁰) < 0.8, which is after 3 seconds.
    const spec = world({
      services: [
        service({
          concurrency: { limit: 2, queue: Infinity, holds: "call", waitsAt: "pod" },
          cpuLimitMillicores: 1000,
          endpoints: [
            { name: "work", steps: [cpu(50)] },
            { name: "look", steps: [wait(0.1)] },
            { name: "pay", steps: [wait(0.1)] },
          ],
          admission: admission({ shedding }),
        }),
      ],
      loads: [to("work", 0), to("look", 31.9, 32.1, 49, 52.9, 53.1), to("pay", 49.2)],
    });
    const { answers } = play(spec);
    const shed = answers.filter(({ failure }) => failure === Shed).map((one) => one.at);
    expect(1 - 0.95 ** 31).toBeLessThan(0.8);
    expect(1 - 0.95 ** 32).toBeGreaterThan(0.8);
    expect((1 - 0.95 ** 50) * 0.95 ** 2).toBeGreaterThan(0.8);
    expect((1 - 0.95 ** 50) * 0.95 ** 3).toBeLessThan(0.8);
    expect(shed).toEqual([32.1, 49, 52.9]);
  });
});

describe("by success rate", () => {
  const spec = { window: 30, threshold: 0.95, aggression: 1, leastRate: 0, most: 0.8 } as const;
  const bad: readonly Step[] = [{ kind: "abort" }];
  const times = Array.from({ length: 6000 }, (_, i) => i / 100);

  for (const side of ["pod", "caller"] as const)
    test(`of a service that always fails, one call in five comes through, refused by the ${side}'s proxy`, () => {
      const about = {
        steps: bad,
        concurrency: unlimited,
        admission: admission({ successRate: { ...spec, at: side } }),
      };
      const { answers, world } = play(shop(about, ...times));
      const shed = answers.filter(({ failure }) => failure === Shed).length;
      // 80 % of all but the first few: with a variance of 6000 · 0.8 · 0.2, three deviations are 93.
      expect(Math.abs(shed - 0.8 * 6000)).toBeLessThan(100);
      const [{ admission: own, callerAdmission, arrived }] = world.services;
      expect(arrived).toBe(side === "pod" ? 6000 : 6000 - shed);
      expect(side === "pod" ? own!.shed : callerAdmission!.shed).toBe(shed);
    });

  test("a service that is well again is asked again, once its bad answers are a window old", () => {
    let broken = true;
    const about = {
      steps: [wait(0)],
      concurrency: unlimited,
      admission: admission({ successRate: { ...spec, at: "caller" as const } }),
    };
    const answers: { at: number; failure: number }[] = [];
    const played = createWorld(shop(about, ...times), 1, {
      observer: {
        answered: (_e, _r, _l, failure) => void answers.push({ at: played.sim.now, failure }),
      },
    });
    played.state.pods.failing[0] = 1;
    for (let time = 0; time < 60; time++) {
      if (time === 10 && broken) {
        broken = false;
        played.state.pods.failing[0] = 0;
      }
      played.sim.run(time + 1);
    }
    const shedFrom = (from: number, to: number): number =>
      answers.filter(({ at, failure }) => failure === Shed && at >= from && at < to).length / (100 * (to - from));
    expect(shedFrom(5, 10)).toBeGreaterThan(0.75);
    expect(shedFrom(20, 25)).toBeLessThan(0.6);
    expect(shedFrom(20, 25)).toBeGreaterThan(0);
    expect(shedFrom(45, 60)).toBe(0);
  });

  test("callers count a call once, whatever its tries, and each by itself", () => {
    const retries = { most: 2, on: ["aborted" as const], backOff: constant(0), budget: undefined };
    const successRate = { ...spec, at: "caller" as const, leastRate: 1, window: 10 };
    const back = service({
      name: "back",
      steps: bad,
      concurrency: unlimited,
      route: { ...plainRoute, retries },
      mesh: plainMesh,
      admission: admission({ successRate }),
    });
    const caller = (name: string): ServiceSpec => service({ name, steps: [call("back")], concurrency: unlimited });
    // Nine calls in ten seconds are less than one a second, from each caller: nobody is refused, though 54 tries have failed.
    const seconds = Array.from({ length: 9 }, (_, i) => i);
    const few = world({
      services: [caller("one"), caller("two"), back],
      loads: [at("one", ...seconds), at("two", ...seconds)],
    });
    expect(play(few).world.services[2].callerAdmission!.shed).toBe(0);
    const often = Array.from({ length: 100 }, (_, i) => i / 5);
    const more = world({ services: [caller("one"), caller("two"), back], loads: [at("one", ...often), at("two", 18)] });
    const { answers, world: played } = play(more);
    expect(played.services[2].callerAdmission!.shed).toBeGreaterThan(30);
    // The other caller knows of nothing.
    expect(played.services[1].ended).toBe(1);
    expect(answers.length).toBe(101);
  });
});
