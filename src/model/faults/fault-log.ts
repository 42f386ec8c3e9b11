/** What has gone wrong, from when to when, and when somebody knew. */
import type { Seconds } from "../../units.js";

export interface FaultRecord {
  readonly fault: string;
  readonly kind: string;
  /** Whom it hit, in words. */
  readonly whom: string;
  readonly begin: Seconds;
  /** When the fault itself was over; NaN: it is not. */
  over: Seconds;
  /** When the first of those who react knew, and who that was; NaN: nobody has noticed. */
  detected: Seconds;
  by: string;
  /** When all was well again; NaN: it is not. */
  healed: Seconds;
}
