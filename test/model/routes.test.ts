/** Virtual hosts: where calls go, when, and with what chance. Seconds are worked by hand, shares are the request's own chance. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { RandomStream } from "../../src/kernel/random.js";
import { service, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/failure.js";
import { plainRoute } from "../../src/model/route.js";
import type { LoadSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import type { RuleSpec, VirtualHostSpec } from "../../src/model/virtual-host.js";
import { createWorld } from "../../src/model/world.js";
import { at, call, cpu, play, wait } from "./lab.js";

const unlimited = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const rule = (about: Partial<RuleSpec> & { readonly weights?: Readonly<Record<string, number>> }): RuleSpec => {
  const { weights = {}, ...rest } = about;
  const to = Object.entries(weights).map(([name, weight]) => ({ service: name, weight }));
  return { matches: [], to, mirrors: [], delay: undefined, abort: undefined, policy: {}, ...rest };
};
const host = (...rules: readonly RuleSpec[]): VirtualHostSpec => ({ name: "host", rules });
const back = (name: string, seconds: number, about: Partial<ServiceSpec> = {}): ServiceSpec =>
  service({ name, steps: [wait(seconds)], concurrency: unlimited, ...about });
/** A caller of the host, and two services behind it that take 1 s and 3 s. */
const behind = (routes: VirtualHostSpec, about: Partial<ServiceSpec> = {}, ...times: readonly number[]): WorldSpec =>
  world({
    services: [service({ steps: [call("host")], concurrency: unlimited }), back("one", 1, about), back("three", 3)],
    routes: [routes],
    loads: [at("shop", ...(times.length === 0 ? [0] : times))],
  });
/** Poisson requests, `count` of them. */
const many = (to: string, count: number, rate = 10): LoadSpec => ({
  kind: "open",
  name: "many",
  mix: [{ service: to, endpoint: "call", share: 1 }],
  arrivals: (seed) => {
    const stream = new RandomStream(seed, "gaps");
    let now = 0;
    let sent = 0;
    const next = (): number => {
      if (sent++ === count) return Infinity;
      now += stream.exponential() / rate;
      return now;
    };
    return { next };
  },
});
const ends = (spec: WorldSpec) => play(spec).answers.map(({ at: instant, failure }) => [instant, failure]);

/** The chance that χ² with one degree of freedom exceeds 6.63 is 1 %; seeds are fixed, so this is no lottery. */
const chiSquare = (seen: readonly number[], expected: readonly number[]): number =>
  seen.reduce((sum, count, i) => sum + (count - expected[i]) ** 2 / expected[i], 0);

describe("destinations", () => {
  test("a host with one destination changes nothing: neither times nor chance", () => {
    const exponential = { kind: "cpu", work: { shape: "exponential", mean: 0.05 } } as const;
    const lived = (spec: WorldSpec) => play(spec).answers;
    const parts = (to: string): WorldSpec =>
      world({
        services: [
          service({ steps: [exponential, call(to), exponential] }),
          service({
            name: "one",
            steps: [exponential],
            hop: { latency: constant(0.01), reply: constant(0), proxyLatency: constant(0), proxyCpu: 0 },
          }),
        ],
        routes: [host(rule({ weights: { one: 7 } }))],
        loads: [many("shop", 500), { ...many(to, 500), name: "direct" }],
      });
    expect(lived(parts("host"))).toEqual(lived(parts("one")));
  });

  test("weights count against each other, whatever their sum", () => {
    const spec = world({
      services: [back("one", 1), back("three", 3)],
      routes: [host(rule({ weights: { one: 9, three: 3 } }))],
      loads: [many("host", 4000)],
    });
    const { world: played } = play(spec);
    const [one, three] = played.services.map(({ arrived }) => arrived);
    expect(one + three).toBe(4000);
    expect(chiSquare([one, three], [3000, 1000])).toBeLessThan(6.63);
  });

  test("each request's own chance chooses, so that more weight only adds requests", () => {
    const served = (weight: number) => {
      const slow: number[] = [];
      const spec = world({
        services: [back("one", 1), back("three", 3)],
        routes: [host(rule({ weights: { one: 100 - weight, three: weight } }))],
        loads: [many("host", 1000)],
      });
      const { answers } = play(spec);
      for (const { at: instant, latency } of answers) if (latency > 2) slow.push(+(instant - latency).toFixed(9));
      return new Set(slow);
    };
    const [few, more] = [served(10), served(40)];
    expect(few.size).toBeGreaterThan(50);
    expect([...few].filter((sent) => !more.has(sent))).toEqual([]);
    expect([...served(0)]).toEqual([]);
    expect(served(100).size).toBe(1000);
  });

  test("tries again go to the destination that was chosen", () => {
    // A hundred calls, every one of which fails three times over: 3 × 100 at one of the two, a multiple of 3 at each.
    const failing = {
      steps: [{ kind: "abort" }],
      route: { ...plainRoute, retries: { ...plainRoute.retries, most: 2, on: ["aborted"] } },
    } as const;
    const spec = world({
      services: [
        service({ name: "one", ...failing, concurrency: unlimited }),
        service({ name: "three", ...failing, concurrency: unlimited }),
      ],
      routes: [host(rule({ weights: { one: 1, three: 1 } }))],
      loads: [many("host", 100)],
    });
    const { world: played } = play(spec);
    const arrived = played.services.map((one) => one.arrived);
    expect(arrived[0] + arrived[1]).toBe(300);
    for (const count of arrived) expect([count > 0, count % 3]).toEqual([true, 0]);
  });

  test("another endpoint may be asked for than was", () => {
    const two = {
      ...back("one", 1),
      endpoints: [
        { name: "call", steps: [wait(1)] },
        { name: "other", steps: [wait(5)] },
      ],
    };
    const spec = world({
      services: [two],
      routes: [host(rule({ to: [{ service: "one", endpoint: "other", weight: 1 }] }))],
      loads: [at("host", 0)],
    });
    expect(ends(spec)).toEqual([[5, Failure.None]]);
  });

  test("a host comes before a service of its name", () => {
    const named = { ...host(rule({ weights: { one: 1 }, delay: { time: constant(2), share: 1 } })), name: "one" };
    expect(ends(world({ services: [back("one", 1)], routes: [named], loads: [at("one", 0)] }))).toEqual([
      [3, Failure.None],
    ]);
  });
});

describe("a rule", () => {
  const jason = { headers: { "End-User": { exact: "jason" } } };
  const headed = (share: number): LoadSpec => ({
    ...many("shop", 1000),
    headers: [{ given: { "end-user": "jason" }, share }],
  });

  test("takes requests by their headers, on calls within calls too", () => {
    const spec = behind(host(rule({ matches: [jason], weights: { three: 1 } }), rule({ weights: { one: 1 } })));
    const through = service({
      name: "door",
      steps: [{ kind: "parallel", branches: [[call("shop")]] }],
      concurrency: unlimited,
    });
    const load = { ...headed(0.2), mix: [{ service: "door", endpoint: "call", share: 1 }] };
    const { answers } = play({ ...spec, services: [...spec.services, through], loads: [load] });
    const slow = answers.filter(({ latency }) => latency > 2).length;
    expect(answers).toHaveLength(1000);
    expect(chiSquare([slow, 1000 - slow], [200, 800])).toBeLessThan(6.63);
  });

  test.each([
    ["all of what it says", { ...jason, endpoint: { exact: "other" } }, 1],
    ["the endpoint's prefix", { endpoint: { prefix: "ca" } }, 3],
    ["a regular expression for the whole text", { endpoint: { regex: "c.l" } }, 1],
    ["the caller", { from: ["shop"] }, 3],
    ["another caller", { from: ["one"] }, 1],
    ["that a header is there", { headers: { "end-user": { present: true } } }, 3],
    ["that a header is not there", { headers: { beta: { present: false } } }, 3],
    ["the end of a header", { headers: { "end-user": { suffix: "son" } } }, 3],
    ["what must not be", { withoutHeaders: { "end-user": { prefix: "ja" } } }, 1],
  ] as const)("goes by %s", (_, match, seconds) => {
    const spec = behind(host(rule({ matches: [match], weights: { three: 1 } }), rule({ weights: { one: 1 } })));
    const loads: LoadSpec[] = [{ ...at("shop", 0), headers: [{ given: { "end-user": "jason" }, share: 1 }] }];
    expect(ends({ ...spec, loads })).toEqual([[seconds, Failure.None]]);
  });

  test("that none fits lets the call fail at once", () => {
    expect(ends(behind(host(rule({ matches: [jason], weights: { one: 1 } }))))).toEqual([[0, Failure.Aborted]]);
  });
});

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
});

test("closed users of a host wait for its answer", () => {
  const spec = world({
    services: [back("one", 1)],
    routes: [host(rule({ weights: { one: 1 }, delay: { time: constant(1), share: 1 } }))],
    loads: [
      {
        kind: "closed",
        name: "users",
        mix: [{ service: "host", endpoint: "call", share: 1 }],
        users: 2,
        think: constant(1),
      },
    ],
  });
  const { answers } = play(spec, 6.5);
  // Asks at 1, delayed until 2, answered at 3, thinks until 4, answered at 6.
  expect(answers.map(({ at: instant }) => instant)).toEqual([3, 3, 6, 6]);
});

test("requests to a host are measured as the host's", () => {
  const played = createWorld(behind(host(rule({ weights: { one: 1 } }))), 1);
  expect(played.state.endpoints.map(({ host: of, name, virtual }) => [of, name, virtual])).toEqual([
    ["shop", "call", false],
    ["one", "call", false],
    ["three", "call", false],
  ]);
  const asked = createWorld({ ...behind(host(rule({ weights: { one: 1 } }))), loads: [at("host", 0)] }, 1);
  asked.sim.run(10);
  expect(asked.state.endpoints[3]).toMatchObject({ host: "host", name: "call", virtual: true });
  expect(asked.recorder.requests.map(({ count }, i) => count + asked.recorder.recent[i].count)).toEqual([0, 0, 0, 1]);
});

test("an abort of a step is the answer of its endpoint", () => {
  const spec = world({ services: [service({ steps: [cpu(2), { kind: "abort" }, cpu(5)] })], loads: [at("shop", 0)] });
  expect(ends(spec)).toEqual([[2, Failure.Aborted]]);
});
