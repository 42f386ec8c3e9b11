import type { Fraction } from "../../units.js";
import type { CpuPressureSpec } from "./admission-spec.js";

/**
 * How much of its load a pod sheds for its use of CPU: Envoy's overload manager with the CPU utilisation monitor, whose
 * average forgets exponentially, and a scaled trigger. A trigger without a scale is one that is saturated where it begins.
 */
export class CpuPressure {
  private utilisation: Fraction = 0;
  /** Which part of the calls is to be shed. */
  sheds: Fraction = 0;

  constructor(private readonly spec: CpuPressureSpec) {}

  /** What the pod has used of its CPU since the last sample. */
  sample(utilisation: Fraction): void {
    const { scaling, saturated, weight } = this.spec;
    this.utilisation = utilisation * weight + this.utilisation * (1 - weight);
    this.sheds =
      this.utilisation >= saturated
        ? 1
        : this.utilisation <= scaling
          ? 0
          : (this.utilisation - scaling) / (saturated - scaling);
  }
}
