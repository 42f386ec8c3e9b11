/** Views as literals: a test names what it is about, the builder knows the rest. */
import { z } from "zod";
import { RandomStream } from "../../src/kernel/random.js";
import type {
  Candidate,
  ClusterView,
  GroupView,
  NodeView,
  PlacedPod,
  PodView,
  PolicyContext,
  ScaleAnswer,
  Scaler,
  ServiceView,
  Signal,
  Size,
} from "../../src/policy/contract.js";
import type { Definition } from "../../src/policy/define.js";

/** A policy as a scenario would make it, its fields read from what a file holds. */
export function make<P>(definition: Definition<P>, given: Record<string, unknown> = {}, seed = 1): P {
  const values = z.strictObject({ ...definition.fields }).parse(given);
  return definition.create(values, { stream: new RandomStream(seed, "policy"), clock: { now: 0 } });
}

/** A policy as a world makes it, one for each replication. */
export const made =
  <P>(definition: Definition<P>, given: Record<string, unknown> = {}) =>
  (context: PolicyContext): P =>
    definition.create(z.strictObject({ ...definition.fields }).parse(given), context);

/** An old, ready pod with a fresh sample of 500 millicores. */
export const podView = (given: Partial<PodView> = {}): PodView => ({
  size: { cpuMillicores: 1000, memoryMiB: 256 },
  pending: false,
  ready: true,
  draining: false,
  startedAt: -3600,
  readySince: -3600,
  cpuMillicores: 500,
  memoryMiB: 100,
  sampledAt: 0,
  sampleWindow: 15,
  ...given,
});

export const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

interface ServiceGiven extends Partial<Omit<ServiceView, "mean" | "sampledAt">> {
  readonly means?: Partial<Record<Signal, number>>;
}

/** As many ready pods as replicas, unless told. */
export function serviceView({ means = {}, ...given }: ServiceGiven = {}): ServiceView {
  const pods = given.pods ?? times(given.replicas ?? 1, podView());
  return {
    now: 0,
    name: "shop",
    replicas: pods.length,
    ready: pods.filter((pod) => pod.ready && !pod.draining).length,
    min: 1,
    max: 1000,
    size: { cpuMillicores: 1000, memoryMiB: 256 },
    pods,
    inFlight: 0,
    waiting: 0,
    passed: { calls: 0, callSeconds: NaN },
    idle: [],
    mean: (signal) => means[signal] ?? NaN,
    sampledAt: () => given.now ?? 0,
    ...given,
  };
}

/** A scaler's answer, a bare number given its shape. */
export function ask(scaler: Scaler, view: ServiceView): ScaleAnswer {
  const answer = scaler.desiredReplicas(view);
  return typeof answer === "number" ? { replicas: answer, rule: "" } : answer;
}

export const size = (cpuMillicores: number, memoryMiB: number): Size => ({ cpuMillicores, memoryMiB });

export const placedPod = (cpuMillicores: number, memoryMiB = 100, service = "shop"): PlacedPod => ({
  service,
  cpuMillicores,
  memoryMiB,
  object: {
    name: service,
    labels: { app: service },
    containers: [{ image: service, requests: { cpu: cpuMillicores, memory: memoryMiB * 2 ** 20 } }],
  },
});

/** A node of 1000 millicores and 1000 MiB, for 10 pods, or as told; what is free follows from its pods. */
export function nodeView(given: Partial<NodeView> & { readonly id: number }): NodeView {
  const { pods = [], allocatable = size(1000, 1000) } = given;
  const sum = (of: (pod: PlacedPod) => number) => pods.reduce((total, pod) => total + of(pod), 0);
  return {
    group: "small",
    zone: "a",
    capacityType: "on-demand",
    claim: undefined,
    ready: true,
    draining: false,
    noticeAt: NaN,
    allocatable,
    free: size(
      allocatable.cpuMillicores - sum((pod) => pod.cpuMillicores),
      allocatable.memoryMiB - sum((pod) => pod.memoryMiB),
    ),
    maxPods: 10,
    podCount: pods.length,
    boughtAt: 0,
    object: {
      name: `${given.group ?? "small"}-${given.id}`,
      labels: { "topology.kubernetes.io/zone": given.zone ?? "a" },
      allocatable: { cpu: allocatable.cpuMillicores, memory: allocatable.memoryMiB * 2 ** 20, pods: 10 },
    },
    pods,
    ...given,
  };
}

export const groupView = (given: Partial<GroupView> = {}): GroupView => ({
  name: "small",
  type: "test.small",
  arch: "amd64",
  capacity: given.allocatable ?? size(1000, 1000),
  allocatable: size(1000, 1000),
  maxPods: 10,
  usdPerHour: 0.1,
  offerings: [{ zone: "a", capacityType: "on-demand", usdPerHour: given.usdPerHour ?? 0.1 }],
  min: 0,
  max: 100,
  count: 1,
  labels: {},
  taints: [],
  ...given,
});

export const clusterView = (given: Partial<ClusterView> = {}): ClusterView => ({
  now: 0,
  nodes: [],
  pending: [],
  groups: [groupView()],
  budgets: [],
  daemons: [],
  ...given,
});

export const candidate = (allocatable: Size, free: Size, podCount = 0, maxPods = 10): Candidate => ({
  allocatable,
  free,
  podCount,
  maxPods,
});
