/** What went wrong with a call, and how reports say it; 0 is nothing. */
export const failureLabels = {
  none: "nothing",
  refused: "queue full",
  killed: "pod killed",
  timeout: "timed out",
  abandoned: "gave up waiting",
  cancelled: "nobody waited for it",
  aborted: "answered with an error",
  unreachable: "no pod was to be reached",
  overflow: "over a limit of its caller's proxy",
  shed: "turned away by a rate limit or to shed load",
} as const;
export type FailureName = keyof typeof failureLabels;
/** By number. */
export const failures = Object.keys(failureLabels) as readonly FailureName[];

export const Failure = {
  None: 0,
  Refused: 1,
  Killed: 2,
  Timeout: 3,
  Abandoned: 4,
  Cancelled: 5,
  Aborted: 6,
  Unreachable: 7,
  Overflow: 8,
  Shed: 9,
} as const;

/** What a caller may hear; a call that was cancelled has nobody to hear of it. */
export const heard = failures.filter((name) => name !== "none" && name !== "cancelled");
