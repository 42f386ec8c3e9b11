/**
 * Meshes as they are when nobody configures them: what their proxies cost, which pod they choose, how they reach it and
 * when they try again. Every number has its source beside it; "ours" marks what no source gives.
 */
import type { MiB, Millicores, Seconds } from "../units.js";

export interface MeshPreset {
  readonly name: string;
  readonly summary: string;
  readonly balancer: string;
  readonly passes: readonly Pass[];
  /** What the proxy beside each pod asks for and may use, and what it holds; undefined where none is there. */
  readonly sidecar: Sidecar | undefined;
  /** Work and latency of a call in a waypoint, where services have some. */
  readonly waypoint: { readonly cpu: Seconds; readonly latency: Seconds } | undefined;
  readonly discovery: {
    readonly watch: Seconds;
    readonly quiet: Seconds;
    readonly longest: Seconds;
    readonly push: Seconds;
    readonly checkInterval?: Seconds;
  };
  /** Where callers resolve a name. */
  readonly dns?: Dns;
  readonly connections: Connections | undefined;
  /** Envoy's circuit breakers; without them: none. */
  readonly limits?: { readonly requests: number; readonly retries: number };
  /** Envoy's outlier detection with its defaults. */
  readonly outliers?: boolean;
  /** False where pods that are left out are never called, however few are left. */
  readonly panics?: boolean;
  readonly retries:
    | { readonly most: number; readonly on: readonly ("refused" | "unreachable")[]; readonly attempts: number }
    | undefined;
}

interface Pass {
  readonly at: "caller" | "pod";
  /** The mean of what a call loses here beside the CPU work, exponential. */
  readonly latency: Seconds;
  readonly cpu: Seconds;
  readonly charged: "pod" | "node";
}

interface Dns {
  readonly ttl: Seconds;
  readonly cache: "none" | "node" | "cluster";
  readonly client:
    | { readonly kind: "ttl" }
    | { readonly kind: "time"; readonly time: Seconds }
    | { readonly kind: "failure"; readonly least: Seconds };
}

export interface Sidecar {
  readonly cpu: { readonly request: Millicores; readonly limit: Millicores };
  readonly memory: { readonly request: MiB; readonly limit: MiB };
  readonly holds: MiB;
}

interface Connections {
  readonly balances: "calls" | "connections";
  readonly streams: number;
  readonly idle: Seconds;
  readonly opens: Seconds;
  readonly most?: number;
  readonly pending?: number;
}

const everywhere = (pass: Omit<Pass, "at">): readonly Pass[] => [
  { at: "caller", ...pass },
  { at: "pod", ...pass },
];

/**
 * From the kubelet's look until the API server has it (up to 1 s: ours, half of it), then istiod's PILOT_DEBOUNCE_AFTER and
 * PILOT_DEBOUNCE_MAX, and the push (ours).
 */
const istiod = { watch: 0.5, quiet: 0.1, longest: 10, push: 0.1 };

/** TCP and TLS 1.3 take a round trip each (0.5 ms within a zone: ours), and the handshake about 1 ms of CPU. */
const mtls = 0.002;

/** Istio's chart: requests of 100 m and 128 Mi, limits of 2 cores and 1 Gi. */
const istioProxy = (holds: MiB): Sidecar => ({
  cpu: { request: 100, limit: 2000 },
  memory: { request: 128, limit: 1024 },
  holds,
});

/** Istio's default route: two more tries on connect-failure, refused-stream, unavailable and 503, each at another host if five draws find one. */
const istioRetries = { most: 2, on: ["unreachable", "refused"], attempts: 5 } as const;

/** Sidecars speak HTTP/1.1 to each other unless told otherwise; Envoy keeps an idle connection for an hour. */
const http1 = { balances: "calls", streams: 1, idle: 3600, opens: mtls } as const;
const http2 = { ...http1, streams: Infinity } as const;

/** The kubelet as above, and CoreDNS watches EndpointSlices. */
const watchedPods = { watch: 0.5, quiet: 0, longest: 0, push: 0 };

/** Its kubernetes plugin gives records 5 s, and `cache 30` of the usual Corefile keeps them for the least of both; one server is ours. */
const coreDns = { ttl: 5, cache: "cluster" } as const;

export const meshes: readonly MeshPreset[] = [
  {
    name: "plain",
    summary: "Callers choose pods for themselves; proxies cost nothing and know every change at once.",
    balancer: "random",
    passes: [],
    sidecar: undefined,
    waypoint: undefined,
    discovery: { watch: 0, quiet: 0, longest: 0, push: 0 },
    connections: undefined,
    retries: undefined,
  },
  {
    name: "kube-proxy",
    summary: "No mesh: a pod by chance for each connection, which clients keep (HTTP/1.1).",
    balancer: "random", // iptables: statistic mode random; nftables: numgen random
    passes: [],
    sidecar: undefined,
    waypoint: undefined,
    // The kubelet as above; kube-proxy writes its rules at most once in minSyncPeriod, 1 s: half of that on average.
    discovery: { watch: 0.5, quiet: 0, longest: 0, push: 0.5 },
    connections: { balances: "connections", streams: 1, idle: 90, opens: 0.0005 }, // 90 s: Go's IdleConnTimeout
    retries: undefined,
  },
  {
    name: "headless",
    summary: "No mesh, a headless Service: clients ask CoreDNS for each connection, which they keep (HTTP/1.1).",
    balancer: "random", // CoreDNS shuffles (loadbalance), clients take the first
    passes: [],
    sidecar: undefined,
    waypoint: undefined,
    discovery: watchedPods,
    dns: { ...coreDns, client: { kind: "time", time: 0 } }, // Go and glibc keep nothing; the JVM 30 s (networkaddress.cache.ttl)
    connections: { balances: "connections", streams: 1, idle: 90, opens: 0.0005 }, // as above
    retries: undefined,
  },
  {
    name: "grpc",
    summary:
      "No mesh, gRPC's round_robin over a headless Service: connected to all, asks again when one goes (HTTP/2).",
    balancer: "round-robin",
    passes: [],
    sidecar: undefined,
    waypoint: undefined,
    discovery: watchedPods,
    dns: { ...coreDns, client: { kind: "failure", least: 30 } }, // min_time_between_resolutions_ms; Go's MinResolutionInterval
    connections: { balances: "calls", streams: 100, idle: 1800, opens: 0.0005 }, // Go's servers allow 100; idle_timeout 30 min
    retries: undefined, // retryPolicy is the service config's
    panics: false,
  },
  {
    name: "istio-sidecar",
    summary: "Istio 1.24, a sidecar beside each pod: two proxies on the way of a call.",
    balancer: "least-request",
    // 0.20 vCPU for 1,000 requests/s of 1 kB and 60 MB (istio.io, performance of 1.24). Latency is given in charts alone, a few
    // tenths of a ms at the median for both: 0.1 ms beside the CPU work is ours.
    passes: everywhere({ latency: 0.0001, cpu: 0.0002, charged: "pod" }),
    sidecar: istioProxy(60),
    waypoint: undefined,
    discovery: istiod,
    connections: http1,
    panics: false,
    retries: istioRetries,
  },
  {
    name: "istio-sidecar-1.12",
    summary: "Istio 1.12, as measured in 2021: older, dearer sidecars.",
    balancer: "least-request",
    // 0.35 vCPU for 1,000 requests/s, 40 MB, and 2.65 ms more at p90 for both proxies (istio.io, performance of 1.12): with
    // 0.35 ms of work each, exponential latencies of 0.5 ms have 0.7 + 3.89 · 0.5 = 2.65 ms at p90.
    passes: everywhere({ latency: 0.0005, cpu: 0.00035, charged: "pod" }),
    sidecar: istioProxy(40),
    waypoint: undefined,
    discovery: istiod,
    connections: http1,
    panics: false,
    retries: istioRetries,
  },
  {
    name: "istio-ambient",
    summary: "Istio 1.24 without sidecars: a ztunnel on each node, and waypoints for who wants them.",
    balancer: "least-request",
    // ztunnel: 0.06 vCPU for 1,000 requests/s, 12 MB; waypoint: 0.25 vCPU, 60 MB (istio.io, performance of 1.24). Latency: ours.
    passes: everywhere({ latency: 0.00003, cpu: 0.00006, charged: "node" }),
    sidecar: undefined,
    waypoint: { cpu: 0.00025, latency: 0.0001 },
    discovery: istiod,
    connections: http2, // HBONE: streams of one connection between two ztunnels
    panics: false,
    retries: undefined, // a ztunnel knows connections, not requests
  },
  {
    name: "linkerd",
    summary: "Linkerd: small sidecars, peak EWMA, HTTP/2 between them.",
    balancer: "peak-ewma",
    // 36 ms of CPU where Istio 1.12 took 67, 8 ms more at the median where that took 20, 26 MB (linkerd.io, benchmark of
    // November 2021): the shares of Istio 1.12's figures above are ours.
    passes: everywhere({ latency: 0.0002, cpu: 0.00019, charged: "pod" }),
    sidecar: { cpu: { request: 0, limit: Infinity }, memory: { request: 0, limit: Infinity }, holds: 26 },
    waypoint: undefined,
    discovery: { watch: 0.5, quiet: 0, longest: 0, push: 0.1 }, // the destination service streams: ours
    connections: http2,
    retries: undefined, // HTTPRoutes and ServiceProfiles say so
  },
  {
    name: "consul",
    summary: "Consul: Envoy beside each pod, which chooses for each connection (protocol tcp), and checks every 10 s.",
    balancer: "round-robin", // Envoy's, where no resolver has a loadBalancer
    passes: everywhere({ latency: 0.0001, cpu: 0.0002, charged: "pod" }), // ours: as Istio's Envoy, which HashiCorp gives no figures of
    // consul-k8s asks nothing for them (sidecarProxy.resources: null); what they hold is ours, as Istio's.
    sidecar: { cpu: { request: 0, limit: Infinity }, memory: { request: 0, limit: Infinity }, holds: 60 },
    waypoint: undefined,
    // The interval of the documentation's examples; blocking queries tell within a second (half of it), Envoys at once (0.1 s: ours).
    discovery: { watch: 0.5, quiet: 0, longest: 0, push: 0.1, checkInterval: 10 },
    // Protocol tcp unless service-defaults say otherwise; Envoy keeps an idle one for an hour, opens 1024 and lets 1024 wait.
    connections: { balances: "connections", streams: 1, idle: 3600, opens: mtls, most: 1024, pending: 1024 },
    limits: { requests: 1024, retries: 3 }, // Consul sets none unless told, and so they are Envoy's
    outliers: true, // Consul's clusters have an empty outlier_detection, which is Envoy's defaults
    panics: false, // and a healthy_panic_threshold of 0
    retries: undefined, // a service-router says so
  },
];

export const meshNames: readonly string[] = meshes.map(({ name }) => name);
