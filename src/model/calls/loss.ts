import { type CallId, NONE, type PodId, type State } from "../state.js";
import { CallState, Parent } from "./call-state.js";
import { Failure } from "./failure.js";
import { Line } from "./lines.js";
import type { Traffic } from "./traffic.js";

/**
 * Ends every call in a pod that is killed under them; the last one leaves the pod idle. What they had asked of
 * others goes on, for nobody. Rare, so it looks through the whole table rather than have every call keep a list.
 */
export function loseCalls(state: State, traffic: Traffic, pod: PodId): void {
  const { calls, pods, sim } = state;
  traffic.cpu.stop(pod);
  const lost: CallId[] = [];
  for (let row = 0; row < calls.rows.high; row++) {
    const call = row as CallId;
    if (calls.parent[call] === Parent.Free || calls.pod[call] !== pod) continue;
    if (calls.line[call] === Line.AtMachine) traffic.passes.leaveMachine(call);
    if (calls.event[call] !== NONE) sim.cancel(calls.event[call]);
    calls.event[call] = calls.awaits[call] = NONE;
    // Whoever in this pod gets what it held is lost as well, and gives it back in his turn.
    if (calls.holds[call] !== 0) traffic.shares.release(call, true);
    calls.line[call] = Line.None;
    calls.failure[call] = Failure.Killed;
    // The workers are gone with the pod.
    if (calls.state[call] !== CallState.Strand) calls.state[call] = CallState.Call;
    lost.push(call);
  }
  const gone = new Set<number>(lost);
  for (let row = 0; row < calls.rows.high; row++)
    if (gone.has(calls.parent[row])) forsake(state, traffic, row as CallId);
  pods.head[pod] = pods.tail[pod] = NONE;
  pods.queued[pod] = pods.busy[pod] = 0;
  const strands = lost.filter((call) => calls.state[call] === CallState.Strand);
  for (const strand of strands) traffic.free(strand);
  for (const call of lost) {
    // The end of one may have been the end of another, which its caller no longer needs.
    if (calls.pod[call] !== pod || calls.parent[call] === Parent.Free) continue;
    if (calls.parent[call] === Parent.Process) traffic.free(call);
    else traffic.end(call, Failure.Killed);
  }
}

/** Whoever has asked is gone, and all that he had of his own with him: his proxies, which would have tried again. */
function forsake({ calls }: State, traffic: Traffic, row: CallId): void {
  calls.parent[row] = Parent.Orphan;
  if (calls.state[row] === CallState.Strand) return;
  if (calls.state[row] === CallState.Guard) {
    traffic.tries.drop(row, Failure.Cancelled);
    traffic.free(row);
  } else traffic.tries.abandon(row, Failure.Cancelled);
}
