/** The pods of a DaemonSet as its controller sees them. */

export interface DaemonPod {
  /** Later ones have higher numbers. */
  readonly id: number;
  /** For which node it was made. */
  readonly node: string;
  /** The scheduler has put it there. */
  readonly placed?: boolean;
  readonly version: string;
  readonly phase: "Pending" | "Running" | "Failed" | "Succeeded";
  readonly ready?: boolean;
  /** Ready for as long as minReadySeconds asks. */
  readonly available?: boolean;
  readonly terminating?: boolean;
  readonly createdAt: number;
}

export const hasEnded = ({ phase }: DaemonPod): boolean => phase === "Failed" || phase === "Succeeded";
export const isAvailable = ({ ready, available }: DaemonPod): boolean => ready === true && available === true;

/** Those that stand on their node first, then the oldest: of several on a node the first is kept. */
export const oldestFirst = (pods: readonly DaemonPod[]): readonly DaemonPod[] =>
  [...pods].sort(
    (one, other) =>
      Number(other.placed === true) - Number(one.placed === true) ||
      one.createdAt - other.createdAt ||
      one.id - other.id,
  );

/** By node; those that have ended and are on their way out are nobody's business any more. */
export function byNode(pods: readonly DaemonPod[]): Map<string, readonly DaemonPod[]> {
  const found = new Map<string, DaemonPod[]>();
  for (const pod of pods) {
    if (hasEnded(pod) && pod.terminating === true) continue;
    const there = found.get(pod.node);
    if (there === undefined) found.set(pod.node, [pod]);
    else there.push(pod);
  }
  return found;
}
