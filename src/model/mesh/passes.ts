/**
 * What proxies beside pods do for calls. Where the pod's work has cores of its own, a proxy's has one, too, and is part of
 * the way there; elsewhere it is work in the pod like any other, an instruction of its own before the application's, or
 * before the call of another service.
 */
import { Op } from "../program.js";
import type { Service } from "../service.js";
import type { CallId, PodId, State } from "../state.js";

const { Pass } = Op;
/** In the program's column `need`. */
const INWARDS = 0;

export class Passes {
  /** Whether there are any such instructions. */
  readonly any: boolean;

  constructor(
    private readonly state: State,
    private readonly start: (call: CallId) => void,
  ) {
    this.any = state.program.op.includes(Pass);
  }

  /** A call is at its pod's proxy; true when that has work to do before the call comes to the application. */
  holdsUp(call: CallId, pod: PodId, service: Service): boolean {
    if (!service.dedicated) {
      this.start(call);
      return true;
    }
    this.state.pods.used[pod] += service.podBilled;
    service.proxied += service.podWork;
    return false;
  }

  /** Whether the work that a call has done was a proxy's. */
  isPass(call: CallId): boolean {
    const { calls, program } = this.state;
    return program.op[calls.pc[call] - 1] === Pass;
  }

  /** A proxy has done its work for a call; true when that was the call's own way in, and not another's way out. */
  passed(call: CallId): boolean {
    const { calls, pods, program, services } = this.state;
    const pc = calls.pc[call] - 1;
    const to = services[program.jump[pc]];
    const inwards = program.need[pc] === INWARDS;
    to.proxied += inwards ? to.podWork : to.callerWork;
    pods.used[calls.pod[call]] -= inwards ? to.podWork - to.podBilled : to.callerWork - to.callerBilled;
    return inwards;
  }
}
