/** The models that dryscale is measured on, each as a world of its own full model. Parameters: bench/peers/README.md. */
import { z } from "zod";
import { constant } from "../src/kernel/distributions.js";
import { RandomStream } from "../src/kernel/random.js";
import { cluster, service, unlimitedGroup, world } from "../src/model/builders.js";
import { plainRoute } from "../src/model/calls/route.js";
import { envoysOutliers, plainMesh } from "../src/model/mesh/mesh-spec.js";
import type { LoadSpec, WorldSpec } from "../src/model/spec.js";
import { balancers } from "../src/policy/balancer/index.js";
import type {
  Balancer,
  ClusterScheduler,
  PolicyContext,
  Provisioner,
  Scaler,
  Scheduler,
} from "../src/policy/contract.js";
import type { Definition } from "../src/policy/define.js";
import { provisioners } from "../src/policy/provisioner/index.js";
import { scalers } from "../src/policy/scaler/index.js";
import { schedulers } from "../src/policy/scheduler/index.js";
import { metrics } from "../src/scenario/shape/control.js";

const poisson = (to: string, rate: number): LoadSpec => ({
  kind: "open",
  name: "load",
  mix: [{ service: to, endpoint: "call", share: 1 }],
  arrivals: (seed) => {
    const stream = new RandomStream(seed, "load/gaps");
    let now = 0;
    return { next: () => (now += stream.exponential() / rate) };
  },
});

export const mm1 = (): WorldSpec =>
  world({
    services: [service({ steps: [{ kind: "cpu", work: { shape: "exponential", mean: 1 } }] })],
    loads: [poisson("shop", 0.8)],
    seriesStep: 1e9,
  });

/** The less busy of two distinct pods. */
const twoChoices = ({ stream }: PolicyContext): Balancer => ({
  pick({ rows, count, active }) {
    const one = stream.below(count);
    let two = stream.below(count - 1);
    if (two >= one) two++;
    return active[rows[two]] < active[rows[one]] ? two : one;
  },
});

export function chain(shared: boolean): WorldSpec {
  const names = ["a", "b", "c"];
  const services = names.map((name, i) => {
    const work = { kind: "cpu", work: { shape: "lognormal", mean: 0.01, cv: 1 } } as const;
    const next = names[i + 1];
    return service({
      name,
      replicas: 10,
      size: { cpuMillicores: 4000, memoryMiB: 256 },
      cpuLimitMillicores: 4000,
      bounds: { min: 10, max: 10 },
      concurrency: { limit: shared ? Infinity : 4, queue: Infinity, holds: "work", waitsAt: "pod" },
      steps: next === undefined ? [work] : [work, { kind: "call", service: next, endpoint: "call" }],
      hop: {
        latency: { shape: "exponential", mean: 0.0005 },
        reply: constant(0),
        passes: [],
      },
      balancer: twoChoices,
      scaler: {
        name: "mean",
        create: () => ({
          period: 15,
          desiredReplicas: (view) => Math.ceil((view.replicas * view.mean("cpu", 15)) / 0.5),
        }),
      },
    });
  });
  return world({ services, loads: [poisson("a", 2000)], seriesStep: 15 });
}

/**
 * The chain with a mesh: sidecars on both ends of a call, each caller's own least-request balancer, a timeout for each call
 * and outlier detection by each proxy. No timeout ever comes, and nobody is ever left out.
 */
export function meshed(): WorldSpec {
  const bare = chain(false);
  const sidecar = { latency: { shape: "exponential", mean: 0.0001 }, cpu: 0.0002, charged: "pod" } as const;
  return {
    ...bare,
    services: bare.services.map((service) => ({
      ...service,
      hop: {
        ...service.hop,
        passes: [
          { at: "caller", ...sidecar },
          { at: "pod", ...sidecar },
        ] as const,
      },
      balancer: chosen(balancers, "least-request", {}) as (context: PolicyContext) => Balancer,
      route: { ...plainRoute, timeout: 15 },
      mesh: { ...plainMesh, outliers: envoysOutliers },
    })),
  };
}

/**
 * The chain on machines with room for it, with the controllers that a cluster has (an HPA for each service on what a metrics
 * server has of its pods, the Cluster Autoscaler, kube-scheduler), or with none. The bounds hold the pods
 * where they are, so that both play the very same requests and only the deciding differs.
 */
export function controlled(controllers: boolean): WorldSpec {
  const bare = chain(false);
  const size = { cpuMillicores: 16_000, memoryMiB: 65_536 };
  const machines = { ...unlimitedGroup, count: 10, min: 10, max: 20, capacity: size, allocatable: size, maxPods: 110 };
  const hpa = chosen(scalers, "hpa", { target: "80%" }) as (context: PolicyContext) => Scaler;
  const nodes = chosen(provisioners, "cluster-autoscaler", {}) as (context: PolicyContext) => Provisioner;
  const scheduler = chosen(schedulers, "kube-scheduler", {}) as () => ClusterScheduler;
  return {
    ...bare,
    pipeline: controllers ? metrics.parse({ pipeline: "kubernetes" }).pipeline : undefined,
    services: bare.services.map(({ scaler: _, ...service }) => ({
      ...service,
      scaler: controllers ? { name: "hpa", create: hpa } : undefined,
    })),
    cluster: cluster({
      groups: [machines],
      scheduler: controllers ? { name: "kube-scheduler", create: scheduler } : leastAllocated,
      provisioner: controllers ? { name: "cluster-autoscaler", create: nodes } : undefined,
    }),
  };
}

/** A policy of a registry with the given fields. */
function chosen(registry: readonly Definition<unknown>[], name: string, fields: Readonly<Record<string, unknown>>) {
  const definition = registry.find((one) => one.name === name)!;
  return (context: PolicyContext) => definition.create(z.object(definition.fields).parse(fields), context);
}

/** So many pods of one service on machines of 110 pods each, with 100 calls a second among them all. */
export function idlePods(pods: number): WorldSpec {
  const allocatable = { cpuMillicores: 110 * 100, memoryMiB: 110 * 128 };
  return world({
    services: [
      service({
        replicas: pods,
        bounds: { min: pods, max: pods },
        size: { cpuMillicores: 100, memoryMiB: 128 },
        cpuLimitMillicores: 1000,
        concurrency: { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" },
        steps: [{ kind: "cpu", work: { shape: "lognormal", mean: 0.01, cv: 1 } }],
        balancer: twoChoices,
        scaler: { name: "mean", create: () => ({ period: 15, desiredReplicas: ({ replicas }) => replicas }) },
      }),
    ],
    loads: [poisson("shop", 100)],
    cluster: cluster({
      groups: [{ ...unlimitedGroup, count: Math.ceil(pods / 110), allocatable, capacity: allocatable, maxPods: 110 }],
      scheduler: leastAllocated,
    }),
    seriesStep: 60,
  });
}

const leastAllocated: Scheduler = {
  filters: [{ rejects: (pod, node) => (pod.cpuMillicores > node.free.cpuMillicores ? "Insufficient cpu" : undefined) }],
  score: (pod, node) => ((node.free.cpuMillicores - pod.cpuMillicores) * 100) / node.allocatable.cpuMillicores,
};
