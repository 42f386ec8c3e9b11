/** What a scenario says of refusals, and what the model makes of it. */
import { describe, expect, test } from "vitest";
import { type AdmissionSpec, plainAdmission } from "../../src/model/admission/admission-spec.js";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf } from "./complaints.js";

const scenario = (admission: string, more = "", rest = ""): string =>
  `services: { web: { admission: ${admission}, endpoints: { home: { cpu: 1ms }, pay: [] }${more} } }
load: { users: { rate: 1/s, headers: { tier: free }, to: web/home } }\n${rest}`;
const specOf = (text: string, policy?: string): AdmissionSpec | undefined => {
  const { scenario: made, warnings } = readScenario(text, { name: "test" });
  expect(warnings).toEqual([]);
  return made.world(policy ?? made.policies[0]).services[0].admission;
};
const warningsOf = (text: string): string[] =>
  readScenario(text, { name: "test" }).warnings.map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
  );

describe("what is written is what is meant", () => {
  test("nothing, by default and by the word none", () => {
    expect(specOf(scenario("none"))).toBeUndefined();
    expect(
      specOf("services: { web: { endpoints: { home: [] } } }\nload: { a: { rate: 1/s, to: web/home } }\n"),
    ).toBeUndefined();
  });

  test("buckets: one or several, by endpoint and header", () => {
    const one = { endpoint: undefined, headers: {}, tokens: 5, perFill: 1, interval: 1 };
    expect(specOf(scenario("{ rateLimit: { tokens: 5 } }"))).toEqual({ ...plainAdmission, rateLimit: [one] });
    const two =
      "{ rateLimit: [{ tokens: 5 }, { endpoint: pay, headers: { Tier: free }, tokens: 2, perFill: 10, interval: 1m }] }";
    expect(specOf(scenario(two))!.rateLimit).toEqual([
      one,
      { endpoint: "pay", headers: { tier: "free" }, tokens: 2, perFill: 10, interval: 60 },
    ]);
  });

  test("Envoy's and folly's defaults", () => {
    expect(specOf(scenario("{ globalRateLimit: { limits: { requests: 10, per: hour } } }"))!.globalRateLimit).toEqual({
      limits: [{ endpoint: undefined, headers: {}, requests: 10, unit: 3600 }],
      latency: { shape: "constant", value: 0 },
      timeout: 0.02,
      onTimeout: "admit",
    });
    expect(specOf(scenario("{ concurrency: { gradient: {} } }"))!.concurrency).toEqual({
      kind: "gradient",
      percentile: 0.5,
      updateInterval: 0.1,
      most: 1000,
      minRtt: { interval: 60, jitter: 0.15, requests: 50, concurrency: 3, buffer: 0.25 },
    });
    expect(specOf(scenario("{ concurrency: 12 }"))!.concurrency).toEqual({ kind: "fixed", limit: 12 });
    expect(specOf(scenario("{ successRate: {} }"))!.successRate).toEqual({
      at: "caller",
      window: 30,
      threshold: 0.95,
      aggression: 1,
      leastRate: 0,
      most: 0.8,
    });
    expect(specOf(scenario("{ shedding: { queueTime: {}, cpu: {} } }", ", concurrency: 2"))!.shedding).toEqual({
      queueTime: { target: 0.005, interval: 0.1 },
      cpu: { scaling: 0.8, saturated: 0.95, interval: 1, weight: 0.05 },
      spares: [],
    });
  });

  test("a policy has its own word, and may take everything away", () => {
    const text = scenario(
      "{ concurrency: 5 }",
      "",
      "policies: { a: {}, b: { services: { web: { admission: none } } }, c: { services: { web: { admission: { rateLimit: { tokens: 1 } } } } } }\n",
    );
    expect(specOf(text, "a")!.concurrency).toEqual({ kind: "fixed", limit: 5 });
    expect(specOf(text, "b")).toBeUndefined();
    expect(specOf(text, "c")).toMatchObject({ concurrency: undefined, rateLimit: [{ tokens: 1 }] });
  });
});

/** What is wrong, from where on in the line, and what is said of it. */
const rows: readonly (readonly [admission: string, from: string, complaint: string])[] = [
  ["{ rateLimit: { tokens: 0 } }", "0 }", "rateLimit.tokens: expected a whole number from 1 up, got 0"],
  ["{ rateLimit: { tokens: 1, perFill: 0 } }", "0 }", "rateLimit.perFill: expected a whole number from 1 up, got 0"],
  ["{ rateLimit: { tokens: 1, interval: 0s } }", "0s", "rateLimit.interval: expected a duration above 0s, got 0s"],
  ["{ rateLimit: [] }", "[]", "rateLimit: expected at least one, got none"],
  ["{ rateLimit: 5 }", "5 }", "rateLimit: expected a map like {tokens: 100, perFill: 10} or a list of such, got 5"],
  [
    "{ globalRateLimit: { limits: { requests: 5, per: week } } }",
    "week",
    'globalRateLimit.limits.per: expected one of second, minute, hour, day, got "week"',
  ],
  ["{ successRate: { threshold: 120% } }", "120%", "successRate.threshold: expected a share from 0% to 100%, got 120%"],
  ["{ successRate: { threshold: 0.1% } }", "0.1%", "successRate.threshold: expected 1% or more, got 0.1%"],
  ["{ successRate: { aggression: 0.5 } }", "0.5", "successRate.aggression: expected a number, 1 or more, got 0.5"],
  [
    "{ concurrency: { gradient: { most: 2 } } }",
    "2 } }",
    "concurrency.gradient.most: expected at least minRtt.concurrency (3), got 2",
  ],
  ["{ concurrency: { aimd: { initial: 300 } } }", "300", "concurrency.aimd.initial: expected 20 to 200, got 300"],
  [
    "{ concurrency: { aimd: { backOff: 100% } } }",
    "100%",
    "concurrency.aimd.backOff: expected 50% or more and less than 100%, got 100%",
  ],
  [
    "{ concurrency: { aimd: {}, vegas: {} } }",
    "{ aimd",
    "concurrency: expected one of gradient, aimd, vegas, got aimd and vegas",
  ],
  ["{ concurrency: 0 }", "0 }", "concurrency: expected a whole number from 1 up, got 0"],
  [
    "{ shedding: { queueTime: { target: 1s } } }",
    "queueTime",
    "shedding.queueTime.interval: expected more than the target (1 s), got 0.1 s",
  ],
  [
    "{ shedding: { cpu: { scaling: 99% } } }",
    "cpu: { scaling",
    "shedding.cpu.saturated: expected at least scaling (99%), got 95%",
  ],
  [
    "{ shedding: { spares: [pya] } }",
    "pya",
    'shedding.spares[0]: no endpoint of web named "pya"; there are home, pay (pay?)',
  ],
  [
    "{ rateLimit: [{ tokens: 1 }, { endpoint: hom, tokens: 1 }] }",
    "hom,",
    'rateLimit[1].endpoint: no endpoint of web named "hom"; there are home, pay (home?)',
  ],
  [
    "{ rateLimit: [{ endpoint: hom, tokens: 1 }] }",
    "hom,",
    'rateLimit[0].endpoint: no endpoint of web named "hom"; there are home, pay (home?)',
  ],
];

describe("complaints name their place", () => {
  test.each(rows)("%s", (admission, from, complaint) => {
    const text = scenario(admission);
    expect(complaintsOf(text)).toEqual([`1:${text.indexOf(from) + 1} services.web.admission.${complaint}`]);
  });

  test("under a policy as well", () => {
    const text = scenario(
      "none",
      "",
      "policies: { a: { services: { web: { admission: { rateLimit: { tokens: 1, endpoint: pya } } } } } }\n",
    );
    expect(complaintsOf(text)).toEqual([
      '3:84 policies.a.services.web.admission.rateLimit.endpoint: no endpoint of web named "pya"; there are home, pay (pay?)',
    ]);
  });

  test("who waits elsewhere cannot be judged by his wait", () => {
    const shed = (concurrency: string): string =>
      scenario("{ shedding: { queueTime: {} } }", `, concurrency: ${concurrency}`);
    expect(complaintsOf(shed("{ limit: 2, holds: work }"))).toEqual([
      "1:45 services.web.admission.shedding.queueTime: expected calls of web that wait in their pod for a worker of their own, got holds: work",
    ]);
    expect(complaintsOf(shed("{ limit: 2, waitsAt: service }"))).toEqual([
      "1:45 services.web.admission.shedding.queueTime: expected calls of web that wait in their pod for a worker of their own, got waitsAt: service",
    ]);
    expect(warningsOf(shed("unlimited"))).toEqual([
      "1:45 services.web.admission.shedding.queueTime: nobody waits for a worker of web, which has as many as it wants",
    ]);
  });

  test("what can be simulated but is hardly meant", () => {
    expect(warningsOf(scenario("{ rateLimit: { tokens: 1, headers: { teir: free } } }"))).toEqual([
      "1:57 services.web.admission.rateLimit.headers: no load's requests bring the header teir",
    ]);
    expect(
      warningsOf(scenario("{ globalRateLimit: { latency: 50ms, limits: { requests: 1, per: second } } }")),
    ).toEqual([
      "1:61 services.web.admission.globalRateLimit.latency: no answer ever comes in time: proxies wait 0.02 s",
    ]);
  });
});
