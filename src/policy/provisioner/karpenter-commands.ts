/**
 * Disruptions under way: nodes that take no more pods and go once those bought for them are ready. A command whose
 * replacement does not come is given up: its nodes may take pods again.
 */
import type { ClusterView, ProvisionAnswer } from "../contract.js";

interface Command {
  readonly leaving: readonly number[];
  readonly claims: readonly string[];
}

export class Commands {
  private commands: Command[] = [];

  begin(leaving: readonly number[], claims: readonly string[]): void {
    this.commands.push({ leaving, claims });
  }

  has(id: number): boolean {
    return this.commands.some(({ leaving }) => leaving.includes(id));
  }

  /** What has come to its end. */
  advance({ nodes }: ClusterView): ProvisionAnswer | undefined {
    const standing = (id: number): boolean => nodes.some((node) => node.id === id && !node.draining);
    const failed = this.commands.find(({ claims }) =>
      claims.some((claim) => !nodes.some((node) => node.claim === claim)),
    );
    if (failed !== undefined) {
      this.forget(failed);
      const bought = nodes.filter(({ claim, ready }) => claim !== undefined && failed.claims.includes(claim) && !ready);
      const uncordon = failed.leaving.filter(standing);
      return { add: [], remove: bought.map(({ id }) => id), uncordon, rule: "replacement failed to launch" };
    }
    const done = this.commands.find(({ claims }) =>
      claims.every((claim) => nodes.some((node) => node.claim === claim && node.ready)),
    );
    if (done === undefined) return undefined;
    this.forget(done);
    return { add: [], remove: done.leaving.filter(standing), rule: "replacement initialized" };
  }

  private forget(command: Command): void {
    this.commands = this.commands.filter((one) => one !== command);
  }
}
