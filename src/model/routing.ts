/** What calls of virtual hosts do beside what all calls do. */
import { siteWithin } from "../kernel/request-chance.js";
import type { EventKind } from "../kernel/simulation.js";
import { CallState, Parent } from "./call-state.js";
import { Failure } from "./failure.js";
import type { ProxyId } from "./mesh/links.js";
import { newCall } from "./new-call.js";
import { type CallId, NONE, type State } from "./state.js";
import type { Steps } from "./steps.js";
import type { Travel } from "./travel.js";
import type { Tries } from "./tries.js";

/** What routing asks of traffic. */
interface Roads {
  readonly steps: Steps;
  readonly tries: Tries;
  readonly travel: Travel;
  reply(call: CallId): void;
}

export class Routing {
  private readonly classes: number;
  /** Policies of rules are numbered behind those of services. */
  private readonly firstPolicy: number;
  private readonly mirrored: EventKind<CallId>;

  constructor(
    private readonly state: State,
    private readonly roads: Roads,
  ) {
    const { sim, calls, program, services } = state;
    this.classes = program.routes.classes.length;
    this.firstPolicy = services.length;
    this.mirrored = sim.event("call.mirrored", (call: CallId) => roads.travel.go(call, services[calls.service[call]]));
  }

  /** A request has come to a virtual host. */
  enter(call: CallId): void {
    const { calls } = this.state;
    calls.state[call] = CallState.Routed;
    calls.proxy[call] = calls.slot[call] = NONE; // it is nobody's, and goes to no pod itself
    this.roads.steps.advance(call);
  }

  /** Whether a call goes on at this test, by its request's headers. */
  fits(call: CallId, test: number): boolean {
    const { calls, program } = this.state;
    return program.routes.fits[test * this.classes + calls.headers[call]] === 1;
  }

  /** Calls by the policy of a rule. */
  call(call: CallId, pc: number): void {
    const inner = this.inner(call, pc, call);
    const route = this.firstPolicy + this.state.program.jump[pc];
    this.roads.tries.begin(inner, this.proxyOf(call, inner), route);
  }

  /**
   * Calls for nobody. It sets out as an event of its own: what it does there may end the very call that it was copied from.
   */
  mirror(call: CallId, pc: number): void {
    const { calls, services, sim } = this.state;
    const copy = this.inner(call, pc, Parent.Orphan);
    calls.headers[copy] = calls.headers[call];
    const { links } = services[calls.service[copy]];
    const failure = links?.take(copy, this.proxyOf(call, copy) as ProxyId, NONE) ?? Failure.None;
    calls.failure[copy] = failure;
    if (failure === Failure.None) sim.after(0, this.mirrored, copy);
    else this.roads.reply(copy);
  }

  /** The proxy by which a call makes another. */
  private proxyOf(call: CallId, inner: CallId): number {
    const { calls, services } = this.state;
    return services[calls.service[inner]].links?.proxyOf(calls.pod[call]) ?? NONE;
  }

  private inner(call: CallId, pc: number, parent: number): CallId {
    const { calls, program } = this.state;
    const site = siteWithin(calls.site[call], program.site[pc]);
    return newCall(this.state, program.arg[pc], parent, calls.request[call], site, NONE, calls.key[call]);
  }
}
