/** Calls that stop since nobody waits for them any longer. */

import type { Service } from "../service.js";
import { type CallId, type Calls, NONE, type PodId, type State } from "../state.js";
import { awaited } from "./brood.js";
import { CallState, Parent } from "./call-state.js";
import { Failure } from "./failure.js";
import { Line } from "./lines.js";
import { Op } from "./program.js";
import type { Traffic } from "./traffic.js";

/**
 * Stops a call, a guard or a strand wherever it is, and what it waits for where that stops, too. Its parent has
 * forgotten it already. What is on its way through the network ends when it arrives.
 */
export function cancel(state: State, traffic: Traffic, row: CallId): void {
  const { calls, owners, sim } = state;
  calls.parent[row] = Parent.Orphan;
  if (hasBegun(state, row)) {
    traffic.tries.waitsNoLonger(row);
    return void staysOnItsWay(state, row);
  }
  const inner = awaited(calls, row);
  calls.awaits[row] = NONE;
  for (const one of inner) {
    const stops = calls.state[one] === CallState.Strand || owners[calls.service[one]].cancels;
    if (stops && calls.state[row] !== CallState.Guard) cancel(state, traffic, one);
    else if (calls.state[row] !== CallState.Guard) calls.parent[one] = Parent.Orphan;
  }
  if (calls.state[row] === CallState.Guard) {
    for (const one of inner) traffic.tries.abandon(one, Failure.Cancelled);
    traffic.tries.drop(row, Failure.Cancelled);
    return traffic.free(row);
  }
  traffic.tries.waitsNoLonger(row);
  if (calls.state[row] !== CallState.Strand && !staysOnItsWay(state, row)) return traffic.free(row);
  if (calls.line[row] === Line.Between) {
    calls.failure[row] = Failure.Cancelled; // its work is done, and it is told where that ends: see Traffic.worked
    return;
  }
  if (calls.line[row] === Line.AtMachine) traffic.passes.leaveMachine(row);
  const waits = calls.line[row] !== Line.None;
  if (waits) traffic.lines.leave(row);
  if (calls.pod[row] === NONE && !waits) {
    calls.failure[row] = Failure.Cancelled; // on its way: see Traffic.reach
    return;
  }
  if (!waits && inner.length === 0) stopWork(state, traffic, row);
  if (calls.event[row] !== NONE) sim.cancel(calls.event[row]);
  calls.event[row] = NONE;
  if (calls.state[row] === CallState.Strand) traffic.free(row);
  else traffic.end(row, Failure.Cancelled);
}

/** Whether a call has begun at a service that finishes what it has begun. */
function hasBegun({ calls, owners }: State, row: CallId): boolean {
  if (!owners[calls.service[row]].finishes || calls.pod[row] === NONE) return false;
  if (calls.state[row] === CallState.Strand || calls.state[row] === CallState.Guard) return false;
  const line = calls.line[row];
  return line === Line.None || line === Line.Between || line === Line.AtMachine;
}

/** Ends the piece of CPU work under way, if there is one, and frees the worker that it alone holds. */
function stopWork({ calls, owners, program }: State, traffic: Traffic, row: CallId): void {
  // Whoever waits for time stands behind another instruction; what a killed pod had to do is over already.
  const op = program.op[calls.pc[row] - 1];
  if ((op !== Op.Cpu && op !== Op.Pass) || calls.failure[row] === Failure.Killed) return;
  const owner = owners[calls.service[row]];
  const pod = calls.pod[row] as PodId;
  traffic.cpu.cancel(row, pod, owner);
  if (!owner.holdsCall && op === Op.Cpu) traffic.workerFree(pod, owner);
}

/** The caller's proxy waits for it no longer. False when it has not even set out, and so is nobody's work. */
function staysOnItsWay({ calls, services }: State, call: CallId): boolean {
  const { links } = services[calls.service[call]];
  if (links === undefined) return true;
  const waits = links.waits(call);
  links.release(call, Failure.Cancelled);
  return !waits;
}

/** A call's worker goes to the next one. Whether the call goes on itself: it may not be needed any more after that. */
export function handOver(traffic: Traffic, calls: Calls, call: CallId, owner: Service): boolean {
  calls.line[call] = Between;
  traffic.workerFree(calls.pod[call] as PodId, owner);
  calls.line[call] = None;
  if (calls.failure[call] !== Cancelled) return true;
  if (calls.state[call] === Strand) traffic.free(call);
  else traffic.end(call, Cancelled);
  return false;
}

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const { Between, None } = Line;
const { Cancelled } = Failure;
const { Strand } = CallState;
