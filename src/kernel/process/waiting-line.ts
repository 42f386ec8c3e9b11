/** What can stand in a line. A lower priority number stands further ahead. */
export interface Standing<Self> {
  readonly priority: number;
  ahead: Self | undefined;
  behind: Self | undefined;
}

/**
 * A line ordered by priority and, among equals, by who came first. The members hold the links,
 * so that leaving from the middle takes no search; joining passes only those of worse priority.
 */
export class WaitingLine<Member extends Standing<Member>> {
  length = 0;
  first: Member | undefined = undefined;
  last: Member | undefined = undefined;

  join(member: Member): void {
    let ahead = this.last;
    while (ahead !== undefined && ahead.priority > member.priority) ahead = ahead.ahead;
    const behind = ahead === undefined ? this.first : ahead.behind;
    member.ahead = ahead;
    member.behind = behind;
    if (ahead === undefined) this.first = member;
    else ahead.behind = member;
    if (behind === undefined) this.last = member;
    else behind.ahead = member;
    this.length++;
  }

  /** The member must stand in this line. */
  leave(member: Member): void {
    const { ahead, behind } = member;
    if (ahead === undefined) this.first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.last = ahead;
    else behind.ahead = ahead;
    member.ahead = undefined;
    member.behind = undefined;
    this.length--;
  }

  *[Symbol.iterator](): Generator<Member, void, undefined> {
    for (let member = this.first; member !== undefined; member = member.behind) yield member;
  }
}
