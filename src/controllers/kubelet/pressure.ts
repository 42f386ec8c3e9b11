/**
 * Eviction under node pressure, of memory: when the kubelet ends a pod to save its node, and which one. It looks at what is
 * available every ten seconds; a hard threshold counts at once, a soft one after its grace. The condition MemoryPressure
 * begins with the first threshold met, graces or not, and outlasts the last by a transition period.
 */
import type { MiB, Seconds } from "../../units.js";

export interface Thresholds {
  /** memory.available below which a pod is ended at once, without a grace of its own. */
  readonly hard: MiB;
  /** Below this for as long as its grace, a pod is ended with the pod's own. */
  readonly soft: { readonly below: MiB; readonly grace: Seconds } | undefined;
  /** The condition holds for so long after a threshold was last met. */
  readonly transitionPeriod: Seconds;
}

/** As the kubelet's configuration is by default. */
export const MONITORING_INTERVAL: Seconds = 10;

export interface Look {
  readonly pressure: boolean;
  /** Which threshold asks for a pod now. */
  readonly met: "hard" | "soft" | undefined;
}

export class MemoryPressure {
  private softSince: Seconds | undefined;
  private lastMet: Seconds | undefined;

  constructor(private readonly thresholds: Thresholds) {}

  look(available: MiB, now: Seconds): Look {
    const { hard, soft, transitionPeriod } = this.thresholds;
    const isHard = available < hard;
    const isSoft = soft !== undefined && available < soft.below;
    this.softSince = isSoft ? (this.softSince ?? now) : undefined;
    if (isHard || isSoft) this.lastMet = now;
    const borne = isSoft && now - this.softSince! < soft.grace;
    return {
      pressure: this.lastMet !== undefined && now - this.lastMet < transitionPeriod,
      met: isHard ? "hard" : isSoft && !borne ? "soft" : undefined,
    };
  }
}

export interface MemoryUser {
  readonly priority: number;
  readonly usedMiB: MiB;
  readonly requestMiB: MiB;
}

/** First those who use more than they request, then the least priority, then who uses most beyond the request. */
export function inOrderOfEviction<P extends MemoryUser>(pods: readonly P[]): readonly P[] {
  const beyond = ({ usedMiB, requestMiB }: P): MiB => usedMiB - requestMiB;
  return [...pods].sort(
    (one, two) =>
      Number(beyond(two) > 0) - Number(beyond(one) > 0) || one.priority - two.priority || beyond(two) - beyond(one),
  );
}
