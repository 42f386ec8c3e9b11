/** The way of a call to a service and of its answer back: hops and proxies that take time. */
import type { Draws } from "../../kernel/distributions.js";
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { disturbs } from "../faults/spec.js";
import { isPlain } from "../network/network-spec.js";
import { Ways } from "../network/ways.js";
import type { Service } from "../service.js";
import { type CallId, type Calls, NONE as NOTHING, type State } from "../state.js";
import { CallState } from "./call-state.js";

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
    private readonly state: State,
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
    if (service.proxies || this.ways !== undefined) return this.byProxies(call, service);
    if (service.hopLaw === NONE) return this.ends.reach(call);
    this.draws.draw(service.hopLaw, this.calls.request[call], this.calls.site[call] ^ HOP);
    service.network += this.draws.value;
    this.sim.after(this.draws.value, this.reached, call);
  }

  /** The way to a service by proxies: the hop, if it takes time, what they take, and the work that they do at once. */
  private byProxies(call: CallId, service: Service): void {
    const { calls, draws } = this;
    const { passLaws } = service;
    let delay = service.dedicated ? service.podWork : 0;
    for (let i = 0; i < passLaws.length; i++) {
      draws.draw(passLaws[i], calls.request[call], calls.site[call] ^ (PROXY + i));
      delay += draws.value;
    }
    if (service.callerWork > 0) delay += this.callersWork(call, service);
    if (service.hopLaw !== NONE) {
      draws.draw(service.hopLaw, calls.request[call], calls.site[call] ^ HOP);
      delay += draws.value;
    }
    if (this.ways !== undefined) return this.ways.go(call, service, delay);
    if (delay === 0) return this.ends.reach(call);
    service.network += delay;
    this.sim.after(delay, this.reached, call);
  }

  /**
   * What the proxy beside its caller does, where that has a core of its own; elsewhere the caller's program says when, of the
   * first try, and mesh/passes.ts what it costs, of others.
   */
  private callersWork(call: CallId, service: Service): Seconds {
    const { pods, owners } = this.state;
    const pod = callerOf(this.calls, call);
    if (pod === NONE) return 0;
    if (owners[pods.service[pod]].dedicated) billCaller(this.state, pod, service);
    else if (!isTriedAgain(this.calls, call)) return 0;
    return service.callerWork;
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

/** The pod whose call or branch sends a call, or NONE when it comes from outside or nobody waits for it. */
export function callerOf(calls: Calls, call: CallId): number {
  let parent = calls.parent[call];
  if (parent >= 0 && calls.state[parent] === CallState.Guard) parent = calls.parent[parent];
  return parent < 0 ? NONE : calls.pod[parent];
}

/** What the proxy beside a caller with cores of its own does for a call. */
export function billCaller({ pods }: State, pod: number, service: Service): void {
  pods.used[pod] += service.callerBilled;
  service.proxied += service.callerWork;
}

/** Whether a call is a try after the first: these have places of their own. */
function isTriedAgain(calls: Calls, call: CallId): boolean {
  const guard = calls.parent[call];
  return guard >= 0 && calls.state[guard] === CallState.Guard && calls.site[guard] !== calls.site[call];
}

// A call's own random quantities, told apart from those of its steps.
const HOP = 0x3c6ef372;
const PROXY = 0x1b873593;
const REPLY = 0x5bd1e995;
