/** HTTPRoutes of the Gateway API: which rule comes first, what gateways and Services route, and what cannot be meant. */
import { describe, expect, test } from "vitest";
import { imported } from "../kubernetes/manifests.js";
import { doubtsIn, faultsIn, leftIn, one, routesOf, rulesOf, shop } from "./meshed.js";

const route = (rules: string, parent = "{ name: edge }", name = "front") =>
  one(
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    `parentRefs: [${parent}]\nrules:\n${rules.trim().replace(/^/gm, "  ")}`,
    name,
  );
const SERVICE = "{ kind: Service, group: '', name: web }";
const path = (type: string, value: string, more = "") => `{ path: { type: ${type}, value: "${value}" }${more} }`;
const to = (name: string, matches: string) => `- { matches: [${matches}], backendRefs: [{ name: ${name} }] }`;

test("what says more comes first, whatever the order in which it stands", () => {
  const header = ", headers: [{ name: beta, value: yes-please }]";
  const text = route(
    [
      to("cart", path("PathPrefix", "/")),
      to("web-v1", path("PathPrefix", "/api")),
      to("web-v2", path("PathPrefix", "/api", header)),
      to("web", `${path("PathPrefix", "/api/v1")}, ${path("Exact", "/")}`),
    ].join("\n"),
  );
  const below = (name: string) => ({ regex: `${name}(\\..*)?` });
  const both = { "web-v1": 3, "web-v2": 1 };
  expect(rulesOf(text, "front")).toEqual([
    { match: { endpoint: "root" }, to: both },
    { match: { endpoint: below("api\\.v1") }, to: both },
    { match: { endpoint: below("api"), headers: { beta: "yes-please" } }, to: "web-v2" },
    { match: { endpoint: below("api") }, to: "web-v1" },
    { to: "cart" },
  ]);
});

test("a Service's own calls are routed within the mesh, by all of its routes together", () => {
  const text =
    route("- backendRefs: [{ name: web-v1, weight: 9 }, { name: web-v2 }]", SERVICE) +
    route(to("web-v2", "{ headers: [{ name: user, type: RegularExpression, value: a.*, }] }"), SERVICE, "second");
  expect(routesOf(text)).toEqual({
    web: [{ match: { headers: { user: { regex: "a.*" } } }, to: "web-v2" }, { to: { "web-v1": 9, "web-v2": 1 } }],
  });
});

test("timeouts, tries again, mirrors and redirects", () => {
  const text = route(`
- timeouts: { request: 2s, backendRequest: 500ms }
  retry: { attempts: 3, codes: [503, 504], backoff: 100ms }
  filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: cart }, fraction: { numerator: 1, denominator: 8 } } }]
  backendRefs: [{ name: web-v1 }]
- matches: [{ path: { type: Exact, value: /old } }]
  filters: [{ type: RequestRedirect, requestRedirect: { statusCode: 301 } }]
- matches: [{ path: { type: Exact, value: /older } }]
  timeouts: { backendRequest: 3s }
  backendRefs: [{ name: web-v1 }]
- matches: [{ path: { type: Exact, value: /oldest } }]`);
  const [older, ...others] = rulesOf(text, "front");
  expect([older, ...others]).toEqual([
    { match: { endpoint: "old" }, abort: 301 },
    { match: { endpoint: "older" }, to: "web-v1", timeout: "3s" },
    { match: { endpoint: "oldest" }, abort: 500 },
    {
      to: "web-v1",
      mirror: [{ to: "cart", share: "12.5%" }],
      timeout: "2s",
      retries: {
        most: 3,
        on: ["refused", "killed", "timeout", "abandoned", "unreachable", "shed"],
        perTry: "500ms",
        backOff: { base: "100ms", longest: "1s" },
      },
    },
  ]);
});

test("callers from outside come in by a Gateway's route", () => {
  const { services } = imported(shop + route("- backendRefs: [{ name: cart }]"));
  expect(services.map(({ name, entry }) => [name, entry])).toContainEqual(["cart", "HTTPRoute front"]);
});

test("what is not simulated is listed", () => {
  const text = route(
    `- { filters: [{ type: URLRewrite, urlRewrite: { hostname: x } }], matches: [{ method: GET }], backendRefs: [{ name: cart, port: 80 }] }`,
  );
  expect(rulesOf(text, "front")).toEqual([{ to: "cart" }]);
  expect(leftIn(text, "HTTPRoute")).toEqual([
    "spec.parentRefs",
    "spec.rules[0].filters",
    "spec.rules[0].matches",
    "spec.rules[0].backendRefs[0].port",
  ]);
  expect(doubtsIn(text)).toEqual([
    "7:83 spec.rules[0].matches[0].method: calls are not told apart by method in the simulation: taken as met",
  ]);
});

describe("cannot be meant:", () => {
  test.each([
    [
      "weights that sum to zero",
      route("- backendRefs: [{ name: cart, weight: 0 }]"),
      "7:20 spec.rules[0].backendRefs: expected weights with a sum above 0, got 0",
    ],
    [
      "a Service that is not there",
      route("- backendRefs: [{ name: cat }]"),
      '7:29 spec.rules[0].backendRefs[0].name: expected a Service of these manifests, got "cat"',
    ],
    [
      "a path without its slash",
      route(to("cart", path("Exact", "old"))),
      '7:49 spec.rules[0].matches[0].path.value: expected a path that begins with /, got "old"',
    ],
    [
      "a try that may take longer than all",
      route("- { timeouts: { request: 1s, backendRequest: 2s }, backendRefs: [{ name: cart }] }"),
      "7:50 spec.rules[0].timeouts.backendRequest: expected at most the request's (1s), got 2s",
    ],
  ])("%s", (_, text, complaint) => {
    expect(faultsIn(text).map((saying) => saying.replace(/; did you mean.*/, ""))).toEqual([complaint]);
  });
});
