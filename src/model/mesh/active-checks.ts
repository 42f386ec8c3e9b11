/**
 * Active checks, of one proxy, as HAProxy's and Envoy's: every pod is asked once an interval whether it takes connections, and is
 * left out after so many bad answers in a row, until so many good ones. At first all are taken to be well.
 *
 * Not modelled: the time that a check takes, and that HAProxy spreads its servers' checks over the interval.
 */
import type { ActiveSpec } from "./mesh-spec.js";

interface Standing {
  out: boolean;
  /** Checks in a row that said otherwise. */
  otherwise: number;
}

export class ActiveChecks {
  /** Pods left out at this moment. */
  outCount = 0;
  private readonly standings: (Standing | undefined)[] = [];

  constructor(private readonly spec: ActiveSpec) {}

  isOut(slot: number): boolean {
    return this.standings[slot]?.out === true;
  }

  /** Asks each of them. Those for which that has changed something. */
  check(slots: Iterable<number>, isWell: (slot: number) => boolean): readonly number[] {
    const changed: number[] = [];
    for (const slot of slots) {
      this.standings[slot] ??= { out: false, otherwise: 0 };
      const standing = this.standings[slot];
      if (isWell(slot) !== standing.out) {
        standing.otherwise = 0;
        continue;
      }
      if (++standing.otherwise < (standing.out ? this.spec.rise : this.spec.fall)) continue;
      standing.otherwise = 0;
      standing.out = !standing.out;
      this.outCount += standing.out ? 1 : -1;
      changed.push(slot);
    }
    return changed;
  }

  forget(slot: number): void {
    if (this.isOut(slot)) this.outCount--;
    this.standings[slot] = undefined;
  }
}
