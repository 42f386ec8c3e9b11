/**
 * What one caller knows of a service it calls: which pods to choose from, what it has under way at each of them, and
 * a balancer of its own. Callers share nothing: with many of them each sees but a small part of the load.
 */
import type { Balancer, Upstream } from "../../policy/contract.js";
import { NONE } from "../state.js";
import type { Endpoints, SlotId } from "./endpoints.js";
import type { Health } from "./health.js";
import type { Outliers } from "./outliers.js";

export class CallerProxy implements Upstream {
  rows = new Int32Array(0);
  count = 0;
  /** Calls under way, by slot. */
  active = new Int32Array(0);
  weight: Float64Array;
  even = true;
  version = -1;
  /** Calls on their way by this proxy, each try for itself. */
  requests = 0;
  /** Calls with tries of their own, from the first try to the answer; those at a second or later try. */
  underWay = 0;
  retrying = 0;
  /** Connections, those being opened included, calls that wait for one, and when idle ones were looked for last. */
  connections = 0;
  pending = 0;
  sweptAt = 0;
  /** Its pools: by slot, or one for all; NONE where there is none yet. */
  readonly pools: number[] = [];
  /** Its pod is gone; it stays while calls hold it. */
  gone = false;
  /** The end of its present interval, or NONE. */
  event = NONE;
  /** The list of pods is out of date though endpoints have not changed. */
  stale = false;
  private seen = -1;

  constructor(
    private readonly endpoints: Endpoints,
    readonly balancer: Balancer,
    readonly outliers: Outliers | undefined,
    readonly health: Health | undefined,
    private readonly panic: number,
  ) {
    this.weight = endpoints.slots.weight;
  }

  address(row: number): string {
    return this.endpoints.address(row);
  }

  /** The slot of the pod to call, or NONE when none is known. */
  pick(high: number, low: number): SlotId | typeof NONE {
    if (this.stale || this.seen !== this.endpoints.version) this.refresh();
    if (this.count === 0) return this.findNobody();
    return this.rows[this.balancer.pick(this, high, low)] as SlotId;
  }

  /** nginx then takes all servers to be well again, for the calls that come after this. */
  private findNobody(): typeof NONE {
    if (this.health?.passive?.forgive()) this.stale = true;
    return NONE;
  }

  /** There are more slots than it has counted by so far. */
  widen(): void {
    const wider = new Int32Array(this.endpoints.slots.pod.length);
    wider.set(this.active);
    this.active = wider;
  }

  private refresh(): void {
    const { endpoints, outliers, health } = this;
    const { slots, known } = endpoints;
    this.seen = endpoints.version;
    this.stale = false;
    this.version++;
    this.weight = slots.weight;
    if (this.active.length < slots.pod.length) this.widen();
    this.rows = known.items;
    this.count = known.count;
    if ((outliers !== undefined && outliers.ejectedCount > 0) || health?.someOut) this.leaveOut();
    this.even = true;
    for (let i = 1; i < this.count; i++) if (this.weight[this.rows[i]] !== this.weight[this.rows[0]]) this.even = false;
  }

  /** Those ejected or found unwell are left out; unless too few would be left: then all are as good. */
  private leaveOut(): void {
    const { endpoints, outliers, health } = this;
    const { known } = endpoints;
    const isFit = (slot: number): boolean => !outliers?.isEjected(slot) && !health?.isOut(slot);
    const fit = known.items.subarray(0, known.count).filter(isFit);
    if (fit.length < this.panic * known.count) return;
    this.rows = fit;
    this.count = fit.length;
  }
}
