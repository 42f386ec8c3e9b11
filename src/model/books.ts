/** Laws that every run must keep, whatever the scenario: checked at its end, and a breach is a bug of ours. */
import { CallState, Parent } from "./calls/call-state.js";
import type { Recorder } from "./calls/recorder.js";
import { checkLinks } from "./mesh/link-books.js";
import type { Shares } from "./shares/shares.js";
import { NONE, type State } from "./state.js";
import type { Jobs } from "./workloads/jobs.js";

/** Throws with the numbers when a law is broken. */
export function checkBooks(state: State, recorder: Recorder, { runs }: Jobs, shares: Shares): void {
  const { sim, calls, services } = state;
  recorder.weigh();

  // Conservation: sent = answered or failed + in flight, the last counted from the table of calls.
  let present = 0;
  for (let call = 0; call < calls.rows.high; call++) if (calls.parent[call] === NONE) present++;
  if (recorder.sent !== recorder.finished + present) {
    throw new Error(`${recorder.sent} requests sent, but ${recorder.finished} ended and ${present} in flight`);
  }

  // Little's law: ∫ N dt over the whole run = the time that all requests, ended or not, have spent inside.
  let inside = recorder.sojourn;
  const presentAt = services.map(() => 0);
  for (let call = 0; call < calls.rows.high; call++) {
    if (calls.parent[call] === NONE) inside += sim.now - calls.startedAt[call];
    if (isInService(state, call)) presentAt[calls.service[call]]++;
  }
  if (Math.abs(inside - recorder.inFlightArea) > 1e-6 * Math.max(1, inside)) {
    throw new Error(
      `Little's law is broken: ∫ N dt = ${recorder.inFlightArea} s, but requests spent ${inside} s inside`,
    );
  }

  // A call with several tries knows those that are out.
  const out = new Map<number, number>();
  for (let call = 0; call < calls.rows.high; call++) {
    const guard = calls.parent[call];
    if (guard >= 0 && calls.state[guard] === CallState.Guard) out.set(guard, (out.get(guard) ?? 0) + 1);
  }
  for (let call = 0; call < calls.rows.high; call++) {
    if (calls.parent[call] === Parent.Free || calls.state[call] !== CallState.Guard) continue;
    if (calls.count[call] !== (out.get(call) ?? 0))
      throw new Error(`call ${call} counts ${calls.count[call]} tries, but ${out.get(call) ?? 0} are out`);
  }

  checkLinks(state);
  for (const { admission } of services) admission?.check();

  // Flow balance: what has reached a service has ended there or is there.
  for (const { id, spec, arrived, ended } of services) {
    if (arrived === ended + presentAt[id]) continue;
    throw new Error(
      `service ${spec.name}: ${arrived} calls arrived, but ${ended} ended and ${presentAt[id]} are there`,
    );
  }

  shares.check();

  // A background pods are those of its Jobs, and none of them is lost or runs twice.
  for (const { spec, members, created, daemon } of state.background) {
    if (daemon) continue;
    const own = runs.filter(({ background }) => background.spec === spec);
    const made = own.reduce((sum, run) => sum + run.made, 0);
    const there = own.reduce((sum, run) => sum + run.pods.size, 0);
    if (made === created && there === members.count) continue;
    throw new Error(
      `${spec.name}: its Jobs made ${made} pods and have ${there}, but ${created} were created and ${members.count} are there`,
    );
  }
}

/** Whether a row is a call that has reached its service and has not ended there. */
function isInService({ calls }: State, row: number): boolean {
  if (calls.parent[row] <= Parent.Free || calls.state[row] === CallState.Strand) return false;
  return calls.pod[row] !== NONE || calls.state[row] === CallState.Podless || calls.state[row] === CallState.Central;
}
