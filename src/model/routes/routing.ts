/** What calls of virtual hosts do beside what all calls do. */
import { siteWithin } from "../../kernel/request-chance.js";
import type { EventKind } from "../../kernel/simulation.js";
import { CallState, Parent } from "../calls/call-state.js";
import type { Departures } from "../calls/departures.js";
import { newCall } from "../calls/new-call.js";
import type { Steps } from "../calls/steps.js";
import type { Tries } from "../calls/tries.js";
import { type CallId, MIRRORED, NONE, Phase, type PodId, type State } from "../state.js";

/** What routing asks of traffic. */
interface Roads {
  readonly steps: Steps;
  readonly tries: Tries;
  readonly departures: Departures;
  free(call: CallId): void;
}

export class Routing {
  private readonly classes: number;
  /** Policies of rules are numbered behind those of services. */
  private readonly firstPolicy: number;
  private readonly mirrored: EventKind<CallId, PodId>;

  constructor(
    private readonly state: State,
    private readonly roads: Roads,
  ) {
    const { sim, program, services } = state;
    this.classes = program.routes.classes.length;
    this.firstPolicy = services.length;
    this.mirrored = sim.event("call.mirrored", (copy: CallId, pod: PodId) => this.send(copy, pod));
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
    const { calls, program, services } = this.state;
    const proxy = services[calls.service[inner]].links?.proxyOf(calls.pod[call]) ?? NONE;
    this.roads.tries.send(inner, proxy, this.firstPolicy + program.jump[pc]);
  }

  /**
   * Calls for nobody. It sets out as an event of its own: what it does there may end the very call that it was copied from.
   */
  mirror(call: CallId, pc: number): void {
    const { calls, services, sim } = this.state;
    const pod = calls.pod[call] as PodId;
    const copy = this.inner(call, pc, Parent.Orphan);
    calls.headers[copy] = calls.headers[call];
    calls.user[copy] = MIRRORED;
    sim.after(this.roads.departures.copied(pod, services[calls.service[copy]]), this.mirrored, copy, pod);
  }

  private send(copy: CallId, pod: PodId): void {
    const { calls, pods, services } = this.state;
    // With its pod the caller's proxy is gone that would have sent it.
    if (pod >= 0 && pods.phase[pod] === Phase.Gone) return this.roads.free(copy);
    const service = services[calls.service[copy]];
    this.roads.departures.depart(copy, service, service.links?.proxyOf(pod) ?? NONE, NONE);
  }

  private inner(call: CallId, pc: number, parent: number): CallId {
    const { calls, program } = this.state;
    calls.pc[call] = pc + 1;
    const site = siteWithin(calls.site[call], program.site[pc]);
    return newCall(this.state, program.arg[pc], parent, calls.request[call], site, NONE, calls.key[call]);
  }
}
