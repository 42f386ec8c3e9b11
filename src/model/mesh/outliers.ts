/**
 * Envoy's outlier detection, of one proxy: pods that fail too often are ejected, which means left out, for a time that
 * grows with every time. Failures in a row eject at once; shares of failures are looked at once an interval.
 * Order and constants are those of outlier_detection_impl; its own tests are replayed in test/model/mesh/outliers.test.ts.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Fraction, Seconds } from "../../units.js";
import { Failure } from "../calls/failure.js";
import type { OutliersSpec } from "./mesh-spec.js";

/** Why a pod was ejected, in Envoy's words. */
export type Cause = "consecutive 5xx" | "consecutive gateway failure" | "success rate" | "failure percentage";

export interface Ejection {
  readonly slot: number;
  readonly cause: Cause;
  /** Of the first two: in a row; of the others: the share that was too low or too high, and what it was held against. */
  readonly seen: Readonly<Record<string, number>>;
  readonly until: Seconds;
}

/** What one proxy has seen of one pod. */
interface Monitor {
  inRow: number;
  gatewayInRow: number;
  /** Of the present interval. */
  good: number;
  all: number;
  /** Times of ejection that count: one more for each, one less for each interval long after the last has ended. */
  times: number;
  ejectedAt: Seconds;
  /** When it was let in again, or NaN. */
  backAt: Seconds;
  ejected: boolean;
}

export class Outliers {
  ejectedCount = 0;
  private readonly monitors: (Monitor | undefined)[] = [];

  constructor(
    private readonly spec: OutliersSpec,
    private readonly chance: RandomStream,
    /** Slots of the pods that are known now. */
    private readonly hosts: () => Iterable<number>,
    private readonly told: (ejection: Ejection) => void,
  ) {}

  isEjected(slot: number): boolean {
    return this.monitors[slot]?.ejected === true;
  }

  /** A pod has answered, or has not. True when that has ejected it. */
  answered(slot: number, failure: number, now: Seconds): boolean {
    const monitor = this.of(slot);
    monitor.all++;
    if (failure === Failure.None) {
      monitor.good++;
      monitor.inRow = monitor.gatewayInRow = 0;
      return false;
    }
    const { consecutive, gateway } = this.spec;
    let ejected = false;
    // An answer that says what is wrong came from the pod itself, and not from the way there.
    if (failure === Failure.Aborted) monitor.gatewayInRow = 0;
    else if (++monitor.gatewayInRow === gateway.failures) {
      const seen = { inRow: monitor.gatewayInRow };
      monitor.gatewayInRow = 0;
      ejected = this.tryEject(slot, "consecutive gateway failure", gateway.enforcing, seen, now);
    }
    if (++monitor.inRow === consecutive.failures) {
      const seen = { inRow: monitor.inRow };
      monitor.inRow = 0;
      ejected = this.tryEject(slot, "consecutive 5xx", consecutive.enforcing, seen, now) || ejected;
    }
    return ejected;
  }

  /** An interval is over. True when pods have come back or gone out. */
  interval(now: Seconds): boolean {
    const before = this.ejectedCount;
    let changed = false;
    for (const slot of this.hosts()) changed = this.letIn(slot, now) || changed;
    const rates = new Map<number, { readonly rate: Fraction; readonly volume: number }>();
    for (const slot of this.hosts()) {
      const monitor = this.of(slot);
      if (monitor.all > 0 && !monitor.ejected)
        rates.set(slot, { rate: monitor.good / monitor.all, volume: monitor.all });
      monitor.good = monitor.all = 0;
    }
    this.bySuccessRate(rates, now);
    this.byFailureShare(rates, now);
    for (const slot of this.hosts()) this.forgive(this.of(slot), now);
    return changed || this.ejectedCount !== before;
  }

  forget(slot: number): void {
    if (this.isEjected(slot)) this.ejectedCount--;
    this.monitors[slot] = undefined;
  }

  private of(slot: number): Monitor {
    const known = this.monitors[slot];
    if (known !== undefined) return known;
    const counts = { inRow: 0, gatewayInRow: 0, good: 0, all: 0, times: 0 };
    const monitor = { ...counts, ejectedAt: NaN, backAt: NaN, ejected: false };
    this.monitors[slot] = monitor;
    return monitor;
  }

  /** Lets a pod in again whose time is over. */
  private letIn(slot: number, now: Seconds): boolean {
    const monitor = this.of(slot);
    if (!monitor.ejected || now < monitor.ejectedAt + this.lasts(monitor.times)) return false;
    monitor.ejected = false;
    monitor.backAt = now;
    monitor.inRow = monitor.gatewayInRow = 0;
    this.ejectedCount--;
    return true;
  }

  private forgive(monitor: Monitor, now: Seconds): void {
    if (!monitor.ejected && now - monitor.backAt >= this.spec.interval && monitor.times > 0) monitor.times--;
  }

  private lasts(times: number): Seconds {
    const { baseEjection, longestEjection } = this.spec;
    return Math.min(baseEjection * times, Math.max(longestEjection, baseEjection));
  }

  private bySuccessRate(rates: ReadonlyMap<number, { readonly rate: number; readonly volume: number }>, now: Seconds) {
    const { pods, volume, factor, enforcing } = this.spec.successRate;
    const valid = [...rates].filter(([, one]) => one.volume >= volume);
    if (enforcing === 0 || valid.length < pods || valid.length === 0) return;
    const mean = valid.reduce((sum, [, { rate }]) => sum + rate, 0) / valid.length;
    const variance = valid.reduce((sum, [, { rate }]) => sum + (rate - mean) ** 2, 0) / valid.length;
    const threshold = mean - factor * Math.sqrt(variance);
    for (const [slot, { rate }] of valid)
      if (rate < threshold) this.tryEject(slot, "success rate", enforcing, { rate, threshold }, now);
  }

  private byFailureShare(rates: ReadonlyMap<number, { readonly rate: number; readonly volume: number }>, now: Seconds) {
    const { pods, volume, threshold, enforcing } = this.spec.failureShare;
    const valid = [...rates].filter(([, one]) => one.volume >= volume);
    if (enforcing === 0 || valid.length < pods || valid.length === 0) return;
    for (const [slot, { rate }] of valid)
      if (1 - rate >= threshold)
        this.tryEject(slot, "failure percentage", enforcing, { rate: 1 - rate, threshold }, now);
  }

  private tryEject(
    slot: number,
    cause: Cause,
    enforcing: Fraction,
    seen: Readonly<Record<string, number>>,
    now: Seconds,
  ): boolean {
    const monitor = this.of(slot);
    if (monitor.ejected || !this.enforced(enforcing)) return false;
    const hosts = [...this.hosts()].length;
    const share = (this.ejectedCount + 1) / hosts;
    const first = this.spec.alwaysOne && this.ejectedCount === 0;
    if (!first && share > this.spec.mostEjected + ROUNDING) return false;
    monitor.ejected = true;
    monitor.ejectedAt = now;
    const { baseEjection, longestEjection } = this.spec;
    if (baseEjection * monitor.times < longestEjection + baseEjection) monitor.times++;
    this.ejectedCount++;
    this.told({ slot, cause, seen, until: now + this.lasts(monitor.times) });
    return true;
  }

  private enforced(share: Fraction): boolean {
    return share >= 1 || (share > 0 && this.chance.uniform() < share);
  }
}

/** 3 of 30 is 10 %, though it is a little more as a float. */
const ROUNDING = 1e-12;
