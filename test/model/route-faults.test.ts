/** What virtual hosts do to calls: faults, mirrors, policies of their rules. Seconds are worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/calls/failure.js";
import { plainRoute } from "../../src/model/calls/route.js";
import { at, call, play } from "./lab.js";
import { back, behind, chiSquare, ends, host, many, rule, unlimited } from "./route-lab.js";

describe("faults", () => {
  test("a delay comes before the call and is not in its rule's timeout; the caller's own counts it", () => {
    const delayed = host(
      rule({ weights: { one: 1 }, delay: { time: constant(7), share: 1 }, policy: { timeout: 1.5 } }),
    );
    expect(ends(behind(delayed))).toEqual([[8, Failure.None]]);
    const spec = behind(delayed);
    const [shop, ...others] = spec.services;
    const hurried = { ...shop, route: { ...plainRoute, timeout: 5 } };
    expect(ends({ ...spec, services: [hurried, ...others] })).toEqual([[5, Failure.Timeout]]);
  });

  test("an abort comes after the delay, calls nobody, and is not tried again there", () => {
    const policy = { retries: { ...plainRoute.retries, most: 5, on: ["aborted"] } } as const;
    const faulty = host(
      rule({ weights: { one: 1 }, delay: { time: constant(2), share: 1 }, abort: { status: 500, share: 1 }, policy }),
    );
    const { answers, world: played } = play(behind(faulty));
    expect(answers).toEqual([{ at: 2, latency: 2, failure: Failure.Aborted }]);
    expect(played.services[1].arrived).toBe(0);
    expect(played.recorder.failed[Failure.Aborted]).toBe(1);
  });

  test("whoever called the caller may try again after it", () => {
    const spec = behind(host(rule({ weights: { one: 1 }, abort: { status: 503, share: 1 } })));
    const [shop, ...others] = spec.services;
    const retries = { ...plainRoute.retries, most: 2, on: ["aborted"], backOff: { base: 0, longest: 0 } } as const;
    const { world: played } = play({ ...spec, services: [{ ...shop, route: { ...plainRoute, retries } }, ...others] });
    expect(played.services[0].arrived).toBe(3);
  });

  test("an answer of a status below 400 is an answer", () => {
    expect(ends(behind(host(rule({ abort: { status: 302, share: 1 } }))))).toEqual([[0, Failure.None]]);
  });

  test("shares of delays and aborts are drawn by themselves", () => {
    const spec = world({
      services: [back("one", 1)],
      routes: [
        host(
          rule({ weights: { one: 1 }, delay: { time: constant(7), share: 0.25 }, abort: { status: 500, share: 0.4 } }),
        ),
      ],
      loads: [many("host", 4000)],
    });
    const { answers } = play(spec);
    const seen = [false, true].flatMap((late) =>
      [Failure.None, Failure.Aborted].map(
        (cause) => answers.filter(({ latency, failure }) => latency >= 7 === late && failure === cause).length,
      ),
    );
    // Independent: 0.75 × 0.6, 0.75 × 0.4, 0.25 × 0.6, 0.25 × 0.4; χ² with three degrees of freedom, 1 %.
    expect(chiSquare(seen, [1800, 1200, 600, 400])).toBeLessThan(11.34);
  });
});

describe("a mirror", () => {
  test("gets a copy whose answer nobody waits for, though it takes its place there", () => {
    const mirrored = host(rule({ weights: { one: 1 }, mirrors: [{ service: "three", share: 1 }] }));
    const { answers, world: played } = play(behind(mirrored, {}, 0, 0.5));
    expect(answers.map(({ at: instant }) => instant)).toEqual([1, 1.5]);
    expect(played.services.map(({ arrived, ended }) => [arrived, ended])).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(played.sim.now).toBe(1000);
    expect(played.state.calls.rows.live).toBe(0);
  });

  test("is sent once for all tries, and its failures are nobody's", () => {
    const retries = { ...plainRoute.retries, most: 2, on: ["aborted"] } as const;
    const spec = world({
      services: [
        service({ name: "one", steps: [{ kind: "abort" }], route: { ...plainRoute, retries } }),
        service({ name: "three", steps: [{ kind: "abort" }], route: { ...plainRoute, retries } }),
      ],
      routes: [host(rule({ weights: { one: 1 }, mirrors: [{ service: "three", share: 1 }] }))],
      loads: [at("host", 0)],
    });
    const { world: played } = play(spec);
    expect(played.services.map(({ arrived }) => arrived)).toEqual([3, 1]);
    expect(played.recorder.failed.reduce((sum, count) => sum + count)).toBe(1);
  });

  test("of a share gets that share", () => {
    const mirrored = host(rule({ weights: { one: 1 }, mirrors: [{ service: "three", share: 0.3 }] }));
    const { world: played } = play({ ...behind(mirrored), loads: [many("shop", 2000)] });
    const copies = played.services[2].arrived;
    expect(played.services[1].arrived).toBe(2000);
    expect(chiSquare([copies, 2000 - copies], [600, 1400])).toBeLessThan(6.63);
  });
});

describe("a rule's own policy", () => {
  test("stands for what the destination says: its timeout, or none at all", () => {
    const about = { route: { ...plainRoute, timeout: 0.5 } };
    expect(ends(behind(host(rule({ weights: { one: 1 } })), about))).toEqual([[0.5, Failure.Timeout]]);
    expect(ends(behind(host(rule({ weights: { one: 1 }, policy: { timeout: 0.7 } })), about))).toEqual([
      [0.7, Failure.Timeout],
    ]);
    expect(ends(behind(host(rule({ weights: { one: 1 }, policy: { timeout: Infinity } })), about))).toEqual([
      [1, Failure.None],
    ]);
  });

  test("tries again as it says, of destinations that are tried but once by others", () => {
    const retries = { ...plainRoute.retries, most: 3, on: ["timeout"], backOff: constant(1) } as const;
    const spec = behind(host(rule({ weights: { one: 1 }, policy: { perTry: 0.5, retries } })));
    // 0.5, 1 between, 0.5, 1, 0.5, 1, 0.5
    expect(ends(spec)).toEqual([[5, Failure.Timeout]]);
    expect(play(spec).world.services[1].arrived).toBe(4);
  });

  test("leaves a budget to the service: calls by any route count", () => {
    // Four calls at once by two rules; one may be at another try, whichever rule it goes by.
    const budget = { share: 0, least: 1 };
    const retries = { ...plainRoute.retries, most: 1, on: ["aborted"], backOff: constant(1), budget } as const;
    const one = service({ name: "one", steps: [{ kind: "abort" }], concurrency: unlimited });
    const from = (name: string) => rule({ matches: [{ from: [name] }], weights: { one: 1 }, policy: { retries } });
    const caller = (name: string) => service({ name, steps: [call("host")], concurrency: unlimited });
    const spec = world({
      services: [caller("a"), caller("b"), one],
      routes: [host(from("a"), from("b"))],
      loads: [at("a", 0, 0), at("b", 0, 0)],
    });
    expect(play(spec).world.services[2].arrived).toBe(4 + 1);
  });

  test("takes its share of all calls under way, of those with nothing but a timeout as well", () => {
    // Ten hold all workers, so two more are turned away: of the twelve a fifth may be at another try, of the two alone one.
    const budget = { share: 0.2, least: 0 };
    const retries = { ...plainRoute.retries, most: 1, on: ["refused"], backOff: constant(1), budget } as const;
    const full = { limit: 10, queue: 0, holds: "call", waitsAt: "pod" } as const;
    const spec = world({
      services: [back("one", 50, { concurrency: full, route: { ...plainRoute, timeout: 100 } })],
      routes: [host(rule({ weights: { one: 1 }, policy: { retries } }))],
      loads: [at("one", ...Array.from({ length: 10 }, () => 0)), at("host", 1, 1)],
    });
    expect(ends(spec).slice(0, 2)).toEqual([
      [2, Failure.Refused],
      [2, Failure.Refused],
    ]);
    expect(play(spec).world.services[0].arrived).toBe(10 + 2 + 2);
  });
});
