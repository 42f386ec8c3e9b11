/** What went wrong with a call; 0 is nothing. */
export const failures = ["none", "refused", "killed"] as const;
export const Failure = { None: 0, Refused: 1, Killed: 2 } as const;
