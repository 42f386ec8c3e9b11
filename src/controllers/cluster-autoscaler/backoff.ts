/**
 * How long a group that failed is left alone: 5 minutes, twice as long when it fails again after that has passed, 30 at
 * most; forgotten 3 hours after the last failure.
 */
import type { Seconds } from "../../units.js";

const INITIAL = 300;
const MOST = 1800;
const RESET = 3 * 3600;

interface Failed {
  readonly duration: Seconds;
  readonly until: Seconds;
  readonly at: Seconds;
}

export function createBackoff() {
  const failed = new Map<string, Failed>();
  return {
    /** Notes a failure; answers until when the group is left alone. A failure during a back-off does not lengthen it further. */
    fail(group: string, now: Seconds): Seconds {
      const before = failed.get(group);
      const known = before !== undefined && now - before.at <= RESET ? before : undefined;
      const again = known !== undefined && known.until < now;
      const duration = known === undefined ? INITIAL : again ? Math.min(2 * known.duration, MOST) : known.duration;
      failed.set(group, { duration, until: now + duration, at: now });
      return now + duration;
    },
    isBackedOff: (group: string, now: Seconds): boolean => (failed.get(group)?.until ?? -Infinity) > now,
    /** After a scale-up that worked. */
    clear: (group: string): boolean => failed.delete(group),
  };
}
