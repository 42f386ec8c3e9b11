/** The way of a call to a service and of its answer back: hops and proxies that take time. */
import type { Draws } from "../kernel/distributions.js";
import type { EventKind, Simulation } from "../kernel/simulation.js";
import type { Seconds } from "../units.js";
import { disturbs } from "./faults/spec.js";
import { isPlain } from "./network/network-spec.js";
import { Ways } from "./network/ways.js";
import type { Service } from "./service.js";
import { type CallId, type Calls, NONE as NOTHING, type State } from "./state.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** Told of each call that has reached its service, and of each answer that has reached the caller. */
interface Ends {
  reach(call: CallId): void;
  reply(call: CallId): void;
}

export class Travel {
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly draws: Draws;
  private readonly reached: EventKind<CallId>;
  private readonly returned: EventKind<CallId>;

  /** Undefined where a hop is all that there is between pods. */
  readonly ways: Ways | undefined;

  constructor(
    state: State,
    private readonly ends: Ends,
  ) {
    const { sim, calls, draws, spec } = state;
    this.sim = sim;
    this.calls = calls;
    this.draws = draws;
    this.reached = sim.event("call.reached", (call: CallId) => ends.reach(call));
    const weighs = !isPlain(spec.network) || disturbs(spec.faults);
    this.ways = weighs ? new Ways(state, ends) : undefined;
    this.returned = sim.event("call.replied", (call: CallId) => ends.reply(call));
  }

  /** A call sets out. */
  go(call: CallId, service: Service): void {
    if (this.ways !== undefined) return this.ways.go(call, service, this.hopOf(call, service));
    if (service.proxyLaw !== NONE) return this.passProxy(call, service);
    if (service.hopLaw === NONE) return this.ends.reach(call);
    this.draws.draw(service.hopLaw, this.calls.request[call], this.calls.site[call] ^ HOP);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.reached, call);
  }

  /** The way to a service behind a proxy: the hop, if it takes time, and the proxy. */
  private passProxy(call: CallId, service: Service): void {
    const delay = this.hopOf(call, service);
    service.network += delay;
    this.sim.after(delay, this.reached, call);
  }

  private hopOf(call: CallId, service: Service): Seconds {
    const { calls, draws } = this;
    let delay = 0;
    if (service.proxyLaw !== NONE) {
      draws.draw(service.proxyLaw, calls.request[call], calls.site[call] ^ PROXY);
      delay = draws.value;
    }
    if (service.hopLaw !== NONE) {
      draws.draw(service.hopLaw, calls.request[call], calls.site[call] ^ HOP);
      delay += draws.value;
    }
    return delay;
  }

  /** An answer sets out. */
  goBack(call: CallId, service: Service): void {
    const { ways } = this;
    if (service.replyLaw === NONE) {
      if (ways === undefined) return this.ends.reply(call);
      return ways.goBack(call, service, 0);
    }
    this.draws.draw(service.replyLaw, this.calls.request[call], this.calls.site[call] ^ REPLY);
    if (ways !== undefined) return ways.goBack(call, service, this.draws.value);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.returned, call);
  }
}

// A call's own random quantities, told apart from those of its steps.
const HOP = 0x3c6ef372;
const PROXY = 0x1b873593;
const REPLY = 0x5bd1e995;
