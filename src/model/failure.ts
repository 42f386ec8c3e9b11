/** What went wrong with a call; 0 is nothing. */
export const failures = [
  "none",
  "refused",
  "killed",
  "timeout",
  "abandoned",
  "cancelled",
  "error",
  "unreachable",
] as const;
export type FailureName = (typeof failures)[number];
export const Failure = {
  None: 0,
  Refused: 1,
  Killed: 2,
  Timeout: 3,
  Abandoned: 4,
  Cancelled: 5,
  /** The service has answered, but with an error. */
  Error: 6,
  /** The call, or its answer, did not come through. */
  Unreachable: 7,
} as const;
