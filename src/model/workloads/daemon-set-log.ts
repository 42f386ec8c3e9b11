/** What a DaemonSet's controller does, in the words of its events and of `kubectl rollout status`. */
import type { Look } from "../../controllers/daemon-set/daemon-set.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import type { Background } from "./background.js";

interface Deed {
  readonly create: readonly string[];
  readonly remove: readonly number[];
  /** Pods before it. */
  readonly there: number;
}

export class DaemonSetLog {
  /** A rollout has begun and is not complete. */
  private rolling = false;

  constructor(
    private readonly daemon: Background,
    private readonly log: DecisionLog,
  ) {}

  private get subject(): string {
    return `daemon set ${this.daemon.spec.name}`;
  }

  /** Somebody has changed the DaemonSet. */
  operator(time: Seconds, revision: number): void {
    this.rolling = true;
    const { count } = this.daemon.members;
    const numbers = { seen: {}, from: count, wished: count, asked: count };
    this.log.add({
      time,
      subject: this.subject,
      policy: "operator",
      rule: `revision ${revision + 1} is wanted`,
      ...numbers,
    });
  }

  look(time: Seconds, status: Look, { create, remove, there }: Deed): void {
    const { desired, updated, ready, available } = status;
    const seen = { desired, updated, ready, available };
    const say = (from: number, asked: number, rule: string): void =>
      this.log.add({ time, subject: this.subject, policy: "DaemonSet", rule, seen, from, wished: asked, asked });
    const left = there - remove.length;
    if (remove.length > 0) say(there, left, `SuccessfulDelete: ${podsOf(remove.length)} deleted`);
    if (create.length > 0)
      say(left, left + create.length, `SuccessfulCreate: ${podsOf(create.length)} created for ${namesOf(create)}`);
    if (!this.rolling || updated < desired || available < desired || create.length + remove.length > 0) return;
    this.rolling = false;
    say(there, there, `daemon set "${this.daemon.spec.name}" successfully rolled out`);
  }

  fulfil(now: Seconds): void {
    const awaited = this.log.awaited(this.subject);
    if (awaited === undefined) return;
    const { members, ready, draining } = this.daemon;
    const { asked, from } = awaited;
    if (asked > from ? ready.count >= asked : members.count + draining <= asked) this.log.fulfil(this.subject, now);
  }
}

const podsOf = (count: number): string => (count === 1 ? "1 pod" : `${count} pods`);

/** Of many nodes the first few. */
const SHOWN = 3;
const namesOf = (nodes: readonly string[]): string =>
  nodes.length > SHOWN ? `${nodes.slice(0, SHOWN).join(", ")} and ${nodes.length - SHOWN} more` : nodes.join(", ");
