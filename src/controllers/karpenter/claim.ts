/** A node yet to be made: the set of instance types that it could still be. Every pod added only shrinks the set. */
import { ARCH, CAPACITY_TYPE, HOSTNAME, INSTANCE_TYPE, NODE_POOL, OS, ZONE } from "./labels.js";
import {
  allocatable,
  fits,
  type InstanceType,
  type NodePool,
  type Offering,
  type Pod,
  plus,
  type Resources,
  sum,
} from "./objects.js";
import { podRequirements, toleratesAll } from "./pod.js";
import { inValues, type Requirement } from "./requirement.js";
import { both, intersects, loosely, ofLabels, ofSpecs, type Requirements, requirements } from "./requirements.js";
import type { Topology } from "./topology.js";

/** An instance type with what it can be, worked out once. */
export interface Kind {
  readonly spec: InstanceType;
  readonly allocatable: Resources;
  readonly requirements: Requirements;
  readonly offerings: readonly { readonly spec: Offering; readonly requirements: Requirements }[];
}

export function kindOf(spec: InstanceType): Kind {
  const available = spec.offerings.filter((offering) => offering.available);
  return {
    spec,
    allocatable: allocatable(spec),
    requirements: requirements([
      inValues(INSTANCE_TYPE, spec.labels?.[INSTANCE_TYPE] ?? spec.name),
      inValues(ARCH, spec.arch),
      inValues(OS, "linux"),
      inValues(ZONE, ...available.map(({ zone }) => zone)),
      inValues(CAPACITY_TYPE, ...available.map(({ capacityType }) => capacityType)),
      ...Object.entries(spec.labels ?? {}).map(([key, value]) => inValues(key, value)),
    ]),
    offerings: spec.offerings.map((offering) => ({
      spec: offering,
      requirements: ofLabels({ [CAPACITY_TYPE]: offering.capacityType, [ZONE]: offering.zone }),
    })),
  };
}

/** Prices of the offerings that are available and fit. */
export const prices = ({ offerings }: Kind, asked: Requirements): readonly number[] =>
  offerings
    .filter(({ spec, requirements: offered }) => spec.available && loosely(asked, offered))
    .map(({ spec }) => spec.price);

/** Cheapest first. Upstream leaves the order of equals to an unstable sort; ours is by name. */
export function byPrice(kinds: readonly Kind[], asked: Requirements): readonly Kind[] {
  const priced = kinds.map((kind) => ({ kind, price: Math.min(...prices(kind, asked)) }));
  priced.sort((a, b) => (a.price === b.price ? (a.kind.spec.name < b.kind.spec.name ? -1 : 1) : a.price - b.price));
  return priced.map(({ kind }) => kind);
}

/** How many of the first types it takes until every minValues is met; undefined when all of them do not. */
export function enough(kinds: readonly Kind[], asked: Requirements): number | undefined {
  const flexible = [...asked.values()].filter(({ minValues }) => minValues !== undefined);
  if (flexible.length === 0) return 0;
  const seen = new Map<string, Set<string>>(flexible.map(({ key }) => [key, new Set()]));
  for (const [i, kind] of kinds.entries()) {
    for (const [key, values] of seen) for (const value of kind.requirements.get(key)?.values ?? []) values.add(value);
    if (flexible.every(({ key, minValues }) => seen.get(key)!.size >= minValues!)) return i + 1;
  }
  return undefined;
}

/** Types that can be so, have so much room and can be had. None when minValues is not met. */
export function remaining(kinds: readonly Kind[], asked: Requirements, requests: Resources): readonly Kind[] {
  const left = kinds.filter(
    (kind) =>
      intersects(kind.requirements, asked) && fits(requests, kind.allocatable) && prices(kind, asked).length > 0,
  );
  return enough(left, asked) === undefined ? [] : left;
}

const nothing: Resources = { cpu: 0, memory: 0, pods: 0 };

/** What a NodePool's nodes have in common. */
export interface Template {
  readonly pool: NodePool;
  readonly requirements: Requirements;
  readonly kinds: readonly Kind[];
}

export function templateOf(pool: NodePool, kinds: readonly Kind[]): Template {
  const labels = ofLabels({ ...pool.labels, [NODE_POOL]: pool.name });
  const common = both(ofSpecs(pool.requirements ?? []), labels);
  return { pool, requirements: common, kinds: remaining(kindsOf(pool, kinds), common, nothing) };
}

/** The catalogue as a pool has it. */
export const kindsOf = ({ types }: NodePool, kinds: readonly Kind[]): readonly Kind[] =>
  types === undefined ? kinds : kinds.filter(({ spec }) => types.includes(spec.name));

export class Claim {
  readonly pods: Pod[] = [];
  requests: Resources;

  requirements: Requirements;

  constructor(
    readonly pool: NodePool,
    common: Requirements,
    public kinds: readonly Kind[],
    daemons: Resources,
    /** What it is called as long as it is no node. */
    private readonly host: string,
    private readonly topology: Topology,
  ) {
    this.requests = daemons;
    this.requirements = new Map([...common, [HOSTNAME, inValues(HOSTNAME, host)]]);
  }

  /** Takes the pod if any instance type is left that suits it and all before it, in a place where others suffer it. */
  add(pod: Pod, asked: Requirements): boolean {
    const { taints = [] } = this.pool;
    if (!toleratesAll(pod, taints) || !loosely(this.requirements, asked)) return false;
    const wanted = both(this.requirements, asked);
    const narrowed = this.topology.narrowed(pod, () => podRequirements(pod, true), taints, wanted);
    if (narrowed === undefined || !loosely(wanted, narrowed)) return false;
    const requests = plus(this.requests, sum([pod]));
    const left = remaining(this.kinds, narrowed, requests);
    if (left.length === 0) return false;
    this.pods.push(pod);
    this.requirements = narrowed;
    this.requests = requests;
    this.kinds = left;
    this.topology.registerHost(this.host);
    this.topology.record(pod, taints, narrowed);
    return true;
  }

  /** No more pods: from now on it has no name. */
  finish(): void {
    const requirements = new Map(this.requirements);
    requirements.delete(HOSTNAME);
    this.requirements = requirements;
  }

  require(one: Requirement): void {
    this.requirements = both(this.requirements, new Map([[one.key, one]]));
  }
}
