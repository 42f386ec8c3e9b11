/**
 * Knative's decision (KPA, "Scale"): how many pods the stable and the panic window ask for, panic mode, and how much burst
 * the pods could still take. Asked every 2 s and when a request finds no pod.
 */
import type { Seconds } from "../../units.js";
import { DelayWindow } from "./delay.js";

export interface DeciderSpec {
  readonly maxScaleUpRate: number;
  readonly maxScaleDownRate: number;
  /** What a pod is to be loaded with, and what it could be. */
  readonly targetValue: number;
  readonly totalValue: number;
  /** Calls that the pods must be able to take at once: 0 never, -1 always keeps the activator in the path. */
  readonly targetBurstCapacity: number;
  readonly panicThreshold: number;
  readonly stableWindow: Seconds;
  readonly scaleDownDelay: Seconds;
  /** No fewer than this, unless none: from 2 up. */
  readonly activationScale: number;
  /** Whether any route leads here. */
  readonly reachable: boolean;
}

export interface Observed {
  readonly stable: number;
  readonly panic: number;
}

/** The answer, with what it went through. */
export interface ScaleResult {
  readonly desired: number;
  readonly excessBurstCapacity: number;
  /** What each window asks for, before and after the rates and the activation scale. */
  readonly stablePods: number;
  readonly panicPods: number;
  readonly stableLimited: number;
  readonly panicLimited: number;
  readonly maxScaleUp: number;
  readonly maxScaleDown: number;
  readonly panicking: boolean;
  /** What panic mode and the scale-down delay made of it. */
  readonly beforeDelay: number;
}

/** Converts as Go does on amd64: cut off, and the smallest number where that does not fit. */
const asInt32 = (value: number): number => {
  const cut = Math.trunc(value);
  return cut >= -(2 ** 31) && cut < 2 ** 31 ? cut + 0 : -(2 ** 31);
};

export class Autoscaler {
  private panicSince: Seconds | undefined;
  private mostInPanic: number;
  private readonly delay: DelayWindow | undefined;

  /** One that finds more than a single pod starts in panic mode: it has no history to shrink by. */
  constructor(
    private readonly spec: DeciderSpec,
    ready: number,
    now: Seconds,
  ) {
    this.panicSince = ready > 1 ? now : undefined;
    this.mostInPanic = ready;
    this.delay = spec.scaleDownDelay > 0 ? new DelayWindow(spec.scaleDownDelay) : undefined;
  }

  scale(now: Seconds, readyPods: number, { stable, panic }: Observed): ScaleResult {
    const { spec } = this;
    const ready = Math.max(1, readyPods);
    // Rounded up, so that a rate just above 1 still lets a few pods grow by one.
    const maxScaleUp = Math.ceil(spec.maxScaleUpRate * ready);
    const maxScaleDown = spec.reachable ? Math.floor(ready / spec.maxScaleDownRate) : 0;
    const stablePods = Math.ceil(stable / spec.targetValue);
    const panicPods = Math.ceil(panic / spec.targetValue);
    const limited = (pods: number): number => {
      const within = asInt32(Math.min(Math.max(pods, maxScaleDown), maxScaleUp));
      return spec.activationScale > 1 && pods > 0 ? Math.max(within, spec.activationScale) : within;
    };
    const stableLimited = limited(stablePods);
    const panicLimited = limited(panicPods);

    this.notePanic(panicPods / ready >= spec.panicThreshold, now);
    const beforeDelay = this.panicSince === undefined ? stableLimited : this.inPanic(stableLimited, panicLimited);
    return {
      desired: this.delayed(now, beforeDelay),
      excessBurstCapacity: this.excess(readyPods, panic),
      ...{ stablePods, panicPods, stableLimited, panicLimited, maxScaleUp, maxScaleDown, beforeDelay },
      panicking: this.panicSince !== undefined,
    };
  }

  /** Panic begins and is prolonged by load above the threshold, and ends a stable window after the last of it. */
  private notePanic(over: boolean, now: Seconds): void {
    if (over) this.panicSince = now;
    else if (this.panicSince !== undefined && this.panicSince + this.spec.stableWindow < now) {
      this.panicSince = undefined;
      this.mostInPanic = 0;
    }
  }

  /** In panic nothing shrinks. */
  private inPanic(stable: number, panic: number): number {
    this.mostInPanic = Math.max(this.mostInPanic, stable, panic);
    return this.mostInPanic;
  }

  private delayed(now: Seconds, desired: number): number {
    if (this.delay === undefined || !this.spec.reachable) return desired;
    this.delay.record(now, desired);
    return this.delay.highest;
  }

  /** Below 0 the pods alone could not take the burst, and the activator stays in the path. */
  private excess(readyPods: number, panic: number): number {
    const { targetBurstCapacity, totalValue } = this.spec;
    if (targetBurstCapacity === 0) return 0;
    if (targetBurstCapacity < 0) return -1;
    return asInt32(Math.floor(readyPods * totalValue - targetBurstCapacity - panic));
  }
}

/** What a decider says before its first decision. */
export function firstExcess(spec: DeciderSpec, initialScale: number): number {
  const { targetBurstCapacity, totalValue } = spec;
  if (targetBurstCapacity === 0 || targetBurstCapacity === -1) return targetBurstCapacity;
  return asInt32(initialScale * totalValue - targetBurstCapacity);
}
