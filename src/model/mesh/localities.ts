/**
 * Which pods are asked first: those of the caller's zone, or of zones by weight. A rule divides what a proxy knows into
 * groups and says how likely each is; within a group the balancer chooses.
 */
import type { Fraction } from "../../units.js";
import type { LocalitySpec } from "./mesh-spec.js";

/** Slots, by zone number, and which of them are fit to be called. */
export interface Known {
  readonly slots: Int32Array;
  readonly zoneOf: (slot: number) => number;
  readonly isFit: (slot: number) => boolean;
}

/** Where the caller stands, and the shares of its service's pods by zone; zones without any are absent. */
export interface Origin {
  readonly zone: number;
  readonly shares: ReadonlyMap<number, Fraction>;
}

export interface Part {
  readonly slots: Int32Array;
  /** How likely it is asked; all parts together 1. */
  readonly share: Fraction;
  /** Where parts take turns: what Envoy puts them in line by. Of shares, which are quotients, other ties would come out. */
  readonly weight?: number;
}

/** Envoy's overprovisioning factor: a group is good for all its calls until less than 1 / 1.4 of it is fit. */
const OVERPROVISIONED = 1.4;

export function divide(
  spec: LocalitySpec,
  known: Known,
  origin: Origin,
  zones: readonly string[],
  panic: Fraction,
): readonly Part[] {
  switch (spec.kind) {
    case "prefer-same-zone":
      return sameZone(known, origin, panic);
    case "failover":
      return failover(known, origin, panic);
    case "weighted":
      return weighted(known, spec.weights, zones, panic);
    case "zone-aware":
      return zoneAware(known, origin, spec.least, panic);
  }
}

/** Those fit; or all, when they are too few and not good for all calls. */
export function usable({ slots, isFit }: Known, panic: Fraction): Int32Array {
  const fit = slots.filter(isFit);
  const enough = fit.length >= panic * slots.length || OVERPROVISIONED * fit.length >= slots.length;
  return enough ? fit : slots;
}

const within = (known: Known, wanted: (zone: number) => boolean): Known => ({
  ...known,
  slots: known.slots.filter((slot) => wanted(known.zoneOf(slot))),
});
const whole = (slots: Int32Array): readonly Part[] => [{ slots, share: 1 }];

/** Kubernetes' PreferSameZone: none but those of the zone, as long as one of them is known; whether it is fit nobody asks. */
function sameZone(known: Known, { zone }: Origin, panic: Fraction): readonly Part[] {
  const near = within(known, (one) => one === zone);
  return whole(usable(near.slots.length > 0 ? near : known, panic));
}

/** Istio's locality failover: the zone is priority 0 and the rest priority 1, which takes what the first is not good for. */
function failover(known: Known, { zone }: Origin, panic: Fraction): readonly Part[] {
  const priorities = [within(known, (one) => one === zone), within(known, (one) => one !== zone)];
  const health = priorities.map(({ slots, isFit }) =>
    slots.length === 0 ? 0 : Math.min(1, (OVERPROVISIONED * slots.filter(isFit).length) / slots.length),
  );
  const available = Math.min(1, health[0] + health[1]);
  // With nobody fit the first that has pods takes all, unfit as they are.
  if (available === 0) return whole(priorities.find(({ slots }) => slots.length > 0)?.slots ?? known.slots);
  const first = health[0] / available;
  const shares = [Math.min(1, first), 1 - Math.min(1, first)];
  return priorities.flatMap((priority, i) => {
    if (shares[i] <= 0) return [];
    const slots = available < 1 ? usable(priority, panic) : priority.slots.filter(priority.isFit);
    return [{ slots, share: shares[i] }];
  });
}

/** Zones by weight × how far they are good for their calls. */
function weighted(
  known: Known,
  weights: Readonly<Record<string, number>>,
  zones: readonly string[],
  panic: Fraction,
): readonly Part[] {
  const parts = zones.flatMap((name, zone) => {
    const here = within(known, (one) => one === zone);
    const fit = here.slots.filter(here.isFit);
    if (here.slots.length === 0 || fit.length === 0) return [];
    const weight = (weights[name] ?? 0) * Math.min(1, OVERPROVISIONED * (fit.length / here.slots.length));
    return weight > 0 ? [{ slots: fit, weight }] : [];
  });
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (sum === 0) return whole(usable(known, panic));
  return parts.map((part) => ({ ...part, share: part.weight / sum }));
}

/**
 * Envoy's zone-aware routing: calls stay in their zone as far as its share of pods is as large as its share of callers; what
 * is more goes to the zones that have more pods than callers.
 */
function zoneAware(known: Known, { zone, shares }: Origin, least: number, panic: Fraction): readonly Part[] {
  const fit = usable(known, panic);
  const counts = new Map<number, number>();
  for (const slot of fit) counts.set(known.zoneOf(slot), (counts.get(known.zoneOf(slot)) ?? 0) + 1);
  const panics = fit === known.slots && !Array.from(fit).every(known.isFit);
  const local = counts.get(zone) ?? 0;
  if (panics || fit.length < least || counts.size < 2 || shares.size < 2 || local === 0) return whole(fit);
  const partOf = (one: number): Int32Array => fit.filter((slot) => known.zoneOf(slot) === one);
  const here = local / fit.length;
  const callers = shares.get(zone) ?? 0;
  if (here >= callers) return whole(partOf(zone));
  const spare = [...counts].flatMap(([one, count]) => {
    const left = count / fit.length - (shares.get(one) ?? 0);
    return one !== zone && left > 0 ? [{ slots: partOf(one), left }] : [];
  });
  const sum = spare.reduce((total, { left }) => total + left, 0);
  const stays = here / callers;
  return [
    { slots: partOf(zone), share: stays },
    ...spare.map(({ slots, left }) => ({ slots, share: ((1 - stays) * left) / sum })),
  ];
}
