/** What a row of the table of calls is, in its columns `state` and `parent`. */
export const CallState = {
  /** A call on its way, in a pod without a worker, or on its way back. */
  Call: 0,
  /** A branch of a parallel step or the body of a loop: part of its parent, in the same pod. */
  Strand: 1,
  /** A call that waits for the service's first pod. */
  Podless: 2,
  /** A call that holds a worker until it ends. */
  Served: 3,
  /** A call that waits at the service for a worker of any pod. */
  Central: 4,
  /** A call as its caller knows it, whose tries are calls of their own. */
  Guard: 5,
  /** A request to a virtual host: no pod has it while it is routed, delayed, and waited for. */
  Routed: 6,
} as const;

/** Parents that are no calls, besides NONE for a request. */
export const Parent = {
  /** The caller is gone; the answer goes nowhere. */
  Orphan: -2,
  /** A message, whose number stands in the column `user`. */
  Message: -3,
  /** The row is in no use. */
  Free: -4,
  /** Nobody called: it is the process of a background pod. */
  Process: -5,
} as const;
