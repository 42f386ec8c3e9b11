import type { Agenda } from "./agenda.js";
import { Waitable } from "./waitable.js";

/** Happens when somebody says so, once. Any number of processes may wait for it. */
export class Signal<T = void> extends Waitable<T> {
  /** For `Processes.signal`. */
  constructor(
    agenda: Agenda,
    private readonly name: string,
  ) {
    super(agenda);
  }

  /** It happens, with a value for all who wait. Throws if it has happened before. */
  succeed(value: T): void {
    this.mustBePending();
    this.settle(false, value);
  }

  /** It happens with an error, thrown into all who wait; the run ends if nobody does. Throws if it has happened before. */
  fail(error: Error): void {
    this.mustBePending();
    this.settle(true, error);
  }

  override toString(): string {
    return `signal "${this.name}"`;
  }

  private mustBePending(): void {
    if (!this.pending)
      throw new Error(`${this} has already ${this.failed ? "failed" : "succeeded"}: a signal happens once`);
  }
}
