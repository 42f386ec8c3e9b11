/** How a decision came about, for the decision log and `dryscale why`. */

/** One thing that a decision went through: a metric's proposal, a tolerance, a stabilization, a limit, a node's refusal. */
export interface Reason {
  /** In upstream's words: "cpu resource utilization (percentage of request)", "ScaleDownStabilized", "Insufficient cpu". */
  readonly what: string;
  /** What it rests on, by name: values, targets, the age of samples in seconds, counts of nodes. */
  readonly seen?: Readonly<Record<string, number | string>>;
  /** Replicas (or machines) wished for after it. */
  readonly wished?: number;
}

/** A condition as the controller's object carries it in its status. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message?: string;
}

/** The whole story of a decision, in the order in which it happened. */
export interface Why {
  readonly trail: readonly Reason[];
  readonly conditions?: readonly Condition[];
}
