import { CallState, Parent } from "./call-state.js";
import { Failure } from "./failure.js";
import { type CallId, NONE, type PodId, type State } from "./state.js";
import type { Traffic } from "./traffic.js";

/**
 * Ends every call in a pod that is killed under them; the last one leaves the pod idle. What they had asked of
 * others goes on, for nobody. Rare, so it looks through the whole table rather than have every call keep a list.
 */
export function loseCalls({ calls, pods, sim }: State, traffic: Traffic, pod: PodId): void {
  traffic.cpu.stop(pod);
  const lost: CallId[] = [];
  for (let row = 0; row < calls.rows.high; row++) {
    const call = row as CallId;
    if (calls.parent[call] === Parent.Free || calls.pod[call] !== pod) continue;
    if (calls.event[call] !== NONE) sim.cancel(calls.event[call]);
    calls.event[call] = NONE;
    lost.push(call);
  }
  const gone = new Set<number>(lost);
  for (let row = 0; row < calls.rows.high; row++) if (gone.has(calls.parent[row])) calls.parent[row] = Parent.Orphan;
  pods.head[pod] = pods.tail[pod] = NONE;
  pods.queued[pod] = pods.busy[pod] = 0;
  const strands = lost.filter((call) => calls.state[call] === CallState.Strand);
  for (const strand of strands) traffic.free(strand);
  for (const call of lost.filter((one) => !strands.includes(one))) {
    if (calls.parent[call] === Parent.Process) {
      traffic.free(call);
      continue;
    }
    calls.state[call] = CallState.Call; // the workers are gone with the pod
    traffic.end(call, Failure.Killed);
  }
}
