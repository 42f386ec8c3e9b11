/**
 * Google's autoscaler of managed instance groups, by its documented behaviour: not decision for decision.
 *
 * Documented: every signal recommends a size, and the greatest wins; instances still initializing are left out for growing;
 * the group keeps what the peak of the last ten minutes (or the initialization period) needed, then shrinks at once, unless
 * scale-in control holds it within so many of the trailing window's peak.
 * Ours: a signal's recommendation, ⌈sum over the instances ÷ target⌉, and that the size of the first look is the first peak.
 */
import { type Decision, roundUp } from "./decision.js";

const STABILIZATION = 600;

export interface ScaleInControl {
  /** Most instances below the peak; a share of the peak where `percent`. */
  readonly most: number;
  readonly percent: boolean;
  readonly window: number;
}

export interface GceSettings {
  readonly signals: readonly { readonly name: string; readonly target: number }[];
  readonly initializationPeriod: number;
  readonly scaleInControl?: ScaleInControl;
  readonly mode: "ON" | "OFF" | "ONLY_SCALE_OUT";
}

export interface GceLook {
  readonly at: number;
  readonly size: number;
  /** For each signal its sum over instances past their initialization, and over all; NaN without data. */
  readonly signals: readonly { readonly initialized: number; readonly all: number }[];
}

interface Past {
  readonly at: number;
  readonly value: number;
}

const peakSince = (past: readonly Past[], from: number): number =>
  Math.max(...past.filter(({ at }) => at >= from).map(({ value }) => value));

/** Fewest instances that scale-in control lets the group have. */
function leastAllowed({ most, percent }: ScaleInControl, peak: number): number {
  return peak - (percent ? Math.floor((peak * most) / 100) : most);
}

export function createGceAutoscaler(settings: GceSettings) {
  const { signals, initializationPeriod, scaleInControl: control, mode } = settings;
  const stabilization = Math.max(STABILIZATION, initializationPeriod);
  const kept = Math.max(stabilization, control?.window ?? 0);
  let recommended: Past[] = [];
  let sizes: Past[] = [];

  function shrunk(at: number, size: number, trail: Decision["trail"]): Decision {
    const needed = peakSince(recommended, at - stabilization);
    const stable = [...trail, { what: "stabilization", seen: { window: stabilization }, wished: needed }];
    if (needed >= size) return { size, rule: "scale-in stabilization", trail: stable };
    if (mode === "ONLY_SCALE_OUT") return { size, rule: "ONLY_SCALE_OUT", trail: stable };
    if (control === undefined) return { size: needed, rule: "scale in", trail: stable };
    const least = leastAllowed(control, peakSince(sizes, at - control.window));
    const allowed = Math.min(size, Math.max(needed, least));
    const rule = allowed > needed ? "scale-in control" : "scale in";
    return { size: allowed, rule, trail: [...stable, { what: "scale-in control", seen: { least }, wished: allowed }] };
  }

  return ({ at, size, signals: seen }: GceLook): Decision => {
    const wishes = signals.map(({ name, target }, i) => ({
      what: name,
      seen: { target, initialized: seen[i].initialized, all: seen[i].all },
      grown: roundUp(seen[i].initialized / target),
      wished: roundUp(seen[i].all / target),
    }));
    const known = wishes.filter(({ wished }) => Number.isFinite(wished));
    const trail = wishes.map(({ what, seen, wished }) => ({ what, seen, wished }));
    if (mode === "OFF" || known.length === 0) return { size: NaN, rule: mode === "OFF" ? "OFF" : "no data", trail };
    const all = Math.max(...known.map(({ wished }) => wished));
    if (recommended.length === 0) recommended.push({ at, value: size });
    recommended = [...recommended, { at, value: all }].filter((past) => past.at >= at - kept);
    sizes = [...sizes, { at, value: size }].filter((past) => past.at >= at - kept);
    const grown = Math.max(...known.map((one) => one.grown).filter(Number.isFinite));
    if (grown > size) return { size: grown, rule: "scale out", trail };
    return shrunk(at, size, trail);
  };
}
