/**
 * Names that callers resolve for themselves. An answer of the DNS is the pods that are known when it is given; who has one
 * goes on with it for as long as it may be kept, whatever happens to those pods. Servers on the way, of a node or of the cluster,
 * keep answers likewise, and hand on what is left of their time.
 *
 * Not modelled: the time that a look-up takes, and answers too long for a packet.
 */
import type { Simulation } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { NONE } from "../state.js";
import type { Endpoints, SlotId } from "./endpoints.js";
import type { DnsSpec } from "./mesh-spec.js";

/** Slots of pods, `items` up to `count`. */
export interface Known {
  readonly items: Int32Array;
  readonly count: number;
}

/** The pods of a service as somebody knows them. */
export interface View {
  readonly known: Known;
  /** Another number whenever those known, or their weights, have changed. */
  version: number;
  /** By slot: since when it is among them; -Infinity when it has been from the start. */
  readonly since: Float64Array;
}

/** What was known at one moment. As long as anybody keeps it its slots stay those pods'. */
export class Answer implements Known {
  readonly items: Int32Array;
  readonly count: number;
  readonly version: number;
  private readonly member: Uint8Array;
  private keepers = 0;

  constructor(private readonly endpoints: Endpoints) {
    const { known, slots, version } = endpoints;
    this.items = known.items.slice(0, known.count);
    this.count = known.count;
    this.version = version;
    this.member = new Uint8Array(slots.rows.high);
    for (const slot of this.items) this.member[slot] = 1;
  }

  has(slot: number): boolean {
    return slot < this.member.length && this.member[slot] === 1;
  }

  keep(): void {
    if (this.keepers++ === 0) for (const slot of this.items) this.endpoints.slots.calls[slot]++;
  }

  letGo(): void {
    if (--this.keepers === 0) for (const slot of this.items) this.endpoints.leave(slot as SlotId);
  }
}

interface Kept {
  readonly answer: Answer;
  readonly until: Seconds;
}

/** Of one service: who answers its callers. */
export class Names {
  private latest: Answer | undefined;
  /** What servers on the way keep: by node, or one for all. */
  private readonly cached = new Map<number, Kept>();

  constructor(
    private readonly endpoints: Endpoints,
    readonly spec: DnsSpec,
    private readonly sim: Simulation,
    /** The node of the pod that asks; NONE for those outside. */
    private readonly nodeOf: (caller: number) => number,
  ) {}

  /** Whether an answer to this caller takes a look at what is known now, and not at what a server has kept. */
  asksFor(caller: number): boolean {
    const kept = this.cached.get(this.serverOf(caller));
    return kept === undefined || this.sim.now >= kept.until;
  }

  /** The answer that a caller gets now, and until when it is good. */
  ask(caller: number): Kept {
    const { sim, spec, cached } = this;
    const server = this.serverOf(caller);
    const kept = cached.get(server);
    if (kept !== undefined && sim.now < kept.until) return kept;
    if (this.latest?.version !== this.endpoints.version) this.latest = new Answer(this.endpoints);
    const given = { answer: this.latest, until: sim.now + spec.ttl };
    if (spec.cache === "none" || spec.ttl === 0) return given;
    given.answer.keep();
    cached.set(server, given);
    kept?.answer.letGo();
    this.forgetOld();
    return given;
  }

  /** All that servers keep. */
  answers(): readonly Answer[] {
    return [...this.cached.values()].map(({ answer }) => answer);
  }

  private serverOf(caller: number): number {
    return this.spec.cache === "node" ? this.nodeOf(caller) : NONE;
  }

  /** A node that is gone asks no more. */
  private forgetOld(): void {
    for (const [server, { answer, until }] of this.cached)
      if (this.sim.now >= until) {
        this.cached.delete(server);
        answer.letGo();
      }
  }
}

/** What one caller has of a service's name. */
export class Resolution implements View {
  known: Known = NOBODY;
  version = 0;
  since = new Float64Array(0);
  answer: Answer | undefined;
  private askedAt: Seconds = -Infinity;
  private until: Seconds = -Infinity;

  constructor(
    private readonly names: Names,
    private readonly endpoints: Endpoints,
    private readonly sim: Simulation,
    private readonly caller: number,
  ) {}

  /** Whether it is to ask before it can go on, and nobody on the way has the answer. */
  get asks(): boolean {
    return this.sim.now >= this.until && this.names.asksFor(this.caller);
  }

  /** Its client goes on with what it has when a name is not found. */
  get goesOn(): boolean {
    return this.names.spec.client.kind === "failure" && this.answer !== undefined;
  }

  has(slot: number): boolean {
    return this.answer?.has(slot) === true;
  }

  /** Asks, if what it has is too old. */
  renew(): void {
    const { now } = this.sim;
    if (now < this.until) return;
    const { answer, until } = this.names.ask(this.caller);
    const { client } = this.names.spec;
    this.askedAt = now;
    this.until = client.kind === "ttl" ? until : client.kind === "time" ? now + client.time : Infinity;
    if (answer === this.answer && this.known === answer) return;
    answer.keep();
    this.note(answer);
    const before = this.answer;
    this.answer = answer;
    this.known = answer;
    this.version++;
    before?.letGo();
  }

  /** Nobody answers; it asks again later. */
  putOff(): void {
    const { client } = this.names.spec;
    if (client.kind === "failure") this.until = this.sim.now + client.least;
  }

  /**
   * Of a client that is connected to all pods of its answer: whether that to this one still stands. If not, the pod is left out until the
   * next answer, which is asked for as soon as it may be.
   */
  stands(slot: number): boolean {
    const { client } = this.names.spec;
    if (client.kind !== "failure" || this.endpoints.listening(slot) !== NONE) return true;
    const items = this.known.items.subarray(0, this.known.count).filter((one) => one !== slot);
    this.known = { items, count: items.length };
    this.version++;
    this.until = Math.min(this.until, this.askedAt + client.least);
    return false;
  }

  /** Nobody asks here any more. */
  forget(): void {
    const { answer } = this;
    this.answer = undefined;
    this.known = NOBODY;
    this.version++;
    this.until = -Infinity;
    answer?.letGo();
  }

  /** Who is new in an answer is so from now on; of the first answer, since it is known at all. */
  private note(answer: Answer): void {
    const { slots } = this.endpoints;
    if (this.since.length < slots.since.length) {
      const wider = new Float64Array(slots.since.length);
      wider.set(this.since);
      this.since = wider;
    }
    for (const slot of answer.items)
      if (this.answer === undefined) this.since[slot] = slots.since[slot];
      else if (!this.answer.has(slot)) this.since[slot] = this.sim.now;
  }
}

const NOBODY: Known = { items: new Int32Array(0), count: 0 };
