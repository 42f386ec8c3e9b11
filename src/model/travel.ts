/** The way of a call to a service and of its answer back: hops and proxies that take time. */
import type { Draws } from "../kernel/distributions.js";
import type { EventKind, Simulation } from "../kernel/simulation.js";
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

  constructor(
    { sim, calls, draws }: State,
    private readonly ends: Ends,
  ) {
    this.sim = sim;
    this.calls = calls;
    this.draws = draws;
    this.reached = sim.event("call.reached", (call: CallId) => ends.reach(call));
    this.returned = sim.event("call.replied", (call: CallId) => ends.reply(call));
  }

  /** A call sets out. */
  go(call: CallId, service: Service): void {
    if (service.proxyLaw !== NONE) return this.passProxy(call, service);
    if (service.hopLaw === NONE) return this.ends.reach(call);
    this.draws.draw(service.hopLaw, this.calls.request[call], this.calls.site[call] ^ HOP);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.reached, call);
  }

  /** The way to a service behind a proxy: the hop, if it takes time, and the proxy. */
  private passProxy(call: CallId, service: Service): void {
    const { calls, draws } = this;
    draws.draw(service.proxyLaw, calls.request[call], calls.site[call] ^ PROXY);
    let delay = draws.value;
    if (service.hopLaw !== NONE) {
      draws.draw(service.hopLaw, calls.request[call], calls.site[call] ^ HOP);
      delay += draws.value;
    }
    service.network += delay;
    this.sim.after(delay, this.reached, call);
  }

  /** An answer sets out. */
  goBack(call: CallId, service: Service): void {
    if (service.replyLaw === NONE) return this.ends.reply(call);
    this.draws.draw(service.replyLaw, this.calls.request[call], this.calls.site[call] ^ REPLY);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.returned, call);
  }
}

// A call's own random quantities, told apart from those of its steps.
const HOP = 0x3c6ef372;
const PROXY = 0x1b873593;
const REPLY = 0x5bd1e995;
