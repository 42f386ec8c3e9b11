/**
 * Whether a pod may be moved off a node that is to go: Cluster Autoscaler's drain rules, the first that decides.
 */
import type { Seconds } from "../../units.js";

export interface DrainFacts {
  readonly mirror?: boolean;
  /** Terminating for longer than its grace and 30 s. */
  readonly longTerminating?: boolean;
  readonly daemonSet?: boolean;
  /** Succeeded or failed. */
  readonly terminal?: boolean;
  /** The annotation of that name. */
  readonly safeToEvict?: "true" | "false" | "on-completion" | undefined;
  readonly withoutController?: boolean;
  readonly systemPod?: boolean;
  readonly age?: Seconds;
  /** A hostPath or emptyDir on the node's disk that the pod's annotation does not name. */
  readonly localStorage?: boolean;
  /** Disruptions that each of its budgets allows now; empty without a budget. */
  readonly disruptionsAllowed?: readonly number[];
}

export type Drainability = "skip" | "drain" | "wait" | "block";

export interface Ruling {
  readonly outcome: Drainability;
  readonly reason: string;
}

/** A system pod without a budget blocks until it is so old. */
const BLOCKING_SYSTEM_POD = 3600;

type Rule = (facts: DrainFacts) => Ruling | undefined;

const when = (applies: boolean | undefined, outcome: Drainability, reason: string): Ruling | undefined =>
  applies === true ? { outcome, reason } : undefined;

const rules: readonly Rule[] = [
  (pod) => when(pod.mirror, "skip", "mirror pod"),
  (pod) => when(pod.longTerminating, "skip", "terminating for long"),
  (pod) => when(pod.daemonSet, "drain", "daemon set pod"),
  (pod) => when(pod.safeToEvict === "true", "drain", "safe to evict"),
  (pod) => when(pod.terminal, "drain", "finished"),
  (pod) => when(pod.safeToEvict === "on-completion", "wait", "safe to evict on completion"),
  (pod) => when(pod.withoutController, "block", "NotReplicated"),
  ({ systemPod, disruptionsAllowed = [], age = 0 }) =>
    when(systemPod && disruptionsAllowed.length === 0 && age <= BLOCKING_SYSTEM_POD, "block", "UnmovableKubeSystemPod"),
  (pod) => when(pod.safeToEvict === "false", "block", "NotSafeToEvictAnnotation"),
  (pod) => when(pod.localStorage, "block", "LocalStorageRequested"),
  ({ disruptionsAllowed = [] }) =>
    when(
      disruptionsAllowed.some((allowed) => allowed < 1),
      "block",
      "NotEnoughPdb",
    ),
];

/** A plain replica is drained. */
export function drainability(facts: DrainFacts = {}): Ruling {
  for (const rule of rules) {
    const ruling = rule(facts);
    if (ruling !== undefined) return ruling;
  }
  return { outcome: "drain", reason: "replicated" };
}
