/** What a claim is launched as: spot where it may be spot, the cheapest that is left of it, in the zone with the fewest. */
import type { Claim } from "../../controllers/karpenter/claim.js";
import { NODE_POOL, wellKnown } from "../../controllers/karpenter/labels.js";
import { loosely } from "../../controllers/karpenter/requirements.js";
import type { CapacityType, MachineOrder, NodeView } from "../contract.js";
import type { Pool } from "./karpenter-world.js";

interface Launch {
  readonly group: string;
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly price: number;
}

/**
 * AWS buys on demand by lowest price and spot by price and capacity; capacity is not modelled, so that the cheapest is bought
 * of both. Equal prices go by the type's name, and equal zones by the number of machines there: both are ours.
 */
function launchOf({ kinds, requirements }: Claim, nodes: readonly NodeView[]): Launch | undefined {
  const all = kinds.flatMap(({ spec, offerings }) =>
    offerings
      .filter((one) => one.spec.available && loosely(requirements, one.requirements))
      .map(({ spec: { zone, capacityType, price } }): Launch => {
        return { group: spec.name, zone, capacityType: capacityType as CapacityType, price };
      }),
  );
  const spot = all.filter(({ capacityType }) => capacityType === "spot");
  const crowd = ({ zone }: Launch): number => nodes.filter((node) => node.zone === zone).length;
  const best = (spot.length > 0 ? spot : all).sort(
    (a, b) =>
      a.price - b.price ||
      (a.group < b.group ? -1 : Number(a.group > b.group)) ||
      crowd(a) - crowd(b) ||
      (a.zone < b.zone ? -1 : 1),
  );
  return best[0];
}

/** What the cloud says of the type, and what pods have made of the pool's other labels: of several values the first by name. */
function labelsOf({ kinds, requirements }: Claim, group: string): Readonly<Record<string, string>> {
  const own = [...requirements].flatMap(([key, { complement, values }]) => {
    const [value] = [...values].sort();
    return complement || value === undefined || wellKnown.has(key) ? [] : [[key, value] as const];
  });
  return { ...kinds.find(({ spec }) => spec.name === group)?.spec.labels, ...Object.fromEntries(own) };
}

/** A machine for a claim, by the claim's name; undefined when none is to be had that the claim may be. */
export function orderOf(claim: Claim, name: string, pool: Pool, nodes: readonly NodeView[]): MachineOrder | undefined {
  const launch = launchOf(claim, nodes);
  if (launch === undefined) return undefined;
  const { group, zone, capacityType } = launch;
  const { labels, taints = [], drainLimit } = pool;
  const own = { ...labelsOf(claim, group), ...labels, [NODE_POOL]: pool.pool.name };
  return { group, count: 1, zone, capacityType, claim: name, labels: own, taints, drainLimit };
}
