import type { Agenda } from "./agenda.js";
import { Waitable, type Watcher } from "./waitable.js";

interface Rule<T> {
  readonly name: "anyOf" | "allOf";
  /** How many members must happen. */
  readonly needed: number;
  /** The value, given the member that happened last. */
  readonly value: (last: Waitable<unknown> | undefined) => T;
}

/**
 * Happens when enough of its members have, or fails with the first member that fails. Then, or
 * when nobody waits for it any more, it lets go of the members that have not happened.
 *
 * Members are heard in the order in which they happen. Those that happened before the gathering
 * was made count in the order they are listed.
 */
export class Gathering<T> extends Waitable<T> implements Watcher {
  private missing: number;

  /** For `Processes.anyOf` and `allOf`. */
  constructor(
    agenda: Agenda,
    private readonly members: readonly Waitable<unknown>[],
    private readonly rule: Rule<T>,
  ) {
    super(agenda);
    this.missing = rule.needed;
    this.gather();
  }

  override toString(): string {
    return `${this.rule.name} of ${this.members.join(", ") || "nothing"}`;
  }

  /** For members. */
  notice(member: Waitable<unknown>): void {
    if (!this.pending) return;
    if (!member.failed && --this.missing > 0) return;
    this.letGo();
    if (member.failed) this.settle(true, member.hear());
    else this.settle(false, this.rule.value(member));
  }

  protected override abandoned(): void {
    this.letGo();
  }

  protected override revived(): void {
    this.gather();
  }

  private gather(): void {
    this.missing = this.rule.needed;
    if (this.missing === 0) this.settle(false, this.rule.value(undefined));
    for (const member of this.members) member.prepare();
    // All are watched before any is heard, so that letting go reaches every timeout and claim.
    const early = this.members.filter((member) => member.happened);
    for (const member of this.members) member.addWatcher(this);
    for (const member of early) this.notice(member);
  }

  private letGo(): void {
    for (const member of this.members) member.removeWatcher(this);
  }
}
