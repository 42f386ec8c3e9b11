import { type CallId, NONE as NOTHING, type State } from "../state.js";
import { joinBrood } from "./brood.js";
import { CallState } from "./call-state.js";
import { Failure } from "./failure.js";
import { Line } from "./lines.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** One more call, about to set out: from outside (parent NONE, perhaps with a user who waits), or from another call. */
export function newCall(
  { calls, classed, endpoints, sim }: State,
  endpoint: number,
  parent: number,
  request: number,
  site: number,
  user: number,
  key: number,
): CallId {
  const { service: id, entry } = endpoints[endpoint];
  const call = calls.rows.add();
  calls.service[call] = id;
  calls.endpoint[call] = endpoint;
  calls.pod[call] = NONE;
  calls.parent[call] = parent;
  calls.pc[call] = entry;
  calls.request[call] = request;
  calls.site[call] = site;
  calls.state[call] = Plain;
  calls.failure[call] = None;
  calls.event[call] = calls.awaits[call] = NONE;
  calls.line[call] = NoLine;
  if (parent >= 0) joinBrood(calls, parent, call);
  calls.user[call] = user;
  calls.key[call] = key;
  if (classed) calls.headers[call] = parent >= 0 ? calls.headers[parent] : 0;
  calls.startedAt[call] = sim.now;
  return call;
}

const { Call: Plain } = CallState;
const { None } = Failure;
const { None: NoLine } = Line;
