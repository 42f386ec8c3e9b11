/**
 * What stands still with its machine. A call in such a pod goes no further: whatever would be its next step is put off until
 * the machine goes on, or never comes.
 */
import { Failure } from "../calls/failure.js";
import type { CallId, Calls, Nodes, PodId, Pods } from "../state.js";

export class Stillness {
  /** How many machines stand still; 0 lets everybody pass with one look. */
  machines = 0;
  /** Calls that would have gone on, or would have failed for this reason. */
  private readonly held = new Map<CallId, number>();

  constructor(
    private readonly pods: Pods,
    private readonly calls: Calls,
    private readonly nodes: Nodes,
  ) {}

  has(pod: PodId): boolean {
    const node = this.pods.node[pod];
    return node >= 0 && this.nodes.still[node] === 1;
  }

  /** Whether a call is in a pod that stands still; then it goes on, or fails, once that goes on. */
  holds(call: CallId, failure: number): boolean {
    if (!this.has(this.calls.pod[call] as PodId)) return false;
    this.held.set(call, failure);
    return true;
  }

  /** A row is free for others. */
  forget(call: CallId): void {
    this.held.delete(call);
  }

  /** Forgets calls whose pod is gone. */
  sweep(): void {
    for (const call of [...this.held.keys()]) if (this.calls.pod[call] < 0) this.held.delete(call);
  }

  /** Calls in pods that no longer stand still, to be gone on with in the order in which they were stopped. */
  *released(): Generator<{ readonly call: CallId; readonly fails: boolean; readonly failure: number }> {
    for (const [call, failure] of [...this.held]) {
      // What came before it may have ended it, or its pod has.
      if (!this.held.has(call)) continue;
      const pod = this.calls.pod[call];
      if (pod >= 0 && this.has(pod as PodId)) continue;
      this.held.delete(call);
      if (pod >= 0) yield { call, fails: failure !== Failure.None, failure };
    }
  }
}
