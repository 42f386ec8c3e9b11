/**
 * Calls with timeouts, tries again and hedges. Such a call is two rows or more: the call as its caller knows it
 * (a guard), and below it the tries, each of which travels, waits and works as any call does.
 */
import { siteWithin } from "../kernel/request-chance.js";
import type { EventKind, Simulation } from "../kernel/simulation.js";
import type { Seconds } from "../units.js";
import { awaited, leaveBrood } from "./brood.js";
import { CallState, Parent } from "./call-state.js";
import { Failure, failures } from "./failure.js";
import { isLaw, jitter, type RouteSpec, withinBudget } from "./route.js";
import { type CallId, type Calls, NONE, type State } from "./state.js";
import { Timers } from "./timers.js";
import type { Travel } from "./travel.js";

/** What tries ask of traffic. */
interface Roads {
  create(endpoint: number, parent: number, request: number, site: number, user: number, key: number): CallId;
  reply(call: CallId): void;
  free(call: CallId): void;
  cancel(call: CallId): void;
}

/** A route as calls read it. */
interface Route {
  readonly spec: RouteSpec;
  readonly timeout: number;
  readonly perTry: number;
  readonly backOffLaw: number;
  /** By failure: whether it is tried again. */
  readonly again: readonly boolean[];
  readonly load: Load;
}

/** What a service has to do, by whatever route: its calls under way, and tries again among them. */
interface Load {
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
    private readonly travel: Travel,
  ) {
    const { sim, calls, services } = state;
    this.sim = sim;
    this.calls = calls;
    this.timers = new Timers(sim, calls, (call) => this.timedOut(call));
    const loads = services.map((): Load => ({ underWay: 0, retrying: 0 }));
    const routeOf = (spec: RouteSpec, backOffLaw: number, service: number): Route => ({
      spec,
      timeout: this.timers.length(spec.timeout),
      perTry: this.timers.length(spec.perTry),
      backOffLaw,
      again: failures.map((name) => spec.retries.on.includes(name)),
      load: loads[service],
    });
    this.routes = [
      ...services.map(({ spec, backOffLaw, id }) => routeOf(spec.route, backOffLaw, id)),
      ...state.program.routes.policies.map(({ route, backOffLaw, service }) => routeOf(route, backOffLaw, service)),
    ];
    this.next = sim.event("call.tried-again", (guard: CallId) => {
      calls.event[guard] = NONE;
      this.try(guard);
    });
  }

  /** Sends a call whose row is a guard's, by a route: the first try goes out. */
  begin(guard: CallId, id: number): void {
    const { calls } = this;
    const route = this.routes[id];
    calls.route[guard] = id;
    calls.state[guard] = CallState.Guard;
    calls.count[guard] = calls.turns[guard] = calls.pc[guard] = 0;
    route.load.underWay++;
    this.timers.start(guard, route.timeout);
    this.try(guard);
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
    const call = this.roads.create(calls.endpoint[guard], guard, calls.request[guard], site, NONE, calls.key[guard]);
    this.timers.start(call, route.perTry);
    if (hedge !== undefined && calls.turns[guard] <= hedge.most)
      calls.event[guard] = this.sim.after(hedge.after, this.next, guard);
    this.travel.go(call, service);
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
    if (allowed && withinBudget(retries.budget, route.load.underWay, route.load.retrying)) {
      this.count(guard, 1);
      if (calls.event[guard] !== NONE) this.sim.cancel(calls.event[guard]);
      calls.event[guard] = this.sim.after(this.backOff(guard, route), this.next, guard);
      return;
    }
    const hedged = hedge !== undefined && (calls.count[guard] > 0 || calls.event[guard] !== NONE);
    if (!hedged) this.finish(guard, failure);
  }

  private backOff(guard: CallId, { spec: { retries }, backOffLaw }: Route): Seconds {
    const { calls, state } = this;
    const nth = calls.turns[guard];
    const site = siteWithin(calls.site[guard], BACK_OFF + nth);
    if (isLaw(retries.backOff)) {
      state.draws.draw(backOffLaw, calls.request[guard], site);
      return state.draws.value;
    }
    return jitter(retries.backOff, nth, state.chance.open(calls.request[guard], site).uniform());
  }

  private timedOut(call: CallId): void {
    const { calls } = this;
    if (calls.state[call] === CallState.Guard) return this.finish(call, Failure.Timeout);
    const guard = calls.parent[call] as CallId;
    this.unlink(guard, call);
    this.abandon(call);
    this.failed(guard, Failure.Timeout);
  }

  /** Whether a call counts as one that is tried again: from the wait before it until it fails again or ends. */
  private count(guard: CallId, counts: number): void {
    const { calls } = this;
    this.routes[calls.route[guard]].load.retrying += counts - calls.pc[guard];
    calls.pc[guard] = counts;
  }

  /** A try no longer counts: it is answered, or nobody waits for it. */
  private unlink(guard: CallId, call: CallId): void {
    leaveBrood(this.calls, guard, call);
    this.calls.count[guard]--;
  }

  /** Nobody waits for a try any longer: it goes on for nobody, or stops. */
  abandon(call: CallId): void {
    this.timers.stop(call);
    this.calls.parent[call] = Parent.Orphan;
    if (this.state.services[this.calls.service[call]].cancels) this.roads.cancel(call);
  }

  private finish(guard: CallId, failure: number): void {
    this.drop(guard);
    this.calls.failure[guard] = failure;
    this.roads.reply(guard);
  }

  /** Nothing more is to come of a guard: its timers and its tries are over. */
  drop(guard: CallId): void {
    const { calls } = this;
    const route = this.routes[calls.route[guard]];
    route.load.underWay--;
    this.count(guard, 0);
    this.timers.stop(guard);
    if (calls.event[guard] !== NONE) this.sim.cancel(calls.event[guard]);
    calls.event[guard] = NONE;
    for (const call of awaited(calls, guard)) this.abandon(call);
    calls.awaits[guard] = NONE;
  }
}

const BACK_OFF = 0x2545f491;
