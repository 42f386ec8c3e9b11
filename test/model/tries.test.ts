/** Timeouts, tries again and hedges: schedules worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/calls/failure.js";
import { jitter, plainRoute, type RetriesSpec, type RouteSpec, withinBudget } from "../../src/model/calls/route.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { at, call, cpu, latencies, play, shop, wait } from "./lab.js";

const route = (about: Partial<RouteSpec>): RouteSpec => ({ ...plainRoute, ...about });
/** Tries again without a wait between. */
const again = (most: number, on: RetriesSpec["on"] = ["refused", "killed", "timeout"]): RetriesSpec => ({
  most,
  on,
  backOff: { base: 0, longest: 0 },
  budget: undefined,
});

/** Takes up one call at a time, and lets none wait. */
const picky = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;

describe("a timeout", () => {
  test("ends the wait, not the work: the next call waits for it all the same", () => {
    // The first holds the one worker until 5; the second, at 1, gets it at 5 and would end at 10.
    const { answers, world: played } = play(shop({ steps: [cpu(5)], route: route({ timeout: 2 }) }, 0, 1));
    expect(answers.map(({ at: instant, failure }) => [instant, failure])).toEqual([
      [2, Failure.Timeout],
      [3, Failure.Timeout],
    ]);
    expect(played.cpuUsed(played.services[0])).toBe(10);
  });

  test("that is not reached changes nothing, and leaves nothing behind", () => {
    const { answers, world: played } = play(shop({ steps: [cpu(0.5)], route: route({ timeout: 2 }) }, 0, 1, 3.25));
    expect(latencies(answers)).toEqual([0.5, 0.5, 0.5]);
    expect(answers.every(({ failure }) => failure === Failure.None)).toBe(true);
    expect(played.sim.pending).toBeLessThan(3);
  });

  test("at the very instant of the answer: what was begun first wins", () => {
    // The wait of 2 s is scheduled after the timer of 2 s has begun.
    const { answers } = play(shop({ steps: [wait(2)], route: route({ timeout: 2 }) }, 0));
    expect(answers[0].failure).toBe(Failure.Timeout);
  });

  test("fails the caller, which answers at once", () => {
    const front = service({ name: "shop", steps: [cpu(1), call("back"), cpu(1)] });
    const back = service({ name: "back", steps: [wait(10)], route: route({ timeout: 3 }) });
    const { answers } = play(world({ services: [front, back], loads: [at("shop", 0)] }));
    expect(answers).toEqual([{ at: 4, latency: 4, failure: Failure.Timeout }]);
  });

  test("of thousands of calls costs the queue no more than one event", () => {
    const times = Array.from({ length: 5000 }, (_, i) => i / 1000);
    const many: Partial<ServiceSpec> = { concurrency: { limit: Infinity, queue: 0, holds: "call", waitsAt: "pod" } };
    const { world: played } = play(shop({ ...many, steps: [wait(0.1)], route: route({ timeout: 1 }) }, ...times), 4);
    // 100 calls wait, the next arrives, the series is sampled, and one timer is awaited.
    expect(played.sim.pending).toBeLessThan(106);
  });
});

describe("a call that is tried but once", () => {
  test("is one row: nothing stands above it", () => {
    const { world: played } = play(shop({ steps: [wait(9)], route: route({ timeout: 5, perTry: 7 }) }, 0, 1), 2);
    expect(played.state.calls.rows.live).toBe(2);
  });

  test("has the shorter of both its limits", () => {
    const limited = (about: Partial<RouteSpec>) => play(shop({ steps: [wait(9)], route: route(about) }, 0)).answers[0];
    expect(limited({ timeout: 5, perTry: 3 })).toEqual({ at: 3, latency: 3, failure: Failure.Timeout });
    expect(limited({ timeout: 2, perTry: 3 })).toEqual({ at: 2, latency: 2, failure: Failure.Timeout });
  });

  test("ends for a caller whom nobody waits for, too: he goes on when his own patience is over", () => {
    // The shop is given up at 1 and waits on for the back until 3, when it has waited 2.5 s there; then it works 0 s more, having failed.
    const services = [
      service({ name: "shop", steps: [cpu(0.5), call("back"), cpu(1)], route: route({ timeout: 1 }) }),
      service({ name: "back", steps: [wait(10)], route: route({ timeout: 2.5 }) }),
    ];
    const { answers, world: played } = play(world({ services, loads: [at("shop", 0, 2)] }), 9);
    // The next begins when the one worker is free: at 3, so it is given up at 3 as well, not begun.
    expect(answers.map(({ at: instant }) => instant)).toEqual([1, 3]);
    expect(played.cpuUsed(played.services[0])).toBe(1);
    expect(played.services.map(({ ended }) => ended)).toEqual([2, 0]);
  });

  test("of a pod that is killed stops, where it is to stop", () => {
    const stops = route({ timeout: 50, cancels: true });
    const services = [
      service({
        name: "shop",
        steps: [cpu(1), call("back")],
        lifecycle: { ...service({}).lifecycle, crashAfter: constant(3) },
      }),
      service({ name: "back", steps: [cpu(10)], route: stops }),
    ];
    const { answers, world: played } = play(world({ services, loads: [at("shop", 0)] }), 3.5);
    expect(answers[0]).toEqual({ at: 3, latency: 3, failure: Failure.Killed });
    expect(played.cpuUsed(played.services[1])).toBe(2);
  });
});

describe("tries again", () => {
  test("begin when a try has failed, after the back-off", () => {
    // The second call is refused at 1, again at 1, and a third time: three tries in all.
    const { answers, world: played } = play(
      shop({ steps: [cpu(5)], concurrency: picky, route: route({ retries: again(2) }) }, 0, 1),
    );
    expect(answers.map(({ at: instant, failure }) => [instant, failure])).toEqual([
      [1, Failure.Refused],
      [5, Failure.None],
    ]);
    expect(played.services[0].arrived).toBe(4);
  });

  test("only after the failures that are named", () => {
    const { world: played } = play(
      shop({ steps: [cpu(5)], concurrency: picky, route: route({ retries: again(2, ["killed"]) }) }, 0, 1),
    );
    expect(played.services[0].arrived).toBe(2);
  });

  test("each with a time limit of its own", () => {
    // Tries at 0, 2 and 4 into one worker that takes 5 s each: none is done within 2 s of its start.
    const { answers, world: played } = play(
      shop({ steps: [cpu(5)], route: route({ perTry: 2, retries: again(2) }) }, 0),
    );
    expect(answers).toEqual([{ at: 6, latency: 6, failure: Failure.Timeout }]);
    expect(played.cpuUsed(played.services[0])).toBe(15);
  });

  test("end with the whole call's time", () => {
    const { answers, world: played } = play(
      shop({ steps: [cpu(5)], route: route({ timeout: 5, perTry: 2, retries: again(9) }) }, 0),
    );
    expect(answers).toEqual([{ at: 5, latency: 5, failure: Failure.Timeout }]);
    expect(played.services[0].arrived).toBe(3);
  });

  test("multiply along a chain: 3 tries of 3 tries of 3 are 27 calls of the last", () => {
    const tried = { route: route({ retries: again(2) }) };
    const full = { ...tried, concurrency: { ...picky, limit: 1 } };
    const services = [
      service({ name: "shop", steps: [call("middle")], ...tried }),
      service({ name: "middle", steps: [call("last")], ...tried }),
      service({ name: "last", steps: [cpu(50)], ...full }),
    ];
    const { world: played } = play(world({ services, loads: [at("last", 0), at("shop", 1)] }), 40);
    expect(played.services.map(({ arrived }) => arrived)).toEqual([3, 9, 28]);
  });

  test("stay within their budget", () => {
    // Ten calls are there at once, each refused: of those under way a fifth may be at another try, or one.
    const budget = { share: 0.2, least: 1 };
    const retries = { ...again(1), backOff: { base: 1, longest: 1 }, budget };
    const times = [0, ...Array.from({ length: 10 }, () => 1)];
    const { world: played } = play(
      shop({ steps: [cpu(500)], concurrency: picky, route: route({ retries }) }, ...times),
      100,
    );
    // The first is under way throughout. Of two under way 0.4 may retry, so one: the least. It counts while it waits,
    // and with it there are always at most three: no second one until there would be more than five.
    expect(played.services[0].arrived).toBe(12);
  });
});

describe("a hedge", () => {
  test("goes out when the first try is slow, and the first answer counts", () => {
    // Two pods in turn: the first is busy until 10 with another's call.
    const turns = {
      pick: (() => {
        let turn = 0;
        return () => turn++ % 2;
      })(),
    };
    const spec = shop(
      { steps: [cpu(4)], replicas: 2, balancer: () => turns, route: route({ hedge: { after: 1, most: 1 } }) },
      0,
      1.5,
    );
    const { answers, world: played } = play(spec);
    // 0: pod 0 until 4; its hedge at 1: pod 1 until 5. 1.5: pod 0, from 4 to 8; its hedge at 2.5: pod 1, from 5 to 9.
    expect(answers.map(({ at: instant }) => instant)).toEqual([4, 8]);
    expect(played.cpuUsed(played.services[0])).toBe(16);
  });

  test("does not go out when the answer is there", () => {
    const { world: played } = play(shop({ steps: [cpu(1)], route: route({ hedge: { after: 1.5, most: 3 } }) }, 0));
    expect(played.services[0].arrived).toBe(1);
  });

  test("is waited for when the first try has failed", () => {
    // Killed or refused, the first try leaves its hedge time to run: at 2 the second finds the worker free.
    const spec = shop(
      { steps: [cpu(2)], concurrency: picky, route: route({ hedge: { after: 1.5, most: 1 } }) },
      0,
      0.5,
    );
    expect(play(spec).answers.map(({ at: instant, failure }) => [instant, failure])).toEqual([
      [2, Failure.None],
      [4, Failure.None],
    ]);
  });
});

describe("patience", () => {
  test("ends the wait for a worker, and the place in the line is the next one's", () => {
    const { answers } = play(
      shop({ steps: [cpu(5)], concurrency: { ...picky, queue: 9, patience: constant(3) } }, 0, 1, 2.5),
    );
    expect(answers.map(({ at: instant, failure }) => [instant, failure])).toEqual([
      [4, Failure.Abandoned],
      [5, Failure.None],
      [10, Failure.None],
    ]);
  });
});

describe("a parallel step that needs some of its branches", () => {
  const branches = (need: number, ...seconds: number[]) =>
    shop({ steps: [{ kind: "parallel", need, branches: seconds.map((time) => [wait(time)]) }, wait(1)] }, 0);

  test.each([
    [1, 1],
    [2, 3],
    [3, 7],
  ])("goes on with the %i fastest of three", (need, after) => {
    const { answers, world: played } = play(branches(need, 7, 1, 3));
    expect(answers).toEqual([{ at: after + 1, latency: after + 1, failure: Failure.None }]);
    expect(played.state.calls.rows.live).toBe(0);
  });

  test("fails when so many are left no more", () => {
    // One worker: the first holds it for 5 s, the two others are refused at once. Two are needed and one is left.
    const services = [
      service({
        name: "shop",
        steps: [{ kind: "parallel", need: 2, branches: [[call("back")], [call("back")], [call("back")]] }],
      }),
      service({ name: "back", steps: [cpu(5)], concurrency: picky }),
    ];
    const { answers } = play(world({ services, loads: [at("shop", 0)] }));
    expect(answers).toEqual([{ at: 0, latency: 0, failure: Failure.Refused }]);
  });

  test("does not mind a branch that fails while enough are left", () => {
    const services = [
      service({ name: "shop", steps: [{ kind: "parallel", need: 1, branches: [[call("back")], [call("back")]] }] }),
      service({ name: "back", steps: [cpu(5)], concurrency: picky }),
    ];
    const { answers } = play(world({ services, loads: [at("shop", 0)] }));
    expect(answers).toEqual([{ at: 5, latency: 5, failure: Failure.None }]);
  });
});

test("a back-off is anything below twice the one before, in whole milliseconds, up to the longest", () => {
  const law = { base: 0.025, longest: 0.25 };
  const below = [1, 2, 3, 4, 5, 9].map((nth) => jitter(law, nth, 1 - 2 ** -32));
  expect(below).toEqual([0.024, 0.049, 0.099, 0.199, 0.249, 0.249]);
  expect(jitter(law, 3, 0)).toBe(0);
  expect(jitter(law, 1, 0.5)).toBe(0.012);
});

test("a budget counts tries again under way against the calls under way", () => {
  const budget = { share: 0.2, least: 3 };
  expect(withinBudget(budget, 5, 2)).toBe(true);
  expect(withinBudget(budget, 5, 3)).toBe(false);
  expect(withinBudget(budget, 100, 19)).toBe(true);
  expect(withinBudget(budget, 100, 20)).toBe(false);
  expect(withinBudget(undefined, 1, 1000)).toBe(true);
});
