/** Karpenter's batching window: it opens at a pending pod, each further one extends it; a pod asks again every 10 s. */
import type { Seconds } from "../../units.js";
import type { ClusterView } from "../contract.js";

/** After so long a pod that still has no node is looked at again. */
const REQUEUE: Seconds = 10;

export class Batch {
  private window: { readonly openedAt: Seconds; newestAt: Seconds; readonly members: Set<string> } | undefined;
  private asked = new Map<string, Seconds>();

  constructor(
    private readonly idle: Seconds,
    private readonly most: Seconds,
  ) {}

  /** Whether the window closes at this look. */
  closes({ pending, now }: ClusterView): boolean {
    const asked = new Map<string, Seconds>();
    for (const key of keysOf(pending)) {
      const before = this.asked.get(key);
      const again = before === undefined || now - before >= REQUEUE;
      asked.set(key, again ? now : before);
      if (again) this.trigger(key, now);
    }
    this.asked = asked;
    if (this.window === undefined) return false;
    const { newestAt, openedAt } = this.window;
    const due = now - newestAt >= this.idle || now - openedAt >= this.most;
    if (due) this.window = undefined;
    return due;
  }

  private trigger(key: string, now: Seconds): void {
    this.window ??= { openedAt: now, newestAt: now, members: new Set() };
    if (this.window.members.has(key)) return; // seen in this window, it extends it no more
    this.window.members.add(key);
    this.window.newestAt = now;
  }
}

/** Pods of one service and moment are told apart by their number alone. */
function keysOf(pending: ClusterView["pending"]): readonly string[] {
  const twins = new Map<string, number>();
  return pending.map(({ service, since }) => {
    const kind = `${service}/${since}`;
    const number = twins.get(kind) ?? 0;
    twins.set(kind, number + 1);
    return `${kind}/${number}`;
  });
}
