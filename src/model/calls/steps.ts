/**
 * What a call does in its pod: carries out the endpoint's program, instruction by instruction, until it has
 * to wait for something.
 *
 * A branch of a parallel step, and the body of a loop, is a strand: a row of the same table that works in
 * its call's pod and hands control back to it when done.
 *
 * When one branch of a parallel step fails the others go on, and the call fails when all are done; unless it
 * needs but some of them: then it goes on, or fails, as soon as that is settled, and the others stop.
 */
import type { Draws } from "../../kernel/distributions.js";
import { siteWithin } from "../../kernel/request-chance.js";
import type { EventKind, Simulation } from "../../kernel/simulation.js";
import type { Routing } from "../routes/routing.js";
import type { Owner, Service } from "../service.js";
import type { Shares } from "../shares/shares.js";
import { type CallId, type Calls, NONE as NOTHING, type PodId, type Pods, type State } from "../state.js";
import { awaited, joinBrood, leaveBrood } from "./brood.js";
import { Parent as Parents, CallState as States } from "./call-state.js";
import { Failure as Failures } from "./failure.js";
import { Line } from "./lines.js";
import { newCall } from "./new-call.js";
import { Op as Operation, type Program } from "./program.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;
const Failure = Failures;
const CallState = States;
const Parent = Parents;
const Op = Operation;

/** How many of its branches a fork waits for, in the column `quorum`. */
const Quorum = { All: 0, Some: 1, Starting: 2 } as const;

/** What steps ask of traffic. */
interface Roads {
  readonly routing: Routing;
  readonly shares: Shares;
  send(call: CallId, parent: number): void;
  startWork(call: CallId): void;
  startPass(call: CallId): void;
  admit(call: CallId, pod: PodId, service: Service): void;
  end(call: CallId, failure: number): void;
  reply(call: CallId): void;
  free(call: CallId): void;
  cancel(row: CallId): void;
}

export class Steps {
  private readonly sim: Simulation;
  private readonly program: Program;
  private readonly owners: readonly Owner[];
  private readonly calls: Calls;
  private readonly pods: Pods;
  private readonly draws: Draws;
  private readonly waited: EventKind<CallId>;

  constructor(
    private readonly state: State,
    private readonly traffic: Roads,
    /** The process of a pod has done its steps, or failed. */
    private readonly exit: (call: CallId, failure: number) => void,
  ) {
    const { sim, program, owners, calls, pods, draws } = state;
    this.sim = sim;
    this.program = program;
    this.owners = owners;
    this.calls = calls;
    this.pods = pods;
    this.draws = draws;
    this.waited = sim.event("call.waited", (call: CallId) => {
      calls.event[call] = NONE;
      this.advance(call);
    });
  }

  /** Goes on with a call or a strand until it has to wait for something. */
  advance(call: CallId): void {
    const { calls, program } = this;
    if (this.state.stillness.machines > 0 && this.state.stillness.holds(call, Failure.None)) return;
    for (;;) {
      const pc = calls.pc[call];
      switch (program.op[pc]) {
        case Op.Cpu:
          return this.traffic.startWork(call);
        case Op.Pass:
        case Op.MachinePass:
          return this.traffic.startPass(call);
        case Op.Call:
          return this.call(call, pc);
        case Op.End:
          return this.traffic.end(call, Failure.None);
        case Op.Wait:
          return this.wait(call, pc);
        case Op.Choose:
          calls.pc[call] = this.choose(call, pc);
          break;
        case Op.Goto:
          calls.pc[call] = program.jump[pc];
          break;
        case Op.Fork:
          return this.fork(call, pc);
        case Op.Repeat:
          if (this.repeat(call, pc)) return;
          break;
        case Op.Again:
          if (--calls.turns[call] === 0) return this.join(call);
          calls.site[call] = siteWithin(calls.site[call], program.site[pc]);
          calls.pc[call] = program.arg[pc];
          break;
        case Op.Join:
          return this.join(call);
        case Op.Exit:
          return this.exit(call, Failure.None);
        case Op.Match:
          calls.pc[call] = this.traffic.routing.fits(call, program.arg[pc]) ? pc + 1 : program.jump[pc];
          break;
        case Op.Abort:
          return this.fail(call, Failure.Aborted);
        case Op.Inspect:
        case Op.Judge:
        case Op.Admit:
          if (this.isIn(call, pc)) return;
          break;
        case Op.Mirror:
          this.traffic.routing.mirror(call, pc);
          break;
        case Op.CallBy:
          return this.traffic.routing.call(call, pc);
        case Op.Answer:
          return this.traffic.reply(call);
        case Op.Rest:
          return this.traffic.free(call);
        default:
          if (!this.traffic.shares.carryOut(call, pc)) return;
      }
    }
  }

  private wait(call: CallId, pc: number): void {
    const { calls } = this;
    calls.pc[call] = pc + 1;
    this.draw(call, pc);
    const pod = calls.pod[call];
    // A route's delay is no pod's.
    const time = pod === NONE ? this.draws.value : this.draws.value * this.pods.slowdown[pod];
    this.owners[calls.service[call]].waited += time;
    calls.event[call] = this.sim.after(time, this.waited, call);
  }

  private call(call: CallId, pc: number): void {
    const { calls, program, state } = this;
    calls.pc[call] = pc + 1;
    const site = siteWithin(calls.site[call], program.site[pc]);
    const inner = newCall(state, program.arg[pc], call, calls.request[call], site, NONE, calls.key[call]);
    this.traffic.send(inner, call);
  }

  private choose(call: CallId, pc: number): number {
    const { calls, program, state } = this;
    const draw = state.chance.open(calls.request[call], calls.site[call] ^ program.site[pc]).uniform();
    const last = pc + program.arg[pc];
    for (let entry = pc + 1; entry <= last; entry++) if (draw < program.cumulative[entry]) return program.arg[entry];
    return program.jump[pc];
  }

  /** Begins a loop's first turn; false when there is none. */
  private repeat(call: CallId, pc: number): boolean {
    const { calls, program } = this;
    calls.pc[call] = program.jump[pc];
    this.draw(call, pc);
    const turns = Math.round(this.draws.value);
    if (turns < 1) return false;
    calls.count[call] = 1;
    calls.quorum[call] = Quorum.All;
    this.startStrand(call, pc + 1, program.site[pc], turns);
    return true;
  }

  private fork(call: CallId, pc: number): void {
    const { calls, program } = this;
    const branches = program.arg[pc];
    const need = program.need[pc];
    calls.pc[call] = program.jump[pc];
    calls.count[call] = need;
    calls.quorum[call] = need < branches ? Quorum.Starting : Quorum.All;
    for (let entry = pc + 1; entry <= pc + branches; entry++) {
      this.startStrand(call, program.arg[entry], program.site[entry], 1);
    }
    if (need < branches) {
      calls.quorum[call] = Quorum.Some;
      this.settle(call);
    }
  }

  private startStrand(call: CallId, pc: number, site: number, turns: number): void {
    const { calls } = this;
    const strand = calls.rows.add();
    calls.service[strand] = calls.service[call];
    calls.endpoint[strand] = calls.endpoint[call];
    calls.pod[strand] = calls.pod[call];
    calls.parent[strand] = call;
    calls.pc[strand] = pc;
    calls.turns[strand] = turns;
    calls.request[strand] = calls.request[call];
    calls.key[strand] = calls.key[call];
    calls.headers[strand] = calls.headers[call];
    calls.site[strand] = siteWithin(calls.site[call], site);
    calls.state[strand] = CallState.Strand;
    calls.failure[strand] = Failure.None;
    calls.event[strand] = calls.awaits[strand] = NONE;
    calls.line[strand] = Line.None;
    joinBrood(calls, call, strand);
    this.advance(strand);
  }

  /** A strand is done: its call goes on when all its strands are, or as many as it needs. */
  private join(strand: CallId): void {
    const { calls } = this;
    const call = calls.parent[strand] as CallId;
    const failure = calls.failure[strand];
    leaveBrood(calls, call, strand);
    this.traffic.free(strand);
    if (failure !== Failure.None) calls.failure[call] = failure;
    if (calls.quorum[call] === Quorum.All) {
      if (--calls.count[call] === 0) this.resume(call);
      return;
    }
    if (failure === Failure.None) calls.count[call]--;
    this.settle(call);
  }

  /** Goes on with a call that needs some of its strands once it has them, or can have them no more. */
  private settle(call: CallId): void {
    const { calls } = this;
    if (calls.quorum[call] === Quorum.Starting) return;
    const out = awaited(calls, call);
    const enough = calls.count[call] <= 0;
    if (!enough && out.length >= calls.count[call]) return;
    calls.quorum[call] = Quorum.All;
    calls.awaits[call] = NONE;
    for (const strand of out) this.traffic.cancel(strand);
    if (enough) calls.failure[call] = Failure.None;
    this.resume(call);
  }

  /** What it called has answered, or all its strands are done: on, or, when one of them failed, out. */
  resume(call: CallId): void {
    const failure = this.calls.failure[call];
    if (failure === Failure.None) this.advance(call);
    else if (this.program.op[this.calls.pc[call]] === Op.Judge) this.judge(call, failure);
    else this.fail(call, failure);
  }

  /** A check has turned a call away, or has failed itself, which it says whether that lets calls in. */
  private judge(call: CallId, failure: number): void {
    const { calls, program } = this;
    calls.failure[call] = Failure.None;
    if (failure !== Failure.Aborted && program.arg[calls.pc[call]] === 1) this.advance(call);
    else this.fail(call, Failure.Aborted);
  }

  /** What comes before the application of a service whose calls are checked. Whether a call has been let in. */
  private isIn(call: CallId, pc: number): boolean {
    const { calls, program } = this;
    const passesBy = program.op[pc] === Op.Inspect && calls.parent[call] === Parent.Message;
    calls.pc[call] = passesBy ? program.jump[pc] : pc + 1;
    if (program.op[pc] !== Op.Admit) return false;
    this.traffic.admit(call, calls.pod[call] as PodId, this.owners[calls.service[call]] as Service);
    return true;
  }

  /** Ends a call that cannot go on; a strand fails its call once the other strands are done. */
  fail(call: CallId, failure: number): void {
    this.calls.failure[call] = failure;
    if (this.state.stillness.machines > 0 && this.state.stillness.holds(call, failure)) return;
    if (this.calls.state[call] === CallState.Strand) this.join(call);
    else if (this.calls.parent[call] === Parent.Process) this.exit(call, failure);
    else if (this.calls.state[call] === CallState.Routed) this.traffic.reply(call);
    else this.traffic.end(call, failure);
  }

  /** Draws the random quantity of an instruction for a call. */
  draw(call: CallId, pc: number): void {
    const { calls, program } = this;
    this.draws.draw(program.arg[pc], calls.request[call], calls.site[call] ^ program.site[pc]);
  }
}
