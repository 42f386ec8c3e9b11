/** A backlog that an overload leaves must be gone when arithmetic says so: no count, connection or share of CPU keeps it. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { noHop, service, world } from "../../../src/model/builders.js";
import { Failure } from "../../../src/model/calls/failure.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import { plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import { createWorld } from "../../../src/model/world.js";
import { at, call, cpu, play, timetable } from "../lab.js";

const regular = (from: number, to: number, perSecond: number): readonly number[] =>
  Array.from({ length: Math.round((to - from) * perSecond) }, (_, i) => from + (i + 0.05) / perSecond);

describe("a shop that opens before its services are there", () => {
  const OPENS = 10;
  const WORK = 0.006;
  const BACK = 0.001;
  const arrivals = regular(0, 40, 100);

  /** A front with one worker, which works and calls the back; who calls the front tries three times. */
  const shop = (tries: number) => {
    const retries = { most: tries - 1, on: ["unreachable"], backOff: constant(0), budget: undefined } as const;
    const front = service({
      name: "front",
      steps: [cpu(WORK), call("back")],
      mesh: plainMesh,
      route: { ...plainRoute, retries },
    });
    const back = service({
      ...{ name: "back", replicas: 0, steps: [cpu(BACK)], mesh: plainMesh },
      scaler: timetable([0, 0], [OPENS, 1]),
    });
    return play(world({ services: [front, back], loads: [at("front", ...arrivals)] })).answers;
  };

  /** The same by hand: one line, first come first served; a try that finds no back goes to the end of it. */
  const byHand = (tries: number): readonly string[] => {
    const line = arrivals.map((arrived) => ({ arrived, joined: arrived, tries: 0 }));
    const ended: string[] = [];
    for (let now = 0; line.length > 0; ) {
      const one = line.shift()!;
      now = Math.max(now, one.joined) + WORK;
      const there = now >= OPENS;
      if (there) now += BACK;
      if (there || ++one.tries === tries) ended.push(`${now.toFixed(6)} ${(now - one.arrived).toFixed(6)} ${there}`);
      else {
        const place = line.findIndex(({ joined }) => joined > now);
        line.splice(place < 0 ? line.length : place, 0, { ...one, joined: now });
      }
    }
    return ended;
  };
  const told = (answers: ReturnType<typeof shop>): readonly string[] =>
    answers.map(
      ({ at: now, latency, failure }) => `${now.toFixed(6)} ${latency.toFixed(6)} ${failure === Failure.None}`,
    );

  test("without tries again 60 % of the front's time is asked for, and nobody waits", () => {
    const answers = shop(1);
    expect(told(answers)).toEqual(byHand(1));
    expect(Math.max(...answers.map(({ latency }) => latency))).toBeLessThan(WORK + BACK + 1e-9);
  });

  test("with three tries each it is 180 %: a backlog grows until the back is there, and then goes", () => {
    const answers = shop(3);
    expect(told(answers)).toEqual(byHand(3));
    const longest = answers.reduce((most, { latency }) => Math.max(most, latency), 0);
    expect(longest).toBeGreaterThan(4);
    expect(answers.at(-1)!.latency).toBeCloseTo(WORK + BACK, 9);
  });
});

test("work on shared cores, the proxies' included, is done when the work that has come is done", () => {
  const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
  const pass = (where: "caller" | "pod") => ({
    ...{ at: where, latency: constant(0), cpu: 0.001, charged: "pod" as const },
  });
  const hop = { ...noHop, passes: [pass("caller"), pass("pod")] };
  const about = { hop, mesh: plainMesh, concurrency: many, cpuLimitMillicores: 1000 };
  // A request costs the front 8 ms, its proxy 1 ms on the way in and 1 ms on the way out: 10 ms of its core.
  const front = service({ name: "front", steps: [cpu(0.008), call("back")], ...about });
  const back = service({ name: "back", steps: [cpu(0.002)], ...about });
  // 150 requests/s for 10 s leave 5 s of work; 50/s from then on leave half a core for it, so that it is gone at 20 s.
  const arrivals = [...regular(0, 10, 150), ...regular(10, 30, 50)];
  const played = createWorld(world({ services: [front, back], loads: [at("front", ...arrivals)] }), 1);
  const calls = (until: number): number => {
    played.sim.run(until);
    return played.state.calls.rows.live;
  };
  expect(calls(10)).toBeGreaterThan(400);
  expect(calls(19.95)).toBeGreaterThan(2);
  expect(calls(20.0299)).toBeLessThan(3);
  expect(calls(29.999)).toBe(0);
  expect(played.cpuUsed(played.services[0])).toBeCloseTo(arrivals.length * 0.01, 6);
  expect(played.cpuUsed(played.services[1])).toBeCloseTo(arrivals.length * 0.003, 6);
});
