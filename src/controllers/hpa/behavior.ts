/** `behavior`: the API's defaults, and how far its policies let replicas move within their periods. */
import { toInt32 } from "./integers.js";
import type { Behavior, ScalingPolicy, ScalingRules } from "./types.js";

export interface Rules {
  readonly window: number;
  readonly select: "Max" | "Min" | "Disabled";
  readonly policies: readonly ScalingPolicy[];
  readonly tolerance: number | undefined;
}

export interface DefaultedBehavior {
  readonly up: Rules;
  readonly down: Rules;
}

const percent = (value: number): ScalingPolicy => ({ type: "Percent", value, periodSeconds: 15 });
const defaultUp = [{ type: "Pods", value: 4, periodSeconds: 15 } as const, percent(100)];
const defaultDown = [percent(100)];

/** A field that is given replaces only itself; a list of policies replaces the whole list. */
const defaulted = (given: ScalingRules | undefined, policies: readonly ScalingPolicy[], window: number): Rules => ({
  window: given?.stabilizationWindowSeconds ?? window,
  select: given?.selectPolicy ?? "Max",
  policies: given?.policies ?? policies,
  // The nearest double to thousandths, made as upstream makes it.
  tolerance: given?.tolerance === undefined ? undefined : given.tolerance * 0.001,
});

export function defaultBehavior(given: Behavior | undefined, downWindow: number): DefaultedBehavior | undefined {
  if (given === undefined) return undefined;
  return { up: defaulted(given.scaleUp, defaultUp, 0), down: defaulted(given.scaleDown, defaultDown, downWindow) };
}

interface ScaleEvent {
  readonly change: number;
  readonly at: number;
  outdated: boolean;
}

const longestPeriod = ({ policies }: Rules): number =>
  Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds));

/** The rescales that the policies' periods look back upon. */
export class ScaleEvents {
  private readonly up: ScaleEvent[] = [];
  private readonly down: ScaleEvent[] = [];

  /** Remembers a rescale, in the place of one that no policy of its direction looks back upon any more. */
  store(behavior: DefaultedBehavior, from: number, to: number, now: number): void {
    const rises = to > from;
    const events = rises ? this.up : this.down;
    const cutoff = now - longestPeriod(rises ? behavior.up : behavior.down);
    for (const event of events) if (event.at < cutoff) event.outdated = true;
    const latest = { change: Math.abs(to - from), at: now, outdated: false };
    const old = events.findLastIndex(({ outdated }) => outdated);
    if (old >= 0) events[old] = latest;
    else events.push(latest);
  }

  /** The most replicas that the policies allow now. */
  upLimit(replicas: number, { select, policies }: Rules, now: number): number {
    if (select === "Disabled") return replicas;
    const limits = policies.map(({ type, value, periodSeconds }) => {
      const start = this.atPeriodStart(replicas, periodSeconds, now);
      // Rounded up, or few replicas could never become more.
      return type === "Pods" ? start + value : toInt32(Math.ceil(start * (1 + value / 100)));
    });
    return Math.max(replicas, select === "Min" ? Math.min(...limits) : Math.max(...limits));
  }

  /** The fewest. Cut off, so a share may take a little more than its percentage. */
  downLimit(replicas: number, { select, policies }: Rules, now: number): number {
    if (select === "Disabled") return replicas;
    const limits = policies.map(({ type, value, periodSeconds }) => {
      const start = this.atPeriodStart(replicas, periodSeconds, now);
      return type === "Pods" ? start - value : toInt32(start * (1 - value / 100));
    });
    return Math.min(replicas, select === "Min" ? Math.max(...limits) : Math.min(...limits));
  }

  private atPeriodStart(replicas: number, period: number, now: number): number {
    const changed = (events: readonly ScaleEvent[]) =>
      events.reduce((sum, { change, at }) => sum + (at > now - period ? change : 0), 0);
    return replicas - changed(this.up) + changed(this.down);
  }
}
