/** Objects of meshes with anything in place of any of their parts: they are refused, or what becomes of them can be played. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { ScenarioError } from "../../../src/scenario/complaint.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import { imported } from "../kubernetes/manifests.js";
import { shop } from "./meshed.js";

const object = (apiVersion: string, kind: string, spec: object, name = "web") => ({
  ...{ apiVersion, kind },
  metadata: { name },
  spec,
});
const istio = "networking.istio.io/v1";
const consul = "consul.hashicorp.com/v1alpha1";

const OBJECTS = [
  object(istio, "VirtualService", {
    hosts: ["web"],
    gateways: ["mesh", "edge"],
    http: [
      {
        match: [
          {
            uri: { prefix: "/a" },
            headers: { user: { exact: "x" } },
            sourceLabels: { app: "cart" },
            gateways: ["mesh"],
          },
        ],
        fault: {
          delay: { fixedDelay: "1s", percentage: { value: 5 } },
          abort: { httpStatus: 500, percentage: { value: 1 } },
        },
        route: [
          { destination: { host: "web", subset: "v1" }, weight: 1 },
          { destination: { host: "cart" }, weight: 2 },
        ],
        mirror: { host: "cart" },
        mirrorPercentage: { value: 10 },
        timeout: "2s",
        retries: { attempts: 2, perTryTimeout: "1s", retryOn: "5xx", backoff: "10ms" },
      },
      { redirect: { redirectCode: 302 } },
    ],
  }),
  object(istio, "DestinationRule", {
    host: "web",
    trafficPolicy: {
      loadBalancer: { simple: "RANDOM" },
      connectionPool: { tcp: { maxConnections: 5 }, http: { http2MaxRequests: 9, maxRetries: 1, idleTimeout: "1m" } },
      outlierDetection: { consecutive5xxErrors: 2, interval: "5s", baseEjectionTime: "1m", minHealthPercent: 10 },
    },
    subsets: [
      {
        name: "v1",
        labels: { version: "v1" },
        trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true } } },
      },
    ],
  }),
  object(
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    {
      parentRefs: [{ name: "edge" }],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/b" }, headers: [{ name: "user", value: "y" }] }],
          filters: [{ type: "RequestMirror", requestMirror: { backendRef: { name: "cart" }, percent: 5 } }],
          backendRefs: [{ name: "web-v1", weight: 3 }, { name: "cart" }],
          timeouts: { request: "2s", backendRequest: "1s" },
          retry: { attempts: 2, codes: [503], backoff: "1s" },
        },
        { backendRefs: [{ name: "cart" }] },
      ],
    },
    "front",
  ),
  object(
    "linkerd.io/v1alpha2",
    "ServiceProfile",
    {
      retryBudget: { retryRatio: 0.1, minRetriesPerSecond: 5, ttl: "10s" },
      routes: [{ name: "r", condition: { any: [{ pathRegex: "/a/.*" }] }, timeout: "1s", isRetryable: true }],
      dstOverrides: [{ authority: "web-v1.default.svc.cluster.local:80", weight: "500m" }],
    },
    "idle.default.svc.cluster.local",
  ),
  object("split.smi-spec.io/v1alpha4", "TrafficSplit", {
    service: "web-v2",
    backends: [{ service: "web-v1", weight: 1 }],
    matches: [{ kind: "HTTPRouteGroup", name: "web" }],
  }),
  object("specs.smi-spec.io/v1alpha4", "HTTPRouteGroup", {
    matches: [{ name: "m", pathRegex: "/c/.*", methods: ["*"], headers: [{ user: "z" }] }],
  }),
  object(
    consul,
    "ServiceRouter",
    {
      routes: [
        {
          match: { http: { pathPrefix: "/d", header: [{ name: "user", exact: "w", invert: true }] } },
          destination: { service: "cart", serviceSubset: "v1", requestTimeout: "1s", numRetries: 2, retryOn: ["5xx"] },
        },
      ],
    },
    "web-v1",
  ),
  object(consul, "ServiceSplitter", { splits: [{ weight: 60 }, { weight: 40, service: "cart" }] }, "web-v1"),
  object(
    consul,
    "ServiceResolver",
    {
      defaultSubset: "v1",
      subsets: { v1: { filter: 'Service.Meta.version != "v2"' } },
      loadBalancer: { policy: "random" },
    },
    "cart",
  ),
];

type Path = readonly (string | number)[];

const pathsIn = (value: unknown, path: Path = []): Path[] => [
  path,
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inside]) =>
        pathsIn(inside, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
];

function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value)) return value.map((one, i) => (i === first ? replaced(one, rest, by) : one));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, one]) => [key, key === first ? replaced(one, rest, by) : one]),
  );
}

const PATHS = pathsIn(OBJECTS).filter((path) => path.length > 1);
const WORDS = ["", "web", "v9", "*", "/", "0s", "1s", "[", "10%", "5xx", "a.b", "/x/y", "-1", "cart.default"];
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -1, 1, 100, 101, 0.5, 1e9, true, [], {}, [{}], [null], { exact: "a" }, undefined),
  fc.constantFrom(...WORDS),
);

const played = (objects: unknown): void => {
  const text = shop + (objects as object[]).map((one) => `---\n${stringify(one)}`).join("");
  try {
    const found = imported(text);
    expect(() => readScenario(scenarioText(found, []), { name: "s.yaml" })).not.toThrow();
  } catch (fault) {
    if (!(fault instanceof ScenarioError)) throw fault;
  }
};

test("as they are", () => {
  const text = shop + OBJECTS.map((one) => `---\n${stringify(one)}`).join("");
  const { routes } = imported(text);
  const names = ["cart", "front", "idle", "web", "web-gateway", "web-v1", "web-v2"];
  expect(routes.map(({ name }) => name).sort()).toEqual(names);
  readScenario(scenarioText(imported(text), []), { name: "s.yaml" });
});

/** What random changes have found, each once a scenario that could not be read. */
test.each<readonly [string, Path, string, readonly string[]]>([
  [
    "two objects with routes at gateways and one name",
    [2, "metadata", "name"],
    "web",
    ["web-gateway", "web-gateway-2"],
  ],
  ["a profile whose calls go outside alone", [3, "spec", "dstOverrides", 0, "authority"], "a.b", ["idle"]],
])("%s", (_, path, by, names) => {
  const objects = replaced(OBJECTS, path, by) as object[];
  const text = shop + objects.map((one) => `---\n${stringify(one)}`).join("");
  expect(imported(text).routes.map(({ name }) => name)).toEqual(expect.arrayContaining([...names]));
  readScenario(scenarioText(imported(text), []), { name: "s.yaml" });
});

test("with anything in place of a part or two", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...PATHS), anything), { minLength: 1, maxLength: 2 }), (changes) => {
      let objects: unknown = OBJECTS;
      for (const [path, by] of changes)
        if (pathsIn(objects).some((one) => `${one}` === `${path}`)) objects = replaced(objects, path, by);
      played(objects);
    }),
    { numRuns: 300, seed: 1 },
  );
});
