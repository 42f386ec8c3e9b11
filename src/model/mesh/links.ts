/** A service and all who call it: what callers know of its pods, and the proxy of each caller. */
import type { EventKind, Id } from "../../kernel/simulation.js";
import { Failure as Failures } from "../calls/failure.js";
import { Line } from "../calls/lines.js";
import { hashHigh, hashLow } from "../calls/upstream.js";
import type { DecisionLog } from "../decisions.js";
import type { Service } from "../service.js";
import { type CallId, type Calls, NONE as NOTHING, type PodId, type State } from "../state.js";
import type { CallerProxy } from "./caller-proxy.js";
import type { PoolId } from "./connection-tables.js";
import { Connections } from "./connections.js";
import { Endpoints, type SlotId } from "./endpoints.js";
import { HealthChecks } from "./health.js";
import type { MeshSpec } from "./mesh-spec.js";
import { Names } from "./names.js";
import { newProxy } from "./new-proxy.js";
import type { Sender } from "./sender.js";
import { SlowStart } from "./slow-start.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const Failure = Failures;

export type ProxyId = Id<"proxy">;

export class Links {
  readonly endpoints: Endpoints;
  readonly proxies: CallerProxy[] = [];
  readonly connections: Connections | undefined;
  private readonly spec: MeshSpec;
  private readonly calls: Calls;
  private readonly hashes: boolean;
  private readonly byKey: boolean;
  readonly health: HealthChecks | undefined;
  /** Undefined where each proxy has its own, or there is none. */
  readonly slowStart: SlowStart | undefined;
  readonly names: Names | undefined;
  private readonly learns: boolean;
  private readonly mostRequests: number;
  readonly mostRetries: number;
  /** How often a pod is chosen for a try, to find one that no try has been at. */
  private readonly attempts: number;
  private readonly free: ProxyId[] = [];
  /** By the caller's pod; requests from outside have one proxy, a gateway's. */
  private byCaller = new Int32Array(FIRST_CALLERS).fill(NONE);
  private outside = NONE;
  private readonly interval: EventKind<ProxyId>;

  constructor(
    private readonly state: State,
    readonly service: Service,
    readonly log: DecisionLog,
    sender: Sender,
  ) {
    this.spec = service.spec.mesh!;
    this.calls = state.calls;
    this.hashes = service.balancer.hashes === true;
    this.byKey = service.balancer.byKey === true;
    this.learns = service.balancer.answered !== undefined;
    this.mostRequests = this.spec.limits.requests;
    this.mostRetries = this.spec.limits.retries;
    this.attempts = this.spec.attempts;
    this.endpoints = new Endpoints(state, service, (slot) => this.forget(slot));
    if (this.spec.slowStart !== undefined && this.spec.dns === undefined)
      this.slowStart = new SlowStart(this.spec.slowStart, this.endpoints, this.endpoints, state.sim);
    if (this.spec.dns !== undefined)
      this.names = new Names(this.endpoints, this.spec.dns, state.sim, (caller) =>
        caller === NONE ? NONE : state.pods.node[caller],
      );
    const { connections } = this.spec;
    if (connections !== undefined)
      this.connections = new Connections(state, this, connections, service.connectLaw, sender);
    const { health } = this.spec;
    if (health !== undefined)
      this.health = new HealthChecks(state, health, service.spec.route.retries.on, this.endpoints, this.proxies, log);
    this.interval = state.sim.event("outliers.interval", (id: ProxyId) => this.intervalOver(id));
  }

  /** The proxy of a caller: of a pod, or, for NONE, of those outside. */
  proxyOf(caller: number): ProxyId {
    if (caller === NONE) return (this.outside === NONE ? this.open(NONE) : this.outside) as ProxyId;
    if (caller >= this.byCaller.length) this.widen(caller);
    const known = this.byCaller[caller];
    return (known === NONE ? this.open(caller) : known) as ProxyId;
  }

  /**
   * Chooses the pod for a call that sets out: Failure.None, or why it gets none. A try that is to avoid the pods of
   * those before it is given their guard.
   */
  take(call: CallId, id: ProxyId, guard: number): number {
    const { calls } = this;
    const proxy = this.proxies[id];
    calls.proxy[call] = calls.slot[call] = NONE;
    if (proxy.requests >= this.mostRequests) return Failure.Overflow;
    calls.connection[call] = NONE;
    if (this.connections !== undefined && this.spec.connections!.balances === "connections")
      return this.onAny(this.connections, call, id);
    let slot = this.choose(call, proxy);
    // Without any pod the way leads to the activator, if there is one.
    if (slot === NONE) return this.service.activator ? Failure.None : Failure.Unreachable;
    if (guard !== NONE) {
      for (let i = 1; i < this.attempts && (slot === calls.child[guard] || slot === calls.sibling[guard]); i++)
        slot = this.choose(call, proxy);
      calls.sibling[guard] = calls.child[guard];
      calls.child[guard] = slot;
    }
    calls.proxy[call] = id;
    if (this.connections !== undefined) return this.connections.acquire(call, this.poolOf(id, slot));
    this.attach(call, slot);
    return Failure.None;
  }

  /** Whether the next call of a proxy needs the DNS: it has no good answer, nor a connection that would do. */
  asks(id: ProxyId): boolean {
    const { resolution } = this.proxies[id];
    if (resolution?.asks !== true) return false;
    const onAny = this.connections !== undefined && this.spec.connections!.balances === "connections";
    return !(onAny && this.connections!.hasRoom(this.poolOf(id, NONE)));
  }

  /** Whatever connection there is; without any pod the way leads to the activator, if there is one. */
  private onAny(connections: Connections, call: CallId, id: ProxyId): number {
    if (this.service.activator && this.endpoints.known.count === 0) return Failure.None;
    this.calls.proxy[call] = id;
    return connections.acquire(call, this.poolOf(id, NONE));
  }

  /** A call is on its way to a pod from now on. */
  attach(call: CallId, slot: number): void {
    const proxy = this.proxies[this.calls.proxy[call]];
    this.calls.slot[call] = slot;
    proxy.requests++;
    if (slot >= proxy.active.length) proxy.widen();
    proxy.active[slot]++;
    this.endpoints.slots.calls[slot]++;
    if (this.health !== undefined) this.health.chosen(this.calls.proxy[call] as ProxyId, slot);
  }

  private poolOf(id: ProxyId, slot: number): PoolId {
    const { pools } = this.proxies[id];
    const place = slot + 1; // NONE is -1
    while (pools.length <= place) pools.push(NONE);
    if (pools[place] === NONE) pools[place] = this.connections!.newPool(id, slot);
    return pools[place] as PoolId;
  }

  /** The slot of the pod that a call of this proxy is to go to, or NONE. */
  choose(call: CallId, proxy: CallerProxy): SlotId | typeof NOTHING {
    if (!this.hashes) return proxy.pick(0, 0);
    return proxy.pick(hashHigh(this.calls, call, this.byKey), hashLow(this.calls, call));
  }

  /** Whether a call waits for a connection, and has not set out. */
  waits(call: CallId): boolean {
    return this.connections !== undefined && this.calls.line[call] === Line.AtProxy;
  }

  /** A call's caller has its answer, or waits for it no longer. */
  release(call: CallId, failure: number): void {
    const id = this.calls.proxy[call] as ProxyId;
    if (id === NONE) return;
    if (this.waits(call)) {
      this.connections!.leaveLine(call);
      this.calls.proxy[call] = NONE;
      return;
    }
    if (this.connections !== undefined) this.connections.release(call, failure);
    this.calls.proxy[call] = NONE;
    const slot = this.calls.slot[call];
    const proxy = this.proxies[id];
    proxy.requests--;
    proxy.active[slot]--;
    if (this.learns && failure !== Failure.Cancelled) {
      const { now } = this.state.sim;
      proxy.learn(slot, now - this.calls.startedAt[call], now);
    }
    if (this.health !== undefined && failure !== Failure.Cancelled && proxy.knows(slot))
      this.health.answered(id, slot, failure);
    if (proxy.outliers !== undefined && failure !== Failure.Cancelled) {
      // Of a pod that is no longer among those known nobody needs to know.
      if (proxy.knows(slot) && proxy.outliers.answered(slot, failure, this.state.sim.now)) proxy.stale = true;
    }
    if (proxy.gone) this.close(id);
  }

  /** A call's answer has come back to where it was sent from. */
  answered(call: CallId, failure: number): void {
    this.release(call, failure);
    this.end(call);
  }

  /** A call's row is about to be another's. */
  end(call: CallId): void {
    const slot = this.calls.slot[call];
    if (slot === NONE) return;
    this.calls.slot[call] = NONE;
    this.endpoints.leave(slot as SlotId);
  }

  /** A pod that may be called is gone. */
  podGone(pod: PodId): void {
    const slot = this.state.pods.slot[pod] as SlotId;
    if (slot !== NONE) this.connections?.podGone(slot);
    this.endpoints.gone(pod);
  }

  /** A pod that may have called is gone. */
  callerGone(pod: PodId): void {
    const id = pod < this.byCaller.length ? this.byCaller[pod] : NONE;
    if (id === NONE) return;
    this.byCaller[pod] = NONE;
    const proxy = this.proxies[id];
    proxy.gone = true;
    if (proxy.event !== NONE) this.state.sim.cancel(proxy.event);
    this.connections?.turnAll(id as ProxyId);
    this.health?.closed(id as ProxyId);
    proxy.resolution?.forget();
    this.close(id as ProxyId);
  }

  /** Nothing of a proxy is left once its pod is gone and nobody waits for anything by it. */
  close(id: ProxyId): void {
    const proxy = this.proxies[id];
    if (!proxy.gone || proxy.requests > 0 || proxy.underWay > 0 || proxy.pending > 0) return;
    proxy.gone = false; // it can be closed but once
    this.connections?.forget(id);
    proxy.pools.length = 0;
    this.free.push(id);
  }

  private open(caller: number): ProxyId {
    const { state, spec } = this;
    const proxy = newProxy(state, this, caller);
    const id = (this.free.pop() ?? this.proxies.length) as ProxyId;
    this.proxies[id] = proxy;
    if (caller === NONE) this.outside = id;
    else this.byCaller[caller] = id;
    if (spec.outliers !== undefined) proxy.event = state.sim.after(spec.outliers.interval, this.interval, id);
    this.health?.opened(id);
    return id;
  }

  private intervalOver(id: ProxyId): void {
    const proxy = this.proxies[id];
    if (proxy.outliers!.interval(this.state.sim.now)) proxy.stale = true;
    proxy.event = this.state.sim.after(this.spec.outliers!.interval, this.interval, id);
  }

  private forget(slot: SlotId): void {
    for (const proxy of this.proxies) {
      proxy.forget(slot);
      const pool = proxy.pools[slot + 1];
      if (pool === undefined || pool === NONE) continue;
      proxy.pools[slot + 1] = NONE;
      this.connections!.forgetPool(pool as PoolId);
    }
  }

  private widen(caller: number): void {
    const wider = new Int32Array(2 * caller).fill(NONE);
    wider.set(this.byCaller);
    this.byCaller = wider;
  }
}

const FIRST_CALLERS = 64;
