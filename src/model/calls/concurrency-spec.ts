import type { Distribution } from "../../kernel/distributions.js";

/** How many calls a pod takes on at once. */
export interface ConcurrencySpec {
  /** Workers of a pod; Infinity for none. */
  readonly limit: number;
  /** Calls that may wait for a worker (per pod, or in the service when they wait there); more are refused. */
  readonly queue: number;
  /**
   * What a worker is held for. `call`: from start to answer, as a thread per request is.
   * `work`: for each piece of CPU work alone, as in an event loop, which goes on with others meanwhile.
   */
  readonly holds: "call" | "work";
  /** Where calls wait: in the pod they were sent to, or at the service until any pod has a worker free. */
  readonly waitsAt: "pod" | "service";
  /** A call that has waited for a worker so long goes away; undefined: it never does. */
  readonly patience?: Distribution | undefined;
}
