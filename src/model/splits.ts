/** The weights of virtual hosts' destinations, which change while a world lives, and the program that goes by them. */
import type { Program } from "./program.js";
import { cumulated } from "./route-program.js";
import type { RuleSpec, VirtualHostSpec } from "./virtual-host.js";

export class Splits {
  /** Goes up with every change. */
  version = 0;
  private readonly present = new Map<RuleSpec, readonly number[]>();

  constructor(
    private readonly program: Program,
    private readonly hosts: readonly VirtualHostSpec[],
  ) {}

  /** A rule's present weights, in the order of its destinations. */
  weights(rule: RuleSpec): readonly number[] {
    return this.present.get(rule) ?? rule.to.map(({ weight }) => weight);
  }

  /** Gives weights to the services of a host that are named, wherever a rule sends calls to them; others keep theirs. */
  set(host: string, changed: Readonly<Record<string, number>>): void {
    const { rules } = this.hosts.find(({ name }) => name === host)!;
    rules.forEach((rule, index) => {
      const before = this.weights(rule);
      const after = rule.to.map(({ service }, i) => changed[service] ?? before[i]);
      if (after.every((weight, i) => weight === before[i])) return;
      this.present.set(rule, after);
      this.version++;
      const { splits } = this.program.routes;
      for (const split of splits)
        if (split.host === host && split.rule === index) this.program.cumulative.set(cumulated(after), split.entry);
    });
  }
}
