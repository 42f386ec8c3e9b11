/**
 * Pods that a controller creates, as far as the namespace's quota admits them. One that is refused it tries again, by the
 * back-off of its work queue; nobody tells it that there is room. Every look of its own that finds a pod missing is a try as well.
 */
import { type RateLimit, USUAL, waitAfter } from "../../controllers/work-queue/back-off.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import type { Owner } from "../service.js";
import type { State } from "../state.js";
import { quotaRefusal } from "./quota.js";

interface Creator {
  readonly owner: Owner;
  /** Of its decisions. */
  readonly subject: string;
  readonly policy: string;
  /** Default: that of most controllers. */
  readonly limit?: RateLimit;
  /** How its event begins. */
  readonly failing?: (pod: string) => string;
}

/** A pod to be made. */
export interface Wish {
  readonly revision: number;
  /** Undefined: its name has the next number. */
  readonly ordinal?: number;
}

export class Creations {
  /** When it tries again, even if nothing happens. */
  dueAt: Seconds = Infinity;
  /** Looks in a row that had a pod refused. */
  private failures = 0;
  private told = "";

  constructor(
    private readonly state: State,
    private readonly log: DecisionLog,
    private readonly creator: Creator,
  ) {}

  /** Of the pods that a look wants beside those that are there, makes the first that are admitted; answers how many. */
  create<W extends Wish>(there: number, wishes: readonly W[], make: (wish: W) => void): number {
    const { state, creator } = this;
    if (state.sim.now >= this.dueAt) this.dueAt = Infinity;
    for (const [n, wish] of wishes.entries()) {
      const pod = `${creator.owner.spec.name}-${wish.ordinal ?? creator.owner.created}`;
      const why = quotaRefusal(state, creator.owner, wish.revision, pod);
      if (why === undefined) {
        make(wish);
        continue;
      }
      this.refused(pod, why, { there: there + n, missing: wishes.length - n });
      return n;
    }
    this.failures = 0;
    this.dueAt = Infinity;
    this.told = "";
    return wishes.length;
  }

  /** A time that was set before and comes sooner stays. */
  private refused(pod: string, why: string, { there, missing }: { there: number; missing: number }): void {
    const { now } = this.state.sim;
    const { subject, policy, limit = USUAL, failing = () => "Error creating" } = this.creator;
    this.failures++;
    this.dueAt = Math.min(this.dueAt, now + waitAfter(this.failures, limit));
    const rule = `FailedCreate: ${failing(pod)}: ${why}`;
    if (rule === this.told) return; // upstream only counts the repetitions of an event
    this.told = rule;
    const asked = there + missing;
    this.log.add({
      time: now,
      subject,
      policy,
      rule,
      seen: { replicas: there, missing },
      from: there,
      wished: asked,
      asked,
    });
  }
}
