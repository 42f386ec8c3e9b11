/** The decision log: what each controller saw, which rule fired, what it asked for, and when that took effect. */
import type { Why } from "../policy/contract.js";
import type { Seconds } from "../units.js";

/** The subject of decisions about machines. */
export const CLUSTER = "cluster";

export interface Decision {
  readonly time: Seconds;
  /** "service cart", "cluster", "pod cart-3"; of sizes "cpu of cart" (new pods) and "memory of pod cart-3". */
  readonly subject: string;
  readonly policy: string;
  readonly rule: string;
  readonly seen: Readonly<Record<string, number>>;
  /** How the policy came to it, where it says. */
  readonly why?: Why;
  /** Replicas (or machines, millicores, MiB) before, wished for by the policy, and asked for after bounds. */
  readonly from: number;
  readonly wished: number;
  readonly asked: number;
  /** When the last pod (or machine) that it asked for was ready, or gone; NaN: never, or overtaken by a later decision. */
  effectiveAt: Seconds;
}

export class DecisionLog {
  readonly decisions: Decision[] = [];
  private readonly listeners: ((decision: Decision) => void)[] = [];
  /** Changes that have not taken effect yet, by subject. */
  private readonly open = new Map<string, Decision>();

  add(decision: Omit<Decision, "effectiveAt">): void {
    const entry = { ...decision, effectiveAt: NaN };
    this.decisions.push(entry);
    if (entry.asked !== entry.from) this.open.set(entry.subject, entry);
    for (const listen of this.listeners) listen(entry);
  }

  /** Tells of every decision as it is written down. */
  tell(listen: (decision: Decision) => void): void {
    this.listeners.push(listen);
  }

  /** The change that a subject is still waiting for, if any. */
  awaited(subject: string): Decision | undefined {
    return this.open.get(subject);
  }

  /** What the subject's latest change asked for is there now. */
  fulfil(subject: string, now: Seconds): void {
    const entry = this.open.get(subject);
    if (entry === undefined) return;
    entry.effectiveAt = now;
    this.open.delete(subject);
  }
}
