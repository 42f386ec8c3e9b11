/**
 * AWS target tracking, by its documented behaviour: not decision for decision, since the service is closed.
 *
 * Documented: out in proportion and as fast as possible, in gradually; with several policies out if any asks for it (the
 * greatest size wins), in only if all that may scale in ask for it; missing data keep a policy from scaling in; what is
 * warming up is no capacity yet; a scale-out ends a scale-in cooldown.
 * Ours: how gradual scaling in is (`inStep`), and that it stops at what the same proportion asks for.
 */
import { type Decision, roundUp } from "./decision.js";

export interface TrackedMetric {
  readonly name: string;
  readonly target: number;
  /** The opposite of the vendor's DisableScaleIn. */
  readonly scaleIn: boolean;
}

export interface TargetTrackingSettings {
  readonly metrics: readonly TrackedMetric[];
  /** So many datapoints in a row make an alarm. */
  readonly outDatapoints: number;
  readonly inDatapoints: number;
  /** Share of the target below which a datapoint is low. */
  readonly inBelow: number;
  readonly inStep: number;
  readonly outCooldown: number;
  readonly inCooldown: number;
}

export interface TargetTrackingLook {
  readonly at: number;
  /** Wished for so far. */
  readonly size: number;
  /** In service and past their warm-up. */
  readonly warm: number;
  readonly warming: number;
  /** A datapoint for each metric, NaN where it is missing. */
  readonly metrics: readonly number[];
}

interface Alarm extends TrackedMetric {
  readonly metric: number;
  readonly high: number;
  readonly low: number;
}

/** Counts, for each metric, the datapoints in a row above the target and below the low mark. */
function createAlarms({ metrics, inBelow }: TargetTrackingSettings) {
  const counts = metrics.map(() => ({ high: 0, low: 0 }));
  return (datapoints: readonly number[]): readonly Alarm[] =>
    metrics.map((tracked, i) => {
      const metric = datapoints[i];
      const count = counts[i];
      count.high = metric > tracked.target ? count.high + 1 : 0;
      count.low = metric < inBelow * tracked.target ? count.low + 1 : 0;
      return { ...tracked, metric, ...count };
    });
}

const greatest = (alarms: readonly Alarm[], wanted: (alarm: Alarm) => number): Alarm =>
  alarms.reduce((best, one) => (wanted(one) > wanted(best) ? one : best));

/** The size and rule of a look, with the metric that decided. */
interface Verdict {
  readonly size: number;
  readonly rule: string;
  readonly decisive: Alarm;
}

export function createTargetTracking(settings: TargetTrackingSettings) {
  const watch = createAlarms(settings);
  let lastOut = -Infinity;
  let lastIn = -Infinity;
  let capacityBefore = 0;

  function out({ at, size, warm }: TargetTrackingLook, alarms: readonly Alarm[]): Verdict {
    const cooling = at < lastOut + settings.outCooldown;
    const capacity = cooling ? Math.min(warm, capacityBefore) : warm;
    const wanted = ({ metric, target }: Alarm) => roundUp(capacity * (metric / target));
    const decisive = greatest(alarms, wanted);
    const most = wanted(decisive);
    if (most <= size) return { size, rule: cooling ? "scale-out cooldown" : "capacity on its way", decisive };
    lastOut = at;
    lastIn = -Infinity;
    capacityBefore = capacity;
    return { size: most, rule: "high alarm", decisive };
  }

  function inwards({ at, size, warm }: TargetTrackingLook, alarms: readonly Alarm[]): Verdict {
    const step = Math.max(1, Math.floor(size * settings.inStep));
    const wanted = ({ metric, target }: Alarm) => Math.max(roundUp(warm * (metric / target)), size - step);
    const decisive = greatest(alarms, wanted);
    if (at < lastIn + settings.inCooldown) return { size, rule: "scale-in cooldown", decisive };
    const least = wanted(decisive);
    if (least >= size) return { size, rule: "needed at the target", decisive };
    lastIn = at;
    return { size: least, rule: "low alarm", decisive };
  }

  function verdict(look: TargetTrackingLook, alarms: readonly Alarm[]): Verdict {
    const decisive = alarms[0];
    if (alarms.every(({ metric }) => !Number.isFinite(metric)))
      return { size: NaN, rule: "INSUFFICIENT_DATA", decisive };
    const high = alarms.filter((alarm) => alarm.high >= settings.outDatapoints);
    if (high.length > 0) return out(look, high);
    const voters = alarms.filter(({ scaleIn }) => scaleIn);
    const low = voters.length > 0 && voters.every((alarm) => alarm.low >= settings.inDatapoints);
    if (!low) return { size: look.size, rule: "no alarm", decisive };
    return look.warming > 0 ? { size: look.size, rule: "warming up", decisive } : inwards(look, voters);
  }

  return (look: TargetTrackingLook): Decision & { readonly decisive: Alarm } => {
    const alarms = watch(look.metrics);
    const found = verdict(look, alarms);
    const trail = alarms.map(({ name, metric, target, high, low }) => ({
      what: name,
      seen: { metric, target, high, low, warm: look.warm, warming: look.warming },
      wished: roundUp(look.warm * (metric / target)),
    }));
    return { ...found, trail: [...trail, { what: found.rule, wished: found.size }] };
  };
}
