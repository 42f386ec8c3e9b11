/** Who decides and with how much, under one of the compared policies: the file's sections laid over each other. */

import type { z } from "zod";
import { typesOf } from "../catalogue/instances.js";
import { meshes } from "../catalogue/meshes.js";
import type { Strategy } from "../controllers/deployment/fenceposts.js";
import type { ResourceQuota } from "../controllers/resource-quota/quota.js";
import type { Balancer, Provisioner, Scaler, Scheduler } from "../policy/contract.js";
import type { Sizer } from "../policy/sizer-contract.js";
import { cpuSize, DEFAULT_CPU, DEFAULT_MEMORY, memorySize } from "./fields.js";
import type { Chosen } from "./policies.js";
import type { QueueFields } from "./shape/async.js";
import { withBehaviour } from "./shape/behaviour.js";
import type { Group } from "./shape/cluster.js";
import type { Daemon } from "./shape/daemons.js";
import type { Job } from "./shape/jobs.js";
import type { Load } from "./shape/load.js";
import { type Mesh, presetOf } from "./shape/mesh.js";
import type { PriorityClasses } from "./shape/placing.js";
import type { Use } from "./shape/policy.js";
import type { Route } from "./shape/routes.js";
import type { Service } from "./shape/service.js";
import { strategy } from "./shape/workload.js";
import type { single, Variant } from "./shape.js";
import type { Path } from "./source.js";

export type Single = { readonly [K in keyof typeof single]: z.output<(typeof single)[K]> };

/** What could be read of a file. */
export interface Parts {
  /** Sections with faults are absent. */
  readonly single: Partial<Single>;
  readonly services: ReadonlyMap<string, Service>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly daemons: ReadonlyMap<string, Daemon>;
  readonly queues: ReadonlyMap<string, QueueFields>;
  readonly loads: ReadonlyMap<string, Load>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly variants: ReadonlyMap<string, Variant>;
  readonly chosen: ReadonlyMap<Use, Chosen<unknown>>;
}

export interface ServiceSetup {
  readonly name: string;
  readonly service: Service;
  readonly replicas: number;
  /** Where the replicas, the size and the scaler are written. */
  readonly replicasPath: Path;
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly cpuPath: Path;
  readonly memory: { readonly request: number; readonly limit: number };
  readonly memoryPath: Path;
  readonly cfsPeriod: number | undefined;
  readonly scaler: Chosen<Scaler> | undefined;
  readonly sizer: Chosen<Sizer> | undefined;
  readonly sizerPath: Path;
  readonly scalerPath: Path;
  readonly balancer: Chosen<Balancer> | undefined;
  readonly strategy: Strategy;
  readonly caches: Service["caches"];
}

export interface GroupSetup extends Group {
  readonly name: string;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly path: Path;
}

export interface Setup {
  readonly policy: string;
  readonly mesh: Mesh | undefined;
  readonly services: readonly ServiceSetup[];
  readonly jobs: ReadonlyMap<string, Job>;
  readonly daemons: ReadonlyMap<string, Daemon>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly queues: ReadonlyMap<string, QueueFields>;
  readonly groups: readonly GroupSetup[];
  readonly provisioner: Chosen<Provisioner> | undefined;
  readonly scheduler: Chosen<Scheduler> | undefined;
  readonly priorityClasses: PriorityClasses;
  readonly quota: ResourceQuota | undefined;
}

/** What no file needs to write. */
export const DEFAULTS = {
  scheduler: { use: "least-allocated", fields: {} },
} as const satisfies Record<string, Use>;

/** What meshes choose pods by, and who has none, by name. */
export const balancers: ReadonlyMap<string, Use> = new Map(
  meshes.map(({ balancer: use }) => [use, { use, fields: {} }]),
);

const nothing: Variant = { services: {}, routes: {}, nodes: {} };

/** The policy "as-written" changes nothing. */
export function setupOf(parts: Parts, policy: string): Setup {
  const variant = parts.variants.get(policy) ?? nothing;
  const chosen = <P>(use: Use | undefined): Chosen<P> | undefined => {
    const found = use === undefined ? undefined : (parts.chosen.get(use) as Chosen<P> | undefined);
    return found?.name === "none" ? undefined : found;
  };
  const { cluster, quota, priorityClasses = {} } = parts.single;
  const mesh = variant.mesh ?? parts.single.mesh;
  return {
    policy,
    mesh,
    services: [...parts.services].map(([name, service]) => serviceSetup(policy, variant, name, service, chosen, mesh)),
    jobs: parts.jobs,
    daemons: parts.daemons,
    routes: new Map([...parts.routes].map(([name, route]) => [name, routeUnder(variant, name, route)])),
    queues: parts.queues,
    groups: [
      ...Object.entries(cluster?.nodes ?? {}).map(([name, group]) => groupSetup(policy, variant, name, group)),
      ...(cluster?.market === undefined ? [] : groupsOf(cluster.market)),
    ],
    provisioner: chosen<Provisioner>(variant.provisioner ?? cluster?.provisioner),
    scheduler: chosen<Scheduler>(variant.scheduler ?? cluster?.scheduler ?? DEFAULTS.scheduler),
    priorityClasses,
    quota,
  };
}

function serviceSetup(
  policy: string,
  variant: Variant,
  name: string,
  service: Service,
  chosen: <P>(use: Use | undefined) => Chosen<P> | undefined,
  mesh: Mesh | undefined,
): ServiceSetup {
  const own: Variant["services"][string] = Object.hasOwn(variant.services, name) ? variant.services[name] : {};
  // The nearest word counts: of the policy for this service, of the policy for all, of the service.
  const layers = [
    { values: own, path: ["policies", policy, "services", name] },
    { values: variant, path: ["policies", policy] },
    { values: service, path: ["services", name] },
  ];
  type Field = "replicas" | "cpu" | "memory" | "cpuModel" | "scaler" | "sizer" | "balancer" | "strategy";
  const said = <K extends Field>(field: K) => {
    const { values, path } = layers.find(({ values }) => values[field] !== undefined) ?? layers[2];
    return { value: values[field], path: [...path, field] };
  };
  const scaling = said("scaler");
  const scaler = chosen<Scaler>(scaling.value);
  const sizing = said("sizer");
  const replicas = said("replicas");
  const cpu = said("cpu");
  const memory = said("memory");
  return {
    name,
    service: withBehaviour(service, own),
    replicas: replicas.value ?? scaler?.min ?? 1,
    replicasPath: replicas.path,
    cpu: cpu.value ?? cpuSize.parse(DEFAULT_CPU),
    cpuPath: cpu.path,
    memory: memory.value ?? memorySize.parse(DEFAULT_MEMORY),
    memoryPath: memory.path,
    cfsPeriod: said("cpuModel").value?.period,
    scaler,
    scalerPath: scaling.path,
    sizer: chosen<Sizer>(sizing.value),
    sizerPath: sizing.path,
    balancer: chosen<Balancer>(said("balancer").value ?? balancers.get(presetOf(mesh).balancer)),
    strategy: said("strategy").value ?? strategy.parse({}),
    caches: own.caches ?? service.caches,
  };
}

function routeUnder({ routes }: Variant, name: string, route: Route): Route {
  const delivery = Object.hasOwn(routes, name) ? routes[name].delivery : route.delivery;
  return { ...route, delivery: delivery === "none" ? undefined : delivery };
}

/** Each type of the market is a group of its own name. */
function groupsOf({ types, ...terms }: NonNullable<Single["cluster"]>["market"] & object): readonly GroupSetup[] {
  const names = typeof types === "string" ? typesOf(types) : types;
  const bounds = { count: 0, min: 0, max: Infinity };
  const path = ["cluster", "market"];
  return names.map((type) => ({ ...terms, name: type, type, ...bounds, virtualizationFactor: 1, path }));
}

function groupSetup(policy: string, variant: Variant, name: string, group: Group): GroupSetup {
  const own = Object.hasOwn(variant.nodes, name) ? variant.nodes[name] : undefined;
  const { count = 1, max = count, min = Math.min(count, max) } = { ...group, ...own };
  const path = own === undefined ? ["cluster", "nodes", name] : ["policies", policy, "nodes", name];
  return { ...group, name, count, min, max, path };
}
