/**
 * Machine types and what is left of them for pods. The facts are in instances.json, with their
 * sources; a scenario may override every number of them in its node group.
 */
import type { Size } from "../policy/contract.js";
import type { MiB, Usd } from "../units.js";
import catalogue from "./instances.json" with { type: "json" };

export interface InstanceType {
  readonly type: string;
  readonly provider: string;
  readonly region: string;
  readonly arch: "amd64" | "arm64";
  readonly capacity: Size;
  /** On demand, Linux. */
  readonly usdPerHour: Usd;
}

interface Entry {
  readonly type: string;
  readonly provider: string;
  readonly region: string;
  /** Only where it is not amd64. */
  readonly arch?: string;
  readonly vcpu: number;
  readonly memoryGiB: number;
  readonly usdPerHour: number;
}

const types: ReadonlyMap<string, InstanceType> = new Map(
  catalogue.instances.map(({ type, provider, region, arch, vcpu, memoryGiB, usdPerHour }: Entry) => {
    const capacity = { cpuMillicores: 1000 * vcpu, memoryMiB: 1024 * memoryGiB };
    return [type, { type, provider, region, arch: arch === "arm64" ? "arm64" : "amd64", capacity, usdPerHour }];
  }),
);

/** The names of all types, as the clouds spell them, in the catalogue's order. */
export const instanceTypes: readonly string[] = [...types.keys()];

export const providers = ["aws", "azure", "gcp"] as const;

export const typesOf = (provider: (typeof providers)[number]): readonly string[] =>
  instanceTypes.filter((name) => types.get(name)!.provider === provider);

/** The type of this name, or undefined when the catalogue has none. */
export const instanceType = (name: string): InstanceType | undefined => types.get(name);

/** The share of each core that the kubelet keeps: of the first, the second, the third and fourth, and the rest. */
const CORE_SHARES = [
  { cores: 1, share: 0.06 },
  { cores: 1, share: 0.01 },
  { cores: 2, share: 0.005 },
  { cores: Infinity, share: 0.0025 },
] as const;
const KUBELET_MIB = 255;
const KUBELET_MIB_PER_POD = 11;
const EVICTION_MIB: MiB = 100; // the kubelet evicts pods before it gives out the last of the memory

/**
 * What a node does not give to pods, by the formula of EKS's machine images. GKE and AKS keep the
 * same CPU but more memory of large machines; not modelled: here all clouds follow EKS.
 */
export function reserved(capacity: Size, maxPods: number): Size {
  let left = capacity.cpuMillicores;
  let cpuMillicores = 0;
  for (const { cores, share } of CORE_SHARES) {
    const part = Math.min(left, 1000 * cores);
    cpuMillicores += part * share;
    left -= part;
  }
  return { cpuMillicores, memoryMiB: KUBELET_MIB + KUBELET_MIB_PER_POD * maxPods + EVICTION_MIB };
}
