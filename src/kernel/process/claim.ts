import type { Agenda } from "./agenda.js";
import { Waitable } from "./waitable.js";
import type { Standing, WaitingLine } from "./waiting-line.js";

/**
 * A turn in the line of a container or a store: `What` is put or asked for, `T` is received.
 * It leaves the line when nobody waits for it any more.
 */
export class Claim<T, What> extends Waitable<T> implements Standing<Claim<T, What>> {
  readonly priority = 0;
  ahead: Claim<T, What> | undefined = undefined;
  behind: Claim<T, What> | undefined = undefined;
  private line: WaitingLine<Claim<T, What>> | undefined = undefined;

  /** For containers and stores; `whenGone` is called when it has left the line without being served. */
  constructor(
    agenda: Agenda,
    private readonly verb: string,
    readonly what: What,
    private readonly whenGone: () => void,
  ) {
    super(agenda);
  }

  override toString(): string {
    return `${this.verb} ${typeof this.what === "number" ? this.what : "an item"}`;
  }

  /** Leaves the line if it stands in one. For `finally`. Throws if another process still waits for it. */
  leave(): void {
    if (this.line === undefined) return;
    this.withdrawn();
    this.line.leave(this);
    this.line = undefined;
    this.whenGone();
  }

  /** For containers and stores. */
  standIn(line: WaitingLine<Claim<T, What>>): void {
    this.line = line;
    line.join(this);
  }

  /** For containers and stores: it is served and leaves the line. */
  serve(value: T): void {
    this.line?.leave(this);
    this.line = undefined;
    this.settle(false, value);
  }

  protected override abandoned(): void {
    this.leave();
  }
}
