/** What a file says of virtual hosts, and what a user is told when they lead nowhere. */
import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, type Row } from "./complaints.js";

const services = `services:
  web: { endpoints: { get: [{ call: back/get }] } }
  one: { endpoints: { get: { cpu: 1ms }, put: { cpu: 1ms } } }
  two: { endpoints: { get: { cpu: 1ms } } }
load: { a: { rate: 1/s, to: web/get } }
`;
const routed = (route: string): string => `${services}routes: { back: ${route} }\n`;
const read = (text: string) => readScenario(text, { name: "routes.yaml" });
const hosts = (text: string) => read(text).scenario.world("as-written").routes;
const warnings = (text: string): readonly string[] =>
  read(text).warnings.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);

describe("a route", () => {
  const rule = { matches: [], mirrors: [], delay: undefined, abort: undefined, policy: {} };
  const [one, two] = [
    { service: "one", weight: 1 },
    { service: "two", weight: 1 },
  ];

  test.each([
    ["one service", "[{ to: one }]", { to: [one] }],
    ["a map with rules", "{ rules: [{ to: one }] }", { to: [one] }],
    ["weights", "[{ to: { one: 3, two: 1 } }]", { to: [{ ...one, weight: 3 }, two] }],
    ["another endpoint", "[{ to: one/put }]", { to: [{ ...one, endpoint: "put" }] }],
    ["a copy", "[{ to: one, mirror: two }]", { to: [one], mirrors: [{ service: "two", share: 1 }] }],
    [
      "some copies",
      "[{ to: one, mirror: [{ to: two, share: 5% }] }]",
      { to: [one], mirrors: [{ service: "two", share: 0.05 }] },
    ],
    ["a delay", "[{ to: one, delay: 7s }]", { to: [one], delay: { time: { shape: "constant", value: 7 }, share: 1 } }],
    ["an abort", "[{ to: one, abort: { share: 10% } }]", { to: [one], abort: { status: 503, share: 0.1 } }],
    ["nothing but an abort", "[{ abort: 302 }]", { to: [], abort: { status: 302, share: 1 } }],
    ["a timeout", "[{ to: one, timeout: 2s }]", { to: [one], policy: { timeout: 2 } }],
    [
      "no timeout",
      "[{ to: one, timeout: none, hedge: none }]",
      { to: [one], policy: { timeout: Infinity, hedge: undefined } },
    ],
    [
      "matches",
      "[{ match: { endpoint: get, headers: { end-user: { prefix: j } } }, to: one }, { to: two }]",
      { to: [one], matches: [{ endpoint: { exact: "get" }, headers: { "end-user": { prefix: "j" } } }] },
    ],
  ])("is %s", (_, text, expected) => {
    expect(hosts(routed(text))[0].rules[0]).toEqual({ ...rule, ...expected });
  });

  test("says its own retries, or none", () => {
    const retriesOf = (text: string) => hosts(routed(`[{ to: one, retries: ${text} }]`))[0].rules[0].policy;
    expect(retriesOf("{ most: 2, perTry: 1s, on: [aborted] }")).toMatchObject({
      perTry: 1,
      retries: { most: 2, on: ["aborted"] },
    });
    expect(retriesOf("none")).toMatchObject({ perTry: Infinity, retries: { most: 0 } });
  });
});

test("headers of a load are all combinations of their values", () => {
  const loads = read(
    routed("[{ to: one }]").replace("to: web", 'headers: { Beta: "yes", user: { ann: 25%, joe: 25% } }, to: web'),
  ).scenario.world("as-written").loads;
  expect(loads[0].headers).toEqual([
    { given: { beta: "yes", user: "ann" }, share: 0.25 },
    { given: { beta: "yes", user: "joe" }, share: 0.25 },
    { given: { beta: "yes" }, share: 0.5 },
  ]);
});

describe("complaints", () => {
  const rows: readonly Row[] = [
    ["no rule", routed("[]"), "6:17 routes.back: expected at least one rule, got none"],
    [
      "an unknown field",
      routed("[{ too: one }]"),
      "6:20 routes.back[0].too: no such field; there are match, to, mirror, delay, abort, timeout, retries, hedge (to?)",
    ],
    [
      "weights that sum to zero",
      routed("[{ to: { one: 0, two: 0 } }]"),
      "6:24 routes.back[0].to: expected weights with a sum above 0, got 0",
    ],
    [
      "a negative weight",
      routed("[{ to: { one: -1 } }]"),
      "6:31 routes.back[0].to.one: expected a whole number from 0 up, got -1",
    ],
    [
      "an unknown service",
      routed("[{ to: { one: 1, tow: 1 } }]"),
      '6:34 routes.back[0].to.tow: no service named "tow"; there are web, one, two (two?)',
    ],
    [
      "an unknown service that gets copies",
      routed("[{ to: one, mirror: tow }]"),
      '6:37 routes.back[0].mirror: no service named "tow"; there are web, one, two (two?)',
    ],
    [
      "an endpoint that the destination does not have",
      routed("[{ to: two/put }]"),
      '6:24 routes.back[0].to: no endpoint of two named "put"; there is get (get?)',
    ],
    [
      "nowhere to go",
      routed("[{ abort: { share: 50% } }]"),
      "6:18 routes.back[0].to: expected where calls go, or an abort of 100%, got neither",
    ],
    [
      "a status that is none",
      routed("[{ to: one, abort: 99 }]"),
      "6:36 routes.back[0].abort: expected a whole number from 200 up, got 99",
    ],
    [
      "a status above 599",
      routed("[{ to: one, abort: 600 }]"),
      "6:36 routes.back[0].abort: expected a status from 200 to 599, got 600",
    ],
    [
      "a bad regular expression",
      routed("[{ match: { endpoint: { regex: '(' } }, to: one }]"),
      '6:48 routes.back[0].match.endpoint.regex: expected a regular expression, got "("',
    ],
    [
      "an unknown caller",
      routed("[{ match: { from: [wbe] }, to: one }, { to: one }]"),
      '6:27 routes.back[0].match: no service named "wbe"; there are web, one, two (web?)',
    ],
    [
      "a share above all",
      routed("[{ to: one, mirror: { to: two, share: 120% } }]"),
      "6:55 routes.back[0].mirror.share: expected a share from 0% to 100%, got 120%",
    ],
    [
      "two ways to match a text",
      routed("[{ match: { endpoint: { exact: a, prefix: b } }, to: one }]"),
      "6:39 routes.back[0].match.endpoint: expected one of exact, prefix, suffix, regex, present, got exact and prefix",
    ],
    [
      "retries that are nothing",
      routed("[{ to: one, retries: 3 }]"),
      "6:38 routes.back[0].retries: expected a map like { most: 2 } or none, got 3",
    ],
    [
      "a circle by way of a route",
      `${services.replace("one: { endpoints: { get: { cpu: 1ms }", "one: { endpoints: { get: { call: web/get }")}routes: { back: [{ to: { one: 1, two: 5 } }] }\n`,
      "3:36 services.one.endpoints.get.call: calls go in a circle: web/get → one/get → web/get",
    ],
    [
      "a circle of copies",
      `${services.replace("two: { endpoints: { get: { cpu: 1ms }", "two: { endpoints: { get: { call: web/get }")}routes: { back: [{ to: one, mirror: two }] }\n`,
      "4:36 services.two.endpoints.get.call: calls go in a circle: web/get → two/get → web/get",
    ],
    [
      "an endpoint that one of its services has not",
      `${services.replace("back/get", "back/put")}routes: { back: [{ to: { one: 1, two: 1 } }] }\n`,
      '6:34 routes.back[0].to.two: expected a service with the endpoint "put", got two, which has get',
    ],
    [
      "an endpoint that none of its services has",
      `${services.replace("back/get", "back/gett")}routes: { back: [{ to: { one: 1, two: 1 } }] }\n`,
      '2:37 services.web.endpoints.get[0].call: no endpoint of back named "gett"; there are get, put (get?)',
    ],
    [
      "a slip of a route's name",
      `${services.replace("back/get", "bakc/get")}routes: { back: [{ to: one }] }\n`,
      '2:37 services.web.endpoints.get[0].call: no service named "bakc"; there are web, one, two, back (back?)',
    ],
    [
      "shares of a header above all",
      services.replace("to: web", "headers: { user: { ann: 60%, joe: 60% } }, to: web").replace("back/get", "one/get"),
      "5:42 load.a.headers.user: expected shares of at most 100% together, got 120%",
    ],
    [
      "a delivery to what is no destination",
      routed("{ rules: [{ to: { one: 1, two: 0 } }], delivery: { canary: { from: one, to: tow } } }"),
      '6:93 routes.back.delivery.canary.to: no destination named "tow"; there are one, two (two?)',
    ],
    [
      "a delivery between services that no rule knows both",
      routed(
        "{ rules: [{ match: { from: [web] }, to: one }, { to: two }], delivery: { blueGreen: { from: one, to: two } } }",
      ),
      "6:101 routes.back.delivery.blueGreen: expected a rule that knows both one and two, got none",
    ],
    [
      "a schedule that leaves nobody",
      routed("{ rules: [{ to: { one: 1, two: 0 } }], delivery: { schedule: [{ at: 1m, weights: { one: 0 } }] } }"),
      "6:98 routes.back.delivery.schedule[0].weights: expected weights with a sum above 0 in each rule, got 0",
    ],
    [
      "shares of a canary that do not rise",
      routed(
        "{ rules: [{ to: { one: 1, two: 0 } }], delivery: { canary: { from: one, to: two, steps: [20%, 10%] } } }",
      ),
      "6:111 routes.back.delivery.canary.steps[1]: expected more than before it (20%), got 10%",
    ],
    [
      "a policy about a route that there is not",
      `${routed("[{ to: one }]")}policies: { p: { routes: { bcak: { delivery: none } } } }\n`,
      '7:28 policies.p.routes.bcak: no route named "bcak"; there is back (back?)',
    ],
    [
      "an abort that is no failure",
      services.replace("call: back/get", "abort: 200"),
      "2:38 services.web.endpoints.get[0].abort: expected a whole number from 400 up, got 200",
    ],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
});

describe("warnings", () => {
  test.each([
    [
      "a route that nobody calls",
      `${routed("[{ to: one }]").replace("call: back", "call: two")}`,
      "3:3 services.one: nobody calls this service",
      "6:11 routes.back: nobody calls this route",
    ],
    [
      "a rule behind one that takes all",
      routed("[{ to: one }, { to: two }]"),
      "4:3 services.two: nobody calls this service",
      "6:31 routes.back[1]: no call comes to this rule: the one before takes all",
    ],
    [
      "tries again that no silence sets off",
      `${routed("[{ to: { one: 1, two: 1 }, retries: { most: 2 } }]").replace("two: { endpoints", "two: { retries: {}, endpoints")}`,
      "4:10 services.two.retries: a call that is not answered is never tried again: there is neither a timeout nor a perTry",
      "6:44 routes.back[0].retries: a call that is not answered is never tried again: there is neither a timeout nor a perTry",
    ],
    [
      "a timeout longer than the caller's",
      routed("[{ to: { one: 1, two: 1 }, timeout: 3s }]").replace("web: {", "web: { timeout: 2s,"),
      "6:53 routes.back[0].timeout: this is longer than callers of web, which calls it, wait: 2 s",
    ],
    [
      "calls that no rule takes",
      routed("[{ match: { headers: { user: ann } }, to: { one: 1, two: 1 } }]"),
      "6:11 routes.back: no rule takes calls of web for get with no headers: they fail",
    ],
  ])("%s", (_, text, ...expected) => expect(warnings(text)).toEqual(expected));
});
