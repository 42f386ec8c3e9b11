/**
 * Calls with timeouts, tries again and hedges. One that may be tried more than once is two rows or more: the call as
 * its caller knows it (a guard), and below it the tries, each of which travels, waits and works as any call does. One
 * that has but a timeout is a row like any other, with a timer.
 */
import { siteWithin } from "../../kernel/request-chance.js";
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { Links, ProxyId } from "../mesh/links.js";
import { type CallId, type Calls, NONE, type State } from "../state.js";
import { awaited, leaveBrood } from "./brood.js";
import { CallState, Parent } from "./call-state.js";
import type { Departures } from "./departures.js";
import { Failure, failures } from "./failure.js";
import { newCall } from "./new-call.js";
import { askedAfter, hasTries, isLaw, jitter, jitterAbove, patienceOf, type RouteSpec, withinBudget } from "./route.js";
import { type LengthId, Timers } from "./timers.js";

/** What tries ask of traffic. */
interface Roads {
  reply(call: CallId): void;
  tooLate(call: CallId): void;
  free(call: CallId): void;
  cancel(call: CallId): void;
}

/** A route as calls read it. */
interface Route extends Counts {
  readonly spec: RouteSpec;
  readonly guarded: boolean;
  readonly timeout: LengthId;
  readonly perTry: LengthId;
  readonly backOffLaw: number;
  /** By failure: whether it is tried again. */
  readonly again: readonly boolean[];
}

/** Calls under way, and those among them that are tried again. */
interface Counts {
  underWay: number;
  retrying: number;
}

export class Tries {
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly timers: Timers;
  /** Of services, by their numbers, and behind them those of the virtual hosts' rules. */
  private readonly routes: readonly Route[];
  private readonly next: EventKind<CallId>;

  constructor(
    private readonly state: State,
    private readonly roads: Roads,
    private readonly departures: Departures,
  ) {
    const { sim, calls, services } = state;
    this.sim = sim;
    this.calls = calls;
    this.timers = new Timers(sim, calls, (call) => this.timedOut(call));
    const { policies } = state.program.routes;
    // Budgets are parts of the calls under way, of which guards alone are counted.
    const budgets = policies.some(({ route }) => route.retries.budget !== undefined);
    // And a caller refuses a call, whatever its tries.
    const guards = budgets || services.some(({ spec: { admission } }) => admission?.successRate?.at === "caller");
    const routeOf = (spec: RouteSpec, backOffLaw: number): Route => ({
      spec,
      guarded: guards || hasTries(spec),
      timeout: this.timers.length(guards || hasTries(spec) ? spec.timeout : patienceOf(spec)),
      perTry: this.timers.length(spec.perTry),
      backOffLaw,
      again: failures.map((name) => spec.retries.on.includes(name)),
      underWay: 0,
      retrying: 0,
    });
    this.routes = [
      ...services.map(({ spec, backOffLaw }) => routeOf(spec.route, backOffLaw)),
      ...policies.map(({ route, backOffLaw }) => routeOf(route, backOffLaw)),
    ];
    this.next = sim.event("call.tried-again", (guard: CallId) => {
      calls.event[guard] = NONE;
      this.try(guard);
    });
  }

  /** Sends a call by the proxy and the route given. */
  send(call: CallId, proxy: number, id: number): void {
    const route = this.routes[id];
    if (route.guarded) return this.begin(call, proxy, id, route);
    this.timers.start(call, route.timeout);
    this.departures.depart(call, this.state.services[this.calls.service[call]], proxy, NONE);
  }

  /** A call's row becomes a guard's: the first try goes out. */
  private begin(guard: CallId, proxy: number, id: number, route: Route): void {
    const { calls } = this;
    calls.route[guard] = id;
    calls.state[guard] = CallState.Guard;
    calls.count[guard] = calls.turns[guard] = calls.pc[guard] = 0;
    calls.proxy[guard] = proxy;
    calls.child[guard] = calls.sibling[guard] = NONE;
    this.counts(guard).underWay++;
    this.timers.start(guard, route.timeout);
    if (this.state.services[calls.service[guard]].callerAdmission?.rejects(guard)) this.finish(guard, Failure.Shed);
    else this.try(guard);
  }

  private try(guard: CallId): void {
    const { calls } = this;
    const service = this.state.services[calls.service[guard]];
    const route = this.routes[calls.route[guard]];
    const { hedge } = route.spec;
    const nth = calls.turns[guard]++;
    calls.count[guard]++;
    // Each try draws quantities of its own; the first those that it would draw without a route.
    const site = nth === 0 ? calls.site[guard] : siteWithin(calls.site[guard], nth);
    const { state } = this;
    const call = newCall(state, calls.endpoint[guard], guard, calls.request[guard], site, NONE, calls.key[guard]);
    this.timers.start(call, route.perTry);
    if (hedge !== undefined && calls.turns[guard] <= hedge.most)
      calls.event[guard] = this.sim.after(hedge.after, this.next, guard);
    this.departures.depart(call, service, calls.proxy[guard], guard);
  }

  /** A try has its answer. */
  answered(guard: CallId, call: CallId, failure: number): void {
    this.timers.stop(call);
    this.unlink(guard, call);
    this.roads.free(call);
    if (failure === Failure.None) this.finish(guard, Failure.None);
    else this.failed(guard, failure);
  }

  private failed(guard: CallId, failure: number): void {
    const { calls } = this;
    const route = this.routes[calls.route[guard]];
    const { retries, hedge } = route.spec;
    const allowed = calls.turns[guard] <= retries.most && route.again[failure];
    this.count(guard, 0);
    // A hedge is waited for by its own clock; what fails before is tried again at once or not at all.
    if (allowed && this.mayTryAgain(guard, retries.budget)) {
      this.count(guard, 1);
      if (calls.event[guard] !== NONE) this.sim.cancel(calls.event[guard]);
      calls.event[guard] = this.sim.after(this.backOff(guard, route, failure), this.next, guard);
      return;
    }
    const hedged = hedge !== undefined && (calls.count[guard] > 0 || calls.event[guard] !== NONE);
    if (!hedged) this.finish(guard, failure);
  }

  private mayTryAgain(guard: CallId, budget: RouteSpec["retries"]["budget"]): boolean {
    const { underWay, retrying } = this.counts(guard);
    const { links } = this.state.services[this.calls.service[guard]];
    if (budget === undefined && links !== undefined) return retrying < links.mostRetries;
    return withinBudget(budget, underWay, retrying);
  }

  /** Whose calls are counted together, by whatever route: those of its caller's proxy, or those of all callers. */
  private counts(guard: CallId): Counts {
    const id = this.calls.service[guard];
    const { links } = this.state.services[id];
    return links === undefined ? this.routes[id] : links.proxies[this.calls.proxy[guard]];
  }

  private backOff(guard: CallId, { spec: { retries }, backOffLaw }: Route, failure: number): Seconds {
    const { calls, state } = this;
    const nth = calls.turns[guard];
    const site = siteWithin(calls.site[guard], BACK_OFF + nth);
    const asked = askedAfter(retries, failure);
    if (asked >= 0) return jitterAbove(asked, state.chance.open(calls.request[guard], site).uniform());
    if (isLaw(retries.backOff)) {
      state.draws.draw(backOffLaw, calls.request[guard], site);
      return state.draws.value;
    }
    return jitter(retries.backOff, nth, state.chance.open(calls.request[guard], site).uniform());
  }

  private timedOut(call: CallId): void {
    const { calls } = this;
    if (calls.state[call] === CallState.Guard) return this.finish(call, Failure.Timeout);
    const guard = calls.parent[call];
    if (guard < 0 || calls.state[guard] !== CallState.Guard) return this.roads.tooLate(call);
    this.unlink(guard as CallId, call);
    this.abandon(call, Failure.Timeout);
    this.failed(guard as CallId, Failure.Timeout);
  }

  /** A call's caller waits for it no longer: its timer, if it has one, is over. */
  waitsNoLonger(call: CallId): void {
    this.timers.stop(call);
  }

  /** Whether a call counts as one that is tried again: from the wait before it until it fails again or ends. */
  private count(guard: CallId, counts: number): void {
    const { calls } = this;
    this.counts(guard).retrying += counts - calls.pc[guard];
    calls.pc[guard] = counts;
  }

  /** A try no longer counts: it is answered, or nobody waits for it. */
  private unlink(guard: CallId, call: CallId): void {
    leaveBrood(this.calls, guard, call);
    this.calls.count[guard]--;
  }

  /** Nobody waits for a try any longer, for it has failed so or is not needed: it goes on for nobody, or stops. */
  abandon(call: CallId, failure: number): void {
    const { links, cancels } = this.state.services[this.calls.service[call]];
    this.timers.stop(call);
    if (links?.waits(call)) return this.forget(call, links);
    this.calls.parent[call] = Parent.Orphan;
    links?.release(call, failure);
    if (cancels) this.roads.cancel(call);
  }

  /** A try that has not set out yet is nobody's work. */
  private forget(call: CallId, links: Links): void {
    links.release(call, Failure.Cancelled);
    this.roads.free(call);
  }

  private finish(guard: CallId, failure: number): void {
    const { callerAdmission } = this.state.services[this.calls.service[guard]];
    if (callerAdmission !== undefined && this.calls.turns[guard] > 0) callerAdmission.answered(guard, failure);
    this.drop(guard, failure === Failure.Timeout ? failure : Failure.Cancelled);
    this.calls.failure[guard] = failure;
    this.roads.reply(guard);
  }

  /** Nothing more is to come of a guard: its timers are over, and its tries have failed so. */
  drop(guard: CallId, failure: number): void {
    const { calls } = this;
    const { links } = this.state.services[calls.service[guard]];
    this.counts(guard).underWay--;
    this.count(guard, 0);
    this.timers.stop(guard);
    if (calls.event[guard] !== NONE) this.sim.cancel(calls.event[guard]);
    calls.event[guard] = NONE;
    // Most have no other try out: nothing is made for them.
    if (calls.awaits[guard] !== NONE) for (const call of awaited(calls, guard)) this.abandon(call, failure);
    calls.awaits[guard] = NONE;
    links?.close(calls.proxy[guard] as ProxyId);
  }
}

const BACK_OFF = 0x2545f491;
