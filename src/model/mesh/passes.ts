/**
 * What proxies beside pods and on machines do for calls. Where the pod's work has cores of its own, a proxy's has one, too,
 * and is part of the way there; elsewhere it is work like any other, in the pod or beside the pods of its machine: an
 * instruction of its own before the application's, or before the call of another service.
 */

import { CallState, Parent } from "../calls/call-state.js";
import { Failure } from "../calls/failure.js";
import { Line } from "../calls/lines.js";
import { Leg, Op } from "../calls/program.js";
import type { Cpu } from "../cpu/cpu.js";
import type { Service } from "../service.js";
import { type CallId, NONE as NOTHING, type PodId, type State } from "../state.js";
import { machineProxyOf } from "./machine-proxies.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const { Pass, MachinePass } = Op;
const { AtMachine } = Line;

/** What passes ask of traffic. */
interface Roads {
  readonly cpu: Cpu;
  startPass(call: CallId): void;
  free(call: CallId): void;
}

export class Passes {
  /** Whether there are any such instructions. */
  readonly any: boolean;

  constructor(
    private readonly state: State,
    private readonly roads: Roads,
  ) {
    this.any = state.program.op.some((op) => op === Pass || op === MachinePass);
  }

  /** A call is at its pod's proxy; true when that has work to do before the call comes to the application. */
  holdsUp(call: CallId, pod: PodId, service: Service): boolean {
    if (!service.dedicated) {
      this.roads.startPass(call);
      return true;
    }
    this.state.pods.used[pod] += service.podBilled;
    service.proxied += service.podWork;
    return false;
  }

  /** The container that does what a proxy has to do for a call next. */
  container(call: CallId): PodId {
    const { calls, program } = this.state;
    const pod = calls.pod[call] as PodId;
    if (program.op[calls.pc[call]] === Pass) return pod;
    calls.line[call] = AtMachine;
    return machineProxyOf(this.state, pod);
  }

  /** Whether the work that a call has done was a proxy's. */
  isPass(call: CallId): boolean {
    const { calls, program } = this.state;
    const op = program.op[calls.pc[call] - 1];
    return op === Pass || op === MachinePass;
  }

  /** A proxy has done its work for a call; true when that was all of the call's own way in, and not another's way out. */
  passed(call: CallId): boolean {
    const { calls, program, services } = this.state;
    const pc = calls.pc[call] - 1;
    const to = services[program.jump[pc]];
    const billed = program.need[pc] === Leg.Out ? to.callerBilled : to.podBilled;
    if (program.op[pc] === Pass) to.proxied += billed;
    else {
      to.proxied += (program.need[pc] === Leg.Out ? to.callerWork : to.podWork) - billed;
      calls.line[call] = Line.None;
    }
    return program.need[pc] === Leg.In;
  }

  /** A call's machine's proxy stops in the midst of its work for it. */
  leaveMachine(call: CallId): void {
    const { calls, nodes, owners, pods } = this.state;
    calls.line[call] = Line.None;
    const proxy = nodes.proxy[pods.node[calls.pod[call]]] as PodId;
    this.roads.cpu.cancel(call, proxy, owners[calls.service[call]]);
  }

  /**
   * The proxy beside a caller sends what its program does not send: a try after the first, or a copy. Where cores are shared
   * that is a row of its own, which nobody waits for: what is sent takes as long as if the proxy had a core.
   */
  again(pod: number, service: Service): void {
    const { calls, owners, pods, program } = this.state;
    if (pod === NONE || owners[pods.service[pod]].dedicated) return;
    const start = program.repasses[service.id];
    if (start === undefined) return;
    const row = calls.rows.add();
    calls.service[row] = pods.service[pod];
    calls.pod[row] = pod;
    calls.parent[row] = Parent.Orphan;
    calls.pc[row] = start;
    calls.request[row] = calls.site[row] = 0;
    calls.state[row] = CallState.Strand;
    calls.failure[row] = Failure.None;
    calls.event[row] = calls.awaits[row] = NONE;
    calls.line[row] = Line.None;
    this.roads.startPass(row);
  }

  /** A pod is gone, and its calls before it; what its proxy still did for what they had sent is done no more. */
  podGone(pod: PodId): void {
    const { calls, owners, pods } = this.state;
    if (!this.any || owners[pods.service[pod]].dedicated) return;
    if (pods.active[pod] > 0) this.roads.cpu.stop(pod);
    for (let row = 0; row < calls.rows.high; row++) {
      if (calls.pod[row] !== pod || calls.parent[row] !== Parent.Orphan || calls.state[row] !== CallState.Strand)
        continue;
      if (calls.line[row] === AtMachine) this.leaveMachine(row as CallId);
      this.roads.free(row as CallId);
    }
  }
}
