/** From what the metrics ask for to what is asked of the scale: stabilization, rates and bounds, by upstream's two ways. */
import type { DefaultedBehavior, ScaleEvents } from "./behavior.js";

/** A number, and the condition that it leaves behind. */
interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

export interface Wish {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly now: number;
}

const limited = (replicas: number, reason: keyof typeof LIMITS): Limited => ({
  replicas,
  reason,
  message: LIMITS[reason],
});

const LIMITS = {
  ScaleUpLimit: "the desired replica count is increasing faster than the maximum scale rate",
  TooManyReplicas: "the desired replica count is more than the maximum replica count",
  ScaleDownLimit: "the desired replica count is decreasing faster than the maximum scale rate",
  TooFewReplicas: "the desired replica count is less than the minimum replica count",
  DesiredWithinRange: "the desired count is within the acceptable range",
};

const STABILIZED = {
  ReadyForNewScale: "recommended size matches current size",
  ScaleDownStabilized:
    "recent recommendations were higher than current one, applying the highest recent recommendation",
  ScaleUpStabilized: "recent recommendations were lower than current one, applying the lowest recent recommendation",
};

const stabilized = (replicas: number, reason: keyof typeof STABILIZED): Limited => ({
  replicas,
  reason,
  message: STABILIZED[reason],
});

/** What the metrics asked for lately, before any restraint. */
export class Recommendations {
  private readonly list: { readonly replicas: number; readonly at: number }[] = [];

  /** The size that is found at the first look counts, so that nothing shrinks in the first window. */
  begin(replicas: number, now: number): void {
    if (this.list.length === 0) this.list.push({ replicas, at: now });
  }

  /** Without `behavior`: the highest within the window, its far end included. */
  highest({ desired, now }: Wish, window: number): Limited {
    let highest = desired;
    let old = -1;
    for (const [i, { replicas, at }] of this.list.entries()) {
      if (at < now - window) old = i;
      else highest = Math.max(highest, replicas);
    }
    this.record(desired, now, old);
    return stabilized(highest, highest === desired ? "ReadyForNewScale" : "ScaleDownStabilized");
  }

  /** With `behavior`: the present size, no lower than the lowest and no higher than the highest of the windows, their far ends left out. */
  between({ current, desired, now }: Wish, { up, down }: DefaultedBehavior): Limited {
    let lowest = desired;
    let highest = desired;
    let old = -1;
    for (const [i, { replicas, at }] of this.list.entries()) {
      if (at > now - up.window) lowest = Math.min(lowest, replicas);
      if (at > now - down.window) highest = Math.max(highest, replicas);
      if (at < now - up.window && at < now - down.window) old = i;
    }
    this.record(desired, now, old);
    const replicas = Math.min(Math.max(current, lowest), highest);
    if (replicas === desired) return stabilized(replicas, "ReadyForNewScale");
    return stabilized(replicas, desired >= current ? "ScaleUpStabilized" : "ScaleDownStabilized");
  }

  private record(replicas: number, at: number, old: number): void {
    if (old >= 0) this.list[old] = { replicas, at };
    else this.list.push({ replicas, at });
  }
}

/** Without `behavior`: within the bounds, and at most twice the replicas of this moment, or 4. */
export function withinRules({ current, desired, min, max }: Wish): Limited {
  const step = Math.max(2 * current, 4);
  const most = Math.min(max, step);
  if (desired < min) return limited(min, "TooFewReplicas");
  if (desired > most) return limited(most, max > step ? "ScaleUpLimit" : "TooManyReplicas");
  return limited(desired, "DesiredWithinRange");
}

/** With `behavior`: as far as the policies let it go, and only the bound of that side. */
export function withinRate(wish: Wish, { up, down }: DefaultedBehavior, events: ScaleEvents): Limited {
  const { current, desired, min, max, now } = wish;
  if (desired > current) {
    const limit = events.upLimit(current, up, now);
    const most = Math.min(max, limit);
    if (desired > most) return limited(most, max > limit ? "ScaleUpLimit" : "TooManyReplicas");
  } else if (desired < current) {
    const limit = events.downLimit(current, down, now);
    const least = Math.max(min, limit);
    if (desired < least) return limited(least, min < limit ? "ScaleDownLimit" : "TooFewReplicas");
  }
  return limited(desired, "DesiredWithinRange");
}
