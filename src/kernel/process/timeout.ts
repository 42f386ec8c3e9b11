import type { Seconds } from "../../units.js";
import type { Agenda } from "./agenda.js";
import { Waitable } from "./waitable.js";

const NONE = -1;

/**
 * Happens a fixed time after it was made. When nobody waits for it any more it leaves the event
 * queue; waited for again, it returns and still happens when it was due, or is past already.
 */
export class Timeout extends Waitable<void> {
  /** When it is due, in seconds of simulated time. */
  readonly due: Seconds;
  private place = NONE;

  /** For `Processes.timeout`. Throws a RangeError for a delay below zero; Infinity never happens. */
  constructor(
    agenda: Agenda,
    private readonly delay: Seconds,
  ) {
    super(agenda);
    if (!(delay >= 0)) throw new RangeError(`cannot wait for ${delay} s: delays are 0 or more`);
    this.due = agenda.sim.now + delay;
    if (this.due < Infinity) this.place = agenda.timeouts.make(delay, this);
  }

  override get happened(): boolean {
    return super.happened || (this.isDormant && this.agenda.sim.now >= this.due);
  }

  override toString(): string {
    return `timeout of ${this.delay} s`;
  }

  /** For the agenda. */
  end(): void {
    this.place = NONE;
    this.happenInTurn();
  }

  protected override abandoned(): void {
    if (this.place === NONE) return;
    this.agenda.timeouts.cancel(this.place);
    this.place = NONE;
  }

  protected override revived(): void {
    const { sim, timeouts } = this.agenda;
    if (sim.now >= this.due) this.settle(false, undefined);
    else if (this.due < Infinity) this.place = timeouts.makeAt(this.due, this);
  }
}
