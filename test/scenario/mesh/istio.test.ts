/** Istio's VirtualServices: what calls meet by them, and what cannot be meant. */
import { describe, expect, test } from "vitest";
import { doubtsIn, faultsIn, leftIn, one, routesOf, rulesOf } from "./meshed.js";

const API = "networking.istio.io/v1";
const virtual = (http: string, more = "hosts: [web]", name = "one") =>
  one(API, "VirtualService", `${more}\nhttp:\n${http.trim().replace(/^/gm, "  ")}`, name);
const rule = (spec: string) => one(API, "DestinationRule", `host: web\n${spec}`, "rule");
const versions = rule("subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]");
const to = (subset: string, weight = "") => `{ destination: { host: web, subset: ${subset} }${weight} }`;

describe("a rule", () => {
  test("leads to subsets by weights, which need no particular sum", () => {
    const split = `- route: [${to("v1", ", weight: 30")}, ${to("v2", ", weight: 10")}]`;
    expect(rulesOf(versions + virtual(split))).toEqual([{ to: { "web-v1": 3, "web-v2": 1 } }]);
  });

  test("leads to all pods of a host without a subset, by their numbers", () => {
    expect(rulesOf(virtual("- route: [{ destination: { host: web.default.svc.cluster.local } }]"))).toEqual([
      { to: { "web-v1": 3, "web-v2": 1 } },
    ]);
    // Half of web's pods' share each way: ½ · ¾, ½ · ¼, ½.
    const both = "- route: [{ destination: { host: web }, weight: 50 }, { destination: { host: cart }, weight: 50 }]";
    expect(rulesOf(virtual(both))).toEqual([{ to: { "web-v1": 3, "web-v2": 1, cart: 4 } }]);
  });

  test("is met by paths, headers and callers, of a list of matches by one", () => {
    const text = virtual(`
- match:
    - { uri: { exact: /api/v1/cart }, headers: { user: { exact: jason }, any: {}, beta: { regex: "*" }, agent: { prefix: curl } } }
    - { uri: { prefix: /static/ }, withoutHeaders: { debug: { regex: "1|yes" } } }
    - { uri: { regex: "/users/[0-9]+" }, sourceLabels: { app: cart } }
  route: [{ destination: { host: cart } }]
- match: [{ uri: { prefix: / } }]
  route: [{ destination: { host: web-v1 } }]`);
    const headers = { user: "jason", any: { present: true }, beta: { present: true }, agent: { prefix: "curl" } };
    expect(rulesOf(text)).toEqual([
      {
        match: [
          { endpoint: "api.v1.cart", headers },
          { endpoint: { prefix: "static." }, withoutHeaders: { debug: { regex: "1|yes" } } },
          { endpoint: { regex: "users\\.[0-9]+" }, from: ["cart"] },
        ],
        to: "cart",
      },
      { to: "web-v1" },
    ]);
  });

  test("has faults by shares, and none where no share is said", () => {
    const fault = (more: string) => virtual(`- { fault: { ${more} }, route: [{ destination: { host: cart } }] }`);
    expect(
      rulesOf(
        fault(
          "delay: { fixedDelay: 7s, percentage: { value: 0.1 } }, abort: { httpStatus: 555, percentage: { value: 100 } }",
        ),
      ),
    ).toEqual([{ to: "cart", delay: { time: "7s", share: "0.1%" }, abort: 555 }]);
    expect(rulesOf(fault("abort: { grpcStatus: UNAVAILABLE, percentage: { value: 5 } }"))).toEqual([
      { to: "cart", abort: { status: 503, share: "5%" } },
    ]);
    const without = fault("delay: { fixedDelay: 7s }");
    expect(rulesOf(without)).toEqual([{ to: "cart" }]);
    expect(doubtsIn(without)).toEqual(["7:18 spec.http[0].fault.delay: without a percentage no request is delayed"]);
  });

  test("has timeouts, tries again after Envoy's conditions, and mirrors", () => {
    const text = virtual(`
- timeout: 2s
  retries: { attempts: 3, perTryTimeout: 500ms, retryOn: "gateway-error,reset,503", backoff: 10ms }
  mirror: { host: web-v2 }
  mirrorPercentage: { value: 25 }
  route: [{ destination: { host: cart } }]
- match: [{ headers: { a: { exact: b } } }]
  timeout: 0s
  retries: { attempts: 0 }
  mirrors: [{ destination: { host: web-v1 } }, { destination: { host: web-v2 }, percentage: { value: 50 } }]
  route: [{ destination: { host: cart } }]`);
    expect(rulesOf(text)).toEqual([
      {
        to: "cart",
        mirror: [{ to: "web-v2", share: "25%" }],
        timeout: "2s",
        retries: {
          most: 3,
          on: ["refused", "killed", "timeout", "abandoned", "unreachable", "shed"],
          perTry: "500ms",
          backOff: { base: "10ms", longest: "0.1s" },
        },
      },
      {
        match: { headers: { a: "b" } },
        to: "cart",
        mirror: [
          { to: "web-v1", share: "100%" },
          { to: "web-v2", share: "50%" },
        ],
        timeout: "none",
        retries: "none",
      },
    ]);
  });

  test("may be the proxy's own answer", () => {
    expect(rulesOf(virtual("- directResponse: { status: 404 }\n- redirect: { uri: /x }"))).toEqual([
      { abort: 404 },
      { abort: 301 },
    ]);
  });

  test("whose pods are not there answers 503 in their place, for its share", () => {
    const none = rule("subsets: [{ name: v1, labels: { version: v1 } }, { name: v9, labels: { version: v9 } }]");
    expect(rulesOf(none + virtual(`- route: [${to("v9")}]`))).toEqual([{ abort: 503 }]);
    const split = `- route: [${to("v1", ", weight: 90")}, ${to("v9", ", weight: 10")}]`;
    expect(rulesOf(none + virtual(split))).toEqual([{ to: "web-v1", abort: { status: 503, share: "10%" } }]);
    expect(doubtsIn(none + virtual(split))).toEqual([
      "14:107 spec.http[0].route[1].destination.subset: no pod of web has the labels of v9: its share of the calls is answered 503",
    ]);
  });

  test("of gateways is of calls that come by them", () => {
    const text = virtual(
      `- { match: [{ uri: { exact: / }, gateways: [edge] }], route: [{ destination: { host: cart } }] }
- { match: [{ gateways: [mesh] }], route: [{ destination: { host: web-v1 } }] }`,
      "hosts: [web]\ngateways: [mesh, edge]",
      "front",
    );
    expect(routesOf(text)).toMatchObject({
      web: [{ to: "web-v1" }],
      front: [{ match: { endpoint: "root" }, to: "cart" }],
    });
  });
});

test("a Service of several workloads is called by its name, without anything of Istio's", () => {
  expect(routesOf("")).toEqual({ web: [{ to: { "web-v1": 3, "web-v2": 1 } }] });
});

test("what is not simulated is listed, and what cannot be told apart is taken as met", () => {
  const text = virtual(
    "- { match: [{ method: { exact: GET }, port: 80 }], headers: { request: { set: { a: b } } }, rewrite: { uri: / }, route: [{ destination: { host: cart, port: { number: 80 } } }] }",
  );
  expect(rulesOf(text)).toEqual([{ to: "cart" }]);
  expect(leftIn(text, "VirtualService")).toEqual([
    "spec.http[0].match",
    "spec.http[0].headers",
    "spec.http[0].rewrite",
    "spec.http[0].route[0].destination.port",
  ]);
  expect(doubtsIn(text)).toEqual([
    "7:19 spec.http[0].match[0].method: calls are not told apart by method in the simulation: taken as met",
    "7:43 spec.http[0].match[0].port: calls are not told apart by port in the simulation: taken as met",
  ]);
});

describe("cannot be meant:", () => {
  test.each([
    [
      "a subset that no DestinationRule has",
      versions + virtual(`- route: [${to("v3")}]`),
      '14:51 spec.http[0].route[0].destination.subset: expected a subset of a DestinationRule for web, which has v1, v2, got "v3"',
    ],
    [
      "a subset without any DestinationRule",
      virtual(`- route: [${to("v3")}]`),
      '7:51 spec.http[0].route[0].destination.subset: expected a subset of a DestinationRule for web, which has none, got "v3"',
    ],
    [
      "weights that sum to zero",
      versions + virtual(`- route: [${to("v1", ", weight: 0")}, ${to("v2")}]`),
      "14:14 spec.http[0].route: expected weights with a sum above 0, got 0",
    ],
    [
      "a host that is nobody's",
      virtual("- route: [{ destination: { host: cat } }]"),
      '7:38 spec.http[0].route[0].destination.host: expected a Service of these manifests, got "cat"',
    ],
    [
      "a second one for a host",
      virtual("- directResponse: { status: 404 }") +
        virtual("- directResponse: { status: 500 }", "hosts: [web]", "two"),
      "13:3 spec.hosts: expected one that routes web, got VirtualService two beside VirtualService one",
    ],
    [
      "a percentage above 100",
      virtual(
        "- { fault: { delay: { fixedDelay: 1s, percentage: { value: 101 } } }, route: [{ destination: { host: cart } }] }",
      ),
      "7:64 spec.http[0].fault.delay.percentage.value: expected a percentage from 0 to 100, got 101",
    ],
    [
      "a condition that Envoy has not",
      virtual(
        "- { retries: { attempts: 1, perTryTimeout: 1s, retryOn: sometimes }, route: [{ destination: { host: cart } }] }",
      ),
      '7:61 spec.http[0].retries.retryOn: expected conditions of Envoy\'s like "5xx,reset", got "sometimes"',
    ],
    [
      "a rule that leads nowhere",
      virtual("- timeout: 1s"),
      "7:7 spec.http[0]: expected a route, a redirect or a directResponse, got none",
    ],
  ])("%s", (_, text, complaint) => {
    expect(faultsIn(text).map((saying) => saying.replace(/; did you mean.*/, ""))).toEqual([complaint]);
  });

  test("retries without a timeout are a warning", () => {
    expect(doubtsIn(virtual("- { retries: { attempts: 3 }, route: [{ destination: { host: cart } }] }"))).toEqual([
      "7:9 spec.http[0].retries: retries without a timeout: a try that nobody answers is waited for, not tried again",
    ]);
  });
});
