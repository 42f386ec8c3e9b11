/** Linkerd's ServiceProfiles, the Service Mesh Interface's TrafficSplits, and Consul's discovery chain. */
import { describe, expect, test } from "vitest";
import { imported } from "../kubernetes/manifests.js";
import { calledOf, doubtsIn, faultsIn, leftIn, one, routesOf, rulesOf, shop } from "./meshed.js";

describe("a ServiceProfile", () => {
  const profile = (spec: string) =>
    one("linkerd.io/v1alpha2", "ServiceProfile", spec, "cart.default.svc.cluster.local");

  test("has timeouts and tries again by path, within its budget", () => {
    const text = profile(`
retryBudget: { retryRatio: 0.1, minRetriesPerSecond: 5, ttl: 10s }
routes:
  - { name: GET /items, condition: { method: GET, pathRegex: "/items/[^/]*" }, timeout: 300ms, isRetryable: true }
  - { name: login, condition: { any: [{ pathRegex: /login }, { pathRegex: /logout }] }, timeout: 1s }`);
    expect(rulesOf(text, "cart")).toEqual([
      {
        match: { endpoint: { regex: "items\\.[^\\.]*" } },
        to: "cart",
        timeout: "300ms",
        retries: { most: 100, on: ["aborted", "refused", "unreachable", "shed"], budget: { share: 0.1, least: 5 } },
      },
      { match: [{ endpoint: { regex: "login" } }, { endpoint: { regex: "logout" } }], to: "cart", timeout: "1s" },
      { to: "cart" },
    ]);
    expect(imported(shop + text).mesh).toBe("linkerd");
    expect(doubtsIn(text)).toEqual([
      "7:40 spec.routes[0].condition.method: calls are told apart by pathRegex alone in the simulation, not by method: taken as met",
    ]);
  });

  test("leads elsewhere by weights", () => {
    const text = profile(`dstOverrides:
  - { authority: web-v1.default.svc.cluster.local.:8080, weight: 500m }
  - { authority: web-v2.default.svc.cluster.local, weight: 1500m }`);
    expect(rulesOf(text, "cart")).toEqual([{ to: { "web-v1": 1, "web-v2": 3 } }]);
  });

  test("of a host that is nobody's cannot be meant", () => {
    expect(faultsIn(profile("routes: []").replace("cart.default", "cat.default"))).toEqual([
      '3:19 metadata.name: expected a Service of these manifests, got "cat.default.svc.cluster.local"',
    ]);
  });
});

describe("a TrafficSplit", () => {
  const split = (spec: string, version = "v1alpha4") => one(`split.smi-spec.io/${version}`, "TrafficSplit", spec);
  const halves = "service: web\nbackends: [{ service: web-v1, weight: 500m }, { service: web-v2, weight: 1500m }]";

  test("leads to other Services by weights, in whatever version", () => {
    expect(rulesOf(split(halves, "v1alpha1"))).toEqual([{ to: { "web-v1": 1, "web-v2": 3 } }]);
    expect(rulesOf(split(halves.replaceAll("500m", "5").replaceAll("15", "15")))).toEqual([
      { to: { "web-v1": 1, "web-v2": 3 } },
    ]);
  });

  test("of those calls alone that a group of routes names; the others go where they went", () => {
    const group = one(
      "specs.smi-spec.io/v1alpha4",
      "HTTPRouteGroup",
      'matches: [{ name: beta, pathRegex: "/api/.*", methods: ["*"], headers: [{ user: "^j.*" }] }]',
      "group",
    );
    expect(rulesOf(group + split(`${halves}\nmatches: [{ kind: HTTPRouteGroup, name: group }]`))).toEqual([
      {
        match: { endpoint: { regex: "api\\..*" }, headers: { user: { regex: "j.*" } } },
        to: { "web-v1": 1, "web-v2": 3 },
      },
      { to: { "web-v1": 3, "web-v2": 1 } },
    ]);
  });

  test.each([
    [
      "weights that sum to zero",
      split("service: web\nbackends: [{ service: web-v1, weight: 0 }]"),
      "6:13 spec.backends: expected weights with a sum above 0, got 0",
    ],
    [
      "a backend that is not there",
      split("service: web\nbackends: [{ service: wob, weight: 1 }]"),
      '6:25 spec.backends[0].service: expected a Service of these manifests, got "wob"',
    ],
  ])("with %s cannot be meant", (_, text, complaint) => {
    expect(faultsIn(text).map((saying) => saying.replace(/; did you mean.*/, ""))).toEqual([complaint]);
  });
});

describe("Consul's chain", () => {
  const API = "consul.hashicorp.com/v1alpha1";
  const resolver = (spec: string, name = "web") => one(API, "ServiceResolver", spec, name);
  const splitter = (spec: string, name = "web") => one(API, "ServiceSplitter", spec, name);
  const router = (spec: string, name = "web") => one(API, "ServiceRouter", spec, name);
  const versions = resolver(`defaultSubset: v1
subsets: { v1: { filter: 'Service.Meta.version == "v1"' }, v2: { filter: "Service.Meta.version == v2" } }`);

  test("routes, splits what it routes, and resolves what it splits", () => {
    const text =
      versions +
      splitter(
        "splits: [{ weight: 90, serviceSubset: v1 }, { weight: 9.5, serviceSubset: v2 }, { weight: 0.5, service: cart }]",
      ) +
      router(`routes:
  - match: { http: { pathPrefix: /cart } }
    destination: { service: cart, requestTimeout: 2s, numRetries: 4, retryOnConnectFailure: true, retryOnStatusCodes: [503] }
  - match: { http: { pathExact: /beta, header: [{ name: user, suffix: x }, { name: debug, present: true, invert: true }] } }
    destination: { serviceSubset: v2 }`);
    expect(rulesOf(text)).toEqual([
      {
        match: { endpoint: { prefix: "cart" } },
        to: "cart",
        timeout: "2s",
        retries: { most: 4, on: ["refused", "unreachable", "shed"] },
      },
      {
        match: { endpoint: "beta", headers: { user: { suffix: "x" } }, withoutHeaders: { debug: { present: true } } },
        to: "web-v2",
        timeout: "15s",
      },
      { to: { "web-v1": 180, "web-v2": 19, cart: 1 }, timeout: "15s" },
    ]);
  });

  test("takes the default subset, redirects, and the splits of whom it leads to", () => {
    const text = versions + resolver("redirect: { service: web, serviceSubset: v2 }", "cart");
    expect(routesOf(text)).toEqual({
      web: [{ to: "web-v1", timeout: "15s" }],
      cart: [{ to: "web-v2", timeout: "15s" }],
    });
    const nested =
      splitter("splits: [{ weight: 50, service: web }, { weight: 50 }]", "cart") +
      splitter("splits: [{ weight: 20, serviceSubset: v2 }, { weight: 80, serviceSubset: v1 }]");
    expect(rulesOf(versions + nested, "cart")).toEqual([{ to: { "web-v2": 1, "web-v1": 4, cart: 5 }, timeout: "15s" }]);
  });

  test("balances as a resolver says, or else as Envoy does", () => {
    const text = resolver(
      "loadBalancer: { policy: least_request, leastRequestConfig: { choiceCount: 3 } }\nconnectTimeout: 3s",
      "cart",
    );
    expect(calledOf(text, "cart")).toEqual({ balancer: { use: "least-request", choices: 3 } });
    expect(calledOf(text, "web-v1")).toEqual({ balancer: "round-robin" });
    expect(leftIn(text, "ServiceResolver")).toEqual(["spec.connectTimeout"]);
  });

  test.each([
    [
      "weights that sum to less than 100",
      splitter("splits: [{ weight: 90 }]"),
      "5:11 spec.splits: expected weights with a sum of 100, got 90",
    ],
    [
      "a subset that no resolver has",
      versions + splitter("splits: [{ weight: 100, serviceSubset: v3 }]"),
      `12:12 spec.splits[0]: expected a subset of web's service-resolver, which has v1, v2, got "v3"`,
    ],
    [
      "a default that is no subset",
      resolver("defaultSubset: v1"),
      '5:18 spec.defaultSubset: expected one of the subsets, got "v1"',
    ],
    [
      "a filter of another language",
      resolver("subsets: { v1: { filter: version is 1 } }"),
      `5:28 spec.subsets.v1.filter: expected conditions like 'Service.Meta.version == "v1"', joined by and, got "version is 1"`,
    ],
    [
      "redirects in a circle",
      resolver("redirect: { service: cart }") + resolver("redirect: { service: web }", "cart"),
      "5:13 spec.redirect: services lead to each other in a circle",
    ],
    [
      "a service that is nobody's",
      splitter("splits: [{ weight: 100 }]", "wob"),
      '3:19 metadata.name: expected a Service of these manifests, got "wob"',
    ],
  ])("with %s cannot be meant", (_, text, complaint) => {
    expect(faultsIn(text).map((saying) => saying.replace(/; did you mean.*/, ""))).toContain(complaint);
  });
});
