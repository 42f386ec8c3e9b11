/** What a Job's pod failure policy makes of a failed pod, and when its success policy has enough. */
import type { Indexes } from "./indexes.js";
import type { JobPod, PodCondition } from "./pods.js";

export type FailureAction = "FailJob" | "Ignore" | "Count";

export interface ExitCodes {
  /** Any, where none is named. */
  readonly containerName?: string | undefined;
  readonly operator: "In" | "NotIn";
  readonly values: readonly number[];
}

export interface FailureRule {
  readonly action: FailureAction;
  readonly onExitCodes?: ExitCodes | undefined;
  readonly onPodConditions?: readonly PodCondition[] | undefined;
}

export interface FailurePolicy {
  readonly rules: readonly FailureRule[];
}

export interface SuccessPolicy {
  readonly rules: readonly {
    /** As "0-3,7". */
    readonly succeededIndexes?: string | undefined;
    readonly succeededCount?: number | undefined;
  }[];
}

/** The first rule that the pod meets says what becomes of its failure; without one it counts. */
export function actionOn(pod: JobPod, policy: FailurePolicy | undefined): FailureAction {
  const met = policy?.rules.find(({ onExitCodes, onPodConditions = [] }) =>
    onExitCodes === undefined ? hasOne(pod, onPodConditions) : hasExited(pod, onExitCodes),
  );
  return met?.action ?? "Count";
}

const hasOne = ({ conditions = [] }: JobPod, wanted: readonly PodCondition[]): boolean =>
  conditions.some(({ type, status }) => wanted.some((one) => one.type === type && one.status === status));

/** A container that has ended well meets no rule. */
const hasExited = ({ exitCodes = {} }: JobPod, { containerName, operator, values }: ExitCodes): boolean =>
  Object.entries(exitCodes).some(
    ([container, code]) =>
      (containerName ?? container) === container && code !== 0 && values.includes(code) === (operator === "In"),
  );

/** Whether one of the rules is met: all of its indexes have succeeded, or so many of them, or of all. */
export function hasEnough(done: Indexes, completions: number, policy: SuccessPolicy | undefined): boolean {
  if (policy === undefined || done.size === 0) return false;
  return policy.rules.some(({ succeededIndexes, succeededCount = Infinity }) => {
    if (succeededIndexes === undefined) return done.size >= succeededCount;
    const wanted = indexesOf(succeededIndexes).filter((index) => index < completions);
    const there = wanted.filter((index) => done.has(index)).length;
    return wanted.length > 0 && (there === wanted.length || there >= succeededCount);
  });
}

const indexesOf = (text: string): readonly number[] =>
  text.split(",").flatMap((run) => {
    const [first, last = first] = run.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
