/** Virtual hosts: where calls go, and with what chance. Seconds are worked by hand, shares are the request's own chance. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { noHop, service, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/calls/failure.js";
import { plainRoute } from "../../src/model/calls/route.js";
import type { LoadSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, call, cpu, play, wait } from "./lab.js";
import { back, behind, chiSquare, ends, host, many, rule, unlimited } from "./route-lab.js";

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
            hop: { ...noHop, latency: constant(0.01) },
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
