/** A policy's setup as the plain data that the model takes. */
import { instanceType, reserved } from "../catalogue/instances.js";
import type { Taint } from "../controllers/scheduler/objects.js";
import { unlimitedGroup } from "../model/builders.js";
import { plainMesh } from "../model/mesh/mesh-spec.js";
import type { ClusterSpec, HopSpec, LoadSpec, NodeGroupSpec, ServiceSpec, SpotSpec, WorldSpec } from "../model/spec.js";
import type { Size } from "../policy/contract.js";
import { type ArrivalSpec, createArrivals } from "../workload/arrivals.js";
import { createTraceArrivals, type TextSource, type TraceSpec } from "../workload/trace.js";
import { asksForZones, faultSpecs } from "./faults.js";
import type { GroupSetup, ServiceSetup, Setup, Single } from "./setup.js";
import { admissionOf } from "./shape/admission.js";
import { cachesOf, poolsOf, queueSpec } from "./shape/async.js";
import { checksOf } from "./shape/checks.js";
import { daemonSpec } from "./shape/daemons.js";
import { jobSpec } from "./shape/jobs.js";
import { lifecycleOf } from "./shape/lifecycle.js";
import type { Load, Trace } from "./shape/load.js";
import { type Mesh, meshOf, passesOf, retriesOf, sidecarOf, withSidecar } from "./shape/mesh.js";
import { networkOf } from "./shape/network.js";
import { templateOf } from "./shape/placing.js";
import { routeOf } from "./shape/route.js";
import { hostSpec } from "./shape/routes.js";
import type { Service } from "./shape/service.js";
import { resourcesOf, workloadOf } from "./shape/workload.js";

export type OpenTrace = (path: string) => TextSource;

/** The world of a setup whose every section is without complaints. */
export function worldOf(
  single: Single,
  setup: Setup,
  loads: ReadonlyMap<string, Load>,
  openTrace: OpenTrace,
): WorldSpec {
  const horizon = single.warmup + single.duration;
  return {
    services: setup.services.map((service) => serviceSpec(service, single, setup.mesh)),
    background: [
      ...[...setup.jobs].map(([name, job]) => jobSpec(name, job)),
      ...[...setup.daemons].map(([name, daemon]) => daemonSpec(name, daemon)),
    ],
    loads: [...loads].map(([name, load]) => loadSpec(name, load, horizon, openTrace)),
    routes: [...setup.routes].map(([name, route]) => hostSpec(name, route)),
    queues: [...setup.queues].map(([name, fields]) => queueSpec(name, fields)),
    cluster: clusterSpec(single, setup),
    network: networkOf(single.network),
    quota: single.quota,
    scrapePeriod: single.metrics.resolution,
    pipeline: single.metrics.pipeline,
    controllers: single.controllers,
    faults: faultSpecs(
      single,
      setup.services.map(({ name }) => name),
      openTrace,
    ),
    seriesStep: single.series.step,
    demandUtilisation: single.elasticity.utilisation,
  };
}

function serviceSpec(setup: ServiceSetup, single: Single, mesh: Mesh | undefined): ServiceSpec {
  const { network, faults, priorityClasses } = single;
  const { name, replicas, scaler, sizer, balancer, strategy } = setup;
  const { service, cpu, memory } = withSidecar(setup, mesh);
  return {
    name,
    replicas,
    bounds: scaler === undefined ? { min: replicas, max: replicas } : { min: scaler.min, max: scaler.max },
    ...resourcesOf({ cpu, memory }),
    cfsPeriod: setup.cfsPeriod,
    imageMiB: service.image,
    startup: service.startup,
    readiness: service.readiness,
    grace: service.grace,
    lifecycle: lifecycleOf(service),
    template: templateOf(service, priorityClasses),
    workload: workloadOf(service, { cpu, memory }, strategy),
    concurrency: service.concurrency,
    admission: admissionOf(service.admission),
    endpoints: Object.entries(service.endpoints).map(([endpoint, steps]) => ({ name: endpoint, steps })),
    caches: cachesOf(setup.caches),
    pools: poolsOf(service.pools),
    checks: checksOf(service.checks),
    route: routeOf(service, retriesOf(mesh)),
    // Zones lie between pods that know of each other; where calls wait for any pod of a service nobody knows which it will be.
    mesh:
      meshOf(service, mesh) ??
      (asksForZones(network, faults) && service.concurrency.waitsAt === "pod" ? plainMesh : undefined),
    payload: service.payload,
    sidecarMillicores: sidecarOf(mesh)?.cpu.request ?? 0,
    hop: hopSpec(service.hop, network.hop, mesh),
    balancer: balancer!.create,
    weights: service.weights,
    scaler: scaler === undefined ? undefined : { name: scaler.name, create: scaler.create },
    sizer: sizer === undefined ? undefined : { name: sizer.name, create: sizer.create },
    deploymentFactor: service.deploymentFactor,
    executionFactor: service.executionFactor,
  };
}

function hopSpec(own: Service["hop"], network: Single["network"]["hop"], mesh: Mesh | undefined): HopSpec {
  const latency = own.proxy?.latency ?? network.proxy.latency;
  const cpu = own.proxy?.cpu ?? network.proxy.cpu;
  const none = cpu === 0 && latency.shape === "constant" && latency.value === 0;
  return {
    latency: own.latency ?? network.latency,
    reply: own.reply ?? network.reply,
    passes: [...passesOf(mesh), ...(none ? [] : [{ at: "pod", latency, cpu, charged: "pod" } as const])],
  };
}

function loadSpec(name: string, load: Load, horizon: number, openTrace: OpenTrace): LoadSpec {
  const { mix, keys, headers } = load;
  const about = { name, mix, keys, headers };
  if ("users" in load) return { kind: "closed", ...about, users: load.users, think: load.think };
  if ("trace" in load)
    return { kind: "open", ...about, arrivals: (seed) => replayed(name, load.trace, seed, openTrace) };
  const { arrivals, rate, batch } = load;
  // Whether there is a rate is checked with the load's other fields: mmpp brings its own.
  const comings: ArrivalSpec =
    arrivals.kind === "mmpp" ? { ...arrivals, batch } : { ...arrivals, batch, profile: rate! };
  return { kind: "open", ...about, arrivals: (seed) => createArrivals(comings, seed, name, horizon) };
}

/** The arrivals of a trace, opened anew for each replication. */
export function replayed(name: string, { file, ...trace }: Trace, seed: number, openTrace: OpenTrace) {
  return createTraceArrivals(trace as TraceSpec, openTrace(file), seed, name);
}

/** What pods get of a machine of this group; undefined when neither the file nor the catalogue knows its capacity. */
export function allocatableOf(group: GroupSetup): Size | undefined {
  const capacity = capacityOf(group);
  if (capacity === undefined) return undefined;
  const kept = group.reserved === undefined ? reserved(capacity, group.maxPods) : sizeOf(group.reserved);
  return {
    cpuMillicores: capacity.cpuMillicores - kept.cpuMillicores,
    memoryMiB: capacity.memoryMiB - kept.memoryMiB,
  };
}

const sizeOf = ({ cpu, memory }: { readonly cpu: number; readonly memory: number }): Size => ({
  cpuMillicores: cpu,
  memoryMiB: memory,
});

const capacityOf = (group: GroupSetup): Size | undefined =>
  group.capacity === undefined ? instanceType(group.type ?? "")?.capacity : sizeOf(group.capacity);

/** Finite, because a share of infinity is no number; a million cores are as good. */
const WITHOUT_LIMITS: Size = { cpuMillicores: 1e9, memoryMiB: 1e9 };

function clusterSpec({ cluster }: Single, { groups, scheduler, provisioner }: Setup): ClusterSpec {
  return {
    groups: cluster === undefined ? [oneMachine] : groups.map(groupSpec),
    scheduler: { name: scheduler!.name, create: scheduler!.create },
    provisioner: provisioner === undefined ? undefined : { name: provisioner.name, create: provisioner.create },
    pullMiBPerSecond: cluster?.imagePull ?? Infinity,
    eviction: cluster?.eviction,
    minimumBilled: cluster?.minimumBilled ?? 0,
  };
}

const oneMachine: NodeGroupSpec = {
  ...unlimitedGroup,
  name: "machine",
  type: "without limits",
  capacity: WITHOUT_LIMITS,
  allocatable: WITHOUT_LIMITS,
  maxPods: 1e6,
  zones: ["a"],
  virtualizationFactor: 0, // no machines are modelled, so there is no demand R for them
};

export const archOf = ({ arch, type = "" }: GroupSetup): string => arch ?? instanceType(type)?.arch ?? "amd64";
export const taintsOf = ({ taints = [] }: GroupSetup): readonly Taint[] => taints as readonly Taint[];

function groupSpec(group: GroupSetup): NodeGroupSpec {
  const known = instanceType(group.type ?? "");
  const usdPerHour = group.usdPerHour ?? known!.usdPerHour;
  return {
    name: group.name,
    type: group.type ?? group.name,
    arch: archOf(group),
    capacity: capacityOf(group)!,
    allocatable: allocatableOf(group)!,
    maxPods: group.maxPods,
    usdPerHour,
    capacityTypes: group.capacityTypes,
    spot: group.spot && spotSpec(group.spot, group.zones, usdPerHour),
    count: group.count,
    min: group.min,
    max: group.max,
    boot: group.boot,
    zones: group.zones,
    labels: group.labels,
    taints: taintsOf(group),
    virtualizationFactor: group.virtualizationFactor,
  };
}

function spotSpec(
  { price, ...rest }: NonNullable<GroupSetup["spot"]>,
  zones: readonly string[],
  usd: number,
): SpotSpec {
  const shares = typeof price === "number" ? Object.fromEntries(zones.map((zone) => [zone, price])) : price;
  const usdPerHour = Object.fromEntries(Object.entries(shares).map(([zone, share]) => [zone, share * usd]));
  return { ...rest, interruption: rest.interruption, usdPerHour };
}
