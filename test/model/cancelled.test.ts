/** Calls that stop since nobody waits for them any longer: schedules worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/calls/failure.js";
import { plainRoute, type RouteSpec } from "../../src/model/calls/route.js";
import { plainMesh } from "../../src/model/mesh/mesh-spec.js";
import type { Step } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, call, cpu, play, shop } from "./lab.js";

const route = (about: Partial<RouteSpec>): RouteSpec => ({ ...plainRoute, ...about });
describe("a call that nobody waits for any longer", () => {
  test("stops its work where the route says so, and frees its worker for the next", () => {
    // The first is given up at 2 and the second begins; it is given up at 3 after a second of work.
    const { answers, world: played } = play(
      shop({ steps: [cpu(5)], route: route({ timeout: 2, cancels: true }) }, 0, 1),
    );
    expect(answers.map(({ at: instant }) => instant)).toEqual([2, 3]);
    expect(played.cpuUsed(played.services[0])).toBe(3);
    expect(played.state.calls.rows.live).toBe(0);
  });

  test("gives back what it took of a shared core", () => {
    const crowd = { limit: Infinity, queue: 0, holds: "call", waitsAt: "pod" } as const;
    const back = service({
      name: "back",
      cpuLimitMillicores: 1000,
      concurrency: crowd,
      steps: [cpu(3)],
      route: route({ timeout: 3.5, cancels: true }),
    });
    // They come at 0, 2 and 3. From 2 on two share the core, from 3 on three: at 3.5 the first has had 2 + 1/2 + 1/6
    // and is given up. The second has had 2/3 then, half a core each until 5.5, and is given up with 1 2/3. The third
    // has had 1 1/6 then, the core alone until 6.5, and is given up with 2 1/6.
    const { answers, world: played } = play(world({ services: [back], loads: [at("back", 0, 2, 3)] }));
    expect(answers.map(({ at: instant, failure }) => [instant, failure])).toEqual([
      [3.5, Failure.Timeout],
      [5.5, Failure.Timeout],
      [6.5, Failure.Timeout],
    ]);
    // Somebody always worked.
    expect(played.cpuUsed(played.services[0])).toBeCloseTo(6.5, 9);
    expect(played.services[0].work).toBeCloseTo(6.5, 9);
  });

  test("leaves its line, and what it waits for stops too", () => {
    const stops = { route: route({ timeout: 3, cancels: true }) };
    const services = [
      service({ name: "shop", steps: [call("back")], ...stops }),
      service({ name: "back", steps: [cpu(10)], route: route({ cancels: true }) }),
    ];
    const { answers, world: played } = play(world({ services, loads: [at("shop", 0, 1)] }));
    expect(answers.map(({ at: instant }) => instant)).toEqual([3, 4]);
    // The second is let in at 3, when the first has gone, and has one second of the worker behind.
    expect(played.cpuUsed(played.services[1])).toBe(4);
    expect(played.state.calls.rows.live).toBe(0);
  });
});

describe("a service that finishes what it has begun", () => {
  const finishes = route({ timeout: 2, cancels: "waiting" });

  test("works to the end, and drops what still waits for a worker", () => {
    // Begun at 0, it is worked on until 5, for nobody from 2 on. Those of 1 and 2 are given up at 3 and 4, not begun; that of 4 begins at 5.
    const { answers, world: played } = play(shop({ steps: [cpu(5)], route: finishes }, 0, 1, 2, 4));
    expect(answers.map(({ at: instant, failure }) => [instant, failure])).toEqual([
      [2, Failure.Timeout],
      [3, Failure.Timeout],
      [4, Failure.Timeout],
      [6, Failure.Timeout],
    ]);
    expect(played.cpuUsed(played.services[0])).toBe(10);
    expect(played.state.calls.rows.live).toBe(0);
  });

  test("goes on waiting for what it has asked of others, which it has begun by asking", () => {
    const services = [
      service({ name: "shop", steps: [call("back"), cpu(1)], route: finishes }),
      service({ name: "back", steps: [cpu(3)], route: route({ cancels: true }) }),
    ];
    const { world: played } = play(world({ services, loads: [at("shop", 0)] }));
    expect(played.services.map((one) => played.cpuUsed(one))).toEqual([1, 3]);
  });

  test("does not take up what has been given up on its way", () => {
    const hop = { latency: constant(3), reply: constant(0), passes: [] };
    const { world: played } = play(shop({ steps: [cpu(5)], route: finishes, hop }, 0));
    expect([played.cpuUsed(played.services[0]), played.services[0].arrived]).toEqual([0, 0]);
  });
});

describe("a call that is cancelled with its caller", () => {
  const stops = route({ timeout: 1, cancels: true });
  const front = service({ name: "shop", steps: [call("back")], route: stops });

  test("is not found too late as well: its own timer is over", () => {
    // Cancelled at 1 on a way of 5 s, when the request is over and what is left of it ends; its own caller would have waited until 2.
    const hop = { latency: constant(5), reply: constant(0), passes: [] };
    const back = service({ name: "back", steps: [cpu(1)], hop, route: route({ timeout: 2, cancels: true }) });
    const heard: (readonly [number, boolean])[] = [];
    const spec = world({ services: [front, back], loads: [at("shop", 0)] });
    const answered = (_: number, request: boolean): void => void heard.push([played.sim.now, request]);
    const played = createWorld(spec, 1, { observer: { answered } });
    played.sim.run(10);
    expect(heard).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  test("is counted by its caller's proxy no longer, though its pod finishes it", () => {
    const back = service({ name: "back", steps: [cpu(5)], route: route({ cancels: "waiting" }), mesh: plainMesh });
    const played = createWorld(world({ services: [front, back], loads: [at("shop", 0)] }), 1);
    const requests = () => played.services[1].links!.proxies.map((proxy) => proxy.requests);
    played.sim.run(0.5);
    expect(requests()).toEqual([1]);
    played.sim.run(3);
    expect(requests()).toEqual([0]);
    played.sim.run(10);
    expect(played.cpuUsed(played.services[1])).toBe(5);
  });
});

describe("a deadline that travels", () => {
  test("is work that stops at one instant along the chain: nothing is worked on after it", () => {
    // Whoever asks from outside gives it 4 s in all: 1 s of work in front, then 1 s in the middle, then 2 s of the 10 s of the last.
    const stops = { route: route({ cancels: true }) };
    const services = [
      service({ name: "shop", steps: [cpu(1), call("middle")], route: route({ timeout: 4, cancels: true }) }),
      service({ name: "middle", steps: [cpu(1), call("last"), cpu(1)], ...stops }),
      service({ name: "last", steps: [cpu(10)], ...stops }),
    ];
    const { answers, world: played } = play(world({ services, loads: [at("shop", 0)] }));
    expect(answers).toEqual([{ at: 4, latency: 4, failure: Failure.Timeout }]);
    expect(played.services.map((one) => played.cpuUsed(one))).toEqual([1, 1, 2]);
    expect(played.state.calls.rows.live).toBe(0);
  });
});

describe("what a cancelled call leaves behind", () => {
  test("is no event of a pod without work, on a node where others want more than there is", () => {
    // One core for two. The first call is given up at 1 with half a second of work done; then the other has the core.
    const shared = { limit: Infinity, queue: 0, holds: "call", waitsAt: "pod" } as const;
    const first = service({
      name: "first",
      steps: [cpu(3)],
      concurrency: shared,
      route: route({ timeout: 1, cancels: true }),
    });
    const second = service({ name: "second", steps: [cpu(3)], concurrency: shared });
    const core = { cpuMillicores: 1000, memoryMiB: 1e6 };
    const machine = { ...unlimitedGroup, capacity: core, allocatable: core };
    const spec = world({
      services: [first, second],
      loads: [at("first", 0), at("second", 0, 0)],
      cluster: cluster({ groups: [machine] }),
    });
    const { answers } = play(spec);
    // Two share the other half: 1/4 each in the first second, then half a core each for 2 3/4 s.
    expect(answers.map(({ at: instant }) => +instant.toFixed(9))).toEqual([1, 6.5, 6.5]);
  });

  test("is a worker for the call's own other try, which is given up as well and not answered twice", () => {
    // Of each call's two tries some take 5 s and some no time: a first long one holds the worker, and the second waits for it.
    const long: Step = { kind: "choose", options: [{ probability: 0.5, steps: [cpu(5)] }] };
    const times = Array.from({ length: 40 }, (_, i) => 10 * i);
    const { answers, world: played } = play(
      shop({ steps: [long], route: route({ timeout: 2, cancels: true, hedge: { after: 1, most: 1 } }) }, ...times),
    );
    expect(answers).toHaveLength(40);
    expect(new Set(answers.map(({ latency }) => latency))).toEqual(new Set([0, 2]));
    expect(played.state.calls.rows.live).toBe(0);
  });
});
