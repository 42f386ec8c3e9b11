/** What went wrong with a call; 0 is nothing. */
export const failures = ["none", "refused", "killed", "timeout", "abandoned", "cancelled", "aborted"] as const;
export type FailureName = (typeof failures)[number];
export const Failure = { None: 0, Refused: 1, Killed: 2, Timeout: 3, Abandoned: 4, Cancelled: 5, Aborted: 6 } as const;
