/** Which node a pod goes to: filter, then score, as kube-scheduler does; or why it goes to none. */
import { refusal } from "../../controllers/scheduler/refusal.js";
import type { Candidate, Scheduler, Size } from "../../policy/contract.js";

/** Turned down everywhere: the scheduler's words for it. */
export interface Unplaced {
  readonly reason: string;
}

/**
 * Walks the nodes from where the last search stopped, until enough of them fit: all below 100 nodes,
 * then a share that falls to 5 %, 100 at least (kube-scheduler's percentageOfNodesToScore).
 */
export class Placement<Node extends Candidate> {
  private start = 0;

  constructor(private readonly scheduler: Scheduler) {}

  /** The node with the highest score, the first found of equals; or the reason that there is none. */
  choose(pod: Size, nodes: readonly Node[], closed: number): Node | Unplaced {
    const count = nodes.length;
    const enough = feasibleEnough(count);
    let best: Node | undefined;
    let bestScore = -Infinity;
    let found = 0;
    let seen = 0;
    const reasons = new Map<string, number>();
    const first = count > 0 ? this.start % count : 0;
    for (; seen < count && found < enough; seen++) {
      const at = first + seen;
      const node = nodes[at < count ? at : at - count];
      const reason = this.rejection(pod, node);
      if (reason !== undefined) {
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        continue;
      }
      found++;
      const score = this.scheduler.score(pod, node);
      if (score <= bestScore) continue;
      best = node;
      bestScore = score;
    }
    this.start = first + seen;
    if (best !== undefined) return best;
    if (closed > 0) reasons.set("node(s) were unschedulable", closed);
    const each = [...reasons].flatMap(([reason, nodesTurnedDown]) =>
      Array.from({ length: nodesTurnedDown }, () => reason),
    );
    return { reason: refusal(count + closed, each) };
  }

  private rejection(pod: Size, node: Candidate): string | undefined {
    for (const filter of this.scheduler.filters) {
      const reason = filter.rejects(pod, node);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
}

function feasibleEnough(nodes: number): number {
  if (nodes < 100) return nodes;
  const percentage = Math.max(5, 50 - Math.trunc(nodes / 125));
  return Math.max(100, Math.trunc((nodes * percentage) / 100));
}
