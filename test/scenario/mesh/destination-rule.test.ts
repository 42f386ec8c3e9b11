/** Istio's DestinationRules: subsets, and how callers treat a host's pods. */
import { expect, test } from "vitest";
import { imported } from "../kubernetes/manifests.js";
import { calledOf, doubtsIn, faultsIn, leftIn, one, shop } from "./meshed.js";

const rule = (spec: string) => one("networking.istio.io/v1", "DestinationRule", `host: web\n${spec}`, "rule");
const policy = (of: string) => rule(`trafficPolicy: { ${of} }`);

test("says how pods are balanced, of a subset before those of the host", () => {
  const text = rule(
    "trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } }\nsubsets: [{ name: v2, labels: { version: v2 }, trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: user, ringHash: { minimumRingSize: 64 } } } } }]",
  );
  expect(calledOf(text, "web-v1")).toEqual({ balancer: "round-robin" });
  expect(calledOf(text, "web-v2")).toEqual({ balancer: { use: "ring-hash", minimumRingSize: 64 } });
  expect(calledOf(text, "cart")).toEqual({});
  expect(imported(shop + text).mesh).toBe("istio-sidecar");
  expect(imported(shop).mesh).toBeUndefined();
});

test("has pools and limits, the rest of which Istio lifts", () => {
  const text = policy(
    "connectionPool: { tcp: { maxConnections: 100, connectTimeout: 30ms }, http: { http1MaxPendingRequests: 1, http2MaxRequests: 7, maxRequestsPerConnection: 10, idleTimeout: 1m, h2UpgradePolicy: UPGRADE } }",
  );
  expect(calledOf(text, "web-v1")).toEqual({
    connections: { protocol: "http2", most: 100, pending: 1, uses: 10, idle: "1m" },
    limits: { requests: 7, retries: "unlimited" },
  });
  expect(leftIn(text, "DestinationRule")).toEqual(["spec.trafficPolicy.connectionPool.tcp.connectTimeout"]);
  const own = rule(
    "trafficPolicy: { connectionPool: { http: { maxRetries: 2 } } }\nsubsets: [{ name: v2, labels: { version: v2 }, trafficPolicy: { connectionPool: { tcp: { maxConnections: 3 } } } }]",
  );
  expect(calledOf(own, "web-v1")).toEqual({ limits: { requests: "unlimited", retries: 2 } });
  expect(calledOf(own, "web-v2")).toEqual({ connections: { most: 3 } });
});

test("leaves out outliers as Envoy does, but for success rates and panic", () => {
  expect(
    calledOf(
      policy(
        "outlierDetection: { consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 10m, maxEjectionPercent: 100 }",
      ),
      "web-v2",
    ),
  ).toEqual({
    outliers: {
      consecutive: { failures: 1, enforcing: "100%" },
      interval: "1s",
      baseEjection: "10m",
      longestEjection: "10m",
      mostEjected: "100%",
      successRate: { enforcing: "0%" },
    },
    panic: "0%",
  });
  expect(
    calledOf(
      policy("outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 3, minHealthPercent: 40 }"),
      "web-v2",
    ),
  ).toEqual({
    outliers: {
      consecutive: { enforcing: "0%" },
      gateway: { failures: 3, enforcing: "100%" },
      successRate: { enforcing: "0%" },
    },
    panic: "40%",
  });
});

test.each([
  [
    "of two ways at once",
    policy("loadBalancer: { simple: RANDOM, consistentHash: { useSourceIp: true } }"),
    "6:34 spec.trafficPolicy.loadBalancer: expected either simple or consistentHash, got both",
  ],
  [
    "of no balancer of Istio's",
    policy("loadBalancer: { simple: BEST }"),
    '6:44 spec.trafficPolicy.loadBalancer.simple: expected one of ROUND_ROBIN, LEAST_REQUEST, LEAST_CONN, RANDOM, PASSTHROUGH, UNSPECIFIED, got "BEST"',
  ],
  [
    "that leaves out more than all",
    policy("outlierDetection: { maxEjectionPercent: 101 }"),
    "6:60 spec.trafficPolicy.outlierDetection.maxEjectionPercent: expected a whole number from 0 to 100, got 101",
  ],
  [
    "with a subset twice",
    rule("subsets: [{ name: v1, labels: {} }, { name: v1, labels: {} }]"),
    '6:47 spec.subsets[1].name: expected every subset once, got "v1" again',
  ],
])("%s cannot be meant", (_, text, complaint) => {
  expect(faultsIn(text)).toEqual([complaint]);
});

test("warms up pods that are new", () => {
  const balancer =
    "loadBalancer: { simple: ROUND_ROBIN, warmup: { duration: 30s, minimumPercent: 20, aggression: 2 } }";
  expect(calledOf(policy(balancer), "web-v1")).toEqual({
    balancer: "round-robin",
    slowStart: { window: "30s", least: "20%", aggression: 2 },
  });
  expect(calledOf(policy("loadBalancer: { warmupDurationSecs: 1m }"), "web-v1")).toEqual({
    slowStart: { window: "1m" },
  });
});

test("spreads over localities by weight, or prefers the caller's own where somebody looks for outliers", () => {
  const setting = (of: string) => `loadBalancer: { localityLbSetting: { ${of} } }`;
  const weights = "to: { 'us/a/*': 80, 'us/b/*': 20 }";
  expect(calledOf(policy(setting(`distribute: [{ from: 'us/a/*', ${weights} }]`)), "web-v1")).toEqual({
    locality: { weighted: { a: 80, b: 20 } },
  });
  const failover = setting("enabled: true, failover: [{ from: us, to: eu }]");
  const both = policy(`${failover}, outlierDetection: { interval: 5s }`);
  expect(calledOf(both, "web-v1").locality).toBe("failover");
  expect(leftIn(both, "DestinationRule")).toEqual(["spec.trafficPolicy.loadBalancer.localityLbSetting.failover"]);
  expect(calledOf(policy(failover), "web-v1")).toEqual({});
  expect(doubtsIn(policy(failover))).toEqual([
    expect.stringContaining("localities fail over only where outlierDetection says who is unfit"),
  ]);
  expect(calledOf(policy(`${setting("enabled: false")}, outlierDetection: {}`), "web-v1").locality).toBeUndefined();
  expect(faultsIn(policy(setting("distribute: [{ from: '*', to: { 'us/a': 80 } }]")))).toEqual([
    expect.stringContaining("expected weights with a sum of 100, got 80"),
  ]);
  expect(
    doubtsIn(
      policy(setting(`distribute: [{ from: 'us/a/*', ${weights} }, { from: 'us/b/*', to: { 'us/b/*': 100 } }]`)),
    ),
  ).toEqual([expect.stringContaining("callers of all zones have the same weights in the simulation")]);
});
