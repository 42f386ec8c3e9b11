/** Pods for which others were taken away: nobody of lower priority gets the room that was made. */
import type { Filter, Rejection } from "./filters.js";
import type { NodeInfo } from "./node-info.js";
import { type Pod, priorityOf } from "./objects.js";

export class Nominations {
  readonly #byNode = new Map<string, readonly Pod[]>();

  /** A pod has one nomination at most; without a node it has none. */
  set(pod: Pod, node: string | undefined): void {
    for (const [from, pods] of this.#byNode) {
      const others = pods.filter(({ name }) => name !== pod.name);
      if (others.length > 0) this.#byNode.set(from, others);
      else this.#byNode.delete(from);
    }
    if (node === undefined) return;
    this.#byNode.set(node, [...this.of(node), pod]);
  }

  /** Those on their way to the node who have to give way to this pod. */
  below(pod: Pod, node: string): readonly Pod[] {
    return this.of(node).filter((other) => priorityOf(other) < priorityOf(pod));
  }

  of(node: string): readonly Pod[] {
    return this.#byNode.get(node) ?? [];
  }

  /**
   * The filter with those in mind who are on their way: a node has to do with them and also without, since
   * they may end up elsewhere and a pod that wants to be near them must not count on it.
   */
  inMind(pod: Pod, all: readonly NodeInfo[], filterOf: (pod: Pod, all: readonly NodeInfo[]) => Filter): Filter {
    const plain = filterOf(pod, all);
    if (this.#byNode.size === 0) return plain;
    return (info): Rejection | undefined => {
      const coming = this.of(info.node.name).filter(
        (other) => other.name !== pod.name && priorityOf(other) >= priorityOf(pod),
      );
      if (coming.length === 0) return plain(info);
      const fuller = info.copy();
      for (const other of coming) fuller.add(other);
      const crowded = filterOf(
        pod,
        all.map((one) => (one === info ? fuller : one)),
      );
      return crowded(fuller) ?? plain(info);
    };
  }
}
