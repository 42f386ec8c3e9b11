/**
 * What a service's pods refuse, call by call, in the order of a proxy's filters: by rate, by the rate of all pods together, by how
 * their answers went, by how busy the pod is, by how many calls are under way; and, once a call has waited for a worker,
 * by how long that took. What is refused fails at once and costs no worker.
 */
import { Draws } from "../../kernel/distributions.js";
import { RandomStream } from "../../kernel/random.js";
import { type EventKind, Rank } from "../../kernel/simulation.js";
import { CallState, Parent } from "../calls/call-state.js";
import { Failure } from "../calls/failure.js";
import type { Cpu } from "../cpu/cpu.js";
import { usableCores } from "../cpu/usable-cores.js";
import type { DecisionLog } from "../decisions.js";
import { nameOfPod } from "../names.js";
import type { Service } from "../service.js";
import { type CallId, NONE, Phase, type PodId, type State } from "../state.js";
import type { AdmissionSpec, WindowSpec } from "./admission-spec.js";
import { FixedWindow } from "./fixed-window.js";
import { Gate } from "./gate.js";
import type { Recalculation } from "./gradient.js";
import { Selection } from "./selection.js";

/** What admission asks of traffic. */
export interface Roads {
  readonly cpu: Cpu;
  readonly steps: { fail(call: CallId, failure: number): void };
  comeIn(call: CallId, pod: PodId, service: Service): void;
}

interface Counter {
  readonly calls: Selection;
  readonly window: FixedWindow;
}

export class Admission {
  /** Calls refused since the measures began. */
  shed = 0;
  /** By pod. */
  private readonly gates: (Gate | undefined)[] = [];
  /** Of each bucket: the calls that take from it, and where in the gates' lists it stands; the narrowest first, then the slowest. */
  private readonly buckets: readonly { readonly calls: Selection; readonly index: number }[];
  private readonly counters: readonly Counter[];
  private readonly answers: Draws | undefined;
  private readonly spares: Uint8Array;
  private readonly admitted: EventKind<CallId>;
  private readonly refused: EventKind<CallId>;

  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly spec: AdmissionSpec,
    private readonly roads: Roads,
    private readonly log: DecisionLog,
  ) {
    const { sim, calls, endpoints, chance } = state;
    const { rateLimit, globalRateLimit, shedding } = spec;
    const order = rateLimit.map((bucket, index) => ({ ...bucket, index }));
    order.sort(
      (one, other) =>
        generality(one) - generality(other) || one.perFill / one.interval - other.perFill / other.interval,
    );
    this.buckets = order.map((bucket) => ({ calls: new Selection(state, bucket), index: bucket.index }));
    this.counters = (globalRateLimit?.limits ?? []).map((limit) => counterOf(state, limit));
    this.answers = globalRateLimit && new Draws([globalRateLimit.latency], chance);
    this.spares = Uint8Array.from(endpoints, ({ name }) => Number(shedding?.spares.includes(name) ?? false));
    this.admitted = sim.event("rate-limit.admits", (call: CallId) => {
      calls.event[call] = NONE;
      const pod = calls.pod[call] as PodId;
      if (this.passes(this.gateOf(pod), call)) roads.comeIn(call, pod, service);
    });
    this.refused = sim.event("rate-limit.refuses", (call: CallId) => {
      calls.event[call] = NONE;
      this.refuse(call);
    });
    const { cpu } = shedding ?? {};
    if (cpu === undefined) return;
    const sampled = sim.event(
      "admission.cpu-sample",
      () => {
        this.sample(cpu.interval);
        sim.after(cpu.interval, sampled);
      },
      Rank.Observe,
    );
    sim.after(cpu.interval, sampled);
  }

  /** A call has come to a pod's proxy. Whether it goes on at once; if not it waits for the rate-limit service, or has failed. */
  admits(call: CallId, pod: PodId): boolean {
    const { state, buckets } = this;
    state.calls.admittedAt[call] = Number.NaN;
    const gate = this.gateOf(pod);
    for (let i = 0; i < buckets.length; i++)
      if (buckets[i].calls.has(call) && !gate.buckets[buckets[i].index].take(state.sim.now)) return this.refuse(call);
    if (this.counters.length > 0) return this.ask(gate, call);
    return this.passes(gate, call);
  }

  /** The rate-limit service counts a call when it is asked, whether or not its answer comes in time. */
  private ask(gate: Gate, call: CallId): boolean {
    const { state, answers } = this;
    const { timeout, onTimeout } = this.spec.globalRateLimit!;
    const refused = this.isOver(call);
    answers!.draw(0, state.calls.request[call], state.calls.site[call] ^ ASKING);
    const takes = answers!.value;
    if (takes === 0) return refused ? this.refuse(call) : this.passes(gate, call);
    const refuses = takes > timeout ? onTimeout === "refuse" : refused;
    const event = refuses ? this.refused : this.admitted;
    state.calls.event[call] = state.sim.after(Math.min(takes, timeout), event, call);
    return false;
  }

  /** Only what is within all limits counts in any. */
  private isOver(call: CallId): boolean {
    const { counters } = this;
    const { now } = this.state.sim;
    for (let i = 0; i < counters.length; i++)
      if (counters[i].calls.has(call) && counters[i].window.isFull(now)) return true;
    for (let i = 0; i < counters.length; i++) if (counters[i].calls.has(call)) counters[i].window.hit();
    return false;
  }

  private passes(gate: Gate, call: CallId): boolean {
    const { calls, sim } = this.state;
    const { successRate, pressure, limiter } = gate;
    if (successRate?.rejects(this.luck(call, BY_SUCCESS), sim.now)) return this.refuse(call);
    if (pressure !== undefined && pressure.sheds > 0 && this.spares[calls.endpoint[call]] === 0)
      if (this.luck(call, BY_PRESSURE) < pressure.sheds) return this.refuse(call);
    if (limiter !== undefined && gate.inFlight >= limiter.limitAt(sim.now)) return this.refuse(call);
    calls.admittedAt[call] = sim.now;
    calls.admittedAs[call] = ++gate.inFlight;
    return true;
  }

  /** A call has got a worker after so long; true when it is refused then, and has failed. */
  sheds(call: CallId, pod: PodId, waited: number): boolean {
    const { codel } = this.gateOf(pod);
    if (codel === undefined || !codel.sheds(waited, this.state.sim.now)) return false;
    if (this.spares[this.state.calls.endpoint[call]] === 1) return false;
    this.refuse(call);
    return true;
  }

  /** A call leaves its pod, whatever has become of it. */
  left(call: CallId, pod: PodId, failure: number): void {
    const { calls, sim } = this.state;
    const at = calls.admittedAt[call];
    if (Number.isNaN(at)) return;
    const gate = this.gateOf(pod);
    gate.inFlight--;
    // Whoever is gone, or asked no longer, has not been answered.
    if (failure === Failure.Cancelled || failure === Failure.Killed) return;
    gate.limiter?.answered(at, calls.admittedAs[call], isOverload(failure), sim.now);
    gate.successRate?.answered(failure === Failure.None, sim.now);
  }

  private refuse(call: CallId): false {
    this.shed++;
    this.roads.steps.fail(call, Failure.Shed);
    return false;
  }

  private luck(call: CallId, site: number): number {
    const { calls, chance } = this.state;
    return chance.open(calls.request[call], calls.site[call] ^ site).uniform();
  }

  private gateOf(pod: PodId): Gate {
    const { state, gates } = this;
    const serial = state.pods.serial[pod];
    const known = gates[pod];
    if (known !== undefined && known.serial === serial) return known;
    const stream = () => new RandomStream(state.seed, `${this.service.spec.name}/${serial}/admission`);
    const gate = new Gate(this.spec, serial, stream, state.sim.now, (found) => this.tell(pod, found));
    gates[pod] = gate;
    return gate;
  }

  /** How busy each pod was since the last sample. */
  private sample(interval: number): void {
    const { service, state, roads } = this;
    const { members } = service;
    for (let i = 0; i < members.count; i++) {
      const pod = members.items[i] as PodId;
      const gate = this.gateOf(pod);
      const used = roads.cpu.used(pod);
      const cores = usableCores(service.limit, state.pods.limitCores[pod], state.pods.cpuMillicores[pod]);
      gate.pressure!.sample(Math.max(0, Math.min(1, (used - gate.used) / interval / cores)));
      gate.used = used;
    }
  }

  /** Throws when a pod does not know how many calls it has let in. */
  check(): void {
    const { calls, pods } = this.state;
    const there = new Map<number, number>();
    for (let call = 0; call < calls.rows.high; call++) {
      if (calls.parent[call] === Parent.Free || calls.service[call] !== this.service.id) continue;
      const isIn =
        calls.pod[call] !== NONE && calls.state[call] !== CallState.Strand && !Number.isNaN(calls.admittedAt[call]);
      if (isIn) there.set(calls.pod[call], (there.get(calls.pod[call]) ?? 0) + 1);
    }
    for (const [pod, gate] of this.gates.entries()) {
      if (gate === undefined || gate.serial !== pods.serial[pod] || pods.service[pod] !== this.service.id) continue;
      if (pods.phase[pod] === Phase.Gone || gate.inFlight === (there.get(pod) ?? 0)) continue;
      throw new Error(`pod ${pod} counts ${gate.inFlight} calls as let in, but ${there.get(pod) ?? 0} are there`);
    }
  }

  private tell(pod: PodId, { minRtt, began, limit, lowest, highest }: Recalculation): void {
    const { now } = this.state.sim;
    const seen = { minRtt, took: now - began, limit, lowest, highest };
    const about = { time: now, subject: nameOfPod(this.state, pod), policy: "adaptive-concurrency" };
    this.log.add({ ...about, rule: "minRTT measured", seen, from: limit, wished: limit, asked: limit });
  }
}

const generality = ({ endpoint, headers }: { endpoint: string | undefined; headers: object }): number =>
  Number(endpoint === undefined && Object.keys(headers).length === 0);

const counterOf = (state: State, limit: WindowSpec): Counter => ({
  calls: new Selection(state, limit),
  window: new FixedWindow(limit.requests, limit.unit),
});

/** Whether a call has failed of too much load, and not by its own fault. */
const isOverload = (failure: number): boolean => failure !== Failure.None && failure !== Failure.Aborted;

const ASKING = 0x4cf5ad43;
const BY_SUCCESS = 0x7feb352d;
const BY_PRESSURE = 0x58476d1c;
