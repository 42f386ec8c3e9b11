/**
 * Caches: a look finds, or misses. Who misses does the steps that fetch, and puts in what he has fetched; of those that
 * miss one key at the same time all do so, or one for all.
 */
import { constant, Draws } from "../../kernel/distributions.js";
import type { Simulation } from "../../kernel/simulation.js";
import type { Fraction } from "../../units.js";
import { Failure } from "../calls/failure.js";
import type { Program } from "../calls/program.js";
import type { Service } from "../service.js";
import { type CallId, type Calls, NONE as NOTHING, type PodId, type State } from "../state.js";
import type { CacheSpec, KeyedContent } from "./asynchronous.js";
import { Held, type HoldingId, type Holdings } from "./holdings.js";
import { KeyMap } from "./key-map.js";
import { Lru } from "./lru.js";
import type { Waiting } from "./shares.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** What is in one cache, and who fetches what for it. */
interface Content {
  readonly entries: Lru;
  /** By key: the lead. */
  readonly leads: KeyMap;
}

/** Looks that found, that did the steps themselves, and that waited for another's. */
export interface Looks {
  readonly hits: number;
  readonly misses: number;
  readonly followed: number;
}

/** A cache as calls read it, and what it has seen since time 0. */
export class Cache implements Looks {
  hits = 0;
  misses = 0;
  followed = 0;
  private before: Looks = { hits: 0, misses: 0, followed: 0 };
  /** By pod, or of all of them at 0. */
  readonly contents: (Content | undefined)[] = [];

  constructor(
    readonly service: Service,
    readonly spec: CacheSpec,
  ) {}

  /** Since the measures began. */
  get measured(): Looks {
    const { before, hits, misses, followed } = this;
    return { hits: hits - before.hits, misses: misses - before.misses, followed: followed - before.followed };
  }

  /** Of all looks since time 0 those that did the steps; before the first, 1. */
  get missShare(): Fraction {
    const looks = this.hits + this.misses + this.followed;
    return looks === 0 ? 1 : this.misses / looks;
  }

  restart(): void {
    const { hits, misses, followed } = this;
    this.before = { hits, misses, followed };
  }
}

export class Caches {
  readonly all: readonly Cache[];
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly program: Program;
  private readonly lives: Draws;

  constructor(
    private readonly state: State,
    private readonly holdings: Holdings,
    private readonly waiting: Waiting,
  ) {
    const { sim, calls, program, services, chance } = state;
    this.sim = sim;
    this.calls = calls;
    this.program = program;
    this.all = services.flatMap((service) => service.spec.caches.map((spec) => new Cache(service, spec)));
    const lives = this.all.map(({ spec: { content } }) => (content.kind === "keys" ? content.timeToLive : undefined));
    this.lives = new Draws(
      lives.map((law) => law ?? constant(Infinity)),
      chance,
    );
    const empty = sim.event("cache.restarted", (id: number) => {
      const content = this.all[id].contents[0];
      if (content !== undefined) this.all[id].contents[0] = { ...content, entries: new Lru(capacityOf(this.all[id])) };
    });
    this.all.forEach(({ spec: { content } }, id) => {
      if (content.kind === "keys") for (const time of content.restartsAt) sim.at(time, empty, id);
    });
  }

  /** Whether a call that looks goes on at once, behind the steps or with them; if not it waits for another's. */
  look(call: CallId, pc: number): boolean {
    const { calls, program } = this;
    const id = program.arg[pc];
    const cache = this.all[id];
    const { content } = cache.spec;
    const key = calls.key[call];
    let found = false;
    if (content.kind === "chance") {
      const site = calls.site[call] ^ program.site[pc];
      found = this.state.chance.open(calls.request[call], site).uniform() < content.hitRate;
    } else if (key !== NONE) {
      const { entries, leads } = this.contentFor(call, cache, content);
      found = entries.find(key, this.sim.now);
      if (!found && content.singleFlight) {
        const lead = leads.get(key);
        if (lead >= 0) return this.follow(call, lead as HoldingId, pc);
        const own = this.holdings.take(call, Held.Lead, id);
        this.holdings.head[own] = this.holdings.tail[own] = 0;
        this.holdings.pc[own] = pc;
        leads.set(key, own);
      }
    }
    if (found) cache.hits++;
    else cache.misses++;
    calls.pc[call] = found ? program.jump[pc] : pc + 1;
    return true;
  }

  /** A call has fetched what it missed: it puts it in, and who waited for it goes on. */
  fill(call: CallId, pc: number): void {
    const { calls, program, holdings, lives } = this;
    const id = program.arg[pc];
    const cache = this.all[id];
    const { content } = cache.spec;
    const key = calls.key[call];
    if (content.kind === "chance" || key === NONE) return;
    lives.draw(id, calls.request[call], calls.site[call] ^ program.site[pc]);
    const { entries } = this.contentFor(call, cache, content);
    entries.put(key, this.sim.now + lives.value);
    if (content.singleFlight) this.end(holdings.latest(call, Held.Lead), Failure.None);
  }

  /** A lead ends without having fetched: with its failure for all who wait for it, or, when it is lost itself, the first of them leads. */
  giveUp(lead: HoldingId, failure: number, lost: boolean): void {
    if (lost && this.holdings.head[lead] !== 0) this.passOn(lead);
    else this.end(lead, failure);
  }

  /** Gives up waiting for another's steps. */
  leave(follower: HoldingId): void {
    this.unlink(follower);
    this.holdings.drop(follower);
  }

  /** A container starts, and its caches are empty. */
  started(pod: PodId): void {
    const { pods, owners } = this.state;
    const owner = owners[pods.service[pod]];
    for (const { service, spec, contents } of this.all)
      if (service === owner && spec.content.kind === "keys" && spec.content.per === "pod") contents[pod] = undefined;
  }

  restartMeasures(): void {
    for (const cache of this.all) cache.restart();
  }

  private contentFor(call: CallId, { contents }: Cache, content: KeyedContent): Content {
    const at = content.per === "pod" ? this.calls.pod[call] : 0;
    while (contents.length <= at) contents.push(undefined);
    contents[at] ??= { entries: new Lru(content.capacity), leads: new KeyMap() };
    return contents[at];
  }

  private follow(call: CallId, lead: HoldingId, pc: number): false {
    const { holdings } = this;
    this.calls.pc[call] = pc + 1;
    this.all[this.program.arg[pc]].followed++;
    const follower = holdings.take(call, Held.Follower, lead);
    const last = holdings.tail[lead];
    holdings.pc[follower] = pc;
    holdings.before[follower] = last;
    holdings.after[follower] = 0;
    if (last === 0) holdings.head[lead] = follower;
    else holdings.after[last] = follower;
    holdings.tail[lead] = follower;
    return false;
  }

  private unlink(follower: HoldingId): void {
    const { holdings } = this;
    const lead = holdings.of[follower];
    const before = holdings.before[follower];
    const after = holdings.after[follower];
    if (before === 0) holdings.head[lead] = after;
    else holdings.after[before] = after;
    if (after === 0) holdings.tail[lead] = before;
    else holdings.before[after] = before;
    const { service } = this.all[holdings.of[lead]];
    service.waited += this.sim.now - holdings.since[follower];
  }

  /** There is no lead any more; all who waited go on behind the steps, or fail. */
  private end(lead: HoldingId, failure: number): void {
    const { holdings, calls, program } = this;
    const call = holdings.call[lead] as CallId;
    const cache = this.all[holdings.of[lead]];
    this.contentFor(call, cache, cache.spec.content as KeyedContent).leads.remove(calls.key[call]);
    while (holdings.head[lead] !== 0) {
      const follower = holdings.head[lead] as HoldingId;
      const other = holdings.call[follower] as CallId;
      calls.pc[other] = program.jump[holdings.pc[follower]];
      calls.failure[other] = failure;
      this.leave(follower);
      this.waiting.goOn(other);
    }
    holdings.drop(lead);
  }

  /** The first of those who wait does the steps himself, and the others wait for him. */
  private passOn(lead: HoldingId): void {
    const { holdings, calls } = this;
    const call = holdings.call[lead] as CallId;
    const cache = this.all[holdings.of[lead]];
    const heir = holdings.head[lead] as HoldingId;
    const other = holdings.call[heir] as CallId;
    this.unlink(heir);
    holdings.kind[heir] = Held.Lead;
    holdings.of[heir] = holdings.of[lead];
    holdings.head[heir] = holdings.head[lead];
    holdings.tail[heir] = holdings.tail[lead];
    for (let one = holdings.head[heir]; one !== 0; one = holdings.after[one]) holdings.of[one] = heir;
    this.contentFor(call, cache, cache.spec.content as KeyedContent).leads.set(calls.key[call], heir);
    cache.followed--;
    cache.misses++;
    calls.pc[other] = holdings.pc[heir] + 1;
    holdings.drop(lead);
    this.waiting.goOn(other);
  }
}

function capacityOf({ spec: { content } }: Cache): number {
  return content.kind === "keys" ? content.capacity : 0;
}
