/** What calls of virtual hosts do beside what all calls do. */

import { siteWithin } from "../kernel/request-chance.js";
import type { EventKind, Simulation } from "../kernel/simulation.js";
import { CallState, Parent } from "./call-state.js";
import type { Program } from "./program.js";
import { type CallId, type Calls, NONE, type State } from "./state.js";
import type { Steps } from "./steps.js";
import type { Tries } from "./tries.js";

/** What routing asks of traffic. */
interface Roads {
  readonly steps: Steps;
  readonly tries: Tries;
  create(endpoint: number, parent: number, request: number, site: number, user: number, key: number): CallId;
  setOutOnce(call: CallId): void;
}

export class Routing {
  /** Whether rules ask for headers. */
  readonly classed: boolean;
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly program: Program;
  private readonly classes: number;
  /** Policies of rules are numbered behind those of services. */
  private readonly firstPolicy: number;
  private readonly mirrored: EventKind<CallId>;

  constructor(
    { sim, calls, program, services }: State,
    private readonly roads: Roads,
  ) {
    this.sim = sim;
    this.calls = calls;
    this.program = program;
    this.classes = program.routes.classes.length;
    this.classed = this.classes > 1;
    this.firstPolicy = services.length;
    this.mirrored = sim.event("call.mirrored", (call: CallId) => roads.setOutOnce(call));
  }

  /** A request has come to a virtual host. */
  enter(call: CallId): void {
    this.calls.state[call] = CallState.Routed;
    this.roads.steps.advance(call);
  }

  /** Whether a call goes on at this test, by its request's headers. */
  fits(call: CallId, test: number): boolean {
    return this.program.routes.fits[test * this.classes + this.calls.headers[call]] === 1;
  }

  /** Calls by the policy of a rule. */
  call(call: CallId, pc: number): void {
    const inner = this.inner(call, pc, call);
    this.roads.tries.begin(inner, this.firstPolicy + this.program.jump[pc]);
  }

  /**
   * Calls for nobody. It sets out as an event of its own: what it does there may end the very call that it was copied from.
   */
  mirror(call: CallId, pc: number): void {
    const copy = this.inner(call, pc, Parent.Orphan);
    this.calls.headers[copy] = this.calls.headers[call];
    this.sim.after(0, this.mirrored, copy);
  }

  private inner(call: CallId, pc: number, parent: number): CallId {
    const { calls, program } = this;
    const site = siteWithin(calls.site[call], program.site[pc]);
    return this.roads.create(program.arg[pc], parent, calls.request[call], site, NONE, calls.key[call]);
  }
}
