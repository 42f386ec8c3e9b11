/** How often a pod that has failed on a node is deleted, to be made again: after 1 s, doubled each time up to 15 minutes. */
import type { Seconds } from "../../units.js";

const FIRST: Seconds = 1;
const MOST: Seconds = 900;

interface Entry {
  readonly wait: Seconds;
  readonly since: Seconds;
}

export class FailedPods {
  private readonly entries = new Map<string, Entry>();

  /** Whether a failed pod may go now; if not, the controller looks again after so long. It has a memory for each `key`. */
  mayGo(key: string, now: Seconds): { readonly yes: true } | { readonly yes: false; readonly again: Seconds } {
    const entry = this.entries.get(key);
    const fresh = entry === undefined || now - entry.since > 2 * MOST;
    if (!fresh && now - entry.since < entry.wait) return { yes: false, again: entry.wait };
    this.entries.set(key, { wait: fresh ? FIRST : Math.min(2 * entry.wait, MOST), since: now });
    return { yes: true };
  }
}
