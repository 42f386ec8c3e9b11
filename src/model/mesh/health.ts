/** How the proxies of a service's callers find out by themselves which pods are well: each for itself, by calls or by asking. */
import type { EventKind } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { failures } from "../calls/failure.js";
import type { DecisionLog } from "../decisions.js";
import { NONE, type State } from "../state.js";
import { ActiveChecks } from "./active-checks.js";
import type { CallerProxy } from "./caller-proxy.js";
import type { Endpoints } from "./endpoints.js";
import type { ProxyId } from "./links.js";
import type { HealthSpec } from "./mesh-spec.js";
import { PassiveChecks } from "./passive-checks.js";

/** What one proxy has found out. */
export class Health {
  readonly passive: PassiveChecks | undefined;
  readonly active: ActiveChecks | undefined;
  /** When it looks next by itself, and the event, or NONE. */
  nextCheck: Seconds = Infinity;
  event = NONE;

  constructor(
    { passive, active }: HealthSpec,
    counts: readonly boolean[],
    /** Whose proxy it is. */
    readonly caller: string,
  ) {
    this.passive = passive && new PassiveChecks(passive, counts);
    this.active = active && new ActiveChecks(active);
  }

  get someOut(): boolean {
    return (this.passive?.outCount ?? 0) + (this.active?.outCount ?? 0) > 0;
  }

  isOut(slot: number): boolean {
    return this.passive?.isOut(slot) === true || this.active?.isOut(slot) === true;
  }

  forget(slot: number): void {
    this.passive?.forget(slot);
    this.active?.forget(slot);
  }
}

/** What nginx takes for a failure of the server whatever it is told: "error", "timeout", and a server that dies. */
const ALWAYS: readonly string[] = ["unreachable", "killed", "timeout"];

/** The checks of all proxies of one service's callers. */
export class HealthChecks {
  private readonly counts: readonly boolean[];
  private readonly looks: EventKind<ProxyId>;

  constructor(
    private readonly state: State,
    private readonly spec: HealthSpec,
    /** Failures after which callers try again: these count as the pod's, too. */
    triedAgain: readonly string[],
    private readonly endpoints: Endpoints,
    private readonly proxies: readonly CallerProxy[],
    private readonly log: DecisionLog,
  ) {
    this.counts = failures.map((name) => ALWAYS.includes(name) || triedAgain.includes(name));
    this.looks = state.sim.event("health.look", (id: ProxyId) => this.look(id));
  }

  create(caller: string): Health {
    return new Health(this.spec, this.counts, caller);
  }

  /** A proxy begins to check. */
  opened(id: ProxyId): void {
    const health = this.proxies[id].health!;
    if (this.spec.active !== undefined) health.nextCheck = this.state.sim.now + this.spec.active.interval;
    this.plan(id);
  }

  chosen(id: ProxyId, slot: number): void {
    if (this.proxies[id].health!.passive?.chosen(slot, this.state.sim.now)) this.changed(id);
  }

  answered(id: ProxyId, slot: number, failure: number): void {
    const { passive, caller } = this.proxies[id].health!;
    if (!passive?.answered(slot, failure, this.state.sim.now)) return;
    this.changed(id);
    const failed =
      this.spec.passive!.failures === 1 ? "a call has failed" : `${this.spec.passive!.failures} calls failed`;
    this.tell(
      slot,
      passive.isOut(slot) ? `left alone by the proxy of ${caller}: ${failed}` : `called again by that of ${caller}`,
    );
  }

  /** Its pod is gone. */
  closed(id: ProxyId): void {
    const health = this.proxies[id].health!;
    if (health.event !== NONE) this.state.sim.cancel(health.event);
    health.event = NONE;
    health.nextCheck = Infinity;
  }

  private changed(id: ProxyId): void {
    this.proxies[id].stale = true;
    this.plan(id);
  }

  private look(id: ProxyId): void {
    const proxy = this.proxies[id];
    const { passive, active, caller } = proxy.health!;
    const { now } = this.state.sim;
    proxy.health!.event = NONE;
    passive?.look(now);
    if (active !== undefined && now >= proxy.health!.nextCheck) {
      for (const slot of active.check(proxy.slots(), (one) => this.endpoints.listening(one) !== NONE))
        this.tell(slot, `${active.isOut(slot) ? "left out" : "called again"} by the proxy of ${caller}: checked`);
      proxy.health!.nextCheck = now + this.spec.active!.interval;
    }
    this.changed(id);
  }

  private tell(slot: number, rule: string): void {
    const about = { time: this.state.sim.now, subject: `pod ${this.endpoints.address(slot)}`, policy: "health-check" };
    this.log.add({ ...about, rule, seen: {}, from: 1, wished: 1, asked: 1 });
  }

  /** Makes sure that it looks when something is to be seen. */
  private plan(id: ProxyId): void {
    const { sim } = this.state;
    const proxy = this.proxies[id];
    const health = proxy.health!;
    const due = proxy.gone ? Infinity : Math.min(health.nextCheck, health.passive?.due() ?? Infinity);
    if (due === Infinity) {
      if (health.event !== NONE) sim.cancel(health.event);
      health.event = NONE;
    } else if (health.event === NONE) health.event = sim.at(due, this.looks, id);
    else sim.move(health.event, due);
  }
}
