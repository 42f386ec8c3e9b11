/**
 * What calls share beside workers and cores: cached answers, connections, and queues of messages. Carries out the steps that
 * use these, and takes back what a call holds when it ends, however that comes.
 */
import type { EventKind } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import { Failure } from "../calls/failure.js";
import { Op } from "../calls/program.js";
import { type CallId, NONE, type State } from "../state.js";
import { Caches } from "./caches.js";
import { Held, type HoldingId, Holdings } from "./holdings.js";
import { type Pool, Pools } from "./pools.js";
import type { Queue } from "./queue.js";
import { type Consumers, Queues } from "./queues.js";

/** Told of single events, for who wants more than sums. */
export interface ShareObserver {
  /** A call has got a connection. */
  connected?(pool: Pool, waited: Seconds): void;
  /** A message has been given out for the first time. */
  delivered?(queue: Queue, waited: Seconds): void;
  /** A message has been acknowledged. */
  acknowledged?(queue: Queue, sincePublication: Seconds): void;
}

/** What becomes of calls that wait. */
export interface Waiting {
  /** A call goes on, once all that happens at this instant has happened; or fails when its column says so. */
  goOn(call: CallId): void;
  fail(call: CallId, failure: number): void;
  readonly observer: ShareObserver | undefined;
}

/** What shares ask of steps. */
interface Steps {
  resume(call: CallId): void;
  fail(call: CallId, failure: number): void;
}

export class Shares {
  readonly holdings: Holdings;
  readonly pools: Pools;
  readonly caches: Caches;
  readonly queues: Queues;

  constructor(
    private readonly state: State,
    steps: Steps,
    consumers: Consumers,
    observer: ShareObserver | undefined,
  ) {
    const { sim, calls } = state;
    const goesOn: EventKind<CallId> = sim.event("call.goes-on", (call: CallId) => {
      calls.event[call] = NONE;
      steps.resume(call);
    });
    const waiting: Waiting = {
      goOn(call) {
        calls.event[call] = sim.after(0, goesOn, call);
      },
      fail: (call, failure) => steps.fail(call, failure),
      observer,
    };
    this.holdings = new Holdings(calls, sim);
    this.pools = new Pools(state, this.holdings, waiting);
    this.caches = new Caches(state, this.holdings, waiting);
    this.queues = new Queues(state, this.holdings, consumers, waiting);
  }

  /** Carries out an instruction. Whether the call goes on at once; if not it waits, or has ended. */
  carryOut(call: CallId, pc: number): boolean {
    const { calls, program } = this.state;
    if (program.op[pc] === Op.Look) return this.caches.look(call, pc);
    calls.pc[call] = pc + 1;
    switch (program.op[pc]) {
      case Op.Fill:
        this.caches.fill(call, pc);
        return true;
      case Op.Hold:
        return this.pools.take(call, program.arg[pc]);
      case Op.GiveBack:
        this.pools.giveBack(this.holdings.latest(call, Held.Connection));
        return true;
      case Op.Publish:
        this.queues.publish(call, program.arg[pc], program.site[pc]);
        return true;
      default:
        throw new Error(`instruction ${pc} is no operation: ${program.op[pc]}`);
    }
  }

  /** Takes back all that a call holds. It is lost when somebody else has ended it. */
  release(call: CallId, lost: boolean): void {
    const { holdings, pools, caches, queues } = this;
    const { calls } = this.state;
    while (calls.holds[call] !== 0) {
      const latest = calls.holds[call] as HoldingId;
      switch (holdings.kind[latest]) {
        case Held.Connection:
          pools.giveBack(latest);
          break;
        case Held.Place:
          pools.leave(latest);
          break;
        case Held.Lead:
          caches.giveUp(latest, calls.failure[call], lost);
          break;
        case Held.Follower:
          caches.leave(latest);
          break;
        default:
          queues.giveBack(latest);
      }
    }
  }

  /** The same for a call or strand that has ended of itself, or that nobody waits for any longer. */
  ended(call: CallId): void {
    const failure = this.state.calls.failure[call];
    this.release(call, failure === Failure.None || failure === Failure.Cancelled);
  }

  restartMeasures(): void {
    for (const part of [this.pools, this.caches, this.queues]) part.restartMeasures();
  }

  /** Throws when something is held that is not counted, or a message is lost. */
  check(): void {
    this.pools.check();
    this.queues.check();
  }
}
