/** Whether removing nodes pays: their pods must fit elsewhere, with at most one new node that is sure to be cheaper. */
import type { Candidate } from "./candidates.js";
import { byPrice, type Claim, enough, type Kind, prices } from "./claim.js";
import { CAPACITY_TYPE } from "./labels.js";
import type { Cluster } from "./objects.js";
import { allows, inValues } from "./requirement.js";
import { loosely, type Requirements } from "./requirements.js";
import type { Solution } from "./solve.js";

const SPOT = "spot";
/** Replacing spot by spot needs so many cheaper types, lest it go on and on. */
const SPOT_CHOICES = 15;

export interface Consolidation {
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly Claim[];
}

export function consolidation(
  cluster: Cluster,
  candidates: readonly Candidate[],
  solution: Solution | undefined,
): Consolidation | undefined {
  if (solution === undefined || solution.claims.length > 1) return undefined;
  const [claim] = solution.claims;
  if (claim === undefined) return { candidates, replacements: [] };
  const price = candidates.every((one) => currentPrice(one) !== undefined)
    ? candidates.reduce((sum, one) => sum + currentPrice(one)!, 0)
    : 0;
  claim.kinds = byPrice(claim.kinds, claim.requirements);
  const capacityType = claim.requirements.get(CAPACITY_TYPE);
  const mayBe = (type: string): boolean => capacityType === undefined || allows(capacityType, type);
  const allSpot = candidates.every(({ node }) => node.capacityType === SPOT);
  if (allSpot && mayBe(SPOT)) {
    const worth = cluster.spotToSpotConsolidation === true && spotToSpot(claim, candidates.length, price);
    return worth ? { candidates, replacements: [claim] } : undefined;
  }
  if (!cheaper(claim, price)) return undefined;
  // On-demand may be dearer: it must be spot, or nothing.
  if (mayBe(SPOT) && mayBe("on-demand")) claim.require(inValues(CAPACITY_TYPE, SPOT));
  return { candidates, replacements: [claim] };
}

function spotToSpot(claim: Claim, candidates: number, price: number): boolean {
  claim.require(inValues(CAPACITY_TYPE, SPOT));
  claim.kinds = claim.kinds.filter((kind) => prices(kind, claim.requirements).length > 0);
  if (!cheaper(claim, price)) return false;
  if (candidates > 1) return true;
  if (claim.kinds.length < SPOT_CHOICES) return false;
  const flexible = enough(claim.kinds, claim.requirements) ?? claim.kinds.length;
  claim.kinds = claim.kinds.slice(0, Math.max(SPOT_CHOICES, flexible));
  return true;
}

/** What the node costs now; undefined when nobody offers it any more. */
function currentPrice({ node, type }: Candidate): number | undefined {
  const offered = (type?.offerings ?? []).filter(
    ({ zone, capacityType }) => zone === node.zone && capacityType === node.capacityType,
  );
  return offered.length === 0 ? undefined : Math.min(...offered.map(({ price }) => price));
}

/** The dearest that a launch may come to: spot's if it can be spot, else on-demand's. */
function worstPrice({ offerings }: Kind, asked: Requirements): number {
  const offered = offerings.filter(({ spec, requirements }) => spec.available && loosely(asked, requirements));
  for (const type of ["reserved", SPOT, "on-demand"]) {
    const own = offered.filter(({ spec }) => spec.capacityType === type);
    if (own.length > 0) return Math.max(...own.map(({ spec }) => spec.price));
  }
  return Infinity;
}

/** Leaves only types that are sure to cost less. */
function cheaper(claim: Claim, price: number): boolean {
  claim.kinds = claim.kinds.filter((kind) => worstPrice(kind, claim.requirements) < price);
  return claim.kinds.length > 0 && enough(claim.kinds, claim.requirements) !== undefined;
}

/** A node of a type that is there already must cost less than that one: else it could just be kept. */
export function withoutSameType(claim: Claim, candidates: readonly Candidate[]): boolean {
  const own = candidates
    .filter(({ type }) => claim.kinds.some(({ spec }) => spec.name === type?.name))
    .map((candidate) => currentPrice(candidate) ?? 0);
  return cheaper(claim, Math.min(Number.MAX_VALUE, ...own));
}
