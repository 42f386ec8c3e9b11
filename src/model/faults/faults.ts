/**
 * Faults: when they begin and end, when the first of those who react knew of each, and when it was healed: over, with as many
 * pods ready as before it. One that takes pods is healed as soon as others stand in their place, be it over or not.
 */
import { sampler } from "../../kernel/distributions.js";
import { RandomStream } from "../../kernel/random.js";
import type { EventKind, Id } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { CLUSTER, type Decision, type DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import type { Owner, Service } from "../service.js";
import type { State } from "../state.js";
import type { FaultRecord } from "./fault-log.js";
import type { FaultSpec } from "./spec.js";
import type { Strike, Strikes } from "./strikes.js";

type FaultId = Id<"fault">;
type HitId = Id<"hit">;

/** The next time: when it begins, and how long it lasts; undefined: never again. */
type Next = (now: Seconds) => { readonly at: Seconds; readonly length: Seconds } | undefined;

interface Fault {
  readonly spec: FaultSpec;
  readonly next: Next;
  readonly stream: RandomStream;
  /** Of the next one. */
  length: Seconds;
}

interface Hit {
  readonly fault: Fault;
  readonly strike: Strike;
  readonly length: Seconds;
  readonly record: FaultRecord;
  /** Pods that were ready and not standing still, by service. */
  readonly before: ReadonlyMap<Service, number>;
}

export class Faults {
  readonly records: FaultRecord[] = [];
  private readonly faults: readonly Fault[];
  private readonly hits: Hit[] = [];
  /** Those not healed yet. */
  private readonly open = new Set<Hit>();
  private readonly begins: EventKind<FaultId>;
  private readonly ends: EventKind<HitId>;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly strikes: Strikes;
      readonly machines: Machines;
      readonly log: DecisionLog;
    },
  ) {
    const { sim, spec, seed } = state;
    this.faults = spec.faults.map((fault) => ({
      spec: fault,
      next: timesOf(fault, seed),
      stream: new RandomStream(seed, `fault ${fault.name}`),
      length: 0,
    }));
    this.begins = sim.event("fault.begins", (id: FaultId) => this.begin(id));
    this.ends = sim.event("fault.ends", (id: HitId) => this.end(this.hits[id]));
    parts.log.tell((decision) => this.heard(decision));
  }

  start(): void {
    this.faults.forEach((_, id) => {
      this.plan(id as FaultId);
    });
  }

  /** Pods of an owner came or went, or its size was changed. */
  podsChanged(owner: Owner): void {
    for (const hit of this.open) if (hit.strike.services.includes(owner as Service)) this.check(hit);
  }

  /** A machine is gone. */
  machineGone(machine: Machine): void {
    for (const hit of this.open) if (hit.strike.machines.includes(machine)) this.check(hit);
  }

  /** Somebody has found out about a machine. */
  machineMissed(machine: Machine, by: string): void {
    for (const hit of this.open) if (hit.strike.machines.includes(machine)) this.detect(hit, by);
  }

  /** A scaler has not been able to decide for want of data. */
  declined(service: Service): void {
    for (const hit of this.open)
      if (hit.fault.spec.what.kind === "metric-outage" && hit.strike.services.includes(service))
        this.detect(hit, service.spec.scaler!.name);
  }

  private plan(id: FaultId): void {
    const fault = this.faults[id];
    const next = fault.next(this.state.sim.now);
    if (next === undefined) return;
    fault.length = next.length;
    this.state.sim.at(next.at, this.begins, id);
  }

  private begin(id: FaultId): void {
    const { sim } = this.state;
    const fault = this.faults[id];
    const { name, what } = fault.spec;
    const strike = this.parts.strikes.of(what, fault.stream);
    const times = { begin: sim.now, over: NaN, detected: NaN, healed: NaN };
    const record: FaultRecord = { fault: name, kind: what.kind, whom: strike.whom, by: "", ...times };
    const before = new Map(strike.services.map((service) => [service, this.healthy(service)]));
    const { length } = fault;
    const hit: Hit = { fault, strike, length, record, before };
    this.records.push(record);
    this.note(
      hit,
      "fault",
      `Begins: ${what.kind}${strike.whom === "" ? ", nobody is there to be hit" : ` of ${strike.whom}`}`,
    );
    this.open.add(hit);
    if (strike.knownTo !== undefined) this.detect(hit, strike.knownTo);
    strike.begin();
    const number = this.hits.push(hit) - 1;
    if (length <= 0) this.end(hit);
    else if (length < Infinity) sim.after(length, this.ends, number as HitId);
    this.check(hit);
  }

  private end(hit: Hit): void {
    hit.record.over = this.state.sim.now;
    hit.strike.end();
    if (hit.length > 0) this.note(hit, "fault", "Over");
    this.check(hit);
    this.plan(this.faults.indexOf(hit.fault) as FaultId);
  }

  private check(hit: Hit): void {
    const { strike, record, before } = hit;
    if (!this.open.has(hit)) return;
    if (strike.takesPods ? !this.taken(hit) : Number.isNaN(record.over)) return;
    for (const [service, ready] of before) if (this.healthy(service) < Math.min(ready, service.replicas)) return;
    this.open.delete(hit);
    record.healed = this.state.sim.now;
    this.note(hit, "fault", "Healed");
  }

  /** Machines that the cloud has given notice to are there for a while yet. */
  private taken({ strike, fault }: Hit): boolean {
    return fault.spec.what.kind !== "reclaim" || !strike.machines.some((one) => this.parts.machines.has(one));
  }

  private healthy({ ready }: Service): number {
    let healthy = 0;
    for (let i = 0; i < ready.count; i++) if (!this.state.stillness.has(ready.items[i] as never)) healthy++;
    return healthy;
  }

  private detect(hit: Hit, by: string): void {
    if (!Number.isNaN(hit.record.detected)) return;
    hit.record.detected = this.state.sim.now;
    hit.record.by = by;
    this.note(hit, by, "Detected");
  }

  /** The first controller to do something about what a fault has hit has noticed it, or has at least its consequences. */
  private heard({ subject, policy, from, asked, rule }: Decision): void {
    if (this.open.size === 0 || policy === "fault" || policy === "scheduler" || subject.startsWith("fault ")) return;
    if (from === asked && !/^(?:Unhealthy|ejected by)/.test(rule)) return;
    for (const hit of this.open) {
      const { services, machines } = hit.strike;
      const about =
        services.some(({ spec }) => isOf(subject, spec.name)) || (subject === CLUSTER && machines.length > 0);
      if (about) this.detect(hit, policy);
    }
  }

  private note({ record }: Hit, policy: string, rule: string): void {
    const about = { time: this.state.sim.now, subject: `fault ${record.fault}`, policy, rule };
    this.parts.log.add({ ...about, seen: {}, from: 0, wished: 0, asked: 0 });
  }
}

/** "service cart", "pod cart-3", "replica set cart-r1". */
const isOf = (subject: string, name: string): boolean =>
  subject === `service ${name}` || /^(?:pod|replica set|deployment|stateful set) /.test(subject)
    ? subject.replace(/^[a-z ]* /, "").replace(/-r?\d+$/, "") === name
    : false;

function timesOf({ name, when }: FaultSpec, seed: number): Next {
  switch (when.kind) {
    case "once": {
      let done = false;
      return () => {
        if (done) return undefined;
        done = true;
        return when;
      };
    }
    case "often": {
      const gap = sampler(when.gap, new RandomStream(seed, `fault ${name}/gap`));
      const length = sampler(when.length, new RandomStream(seed, `fault ${name}/length`));
      return (now) => ({ at: now + gap(), length: length() });
    }
    case "listed": {
      const outages = when.outages()[Symbol.iterator]();
      return () => {
        const { value } = outages.next();
        return value && { at: value.begin, length: value.end - value.begin };
      };
    }
  }
}
