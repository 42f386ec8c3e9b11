/** What stands between callers and a service where every caller has a proxy of its own. Plain data. */
import type { Distribution } from "../../kernel/distributions.js";
import type { Fraction, Seconds } from "../../units.js";

export interface MeshSpec {
  readonly discovery: DiscoverySpec;
  /** Callers resolve the service's name; undefined: they are told of its pods. */
  readonly dns: DnsSpec | undefined;
  /** Pods are checked once in so long, and what becomes of one is seen by its next check; 0: it is seen as it happens. */
  readonly checkInterval: Seconds;
  /** Undefined: calls need no connection of their own, as if there were always one with room. */
  readonly connections: ConnectionsSpec | undefined;
  readonly limits: LimitsSpec;
  readonly outliers: OutliersSpec | undefined;
  /** How proxies find out by themselves which pods are well; undefined: they do not. */
  readonly health: HealthSpec | undefined;
  /** How often a pod is chosen for a try again, to find one that no try has been at; 1: whatever comes. */
  readonly attempts: number;
  readonly slowStart: SlowStartSpec | undefined;
  /** Undefined: all pods alike. */
  readonly locality: LocalitySpec | undefined;
  /** When fewer of the pods known than this are fit to be called, all of them are. */
  readonly panic: Fraction;
}

/** From a pod's readiness, or its end, until proxies know of it: watched, gathered into a push, pushed. */
export interface DiscoverySpec {
  readonly watch: Seconds;
  /** A push waits until nothing has changed for so long, but no longer than `longest` after the first change. */
  readonly quiet: Seconds;
  readonly longest: Seconds;
  readonly push: Seconds;
}

/** How long an answer of the DNS is good. */
export interface DnsSpec {
  readonly ttl: Seconds;
  /** Which servers on the way keep answers, for as long as is left of that. */
  readonly cache: "none" | "node" | "cluster";
  readonly client: DnsClientSpec;
}

/**
 * How long callers keep an answer: as long as it is good; for a time of their own; or, being connected to all its pods, until one of these
 * connections ends, but at least for so long.
 */
export type DnsClientSpec =
  | { readonly kind: "ttl" }
  | { readonly kind: "time"; readonly time: Seconds }
  | { readonly kind: "failure"; readonly least: Seconds };

/** From a change of a route, which no kubelet has to find out, until proxies know of it: gathered and pushed like others. */
export const pushDelay = ({ discovery: { quiet, longest, push } }: MeshSpec): Seconds =>
  Math.min(quiet, longest) + push;

/** One proxy on the way of a call. */
export interface PassSpec {
  /** Beside its caller's pod or beside the pod called; requests from outside have no caller. */
  readonly at: "caller" | "pod";
  /** What a call loses here beside the work. */
  readonly latency: Distribution;
  /** Work for a core, which it does before the call goes on. */
  readonly cpu: Seconds;
  /** Whose use of CPU that is: the pod's, or the node's, for a proxy that stands outside of pods. */
  readonly charged: "pod" | "node";
}

/** Envoy's slow start; `least` is a part of the weight. */
export interface SlowStartSpec {
  readonly window: Seconds;
  readonly aggression: number;
  readonly least: Fraction;
}

/** Which zones' pods a caller's proxy asks: see localities.ts. */
export type LocalitySpec =
  | { readonly kind: "prefer-same-zone" }
  | { readonly kind: "failover" }
  | { readonly kind: "weighted"; readonly weights: Readonly<Record<string, number>> }
  /** From so many fit pods on. */
  | { readonly kind: "zone-aware"; readonly least: number };

/** How a caller's proxy, or the caller itself, reaches pods. */
export interface ConnectionsSpec {
  /** What a pod is chosen for: each call, as by a proxy that understands them, or each connection, as by kube-proxy. */
  readonly balances: "calls" | "connections";
  /** Calls on one connection at once: 1 for HTTP/1.1. */
  readonly streams: number;
  /** Connections of one proxy to all pods; calls that wait for one. */
  readonly most: number;
  readonly pending: number;
  /** Calls until a connection is given up, and how long one is kept without a call. */
  readonly uses: number;
  readonly idle: Seconds;
  /** Connections without a call that a pool keeps; undefined: all. */
  readonly mostIdle?: number;
  /** Time to open one. */
  readonly opens: Distribution;
}

/** Envoy's circuit breakers: what one proxy may have under way to this service. */
export interface LimitsSpec {
  readonly requests: number;
  readonly retries: number;
}

export interface HealthSpec {
  /** By calls, as nginx: after so many failures a pod is left alone for so long. */
  readonly passive: PassiveSpec | undefined;
  /** By asking, as HAProxy. */
  readonly active: ActiveSpec | undefined;
}

/** nginx's max_fails and fail_timeout; the latter in whole seconds. */
export interface PassiveSpec {
  readonly failures: number;
  readonly timeout: Seconds;
}

/** HAProxy's inter, fall and rise. */
export interface ActiveSpec {
  readonly interval: Seconds;
  readonly fall: number;
  readonly rise: number;
}

/** Envoy's outlier detection, by its names: pods that fail too often are left out for a time, by each proxy for itself. */
export interface OutliersSpec {
  /** Failures in a row, and, of those, failures of the way there (a gateway's) in a row. */
  readonly consecutive: { readonly failures: number; readonly enforcing: Fraction };
  readonly gateway: { readonly failures: number; readonly enforcing: Fraction };
  readonly interval: Seconds;
  /** The k-th ejection lasts k times as long, up to `longestEjection`. */
  readonly baseEjection: Seconds;
  readonly longestEjection: Seconds;
  readonly mostEjected: Fraction;
  /** One pod may be ejected however few there are. */
  readonly alwaysOne: boolean;
  /** By interval: pods with `volume` calls or more, when there are `pods` of them, are held against mean − factor·σ. */
  readonly successRate: {
    readonly pods: number;
    readonly volume: number;
    readonly factor: number;
    readonly enforcing: Fraction;
  };
  /** Likewise against a share of failed calls. */
  readonly failureShare: {
    readonly pods: number;
    readonly volume: number;
    readonly threshold: Fraction;
    readonly enforcing: Fraction;
  };
}

/** Envoy's defaults. */
export const envoysOutliers: OutliersSpec = {
  consecutive: { failures: 5, enforcing: 1 },
  gateway: { failures: 5, enforcing: 0 },
  interval: 10,
  baseEjection: 30,
  longestEjection: 300,
  mostEjected: 0.1,
  alwaysOne: false,
  successRate: { pods: 5, volume: 100, factor: 1.9, enforcing: 1 },
  failureShare: { pods: 5, volume: 50, threshold: 0.85, enforcing: 0 },
};

/** Proxies that know every change at once, limit nothing and leave nobody out. */
export const plainMesh: MeshSpec = {
  discovery: { watch: 0, quiet: 0, longest: 0, push: 0 },
  dns: undefined,
  checkInterval: 0,
  connections: undefined,
  limits: { requests: Infinity, retries: Infinity },
  outliers: undefined,
  health: undefined,
  attempts: 1,
  slowStart: undefined,
  locality: undefined,
  panic: 0,
};
