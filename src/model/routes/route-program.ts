/**
 * A call of a virtual host as instructions: its rules one after another, and of the first that fits the delay, the abort, the
 * mirrors, and one of the destinations. It stands in the program where the call stands, so that calls of services pay nothing.
 */
import type { Distribution } from "../../kernel/distributions.js";
import { siteWithin } from "../../kernel/request-chance.js";
import type { Instruction } from "../calls/endpoint-compiler.js";
import { Op } from "../calls/program.js";
import type { RouteRegister } from "./route-register.js";
import {
  type Aim,
  type Asked,
  FIRST_FAILING_STATUS,
  type RuleSpec,
  type VirtualHostSpec,
  type Way,
  waysOf,
} from "./virtual-host.js";

/** What the compiler of the rest of an endpoint does for its calls. */
export interface Emitter {
  readonly rows: readonly Instruction[];
  emit(op: number, arg: number, site: number): Instruction;
  law(law: Distribution): number;
  endpoint(name: string): number;
  /** What the caller's proxy has to do for a call to a service. */
  pass(service: string, at: "caller"): void;
}

/** Which call is to be emitted, and what it says of chance: destinations draw what the call would draw if it named one of them. */
interface CallOfHost {
  readonly register: RouteRegister;
  readonly emitter: Emitter;
  readonly host: VirtualHostSpec;
  readonly asked: Asked;
  readonly site: number;
}

export function emitCall(call: CallOfHost): void {
  new CallCompiler(call).ways(waysOf(call.host, call.asked));
}

class CallCompiler {
  private places = 0;
  /** What goes on behind the call. */
  private readonly leaves: Instruction[] = [];

  constructor(private readonly about: CallOfHost) {}

  ways(ways: readonly Way[]): void {
    const { register } = this.about;
    for (const { rule, index, takes } of ways) {
      const test = takes && this.emit(Op.Match, register.fits(takes));
      this.rule(rule, index);
      if (test !== undefined) test.jump = this.here;
    }
    // No rule has taken it.
    if (ways.at(-1)?.takes !== undefined || ways.length === 0) this.emit(Op.Abort, 0);
    for (const leaf of this.leaves) leaf.jump = this.here;
  }

  private rule({ delay, abort, mirrors, to }: RuleSpec, index: number): void {
    if (delay !== undefined) this.maybe(delay.share, () => this.emit(Op.Wait, this.about.emitter.law(delay.time)));
    if (abort !== undefined) this.maybe(abort.share, () => this.abort(abort.status));
    for (const { share, ...aim } of mirrors)
      this.maybe(share, () => this.emit(Op.Mirror, this.endpoint(aim), this.about.site));
    if (to.length === 1) this.call(to[0], index);
    else if (to.length > 1) this.split(to, index);
    this.leaves.push(this.emit(Op.Goto, 0));
  }

  private abort(status: number): void {
    if (status < FIRST_FAILING_STATUS) this.leaves.push(this.emit(Op.Goto, 0));
    else this.emit(Op.Abort, 0);
  }

  private call(aim: Aim, rule: number): void {
    const { register, host, site } = this.about;
    this.about.emitter.pass(aim.service, "caller");
    const policy = register.policy(host, rule, aim.service);
    if (policy < 0) this.emit(Op.Call, this.endpoint(aim), site);
    else this.emit(Op.CallBy, this.endpoint(aim), site).jump = policy;
  }

  private split(to: RuleSpec["to"], rule: number): void {
    const choice = this.emit(Op.Choose, to.length);
    const entry = this.here;
    const cumulative = cumulated(to.map(({ weight }) => weight));
    const entries = cumulative.map((upTo) => {
      const row = this.emit(Op.Entry, 0);
      row.cumulative = upTo;
      return row;
    });
    to.forEach((aim, i) => {
      entries[i].arg = this.here;
      this.call(aim, rule);
      this.leaves.push(this.emit(Op.Goto, 0));
    });
    choice.jump = this.here; // never taken: the last entry is chosen if no other is
    this.about.register.splits.push({ host: this.about.host.name, rule, entry });
  }

  /** What happens to a share of the calls; the rest goes on behind it. */
  private maybe(share: number, emit: () => void): void {
    if (share <= 0) return;
    if (share >= 1) return emit();
    const choice = this.emit(Op.Choose, 1);
    const entry = this.emit(Op.Entry, this.here + 1);
    entry.cumulative = share;
    emit();
    choice.jump = this.here;
  }

  private endpoint({ service, endpoint = this.about.asked.endpoint }: Aim): number {
    return this.about.emitter.endpoint(`${service}/${endpoint}`);
  }

  private get here(): number {
    return this.about.emitter.rows.length;
  }

  private emit(op: number, arg: number, site = siteWithin(this.about.site, this.places++)): Instruction {
    return this.about.emitter.emit(op, arg, site);
  }
}

/** What each entry of a choice by weights holds; the last of those above 0 and all behind it hold 1. */
export function cumulated(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new Error(`weights must have a sum above 0, got ${weights.join(", ")}`);
  const last = weights.findLastIndex((weight) => weight > 0);
  let sum = 0;
  return weights.map((weight, i) => {
    sum += weight;
    return i >= last ? 1 : sum / total;
  });
}
