/**
 * The pods of a service as those who call it know them: later than things happen. A pod has a slot from the first
 * time it is ready until it is gone, nobody knows of it any more and no call on its way holds it; what proxies count,
 * they count by slot.
 */
import { IntList } from "../../kernel/int-list.js";
import { RandomStream } from "../../kernel/random.js";
import type { EventKind, Id } from "../../kernel/simulation.js";
import { FIRST_CAPACITY, Rows } from "../../kernel/table.js";
import type { Seconds } from "../../units.js";
import type { Service } from "../service.js";
import { NONE, Phase, type PodId, type State } from "../state.js";
import type { DiscoverySpec } from "./mesh-spec.js";
import type { View } from "./names.js";

export type SlotId = Id<"slot">;

class Slots {
  /** The pod, or NONE when it is gone. */
  pod = new Int32Array(FIRST_CAPACITY);
  /** Its number among all pods of the service. */
  serial = new Int32Array(FIRST_CAPACITY);
  weight = new Float64Array(FIRST_CAPACITY);
  /** Where it stands, as all may know it even when it is gone. */
  zone = new Int32Array(FIRST_CAPACITY);
  /** When it was last published; -Infinity when everybody has known it from the start. */
  since = new Float64Array(FIRST_CAPACITY);
  /** The moment of one of its checks, from which all others follow. */
  checkedAt = new Float64Array(FIRST_CAPACITY);
  /** Where it stands among those known, or NONE. */
  place = new Int32Array(FIRST_CAPACITY);
  /** Whether it is ready, as the control plane has seen. */
  ready = new Uint8Array(FIRST_CAPACITY);
  /** Changes seen and not published yet. */
  changes = new Int32Array(FIRST_CAPACITY);
  /** Calls, connections being opened and answers of the DNS that hold it. */
  calls = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<SlotId>(this);
}

const NOBODY = NONE as PodId;

export class Endpoints implements View {
  readonly slots = new Slots();
  /** Slots of the pods that may be called, as far as callers know. */
  readonly known = new IntList();
  /** Another number whenever those known have changed. */
  version = 0;
  private readonly discovery: DiscoverySpec;
  private readonly checkInterval: Seconds;
  private readonly staggered: RandomStream;
  private readonly checked: EventKind<SlotId>;
  private readonly watched: EventKind<SlotId, Id<"readiness">>;
  private readonly quiet: EventKind;
  private readonly pushed: EventKind<SlotId, Id<"readiness">>;
  /** Slots with changes that wait for a push; when the first of them was seen, and the event of the push. */
  private waiting: SlotId[] = [];
  private firstChange: Seconds = 0;
  private push = NONE;

  constructor(
    private readonly state: State,
    private readonly service: Service,
    /** A slot is about to be another pod's. */
    private readonly freed: (slot: SlotId) => void,
  ) {
    const { discovery, checkInterval } = service.spec.mesh!;
    this.discovery = discovery;
    this.checkInterval = checkInterval;
    const { sim } = state;
    this.staggered = new RandomStream(state.seed, `${service.spec.name}/checks`);
    this.checked = sim.event("endpoint.checked", (slot: SlotId) => this.check(slot));
    this.watched = sim.event("endpoint.watched", (slot: SlotId, ready: number) => this.see(slot, ready));
    this.quiet = sim.event("endpoint.push", () => this.send());
    this.pushed = sim.event("endpoint.pushed", (slot: SlotId, ready: number) => {
      this.slots.changes[slot]--;
      this.publish(slot, ready);
    });
  }

  get since(): Float64Array {
    return this.slots.since;
  }

  address(slot: number): string {
    return `${this.service.spec.name}-${this.slots.serial[slot]}`;
  }

  /** A pod takes calls from now on, or again. At the start of a run everybody knows. */
  ready(pod: PodId): void {
    const { pods, sim } = this.state;
    if (pods.slot[pod] === NONE) this.add(pod);
    const slot = pods.slot[pod] as SlotId;
    if (sim.now > 0) return this.change(slot, 1, false);
    this.slots.ready[slot] = 1;
    this.publish(slot, 1);
  }

  /** A pod takes no more calls. One that is told to stop says so itself; one that fails does not. */
  unready(pod: PodId): void {
    const { pods } = this.state;
    this.change(pods.slot[pod] as SlotId, 0, pods.memberIndex[pod] === NONE);
  }

  gone(pod: PodId): void {
    const { pods } = this.state;
    const slot = pods.slot[pod] as SlotId;
    if (slot === NONE) return;
    pods.slot[pod] = NONE;
    this.slots.pod[slot] = NONE;
    this.free(slot);
  }

  /** A call no longer holds a slot. */
  leave(slot: SlotId): void {
    if (--this.slots.calls[slot] === 0) this.free(slot);
  }

  /**
   * The pod behind a slot, if it takes calls at this moment, for it is ready, its hook runs, or it stands still and nobody is there
   * to turn them away; else NONE.
   */
  listening(slot: number): PodId {
    const { pods, sim, stillness } = this.state;
    const pod = this.slots.pod[slot] as PodId;
    if (pod === NONE) return pod;
    const phase = pods.phase[pod];
    if (stillness.machines > 0 && stillness.has(pod)) return pod;
    return phase === Phase.Ready || (phase === Phase.Draining && sim.now < pods.stopsAt[pod]) ? pod : NOBODY;
  }

  private add(pod: PodId): void {
    const { slots } = this;
    const { pods, nodes } = this.state;
    const slot = slots.rows.add();
    slots.pod[slot] = pod;
    slots.serial[slot] = pods.serial[pod];
    slots.weight[slot] = pods.weight[pod];
    slots.zone[slot] = pods.node[pod] === NONE ? NONE : nodes.zone[pods.node[pod]];
    if (this.checkInterval > 0)
      slots.checkedAt[slot] = this.state.sim.now + this.staggered.uniform() * this.checkInterval;
    slots.place[slot] = NONE;
    slots.ready[slot] = slots.changes[slot] = slots.calls[slot] = 0;
    pods.slot[pod] = slot;
  }

  private change(slot: SlotId, ready: number, said: boolean): void {
    this.slots.changes[slot]++;
    if (this.checkInterval === 0 || said) return this.notice(slot, ready);
    const { sim } = this.state;
    const since = sim.now - this.slots.checkedAt[slot];
    const turns = Math.ceil(since / this.checkInterval);
    sim.after(turns * this.checkInterval - since, this.checked, slot);
  }

  /** What its check finds counts, and not what it was to find. */
  private check(slot: SlotId): void {
    const { pods } = this.state;
    const pod = this.slots.pod[slot];
    this.notice(slot, pod !== NONE && pods.phase[pod] === Phase.Ready ? 1 : 0);
  }

  private notice(slot: SlotId, ready: number): void {
    const { watch } = this.discovery;
    if (watch === 0) this.see(slot, ready);
    else this.state.sim.after(watch, this.watched, slot, ready as Id<"readiness">);
  }

  /** The control plane sees a change, and waits for others that may come at the same time. */
  private see(slot: SlotId, ready: number): void {
    const { sim } = this.state;
    const { quiet, longest } = this.discovery;
    this.slots.ready[slot] = ready;
    if (this.waiting.length === 0) this.firstChange = sim.now;
    this.waiting.push(slot);
    if (quiet === 0) return this.send();
    const due = Math.min(sim.now + quiet, Math.max(sim.now, this.firstChange + longest));
    if (this.push === NONE) this.push = sim.at(due, this.quiet);
    else sim.move(this.push, due);
  }

  private send(): void {
    const { sim } = this.state;
    const { push } = this.discovery;
    const sent = this.waiting;
    this.waiting = [];
    this.push = NONE;
    for (const slot of sent) {
      const ready = this.slots.ready[slot] as Id<"readiness">;
      if (push === 0) {
        this.slots.changes[slot]--;
        this.publish(slot, ready);
      } else sim.after(push, this.pushed, slot, ready);
    }
  }

  private publish(slot: SlotId, ready: number): void {
    const { slots, known } = this;
    const stands = slots.place[slot] !== NONE;
    if (ready === 1 && !stands) {
      slots.place[slot] = known.push(slot);
      slots.since[slot] = this.state.sim.now > 0 ? this.state.sim.now : -Infinity;
      this.version++;
    } else if (ready === 0 && stands) {
      const moved = known.removeAt(slots.place[slot]);
      if (moved !== NONE) slots.place[moved] = slots.place[slot];
      slots.place[slot] = NONE;
      this.version++;
    }
    this.free(slot);
  }

  private free(slot: SlotId): void {
    const { slots } = this;
    if (slots.pod[slot] !== NONE || slots.place[slot] !== NONE || slots.changes[slot] > 0 || slots.calls[slot] > 0)
      return;
    this.freed(slot);
    slots.rows.remove(slot);
  }
}
