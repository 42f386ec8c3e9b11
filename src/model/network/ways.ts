/**
 * The network between pods where it is more than a hop: zones that are far from each other, messages that weigh something, and
 * disturbances. A world that has none of these has no such object, and pays one comparison a call.
 *
 * A message is one packet. When it is lost it is sent again after TCP's time-outs, and after the last of them, a quarter of an hour
 * later, given up. Not modelled: windows, and calls that share a connection and so wait for each other's packets.
 */
import { type Distribution, Draws } from "../../kernel/distributions.js";
import type { EventKind, Id } from "../../kernel/simulation.js";
import type { Seconds, Usd } from "../../units.js";
import { CallState } from "../calls/call-state.js";
import { Failure } from "../calls/failure.js";
import type { Service } from "../service.js";
import { type CallId, NONE as NOTHING, type State } from "../state.js";
import { Disturbances } from "./disturbances.js";
import { RETRANSMISSION } from "./network-spec.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** What becomes of messages: a call reaches its service, an answer its caller. */
interface Ends {
  reach(call: CallId): void;
  reply(call: CallId): void;
}

/** Which way a message goes. */
const There = 0;
const Back = 1;
type Attempt = Id<"attempt">;

export class Ways {
  readonly disturbances: Disturbances;
  /** Bytes that have gone from one zone into another since the measures began. */
  private crossed = 0;
  private readonly draws: Draws;
  /** By zone and zone: the law of the time between them. */
  private readonly laws: Int32Array;
  /** By call: the zones of its caller and of its pod, and who called; NONE for what is outside or not known. */
  private from = new Int32Array(FIRST_CALLS);
  private to = new Int32Array(FIRST_CALLS);
  private callers = new Int32Array(FIRST_CALLS);
  private readonly arrived: readonly [EventKind<CallId>, EventKind<CallId>];
  private readonly sentAgain: readonly [EventKind<CallId, Attempt>, EventKind<CallId, Attempt>];
  private readonly lost: EventKind<CallId>;

  constructor(
    private readonly state: State,
    private readonly ends: Ends,
  ) {
    const { sim, chance, zones, spec } = state;
    const { same, cross, pairs } = lawsOf(state);
    this.disturbances = new Disturbances(state, pairs.length + 2);
    this.draws = new Draws([same, cross, ...pairs.map(({ latency }) => latency), ...this.disturbances.laws], chance);
    this.laws = Int32Array.from({ length: zones.length ** 2 }, (_, i) => {
      const [one, other] = [zones[Math.floor(i / zones.length)], zones[i % zones.length]];
      if (one === other) return 0;
      const pair = (spec.network.zones?.pairs ?? []).findIndex(
        ({ between }) => between.includes(one) && between.includes(other),
      );
      return pair < 0 ? 1 : 2 + pair;
    });
    this.arrived = [
      sim.event("message.reached", (call: CallId) => ends.reach(call)),
      sim.event("message.replied", (call: CallId) => ends.reply(call)),
    ];
    this.sentAgain = [
      sim.event("message.sent-again", (call: CallId, attempt: number) => this.send(call, There, attempt)),
      sim.event("answer.sent-again", (call: CallId, attempt: number) => this.send(call, Back, attempt)),
    ];
    this.lost = sim.event("message.lost", (call: CallId) => this.giveUp(call));
  }

  /** What traffic between zones has cost since the measures began: it is paid where it leaves and where it enters. */
  get usd(): Usd {
    return (2 * this.crossed * (this.state.spec.network.zones?.usdPerGB ?? 0)) / 1e9;
  }

  restartMeasures(): void {
    this.crossed = 0;
  }

  /** Whether a call gets no further than the look-up of its service's name; it fails then, if not at once. */
  unresolved(call: CallId, service: Service): boolean {
    const { calls, sim } = this.state;
    const wait = this.disturbances.unresolved(call, service, this.draws);
    if (wait < 0) return false;
    calls.proxy[call] = calls.slot[call] = NONE;
    sim.after(wait, this.lost, call);
    return true;
  }

  /** Whether a look-up of its service's name for a call would fail. */
  isLost(call: CallId, service: Service): boolean {
    return this.disturbances.unresolved(call, service, this.draws) >= 0;
  }

  /** A call sets out, for which its hop takes so long. */
  go(call: CallId, service: Service, hop: Seconds): void {
    this.note(call, service);
    this.carry(call, There, hop, service.spec.payload.request);
  }

  goBack(call: CallId, service: Service, hop: Seconds): void {
    this.carry(call, Back, hop, service.spec.payload.response);
  }

  private carry(call: CallId, way: 0 | 1, hop: Seconds, bytes: number): void {
    const { spec, zones } = this.state;
    const { network } = spec;
    const from = this.from[call];
    const to = this.to[call];
    let delay = hop + bytes / network.bytesPerSecond;
    if (from >= 0 && to >= 0 && network.zones !== undefined) {
      const law = this.laws[from * zones.length + to];
      delay += this.drawn(call, law, way === There ? ZONES : ZONES_BACK);
      if (law !== 0) this.crossed += bytes;
    }
    this.pass(call, way, delay, 0);
  }

  /** A message is sent, for the first time or again: lost, or there after so long. */
  private pass(call: CallId, way: 0 | 1, delay: Seconds, attempt: number): void {
    const { state, disturbances } = this;
    const { sim, calls, services } = state;
    const service = services[calls.service[call]];
    let time = delay;
    if (disturbances.any) {
      disturbances.meet(this.callers[call], service.id, this.from[call], this.to[call]);
      if (disturbances.refuses) return void sim.after(0, this.lost, call);
      const { loss } = disturbances;
      if (loss > 0 && state.chance.open(calls.request[call], this.site(call, way, attempt)).uniform() < loss)
        return this.sendAgain(call, way, attempt);
      for (const law of disturbances.delays) time += this.drawn(call, law, way === There ? DELAY : DELAY_BACK);
    }
    service.network += time;
    if (time > 0) sim.after(time, this.arrived[way], call);
    else if (way === There) this.ends.reach(call);
    else this.ends.reply(call);
  }

  /** How long it has been under way so far counts as network time, too. */
  private sendAgain(call: CallId, way: 0 | 1, attempt: number): void {
    const { sim, calls, services } = this.state;
    const { first, longest, most } = RETRANSMISSION;
    const wait = Math.min(first * 2 ** attempt, longest);
    services[calls.service[call]].network += wait;
    if (attempt < most) sim.after(wait, this.sentAgain[way], call, (attempt + 1) as Attempt);
    else sim.after(wait, this.lost, call);
  }

  /** Sent again it takes its time anew, but for its hop, of which the loss has cost more. */
  private send(call: CallId, way: 0 | 1, attempt: number): void {
    this.pass(call, way, 0, attempt);
  }

  /** A call, or its answer, has not come through. Of one that was cancelled meanwhile nobody wants to hear. */
  private giveUp(call: CallId): void {
    const { calls } = this.state;
    if (calls.failure[call] !== Failure.Cancelled) calls.failure[call] = Failure.Unreachable;
    this.ends.reply(call);
  }

  private drawn(call: CallId, law: number, site: number): Seconds {
    const { calls } = this.state;
    this.draws.draw(law, calls.request[call], calls.site[call] ^ site);
    return this.draws.value;
  }

  private site(call: CallId, way: 0 | 1, attempt: number): number {
    return (this.state.calls.site[call] ^ (way === There ? LOSS : LOSS_BACK)) + Math.imul(attempt, STEP);
  }

  /** Who calls, and the zones that lie between: the pod that is called is known where callers have proxies of their own. */
  private note(call: CallId, { links }: Service): void {
    const { calls } = this.state;
    if (call >= this.from.length) this.widen();
    let caller = calls.parent[call];
    if (caller >= 0 && calls.state[caller] === CallState.Guard) caller = calls.parent[caller];
    this.callers[call] = caller < 0 ? NONE : calls.service[caller];
    this.from[call] = this.zoneOf(caller < 0 ? NONE : calls.pod[caller]);
    const slot = links === undefined ? NONE : calls.slot[call];
    this.to[call] = this.zoneOf(slot === NONE ? NONE : links!.endpoints.slots.pod[slot]);
  }

  private zoneOf(pod: number): number {
    const { nodes, pods } = this.state;
    return pod < 0 || pods.node[pod] < 0 ? NONE : nodes.zone[pods.node[pod]];
  }

  private widen(): void {
    const wider = (of: Int32Array): Int32Array<ArrayBuffer> => {
      const twice = new Int32Array(2 * of.length);
      twice.set(of);
      return twice;
    };
    this.from = wider(this.from);
    this.to = wider(this.to);
    this.callers = wider(this.callers);
  }
}

function lawsOf({ spec: { network } }: State) {
  const none: Distribution = { shape: "constant", value: 0 };
  const { sameZone: same, crossZone: cross, pairs } = network.zones ?? { sameZone: none, crossZone: none, pairs: [] };
  return { same, cross, pairs };
}

const FIRST_CALLS = 1024;
const ZONES = 0x2f6b1a35;
const ZONES_BACK = 0x4a7c15f3;
const DELAY = 0x1f83d9ab;
const DELAY_BACK = 0x6a09e667;
const LOSS = 0x3a8f05c5;
const LOSS_BACK = 0x510e527f;
const STEP = 0x61c88647;
