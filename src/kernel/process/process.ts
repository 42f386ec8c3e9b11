import type { Agenda } from "./agenda.js";
import { type Sleeper, type Steps, Waitable } from "./waitable.js";

/** Thrown into a process that is interrupted, at the `yield` where it waits. `cause` is whatever the other gave. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(override readonly cause: unknown) {
    super(typeof cause === "string" ? `interrupted: ${cause}` : "interrupted");
  }
}

/** Where processes run: who is at it now, and how many have not ended. */
export interface Stage {
  readonly agenda: Agenda;
  active: Process<unknown> | undefined;
  alive: number;
}

/**
 * A generator that runs until it yields something to wait for, and runs on when that happens.
 * It can be waited for itself: it happens when it returns, with the value it returned, or fails
 * with the error that left it.
 */
export class Process<T = unknown> extends Waitable<T> implements Sleeper {
  private target: Waitable<unknown> | undefined = undefined;
  private interrupts: Interrupted[] | undefined = undefined;

  /** For `Processes.start`. */
  constructor(
    private readonly stage: Stage,
    private readonly body: Steps<T>,
    readonly name: string,
  ) {
    super(stage.agenda);
    stage.alive++;
    stage.agenda.starts.make(0, this);
  }

  /** Whether it has not ended. */
  get alive(): boolean {
    return this.pending;
  }

  /**
   * Throws an `Interrupted` with this cause into the process, at this instant and after what is
   * already due. The process stops waiting at once: what it alone waited for is abandoned, so it
   * leaves the lines it stood in. If what it waits for has just happened and only the news is on
   * its way, it hears that first and is interrupted at its next `yield`. An interrupt that
   * finds the process ended is dropped.
   *
   * Throws if the process has ended, or is the one that is running.
   */
  interrupt(cause?: unknown): void {
    if (!this.alive) throw new Error(`${this} has ended and cannot be interrupted`);
    if (this.stage.active === this) throw new Error(`${this} cannot interrupt itself: throw an error instead`);
    const interrupted = new Interrupted(cause);
    if (this.interrupts === undefined) this.interrupts = [interrupted];
    else this.interrupts.push(interrupted);
    this.agenda.interrupts.make(0, this);
    this.stopWaiting();
  }

  override toString(): string {
    return `process "${this.name}"`;
  }

  /** For the agenda. */
  begin(): void {
    this.advance(false, undefined);
  }

  /** For what it waits for. */
  resume(by: Waitable<unknown>): void {
    this.target = undefined;
    this.advance(by.failed, by.news);
  }

  /** For the agenda. */
  takeInterrupt(): void {
    if (!this.alive) return;
    this.stopWaiting();
    // News under way goes first, or an item handed over at this instant would be lost.
    if (this.target !== undefined) this.agenda.interrupts.make(0, this);
    else this.advance(true, this.interrupts!.shift());
  }

  /** Stops waiting, unless what it waits for has happened. */
  private stopWaiting(): void {
    const { target } = this;
    if (target?.pending !== true) return;
    this.target = undefined;
    target.removeSleeper(this);
  }

  /** Runs the body until it waits or ends. */
  private advance(lost: boolean, outcome: unknown): void {
    this.stage.active = this;
    const step = this.run(lost, outcome);
    this.stage.active = undefined;
    if (step === undefined) return;
    this.stage.alive--;
    this.settle(step.lost, step.outcome);
  }

  /** Returns how the body ended, or nothing when it waits. */
  private run(lost: boolean, outcome: unknown): { lost: boolean; outcome: unknown } | undefined {
    const { body } = this;
    try {
      for (;;) {
        const step = lost ? body.throw(outcome) : body.next(outcome);
        if (step.done === true) return { lost: false, outcome: step.value };
        const target = step.value;
        const refusal = this.refusal(target);
        if (refusal !== undefined) {
          lost = true;
          outcome = refusal;
        } else if (target.past) {
          lost = target.failed;
          outcome = target.news;
        } else {
          target.addSleeper(this);
          this.target = target;
          return undefined;
        }
      }
    } catch (error) {
      return { lost: true, outcome: error };
    }
  }

  /** Why it may not wait for this, thrown at its `yield`; nothing when it may. */
  private refusal(target: unknown): unknown {
    if (!(target instanceof Waitable)) return new TypeError(`${this} yielded ${show(target)}: ${EXPECTED}`);
    if (target === this) return new Error(`${this} waits for itself and would never end`);
    if (target.belongsTo !== this.agenda) return new Error(`${this} waits for a ${target} of another simulation`);
    try {
      target.prepare();
    } catch (error) {
      return error;
    }
    return undefined;
  }
}

const EXPECTED =
  "expected a timeout, signal, process, claim, anyOf or allOf (a function of steps is called with yield*)";

function show(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name}`;
  if (typeof value === "object" && value !== null) return Object.prototype.toString.call(value);
  return typeof value === "string" ? `"${value}"` : String(value);
}
