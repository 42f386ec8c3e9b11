import type { Agenda } from "./agenda.js";

/** A process asleep until something happens; it runs on when the news is delivered. */
export interface Sleeper {
  resume(by: Waitable<unknown>): void;
}

/** A gathering; it is told at once when a member happens, before any process runs on. */
export interface Watcher {
  notice(member: Waitable<unknown>): void;
}

/** The body of a process, or a part of one to be called with `yield*`. `T` is what it returns. */
export type Steps<T = void> = Generator<Waitable<unknown>, T, unknown>;

/** Due: it has happened and its sleepers will hear of it at this same instant, in their turn. */
export const State = { Pending: 0, Due: 1, Past: 2, Withdrawn: 3 } as const;

/**
 * Something a process can wait for. It happens once at most, with a value or with an error.
 *
 *     const part = yield* store.get();   // typed: the value of what was waited for
 *     yield world.timeout(3);            // shorter and faster where the value does not matter
 *
 * An error is thrown into every process that waits. If nobody waits when the error is
 * delivered, it leaves `Simulation.run` and so ends the run.
 *
 * Waiting for what is past goes on at once, without letting anyone else run. What loses its
 * last waiter is abandoned: a timeout leaves the event queue and a claim its waiting line.
 *
 * The one base class in the kernel: processes, timeouts, signals, gatherings and claims differ
 * only in why they happen. Methods not meant for models say so.
 */
export abstract class Waitable<T> {
  private state: number = State.Pending;
  private lost = false;
  private outcome: unknown = undefined;
  private heard = false;
  private dormant = false;
  private first: Sleeper | undefined = undefined;
  private others: Sleeper[] | undefined = undefined;
  private watchers: Watcher[] | undefined = undefined;

  constructor(protected readonly agenda: Agenda) {}

  /** Names it in messages. */
  abstract toString(): string;

  /** Whether it has happened, well or badly. */
  get happened(): boolean {
    return this.state === State.Due || this.state === State.Past;
  }

  /** Whether it has happened with an error. */
  get failed(): boolean {
    return this.lost;
  }

  /** What it happened with. Throws its error if it failed, and an error of ours if it has not happened. */
  get value(): T {
    if (!this.happened) throw new Error(`${this} has not happened yet`);
    if (this.lost) throw this.outcome;
    return this.outcome as T;
  }

  /** Makes `yield* waitable` give the value with its type. */
  [Symbol.iterator](): Steps<T> {
    return wait(this);
  }

  /** For gatherings and claims: whether news of it is still to come. */
  get pending(): boolean {
    return this.state === State.Pending;
  }

  /** For processes: what it happened with, error or value. */
  get news(): unknown {
    return this.outcome;
  }

  /** For processes: whether one who yields it may go on at once. */
  get past(): boolean {
    return this.state === State.Past;
  }

  get belongsTo(): Agenda {
    return this.agenda;
  }

  /** For processes: made ready to be waited for, even if it had been abandoned. Throws if it was withdrawn. */
  prepare(): void {
    if (this.state === State.Withdrawn)
      throw new Error(`${this} was withdrawn: it was left, or nobody waited for it any more`);
    if (!this.dormant) return;
    this.revived();
    this.dormant = false;
  }

  addSleeper(sleeper: Sleeper): void {
    if (this.first === undefined) this.first = sleeper;
    else if (this.others === undefined) this.others = [sleeper];
    else this.others.push(sleeper);
  }

  removeSleeper(sleeper: Sleeper): void {
    if (this.first === sleeper) this.first = this.others?.shift();
    else this.others = this.others?.filter((other) => other !== sleeper);
    this.abandonIfAlone();
  }

  addWatcher(watcher: Watcher): void {
    if (this.happened) return;
    if (this.watchers === undefined) this.watchers = [watcher];
    else this.watchers.push(watcher);
  }

  removeWatcher(watcher: Watcher): void {
    if (!this.pending || this.watchers === undefined) return;
    const left = this.watchers.filter((other) => other !== watcher);
    this.watchers = left.length > 0 ? left : undefined;
    this.abandonIfAlone();
  }

  /** For gatherings: takes over the error, so that it need not end the run. */
  hear(): unknown {
    this.heard = true;
    return this.outcome;
  }

  /** For the agenda: wakes the sleepers in the order they came. */
  deliver(): void {
    const { first, others } = this;
    this.state = State.Past;
    this.first = undefined;
    this.others = undefined;
    if (first === undefined) {
      if (this.lost && !this.heard) throw this.outcome;
      return;
    }
    first.resume(this);
    if (others !== undefined) for (const sleeper of others) sleeper.resume(this);
  }

  /** Lets it happen now; sleepers hear of it at this instant, after what is already due. */
  protected settle(lost: boolean, outcome: unknown): void {
    this.state = State.Due;
    this.lost = lost;
    this.outcome = outcome;
    this.tellWatchers();
    // An error keeps its turn even if nobody waits, so that whoever starts to wait at this instant may hear it.
    if (this.first !== undefined || lost) this.agenda.deliveries.make(0, this);
    else this.state = State.Past;
  }

  /** Lets it happen in its own turn of the event loop: sleepers wake here and now. */
  protected happenInTurn(): void {
    this.state = State.Due;
    this.tellWatchers();
    this.deliver();
  }

  /** It will not happen any more. Throws if somebody waits, who would wait for ever. */
  protected withdrawn(): void {
    if (this.first !== undefined || this.watchers !== undefined)
      throw new Error(`${this} cannot be withdrawn while a process waits for it: interrupt the process`);
    this.state = State.Withdrawn;
  }

  /** Called when the last waiter has gone before it happened. */
  protected abandoned(): void {}

  /** Called when an abandoned one is waited for again. */
  protected revived(): void {}

  protected get isDormant(): boolean {
    return this.dormant;
  }

  private abandonIfAlone(): void {
    if (!this.pending || this.first !== undefined || this.watchers !== undefined) return;
    this.dormant = true;
    this.abandoned();
  }

  private tellWatchers(): void {
    const { watchers } = this;
    if (watchers === undefined) return;
    this.watchers = undefined;
    for (const watcher of watchers) watcher.notice(this);
  }
}

function* wait<T>(waitable: Waitable<T>): Steps<T> {
  return (yield waitable) as T;
}
