/**
 * What services have beside workers and cores: caches, pools of connections, and queues of messages between them; with the
 * steps that use these. Plain data.
 */
import type { Distribution } from "../../kernel/distributions.js";
import type { Fraction, Seconds } from "../../units.js";
import type { Step } from "../spec.js";

export type AsynchronousStep =
  /** Looks for what the request is about; does the steps when it is not there, and keeps it then. */
  | { readonly kind: "cache"; readonly cache: string; readonly miss: readonly Step[] }
  /** The steps with a connection of a pool, which is waited for. */
  | { readonly kind: "hold"; readonly pool: string; readonly steps: readonly Step[] }
  /** Leaves a message in a queue and goes on, at once or after so long. */
  | { readonly kind: "publish"; readonly queue: string; readonly time: Distribution };

export interface CacheSpec {
  readonly name: string;
  /** What a look costs, found or not. */
  readonly latency: Distribution;
  readonly content: ChanceContent | KeyedContent;
}

/** Nothing is kept: each look finds with the same chance. */
export interface ChanceContent {
  readonly kind: "chance";
  readonly hitRate: Fraction;
}

/** The entries used last, by what requests are about. */
export interface KeyedContent {
  readonly kind: "keys";
  /** Entries at most. */
  readonly capacity: number;
  /** An entry is as good as none so long after it was put in; undefined: never. */
  readonly timeToLive: Distribution | undefined;
  /** Each pod has one, empty when its container starts; or one server has it for all. */
  readonly per: "pod" | "service";
  /** When a server that has it for all starts again, with nothing in it. */
  readonly restartsAt: readonly Seconds[];
  /** Of those that miss one key at the same time, one does the steps and the others wait for it. */
  readonly singleFlight: boolean;
}

/** Connections that each pod of a service has to somebody else, a database mostly. */
export interface PoolSpec {
  readonly name: string;
  readonly connections: number;
  /** Calls that may wait for one in a pod; more are refused. */
  readonly queue: number;
  /** Who has waited so long gives up; undefined: nobody does. */
  readonly patience: Distribution | undefined;
}

/** Messages that wait for pods of a service to take them, each with a call of the endpoint; its good answer acknowledges. */
export interface QueueSpec {
  readonly name: string;
  readonly consumer: { readonly service: string; readonly endpoint: string };
  /** Messages that a pod has at once and has not acknowledged. */
  readonly prefetch: number;
  /** Without an acknowledgement by then a message is given out again, while who has it may still work on it. */
  readonly visibility: Seconds;
  /** How often a message is given out at most; then it is dead. */
  readonly deliveries: number;
  /** From a failure until the message waits again, as the last in line. */
  readonly backOff: Distribution;
}
