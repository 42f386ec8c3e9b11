/** Messages: from their publication until they are acknowledged or dead, a row each. */
import type { Id } from "../../kernel/simulation.js";
import { FIRST_CAPACITY, Rows } from "../../kernel/table.js";

export type MessageId = Id<"message">;

export const MessageState = {
  /** The row is in no use. */
  Free: 0,
  /** In line for a consumer. */
  Waiting: 1,
  /** With a consumer. */
  Given: 2,
  /** It has failed and is not in line again yet. */
  Resting: 3,
} as const;

export class Messages {
  queue = new Int32Array(FIRST_CAPACITY);
  state = new Uint8Array(FIRST_CAPACITY);
  /** Whose chance it draws from, where in the tree of calls it was published, and what it is about. */
  request = new Int32Array(FIRST_CAPACITY);
  site = new Int32Array(FIRST_CAPACITY);
  key = new Int32Array(FIRST_CAPACITY);
  publishedAt = new Float64Array(FIRST_CAPACITY);
  /** How often it has been given out. */
  deliveries = new Int32Array(FIRST_CAPACITY);
  /** The next in line. */
  next = new Int32Array(FIRST_CAPACITY);
  /** Of a given one: the call that works on it. */
  call = new Int32Array(FIRST_CAPACITY);
  /** What ends its present state of itself, or NONE. */
  event = new Int32Array(FIRST_CAPACITY);
  readonly rows = new Rows<MessageId>(this);
}
