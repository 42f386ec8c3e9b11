/**
 * The section `mesh`, and what services say of it: proxies between callers and pods, what they cost, how they reach pods
 * and whom they leave out.
 */
import { z } from "zod";
import { type MeshPreset, meshes, meshNames, type Sidecar } from "../../catalogue/meshes.js";
import { constant, type Distribution } from "../../kernel/distributions.js";
import type { LocalitySpec, MeshSpec, PassSpec } from "../../model/mesh/mesh-spec.js";
import { flag, fraction, oneOf, show } from "../../policy/fields.js";
import { above0, duration, law, name, notNegative, oneKeyOf, orUnlimited, wholeFrom } from "../fields.js";
import { discovery, dnsOf } from "./discovery.js";
import { healthFields, healthOf } from "./health.js";
import { outliers } from "./outliers.js";
import type { Service } from "./service.js";

const amount = (least: number) => orUnlimited(wholeFrom(least));

const meshMap = z.strictObject({
  use: oneOf(...(meshNames as [string, ...string[]]))
    .prefault("plain")
    .meta({ description: "Whose proxies, with what they cost and do unless told otherwise." }),
  discovery: discovery.prefault({}).meta({ description: "How late proxies know of pods. Default: the mesh's." }),
  retries: flag().prefault(true).meta({
    description: "Whether calls of services without retries of their own are tried again as the mesh does it.",
  }),
  costs: flag().prefault(true).meta({ description: "Whether the mesh's proxies take time, CPU and memory." }),
});

/** A name, or a map; a policy may bring another. */
export const mesh = z.union(
  [oneOf(...(meshNames as [string, ...string[]])).transform((use) => meshMap.parse({ use })), meshMap],
  { error: (issue) => `expected one of ${meshNames.join(", ")}, or a map with use, got ${show(issue.input)}` },
);
export type Mesh = z.output<typeof mesh>;

/** HTTP/2 servers allow so many unless told otherwise: Go's default, and the least that the RFC recommends is 100. */
const HTTP2_STREAMS = 100;

const connectionsMap = z.strictObject({
  protocol: oneOf("http1", "http2")
    .optional()
    .meta({ description: "One call at a time on a connection, or many. Default: the mesh's, or http1." }),
  streams: amount(1)
    .optional()
    .meta({ description: `Calls on one connection of HTTP/2 at once. Default: ${HTTP2_STREAMS}.` }),
  balances: oneOf("calls", "connections").optional().meta({
    description:
      "What a pod is chosen for: each call, as by a proxy that understands them, or each connection, as by kube-proxy. Default: the mesh's, or calls.",
  }),
  most: amount(1).optional().meta({
    description:
      "Connections of one caller's proxy to all pods; each pod may have one. Default: the mesh's, or unlimited.",
  }),
  pending: amount(0).optional().meta({
    description: "Calls that may wait for a connection at one proxy. Default: the mesh's, or unlimited.",
  }),
  uses: amount(1).prefault("unlimited").meta({ description: "Calls until a connection is given up." }),
  mostIdle: amount(0).prefault("unlimited").meta({
    description: "Connections without a call that are kept, of one pool: to a pod, or where they are balanced, to all.",
  }),
  idle: duration()
    .optional()
    .meta({ description: "Without a call for so long it is closed. Default: the mesh's, or 1h." }),
  opens: law.optional().meta({ description: "Time to open one. Default: the mesh's, or 0s." }),
});

/** Envoy's min_cluster_size. */
const ZONE_AWARE_FROM = 6;

const locality = z.union(
  [
    oneOf("prefer-same-zone", "failover", "zone-aware").transform(
      (kind): LocalitySpec => (kind === "zone-aware" ? { kind, least: ZONE_AWARE_FROM } : { kind }),
    ),
    oneKeyOf({
      weighted: z
        .record(name(), notNegative())
        .transform((weights): LocalitySpec => ({ kind: "weighted", weights }))
        .meta({ description: "Zones by weight, as long as they have enough pods that are fit." }),
      zoneAware: z
        .strictObject({ least: wholeFrom(1).meta({ description: "Fit pods that it takes." }) })
        .transform(({ least }): LocalitySpec => ({ kind: "zone-aware", least }))
        .meta({ description: "The own zone, as far as it has pods for its callers." }),
    }),
  ],
  {
    error: (issue) =>
      `expected prefer-same-zone, failover, zone-aware or a map with weighted or zoneAware, got ${show(issue.input)}`,
  },
);

/** What a service says about how its callers reach it. */
export const meshFields = {
  connections: z
    .union([oneOf("http1", "http2").transform((protocol) => connectionsMap.parse({ protocol })), connectionsMap], {
      error: (issue) => `expected http1, http2 or a map, got ${show(issue.input)}`,
    })
    .optional()
    .meta({
      description: "How callers' proxies reach its pods. Default: the mesh's; without one there is always a way.",
    }),
  limits: z
    .strictObject({
      requests: amount(1).prefault(1024).meta({ description: "Calls under way." }),
      retries: amount(0).prefault(3).meta({ description: "Calls at a second or later try, where there is no budget." }),
    })
    .optional()
    .meta({ description: "Circuit breakers of one caller's proxy; more fail at once. Default: none." }),
  outliers: outliers.optional().meta({
    description: "Pods that fail too often are left out for a time, by each caller's proxy for itself. Default: never.",
  }),
  slowStart: z
    .strictObject({
      window: duration().meta({ description: "From when a pod is known until it has its whole weight." }),
      aggression: above0().prefault(1).meta({ description: "Above 1 it has more of it early." }),
      least: fraction().prefault("10%").meta({ description: "What it has at least, of its weight." }),
    })
    .optional()
    .meta({
      description: "Pods that are new get fewer calls at first, by round-robin and least-request. Default: not.",
    }),
  locality: locality.optional().meta({ description: "Which zones' pods are called first. Default: all alike." }),
  ...healthFields,
  panic: fraction().optional().meta({
    description:
      "When fewer of the pods than this are fit to be called, all are. Default: 50%; in Istio, and with health, 0%.",
  }),
};

const together = z.strictObject(meshFields);
type Fields = z.output<typeof together>;

const PLAIN = meshes[0];
export const presetOf = (given: Mesh | undefined): MeshPreset =>
  meshes.find(({ name }) => name === given?.use) ?? PLAIN;

/** What its callers have of their own; undefined where neither the file nor the service says anything of it. */
export function meshOf(
  service: Fields & { retries?: { attempts?: number | undefined } | undefined },
  given: Mesh | undefined,
): MeshSpec | undefined {
  const { connections, limits, outliers: outlying, health, panic, slowStart, locality: near } = service;
  const said = [given, connections, limits, outlying, health, panic, slowStart, near];
  if (said.every((one) => one === undefined)) return undefined;
  const preset = presetOf(given);
  return {
    ...discoveryOf(given, preset),
    connections: connectionsOf(connections, preset.connections),
    limits: limits ?? preset.limits ?? { requests: Infinity, retries: Infinity },
    outliers: outlying ?? (preset.outliers ? outliers.parse({}) : undefined),
    health: healthOf(health),
    attempts: service.retries?.attempts ?? (service.retries === undefined ? (retriesOf(given)?.attempts ?? 1) : 1),
    slowStart,
    locality: near,
    panic: panic ?? (preset.panics === false || health !== undefined ? 0 : 0.5),
  };
}

function discoveryOf(
  given: Mesh | undefined,
  { discovery: usual, dns }: MeshPreset,
): Pick<MeshSpec, "discovery" | "checkInterval" | "dns"> {
  const { dns: resolved, ...said } = given?.discovery ?? {};
  const { checkInterval = 0, ...told } = { ...usual, ...defined(said) };
  return { discovery: told, checkInterval, dns: dnsOf(resolved, dns) };
}

function connectionsOf(given: Fields["connections"], preset: MeshPreset["connections"]): MeshSpec["connections"] {
  if (given === undefined && preset === undefined) return undefined;
  const {
    protocol,
    streams = HTTP2_STREAMS,
    balances,
    most,
    pending,
    uses,
    mostIdle,
    idle,
    opens,
  } = given ?? connectionsMap.parse({});
  const usual: NonNullable<MeshPreset["connections"]> = preset ?? {
    balances: "calls",
    streams: 1,
    idle: 3600,
    opens: 0,
  };
  return {
    balances: balances ?? usual.balances,
    streams: protocol === undefined ? usual.streams : protocol === "http1" ? 1 : streams,
    most: most ?? usual.most ?? Infinity,
    pending: pending ?? usual.pending ?? Infinity,
    uses,
    mostIdle,
    idle: idle ?? usual.idle,
    opens: opens ?? constant(usual.opens),
  };
}

/** The proxies of the mesh on the way to a service. */
export function passesOf(given: Mesh | undefined): readonly PassSpec[] {
  if (given?.costs !== true) return [];
  return presetOf(given).passes.map(({ at, latency, cpu, charged }) => ({
    at,
    latency: exponential(latency),
    cpu,
    charged,
  }));
}

/** How calls are tried again by the mesh, where services do not say. */
export const retriesOf = (given: Mesh | undefined): MeshPreset["retries"] =>
  given?.retries === true ? presetOf(given).retries : undefined;

/** What stands beside every pod. */
export const sidecarOf = (given: Mesh | undefined): Sidecar | undefined =>
  given?.costs === true ? presetOf(given).sidecar : undefined;

interface Sized {
  readonly service: Service;
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly memory: { readonly request: number; readonly limit: number };
}

/** A service whose pods have the mesh's sidecar: they ask for more, may use more, and hold more memory. */
export function withSidecar({ service, cpu, memory }: Sized, given: Mesh | undefined): Sized {
  const sidecar = sidecarOf(given);
  if (sidecar === undefined) return { service, cpu, memory };
  type Size = Sized["cpu"];
  const sum = (one: Size, other: Size): Size => ({
    request: one.request + other.request,
    limit: one.limit + other.limit,
  });
  const rollouts = service.rollouts?.map((change) => ({
    ...change,
    cpu: change.cpu && sum(change.cpu, sidecar.cpu),
    memory: change.memory && sum(change.memory, sidecar.memory),
  }));
  const { memoryUse } = service;
  const held = memoryUse && { ...memoryUse, base: memoryUse.base + sidecar.holds };
  return {
    service: { ...service, rollouts, memoryUse: held },
    cpu: sum(cpu, sidecar.cpu),
    memory: sum(memory, sidecar.memory),
  };
}

const exponential = (mean: number): Distribution => (mean === 0 ? constant(0) : { shape: "exponential", mean });

const defined = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
