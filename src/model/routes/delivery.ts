/**
 * Progressive delivery: shifts the calls of virtual hosts from one service to another by what the new one's callers hear
 * (as Flagger and Argo Rollouts do), or by the clock. Every decision is in the log, with what it rests on.
 */
import { type EventKind, type Id, Rank } from "../../kernel/simulation.js";
import type { Recorder } from "../calls/recorder.js";
import { Watch, type Watched } from "../calls/watch.js";
import type { DecisionLog } from "../decisions.js";
import { pushDelay } from "../mesh/mesh-spec.js";
import type { Fleet } from "../pods/fleet.js";
import type { Service } from "../service.js";
import type { State } from "../state.js";
import type { ScheduleSpec, ShiftSpec } from "./delivery-spec.js";

type ShiftId = Id<"shift">;
type ChangeId = Id<"change">;
type PushId = Id<"push">;

/** A shift under way. */
interface Shift {
  readonly spec: ShiftSpec;
  readonly host: string;
  readonly from: Service;
  readonly to: Service;
  readonly heard: Watched;
  phase: "waits" | "checks" | "shifts" | "keeps" | "over";
  /** Good checks before the first share; then the number of the present share. */
  step: number;
  share: number;
  failures: number;
  promotedAt: number;
}

/** What a check has found. */
interface Finding {
  readonly good: boolean;
  readonly what: string;
  readonly seen: Readonly<Record<string, number>>;
}

export class Deliveries {
  private readonly shifts: Shift[] = [];
  private readonly changes: { readonly host: string; readonly change: ScheduleSpec["changes"][number] }[] = [];
  private readonly tick: EventKind<ShiftId>;
  private readonly due: EventKind<ChangeId>;
  /** What callers are told, in the order of their being told. */
  private readonly pushes: (() => void)[] = [];
  private readonly pushed: EventKind<PushId>;

  constructor(
    private readonly state: State,
    private readonly parts: { readonly fleet: Fleet; readonly log: DecisionLog; readonly recorder: Recorder },
  ) {
    const { sim, spec, services } = state;
    const serviceOf = (name: string): Service => services.find((one) => one.spec.name === name)!;
    const watch = new Watch(state);
    for (const { name: host, delivery } of spec.routes) {
      if (delivery === undefined) continue;
      if (delivery.kind === "schedule") this.changes.push(...delivery.changes.map((change) => ({ host, change })));
      else {
        const [from, to] = [serviceOf(delivery.from), serviceOf(delivery.to)];
        const first = { phase: "waits", step: 0, share: 0, failures: 0, promotedAt: 0 } as const;
        this.shifts.push({ spec: delivery, host, from, to, heard: watch.of(to.id), ...first });
      }
    }
    if (this.shifts.length > 0) parts.recorder.watch = watch;
    this.tick = sim.event("delivery.check", (id: ShiftId) => this.look(this.shifts[id], id), Rank.Decide);
    this.due = sim.event("delivery.change", (id: ChangeId) => this.change(id), Rank.Decide);
    this.pushed = sim.event("delivery.pushed", (id: PushId) => this.pushes[id]());
  }

  start(): void {
    const { sim } = this.state;
    this.shifts.forEach(({ spec }, id) => void sim.at(spec.at, this.tick, id as ShiftId));
    this.changes.forEach(({ change }, id) => void sim.at(change.at, this.due, id as ChangeId));
  }

  private change(id: ChangeId): void {
    const { host, change } = this.changes[id];
    for (const [name, weight] of Object.entries(change.weights))
      this.tell(host, "schedule", { rule: `weight of ${name}`, from: Number.NaN, asked: weight, seen: {} });
    this.push(host, () => this.state.splits.set(host, change.weights));
  }

  private look(shift: Shift, id: ShiftId): void {
    if (shift.phase === "waits") this.begin(shift);
    else this.judge(shift);
    shift.heard.restart();
    if (shift.phase === "over") return;
    const { interval, keep } = shift.spec;
    const left = shift.phase === "keeps" ? shift.promotedAt + keep - this.state.sim.now : Infinity;
    this.state.sim.after(Math.min(interval, left), this.tick, id);
  }

  /** The new one's pods come first, as many as the old one has where it has none. */
  private begin(shift: Shift): void {
    const { spec, from, to } = shift;
    if (to.replicas === 0 && to.scaler === undefined) {
      this.parts.fleet.setReplicas(to, from.replicas);
      this.note(shift, `${to.spec.name} is scaled up`, { replicas: to.replicas });
    }
    if (to.ready.count < Math.max(1, to.replicas)) return;
    if (spec.checks > 0) {
      shift.phase = "checks";
      this.note(shift, `${to.spec.name} is ready, and checked before it gets calls`, {});
    } else this.advance(shift, { ready: to.ready.count });
  }

  private judge(shift: Shift): void {
    const { spec, to } = shift;
    const { good, what, seen } = this.check(shift);
    const { now } = this.state.sim;
    if (!good) {
      shift.failures++;
      if (shift.failures >= spec.failures) return this.rollBack(shift, what, seen);
      return this.note(shift, `halts: ${what}`, { ...seen, failures: shift.failures });
    }
    if (shift.phase === "keeps") {
      if (now >= shift.promotedAt + spec.keep) this.retire(shift, seen);
      return;
    }
    if (shift.phase === "checks" && ++shift.step < spec.checks)
      return this.note(shift, `check ${shift.step} of ${spec.checks} of ${to.spec.name} is good`, seen);
    this.advance(shift, seen);
  }

  private check({ spec, heard }: Shift): Finding {
    const calls = heard.well + heard.failed;
    if (calls === 0) return { good: false, what: "no calls to judge by", seen: { calls } };
    const successRate = heard.well / calls;
    const p99 = heard.latency.quantile(0.99);
    const seen = { calls, successRate, ...(heard.well > 0 ? { p99Latency: p99 } : {}) };
    const percent = (share: number): string => `${+(100 * share).toPrecision(4)} %`;
    if (successRate < spec.successRate)
      return { good: false, what: `success rate ${percent(successRate)} < ${percent(spec.successRate)}`, seen };
    if (p99 > spec.p99)
      return {
        good: false,
        what: `p99 ${+(1000 * p99).toPrecision(4)} ms > ${+(1000 * spec.p99).toPrecision(4)} ms`,
        seen,
      };
    return { good: true, what: "", seen };
  }

  /** The next share, or all. */
  private advance(shift: Shift, seen: Finding["seen"]): void {
    const { spec, to } = shift;
    if (shift.phase !== "shifts") shift.step = 0;
    const share = spec.steps[shift.step++] ?? 1;
    shift.phase = "shifts";
    if (share === 1) {
      shift.phase = "keeps";
      shift.promotedAt = this.state.sim.now;
    }
    const last = share === 1 && spec.keep === 0;
    if (last) shift.phase = "over";
    this.shiftTo(shift, share, share === 1 ? `promotes ${to.spec.name}` : `advances ${to.spec.name}`, seen, () => {
      if (last) this.retire(shift, {});
    });
  }

  private rollBack(shift: Shift, what: string, seen: Finding["seen"]): void {
    const { to } = shift;
    shift.phase = "over";
    this.shiftTo(shift, 0, `rolls back ${to.spec.name}: ${what}`, { ...seen, failures: shift.failures });
    if (to.scaler === undefined) this.parts.fleet.setReplicas(to, 0);
  }

  /** All is well: the old one's pods go. */
  private retire(shift: Shift, seen: Finding["seen"]): void {
    const { from } = shift;
    shift.phase = "over";
    if (from.scaler === undefined) this.parts.fleet.setReplicas(from, 0);
    this.note(shift, `succeeded: ${from.spec.name} is no longer kept`, seen);
  }

  private shiftTo(shift: Shift, share: number, rule: string, seen: Finding["seen"], then = (): void => {}): void {
    const { host, spec } = shift;
    const from = 100 * shift.share;
    shift.share = share;
    this.tell(host, spec.kind, { rule, from, asked: 100 * share, seen });
    this.push(host, () => {
      this.state.splits.shift(host, spec.from, spec.to, share);
      then();
    });
  }

  /** Weights count once those who go by them know: the proxies of callers, where destinations have such; else at once. */
  private push(host: string, change: () => void): void {
    const { sim, spec, services } = this.state;
    const { rules } = spec.routes.find(({ name }) => name === host)!;
    const named = new Set(rules.flatMap(({ to }) => to.map(({ service }) => service)));
    const delays = services.map(({ spec: { name, mesh } }) => (named.has(name) && mesh ? pushDelay(mesh) : 0));
    const delay = Math.max(...delays);
    const told = (): void => {
      change();
      this.parts.log.fulfil(`route ${host}`, sim.now);
    };
    if (delay === 0) return told();
    sim.after(delay, this.pushed, (this.pushes.push(told) - 1) as PushId);
  }

  private note({ host, spec, share }: Shift, rule: string, seen: Finding["seen"]): void {
    this.tell(host, spec.kind, { rule, from: 100 * share, asked: 100 * share, seen });
  }

  private tell(
    host: string,
    policy: string,
    about: { readonly rule: string; readonly from: number; readonly asked: number; readonly seen: Finding["seen"] },
  ): void {
    const { sim } = this.state;
    const from = Number.isNaN(about.from) ? about.asked : about.from;
    this.parts.log.add({ ...about, from, time: sim.now, subject: `route ${host}`, policy, wished: about.asked });
  }
}
