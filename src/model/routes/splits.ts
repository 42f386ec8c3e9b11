/** The weights of virtual hosts' destinations, which change while a world lives, and the program that goes by them. */
import type { Fraction } from "../../units.js";
import type { Program } from "../calls/program.js";
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
    this.change(host, (rule, before) => rule.to.map(({ service }, i) => changed[service] ?? before[i]));
  }

  /** Of what two services get together, wherever a rule knows both, one gets the given share and the other the rest. */
  shift(host: string, from: string, to: string, share: Fraction): void {
    this.change(host, (rule, before) => {
      const [old, young] = [from, to].map((name) => rule.to.findIndex(({ service }) => service === name));
      if (old < 0 || young < 0) return before;
      const together = before[old] + before[young];
      return before.map((weight, i) => (i === young ? together * share : i === old ? together * (1 - share) : weight));
    });
  }

  private change(host: string, to: (rule: RuleSpec, before: readonly number[]) => readonly number[]): void {
    const { rules } = this.hosts.find(({ name }) => name === host)!;
    const { splits } = this.program.routes;
    rules.forEach((rule, index) => {
      const before = this.weights(rule);
      const after = to(rule, before);
      if (after.every((weight, i) => weight === before[i])) return;
      this.present.set(rule, after);
      this.version++;
      for (const split of splits)
        if (split.host === host && split.rule === index) this.program.cumulative.set(cumulated(after), split.entry);
    });
  }
}
