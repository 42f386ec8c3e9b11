/**
 * The node lifecycle controller of kube-controller-manager v1.36: a node whose lease is not renewed for the grace period is not
 * ready, and after that it is tainted, one node of a zone after another at a rate that depends on how much of the zone is lost.
 *
 * Not modelled: a start-up grace period of its own for nodes that have never reported; the 100 ms between two passes of the worker
 * that taints.
 */
import type { Seconds } from "../../units.js";

/** The kubelet renews its lease so often. */
export const LEASE_RENEWAL: Seconds = 10;
export const MONITOR_PERIOD: Seconds = 5;
/** 40 s before v1.32. */
export const MONITOR_GRACE: Seconds = 50;
/** What admission lets each pod tolerate of an unreachable node that says nothing of it itself. */
export const DEFAULT_TOLERATION: Seconds = 300;
/** A zone with more nodes not ready than this, and this share of them, is partly disrupted. */
const [FEW, UNHEALTHY_ZONE] = [2, 0.55];
/** Taints a second in each zone; in large zones that are partly disrupted; and how many nodes make one large. */
const [RATE, SECONDARY_RATE, LARGE_ZONE] = [0.1, 0.01, 50];

export interface LeasedNode {
  readonly name: string;
  readonly zone: string;
  readonly renewedAt: Seconds;
}

type ZoneState = "normal" | "partial" | "full";

interface Known {
  /** When a look first saw the latest renewal. */
  probe: Seconds;
  renewedAt: Seconds;
  ready: boolean;
  tainted: boolean;
}

interface Zone {
  state: ZoneState | undefined;
  rate: number;
  /** The next token of its bucket of one. */
  freeAt: Seconds;
  readonly queue: string[];
}

/** What a look has found out: nodes that are not ready from now on, and nodes that are again. */
export interface NodeNews {
  readonly lost: readonly string[];
  readonly back: readonly string[];
}

export class NodeLifecycle {
  private readonly nodes = new Map<string, Known>();
  private readonly zones = new Map<string, Zone>();

  /** One look, every MONITOR_PERIOD. */
  look(present: readonly LeasedNode[], now: Seconds): NodeNews {
    this.forget(present);
    const lost: string[] = [];
    const back: string[] = [];
    for (const { name, zone, renewedAt } of present) {
      const known = this.known(name, zone, renewedAt, now);
      if (renewedAt > known.renewedAt) {
        known.renewedAt = renewedAt;
        known.probe = now;
        if (!known.ready) {
          known.ready = true;
          this.untaint(name, known);
          back.push(name);
        }
      }
      if (known.ready && now - known.probe >= MONITOR_GRACE) {
        known.ready = false;
        lost.push(name);
      }
      const { queue } = this.zones.get(zone)!;
      if (!known.ready && !known.tainted && !queue.includes(name)) queue.push(name);
    }
    this.weighZones(present, now);
    return { lost, back };
  }

  /** Nodes whose turn it is to be tainted; their pods have DEFAULT_TOLERATION from now on. */
  taint(now: Seconds): readonly string[] {
    const tainted: string[] = [];
    for (const zone of this.zones.values())
      while (zone.queue.length > 0 && zone.rate > 0 && zone.freeAt <= now) {
        const name = zone.queue.shift()!;
        this.nodes.get(name)!.tainted = true;
        zone.freeAt = now + 1 / zone.rate;
        tainted.push(name);
      }
    return tainted;
  }

  /** A node that was tainted may have come back, or all may have been lost since. */
  isTainted(name: string): boolean {
    return this.nodes.get(name)?.tainted === true;
  }

  /** When `taint` has something to do again; Infinity: not before the next look. */
  get taintsAt(): Seconds {
    const due = [...this.zones.values()].map(({ queue, rate, freeAt }) =>
      queue.length > 0 && rate > 0 ? freeAt : Infinity,
    );
    return Math.min(Infinity, ...due);
  }

  private known(name: string, zone: string, renewedAt: Seconds, now: Seconds): Known {
    if (!this.zones.has(zone)) this.zones.set(zone, { state: undefined, rate: RATE, freeAt: 0, queue: [] });
    let known = this.nodes.get(name);
    if (known === undefined) {
      known = { probe: now, renewedAt, ready: true, tainted: false };
      this.nodes.set(name, known);
    }
    return known;
  }

  private forget(present: readonly LeasedNode[]): void {
    const names = new Set(present.map(({ name }) => name));
    for (const [name, known] of this.nodes) {
      if (names.has(name)) continue;
      this.untaint(name, known);
      this.nodes.delete(name);
    }
    const zones = new Set(present.map(({ zone }) => zone));
    for (const zone of this.zones.keys()) if (!zones.has(zone)) this.zones.delete(zone);
  }

  private untaint(name: string, known: Known): void {
    known.tainted = false;
    for (const { queue } of this.zones.values()) if (queue.includes(name)) queue.splice(queue.indexOf(name), 1);
  }

  /** How fast nodes of each zone are tainted from now on; where every zone is lost the fault is likelier here, and nobody is. */
  private weighZones(present: readonly LeasedNode[], now: Seconds): void {
    const states = new Map([...this.zones.keys()].map((zone) => [zone, this.stateOf(zone, present)] as const));
    const allLost = [...states.values()].every((state) => state === "full");
    const allWereLost = [...this.zones.values()].every(({ state }) => state === "full");
    if (allLost && allWereLost) return;
    if (allLost) {
      for (const [name, known] of this.nodes) this.untaint(name, known);
      for (const zone of this.zones.values()) {
        zone.state = "full";
        this.swap(zone, 0, now);
      }
      return;
    }
    if (allWereLost) for (const known of this.nodes.values()) known.probe = now;
    for (const [name, zone] of this.zones) {
      const state = states.get(name)!;
      if (zone.state === state && !allWereLost) continue;
      zone.state = state;
      const size = present.filter((one) => one.zone === name).length;
      this.swap(zone, state === "partial" ? (size > LARGE_ZONE ? SECONDARY_RATE : 0) : RATE, now);
    }
  }

  private stateOf(zone: string, present: readonly LeasedNode[]): ZoneState {
    const own = present.filter((one) => one.zone === zone);
    const lost = own.filter(({ name }) => !this.nodes.get(name)!.ready).length;
    if (lost === own.length) return "full";
    return lost > FEW && lost / own.length >= UNHEALTHY_ZONE ? "partial" : "normal";
  }

  /** A new bucket is full, unless the old one was empty. */
  private swap(zone: Zone, rate: number, now: Seconds): void {
    if (zone.rate === rate) return;
    const empty = zone.rate === 0 || zone.freeAt > now;
    zone.rate = rate;
    zone.freeAt = empty && rate > 0 ? now + 1 / rate : 0;
  }
}
