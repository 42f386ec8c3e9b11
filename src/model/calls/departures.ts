/** Calls set out: at once, or by their caller's proxy, which chooses the pod and may let them wait or turn them away. */

import type { Seconds } from "../../units.js";
import { LATER as MUST_WAIT } from "../mesh/connections.js";
import type { ProxyId } from "../mesh/links.js";
import type { Passes } from "../mesh/passes.js";
import type { Sender } from "../mesh/sender.js";
import type { Ways } from "../network/ways.js";
import type { Service } from "../service.js";
import { type CallId, NONE as NOTHING, type State } from "../state.js";
import { Failure as Failures } from "./failure.js";
import { billCaller, callerOf, type Travel } from "./travel.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const Failure = Failures;
const LATER: number = MUST_WAIT;

export class Departures implements Sender {
  constructor(
    private readonly state: State,
    private readonly travel: Travel,
    private readonly passes: Passes,
    /** Told of each call that comes no further. */
    private readonly reply: (call: CallId) => void,
  ) {}

  /** A call, or a try below its guard, sets out; `proxy` is its caller's, where the service's callers have proxies. */
  depart(call: CallId, service: Service, proxy: number, guard: number): void {
    if (guard !== NONE && this.state.calls.turns[guard] > 1)
      this.passes.again(callerOf(this.state.calls, call), service);
    if (this.travel.ways !== undefined && this.unresolved(this.travel.ways, call, proxy)) return;
    if (service.links !== undefined) {
      const failure = service.links.take(call, proxy as ProxyId, guard);
      if (failure === LATER) return;
      if (failure !== Failure.None) return this.turnAway(call, failure);
    }
    this.travel.go(call, service);
  }

  /** A copy is about to be sent by its caller's proxy, if he has one: how long that takes. */
  copied(pod: number, service: Service): Seconds {
    const { owners, pods } = this.state;
    if (pod === NONE) return 0;
    if (owners[pods.service[pod]].dedicated) billCaller(this.state, pod, service);
    else this.passes.again(pod, service);
    return service.callerWork;
  }

  /**
   * Whether a call gets no further than the look-up of its service's name. Who keeps an answer needs none as long as that is
   * good, and some go on with it even then.
   */
  private unresolved(ways: Ways, call: CallId, proxy: number): boolean {
    const service = this.state.services[this.state.calls.service[call]];
    const { links } = service;
    if (links?.names === undefined) return ways.unresolved(call, service);
    if (!links.asks(proxy as ProxyId)) return false;
    const { resolution } = links.proxies[proxy];
    if (!resolution!.goesOn) return ways.unresolved(call, service);
    if (ways.isLost(call, service)) resolution!.putOff();
    return false;
  }

  /** A call that waited for a connection has one. */
  setOut(call: CallId): void {
    this.travel.go(call, this.state.services[this.state.calls.service[call]]);
  }

  /** A call comes no further than its caller's proxy. */
  turnAway(call: CallId, failure: number): void {
    this.state.calls.failure[call] = failure;
    this.reply(call);
  }
}
