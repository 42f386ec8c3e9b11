/** Which nodes a DaemonSet has a pod on, whether or not there is room for it. */
import type { Node, Pod, Taint, Toleration } from "../scheduler/objects.js";
import { toleratesTaint, wantsNode } from "../scheduler/selectors.js";

/** What decides where its pods stand. */
export type Placing = Pick<Pod, "nodeSelector" | "tolerations" | "affinity">;
export type DaemonNode = Pick<Node, "name" | "labels" | "taints">;

const everyTaint = (effect: string, conditions: readonly string[]): readonly Toleration[] =>
  conditions.map((condition) => ({ key: `node.kubernetes.io/${condition}`, operator: "Exists", effect }));

/** What the controller has every pod tolerate: it stays on a node that is in trouble, and comes to one that is cordoned. */
export const DAEMON_TOLERATIONS: readonly Toleration[] = [
  ...everyTaint("NoExecute", ["not-ready", "unreachable"]),
  ...everyTaint("NoSchedule", ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"]),
];

export interface Eligibility {
  /** A pod is wanted there. */
  readonly starts: boolean;
  /** One that is there may stay. */
  readonly stays: boolean;
}

export function eligibilityOf(node: DaemonNode, placing: Placing): Eligibility {
  if (!wantsNode(placing, node)) return { starts: false, stays: false };
  const tolerations = [...(placing.tolerations ?? []), ...DAEMON_TOLERATIONS];
  const repels = (taint: Taint): boolean => !toleratesTaint(tolerations, taint);
  const against = (effect: string): boolean =>
    (node.taints ?? []).some((taint) => taint.effect === effect && repels(taint));
  const stays = !against("NoExecute");
  return { starts: stays && !against("NoSchedule"), stays };
}
