/** How many pods of a controller may be disturbed in one loop of the updater. */
import type { Fraction } from "../../units.js";

export interface DisruptionSpec {
  /** A controller with fewer pods than this is left alone. */
  readonly minReplicas: number;
  /** The share of its replicas that may be missing. */
  readonly tolerance: Fraction;
}

export class Group {
  private readonly mayBeMissing: number;
  private readonly running: number;
  /** Evicted or resized in this loop. */
  private disturbed = 0;

  constructor(
    spec: DisruptionSpec,
    private readonly configured: number,
    { pods, pending }: { readonly pods: number; readonly pending: number },
  ) {
    this.mayBeMissing = Math.trunc(configured * spec.tolerance);
    this.running = pods - pending;
  }

  /** Whether one more may be: that leaves enough, or it is the one that is always allowed when all are there. */
  get disruptable(): boolean {
    const { running, configured, mayBeMissing, disturbed } = this;
    if (running - disturbed > configured - mayBeMissing) return true;
    return running === configured && mayBeMissing === 0 && disturbed === 0;
  }

  disturb(): void {
    this.disturbed++;
  }
}
