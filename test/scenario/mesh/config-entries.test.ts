/** Consul's configuration entries as its own command takes them, which mean what its objects in Kubernetes mean. */
import { expect, test } from "vitest";
import { complaintsOf, imported } from "../kubernetes/manifests.js";
import { calledOf, faultsIn, leftIn, one, routesOf, shop } from "./meshed.js";

const consul = (kind: string, spec: string) => one("consul.hashicorp.com/v1alpha1", kind, spec, "web");
const entry = (fields: object): string => `---\n${JSON.stringify(fields)}\n`;

const objects =
  consul(
    "ServiceResolver",
    'defaultSubset: v1\nsubsets: { v1: { filter: "Service.Meta.version == v1" }, v2: { filter: "Service.Meta.version == v2" } }\nrequestTimeout: 3s\nloadBalancer: { policy: least_request, leastRequestConfig: { choiceCount: 3 } }',
  ) +
  consul("ServiceSplitter", "splits: [{ weight: 90, serviceSubset: v1 }, { weight: 10, serviceSubset: v2 }]") +
  consul(
    "ServiceRouter",
    "routes: [{ match: { http: { pathPrefix: /admin, header: [{ name: x-debug, exact: '1' }] } }, destination: { serviceSubset: v2, requestTimeout: 5s, numRetries: 2, retryOnConnectFailure: true } }]",
  );

const resolver = {
  Kind: "service-resolver",
  Name: "web",
  DefaultSubset: "v1",
  Subsets: {
    v1: { Filter: "Service.Meta.version == v1" },
    v2: { Filter: "Service.Meta.version == v2" },
  },
  RequestTimeout: "3s",
  LoadBalancer: { Policy: "least_request", LeastRequestConfig: { ChoiceCount: 3 } },
};
const splitter = {
  Kind: "service-splitter",
  Name: "web",
  Splits: [
    { Weight: 90, ServiceSubset: "v1" },
    { Weight: 10, ServiceSubset: "v2" },
  ],
};
const router = {
  Kind: "service-router",
  Name: "web",
  Routes: [
    {
      Match: { HTTP: { PathPrefix: "/admin", Header: [{ Name: "x-debug", Exact: "1" }] } },
      Destination: { ServiceSubset: "v2", RequestTimeout: "5s", NumRetries: 2, RetryOnConnectFailure: true },
    },
  ],
};
const entries = [resolver, splitter, router].map(entry).join("");

test("entries in JSON are the same routes as the objects", () => {
  expect(routesOf(entries)).toEqual(routesOf(objects));
  expect(calledOf(entries, "web-v1")).toEqual(calledOf(objects, "web-v1"));
  expect(calledOf(entries, "web-v1").balancer).toEqual({ use: "least-request", choices: 3 });
  expect(routesOf(entries).web).toEqual([
    expect.objectContaining({ to: "web-v2", timeout: "5s", retries: { most: 2, on: ["unreachable"] } }),
    expect.objectContaining({ to: { "web-v1": 9, "web-v2": 1 }, timeout: "3s" }),
  ]);
});

test("in whatever spelling, by themselves or as an agent begins with them", () => {
  const snake = (value: unknown, named = false): unknown => {
    if (Array.isArray(value)) return value.map((each) => snake(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [
        named ? key : key.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase(),
        snake(child, key === "Subsets"),
      ]),
    );
  };
  const others = [resolver, splitter, router].map((each) => snake(each) as object);
  expect(routesOf(others.map(entry).join(""))).toEqual(routesOf(objects));
  expect(routesOf(entry({ config_entries: { bootstrap: others } }))).toEqual(routesOf(objects));
});

test("what is not simulated is listed, of the entry and of its kind", () => {
  const more = { ...resolver, ConnectTimeout: "1s", Failover: { "*": { Service: "cart" } } };
  expect(leftIn(entry(more), "ServiceResolver")).toEqual(["ConnectTimeout", "Failover"]);
  const defaults = entry({ Kind: "service-defaults", Name: "web", Protocol: "http" });
  expect(imported(shop + defaults).unknown.some((what: string) => what.startsWith("ServiceDefaults/web"))).toBe(true);
});

test("faults have their places", () => {
  expect(faultsIn(entry({ ...splitter, Splits: [{ Weight: 90 }] }))).toEqual([
    "1:50 Splits: expected weights with a sum of 100, got 90",
  ]);
  expect(faultsIn(entry({ ...router, Routes: [{ Destination: { ServiceSubset: "v9" } }] }))).toEqual([
    expect.stringContaining("expected a subset of web's service-resolver"),
  ]);
});

test("HashiCorp's own language is refused by name", () => {
  expect(complaintsOf('# The web.\nKind = "service-resolver"\nName = "web"\n')).toEqual([
    "1:1 : expected JSON or YAML, got HCL: `consul config read` writes an entry as JSON",
  ]);
});
