/** How callers treat a host's pods by Istio's trafficPolicy: balancing, pools of connections, limits, outliers. */

import { parseDuration } from "../../units.js";
import type { Field } from "../kubernetes/field.js";
import { said, type Written, type WrittenFields } from "../kubernetes/written.js";
import { spanOf } from "./faults.js";

/** Fields of the services behind the host. */
export function policyFields(policy: Field): WrittenFields {
  const pool = policy.at("connectionPool");
  const outliers = policy.at("outlierDetection");
  return said({
    balancer: written(balancerOf(policy.at("loadBalancer"))),
    connections: written(connectionsOf(pool)),
    limits: written(limitsOf(pool.at("http"))),
    outliers: written(outliersOf(outliers)),
    slowStart: written(slowStartOf(policy.at("loadBalancer"))),
    locality: written(localityOf(policy.at("loadBalancer", "localityLbSetting"), outliers.there)),
    panic: outliers.there ? { value: percentOf(outliers.at("minHealthPercent")) ?? "0%" } : undefined,
  }) as WrittenFields;
}

const written = (value: unknown): Written | undefined => (value === undefined ? undefined : { value });
const orNone = <T extends object>(fields: T) => (Object.keys(fields).length === 0 ? undefined : fields);

/** Istio's words; what it takes by default is the mesh's. */
const BALANCERS = {
  ROUND_ROBIN: "round-robin",
  LEAST_REQUEST: "least-request",
  LEAST_CONN: "least-request",
  RANDOM: "random",
} as const;

function balancerOf(field: Field): unknown {
  const [simple, hash] = [field.at("simple"), field.at("consistentHash")];
  if (simple.there && hash.there) field.say("expected either simple or consistentHash, got both");
  if (hash.there) return hashing(hash);
  if (!simple.there) return undefined;
  const word = simple.word("ROUND_ROBIN", "LEAST_REQUEST", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "UNSPECIFIED");
  if (word === "PASSTHROUGH") simple.warn("calls to the pod that was meant are not simulated: taken as the default");
  return word === undefined || word === "PASSTHROUGH" || word === "UNSPECIFIED" ? undefined : BALANCERS[word];
}

/** Istio's warmup; what is not said of it is Envoy's, as here. */
function slowStartOf(balancer: Field) {
  const [warmup, old] = [balancer.at("warmup"), balancer.at("warmupDurationSecs")];
  const window = spanOf(warmup.there ? warmup.at("duration") : old);
  if (window === undefined) return undefined;
  const least = percentOf(warmup.at("minimumPercent"));
  const aggression = warmup.at("aggression").mark().value;
  return said({ window, least, aggression: typeof aggression === "number" ? aggression : undefined });
}

/**
 * Zones by weight, or the caller's own first. Weights are the same for callers of all zones in the simulation; regions, and an order of
 * zones that are not the caller's own, it has none.
 */
function localityOf(field: Field, outliers: boolean): unknown {
  if (!field.there || field.at("enabled").mark().value === false) return undefined;
  const distribute = field.at("distribute");
  if (distribute.there) return weightsOf(distribute);
  if (outliers) return "failover";
  field.warn("localities fail over only where outlierDetection says who is unfit: all pods are alike", { key: true });
  return undefined;
}

function weightsOf(list: Field): unknown {
  const all = list.items().map((one) => {
    const weights = one.at("to").entries();
    const sum = weights.reduce((total, [, weight]) => total + (weight.whole(0, 100) ?? 0), 0);
    if (sum !== 100) one.at("to").say(`expected weights with a sum of 100, got ${sum}`);
    // region/zone/subzone
    return Object.fromEntries(weights.map(([place, { value }]) => [place.split("/")[1] ?? place, value]));
  });
  const [first] = all;
  if (first === undefined) return undefined;
  if (all.some((one) => JSON.stringify(one) !== JSON.stringify(first)))
    list.warn("callers of all zones have the same weights in the simulation: the first are taken", { key: true });
  return { weighted: first };
}

/** By what it is hashed is the load's business: its `keys`. */
function hashing(field: Field): unknown {
  const keys = ["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"].map((key) => field.at(key));
  const given = keys.filter(({ there }) => there);
  if (given.length !== 1)
    field.say(`expected one of httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName, got ${given.length}`);
  else given[0].warn("taken as the key of a request: loads say by `keys` what requests are about", { key: true });
  const maglev = field.at("maglev");
  if (maglev.there) return { use: "maglev", ...said({ tableSize: maglev.mark().at("tableSize").whole(2) }) };
  const [ring, old] = [field.at("ringHash", "minimumRingSize"), field.at("minimumRingSize")];
  return { use: "ring-hash", ...said({ minimumRingSize: (ring.there ? ring : old).whole(1) }) };
}

/** To the API 0 is nothing said. */
function connectionsOf(pool: Field) {
  const [tcp, http] = [pool.at("tcp"), pool.at("http")];
  const upgrade = http.at("h2UpgradePolicy").word("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE");
  return orNone(
    said({
      protocol: upgrade === "UPGRADE" ? "http2" : upgrade === "DO_NOT_UPGRADE" ? "http1" : undefined,
      streams: http.at("maxConcurrentStreams").wholeAbove0(),
      most: tcp.at("maxConnections").wholeAbove0(),
      pending: http.at("http1MaxPendingRequests").wholeAbove0(),
      uses: http.at("maxRequestsPerConnection").wholeAbove0(),
      idle: spanOf(http.at("idleTimeout")),
    }),
  );
}

/** What is not said of them is without limit: Istio lifts Envoy's own. */
function limitsOf(http: Field) {
  const [requests, retries] = [http.at("http2MaxRequests").wholeAbove0(), http.at("maxRetries").wholeAbove0()];
  if (requests === undefined && retries === undefined) return undefined;
  return { requests: requests ?? "unlimited", retries: retries ?? "unlimited" };
}

/** Envoy's longest time, unless the first is longer. */
const LONGEST = 300;

/** What is not said is Envoy's; that pods are held against the mean of all Istio switches off. */
function outliersOf(field: Field) {
  if (!field.there) return undefined;
  const old = field.at("consecutiveErrors");
  const consecutive = inARow(field.at("consecutive5xxErrors").there ? field.at("consecutive5xxErrors") : old);
  const base = spanOf(field.at("baseEjectionTime"));
  const longest = base !== undefined && parseDuration(base) > LONGEST ? base : undefined;
  return said({
    consecutive,
    gateway: inARow(field.at("consecutiveGatewayErrors")),
    interval: spanOf(field.at("interval")),
    baseEjection: base,
    longestEjection: longest,
    mostEjected: field.at("maxEjectionPercent").value === 0 ? undefined : percentOf(field.at("maxEjectionPercent")),
    successRate: { enforcing: "0%" },
  });
}

/** Of 0 no pod is left out. */
function inARow(field: Field): { readonly failures?: number; readonly enforcing: string } | undefined {
  const failures = field.whole();
  if (failures === undefined) return undefined;
  return failures === 0 ? { enforcing: "0%" } : { failures, enforcing: "100%" };
}

function percentOf(field: Field): string | undefined {
  const value = field.whole(0, 100);
  return value === undefined ? undefined : `${value}%`;
}
