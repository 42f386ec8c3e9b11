/** How a new version comes to serve a virtual host's calls: bit by bit, at once, or by the clock. Plain data. */
import type { Fraction, Seconds } from "../../units.js";

export type DeliverySpec = ShiftSpec | ScheduleSpec;

/** From one destination to another, as long as the new one's calls are well; else back. */
export interface ShiftSpec {
  readonly kind: "canary" | "blueGreen";
  readonly at: Seconds;
  readonly from: string;
  readonly to: string;
  /** Shares of the calls that the new one gets, one after another, before it gets all. */
  readonly steps: readonly Fraction[];
  /** Good checks before it gets any: of copies, or of calls by other ways. */
  readonly checks: number;
  /** A check is made after each, of what the new one's callers have heard since the last. */
  readonly interval: Seconds;
  readonly successRate: Fraction;
  readonly p99: Seconds;
  /** So many bad checks end it. A check without any call is bad, as in Flagger. */
  readonly failures: number;
  /** The old one's pods stay so long after the new one has got all calls, and checks go on. */
  readonly keep: Seconds;
}

export interface ScheduleSpec {
  readonly kind: "schedule";
  readonly changes: readonly { readonly at: Seconds; readonly weights: Readonly<Record<string, number>> }[];
}
