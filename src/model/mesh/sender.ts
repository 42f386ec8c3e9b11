import type { CallId } from "../state.js";

/** What connections ask of traffic. */
export interface Sender {
  /** A call has what it waited for, and sets out. */
  setOut(call: CallId): void;
  /** A call gets no connection. */
  turnAway(call: CallId, failure: number): void;
}
