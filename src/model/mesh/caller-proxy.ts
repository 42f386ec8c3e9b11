/**
 * What one caller knows of a service it calls: which pods to choose from, what it has under way at each of them, and
 * balancers of its own. Callers share nothing: with many of them each sees but a small part of the load.
 */
import type { RandomStream } from "../../kernel/random.js";
import { EarliestDeadline } from "../../policy/balancer/earliest-deadline.js";
import type { Balancer } from "../../policy/contract.js";
import { NONE } from "../state.js";
import type { Endpoints, SlotId } from "./endpoints.js";
import { Group } from "./group.js";
import type { Health } from "./health.js";
import { divide, type Part, usable } from "./localities.js";
import type { MeshSpec } from "./mesh-spec.js";
import type { Resolution, View } from "./names.js";
import type { Outliers } from "./outliers.js";
import type { Place } from "./place.js";
import type { SlowStart } from "./slow-start.js";

/** What a proxy is made with. */
export interface ProxyParts {
  /** For each group of pods that it tells apart. */
  readonly balancer: (group: number) => Balancer;
  readonly outliers: Outliers | undefined;
  readonly health: Health | undefined;
  readonly slowStart: SlowStart | undefined;
  /** Undefined where it is told of pods, and need not ask. */
  readonly resolution: Resolution | undefined;
  /** Undefined where pods are not told apart by where they are. */
  readonly place: Place | undefined;
  readonly stream: RandomStream;
}

export class CallerProxy {
  /** Calls under way, by slot. */
  active = new Int32Array(0);
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
  readonly outliers: Outliers | undefined;
  readonly health: Health | undefined;
  readonly resolution: Resolution | undefined;
  /** The pods that it knows of. */
  readonly view: View;
  private readonly slowStart: SlowStart | undefined;
  private readonly place: Place | undefined;
  private seen = -1;
  private seenPlace = -1;
  /** Among which it chooses, the first alone where pods are not told apart by where they are. */
  private readonly groups: Group[] = [];
  private divided: readonly Part[] = [];
  private readonly turns = new EarliestDeadline();

  constructor(
    private readonly endpoints: Endpoints,
    private readonly spec: MeshSpec,
    private readonly parts: ProxyParts,
  ) {
    this.resolution = parts.resolution;
    this.view = parts.resolution ?? endpoints;
    this.slowStart = parts.slowStart;
    this.place = parts.place;
    this.outliers = parts.outliers;
    this.health = parts.health;
    this.group(0);
  }

  /** The slot of the pod to call, or NONE when none is known. */
  pick(high: number, low: number): SlotId | typeof NONE {
    const { resolution } = this;
    if (resolution === undefined) return this.choose(high, low);
    resolution.renew();
    for (;;) {
      const slot = this.choose(high, low);
      if (slot === NONE || resolution.stands(slot)) return slot;
    }
  }

  private choose(high: number, low: number): SlotId | typeof NONE {
    if (this.slowStart !== undefined) this.slowStart.update();
    const { place } = this;
    const moved = place !== undefined && place.version !== this.seenPlace;
    if (moved || this.stale || this.seen !== this.view.version) this.refresh();
    const group = this.groups[this.divided.length < 2 ? 0 : this.choosePart()];
    if (group.count === 0) return this.findNobody();
    return group.rows[group.balancer.pick(group, high, low)] as SlotId;
  }

  /** A call to a pod has its answer. */
  learn(slot: number, took: number, now: number): void {
    for (const { balancer } of this.groups) balancer.answered?.(slot, took, now);
  }

  /** Whether a pod is among those that it knows of. */
  knows(slot: number): boolean {
    if (this.resolution !== undefined) return this.resolution.has(slot);
    return this.endpoints.slots.place[slot] !== NONE;
  }

  /** Slots of the pods that it knows of. */
  slots(): Int32Array {
    const { known } = this.view;
    return known.items.subarray(0, known.count);
  }

  /** A slot is about to be another pod's. */
  forget(slot: number): void {
    for (const { balancer } of this.groups) balancer.forget?.(slot);
    this.outliers?.forget(slot);
    this.health?.forget(slot);
  }

  /** There are more slots than it has counted by so far. */
  widen(): void {
    const wider = new Int32Array(this.endpoints.slots.pod.length);
    wider.set(this.active);
    this.active = wider;
    for (const group of this.groups) group.active = wider;
  }

  private choosePart(): number {
    if (this.spec.locality!.kind === "weighted") {
      const chosen = this.turns.first;
      this.turns.turn(this.divided[chosen].weight!);
      return chosen;
    }
    let draw = this.parts.stream.uniform();
    let chosen = 0;
    while (chosen < this.divided.length - 1 && draw >= this.divided[chosen].share) draw -= this.divided[chosen++].share;
    return chosen;
  }

  /** nginx then takes all servers to be well again, for the calls that come after this. */
  private findNobody(): typeof NONE {
    if (this.health?.passive?.forgive()) this.stale = true;
    return NONE;
  }

  private refresh(): void {
    const { slots } = this.endpoints;
    const { known, version } = this.view;
    this.seen = version;
    this.stale = false;
    if (this.active.length < slots.pod.length) this.widen();
    if (this.place !== undefined) return this.divide(this.place);
    const left = this.someOut ? usable(this.fit(), this.spec.panic) : undefined;
    this.set(0, left ?? known.items, left?.length ?? known.count);
  }

  private divide(place: Place): void {
    this.seenPlace = place.version;
    const known = { ...this.fit(), zoneOf: (slot: number) => place.zoneOf(slot) };
    this.divided = divide(this.spec.locality!, known, place.origin(), place.zones, this.spec.panic);
    for (const [i, { slots }] of this.divided.entries()) this.set(i, slots, slots.length);
    this.turns.begin(
      this.divided.map(({ weight = 1 }) => weight),
      0,
    );
  }

  private fit() {
    return {
      slots: this.slots(),
      zoneOf: () => NONE,
      isFit: (slot: number): boolean => !this.outliers?.isEjected(slot) && !this.health?.isOut(slot),
    };
  }

  private get someOut(): boolean {
    return (this.outliers !== undefined && this.outliers.ejectedCount > 0) || this.health?.someOut === true;
  }

  private set(number: number, rows: Int32Array, count: number): void {
    const { endpoints, slowStart } = this;
    const weight = slowStart === undefined ? endpoints.slots.weight : slowStart.weight;
    this.group(number).set(rows, count, this.active, weight, slowStart?.changing === true);
  }

  private group(number: number): Group {
    if (number === this.groups.length) this.groups.push(new Group(this.endpoints, this.parts.balancer(number)));
    return this.groups[number];
  }
}
