/** What lies between pods: how far zones are from each other, what may pass, and what that costs. Plain data. */
import type { Distribution } from "../../kernel/distributions.js";
import type { Seconds, Usd } from "../../units.js";

export interface NetworkSpec {
  /** Undefined: nobody asks where pods stand. */
  readonly zones: ZonesSpec | undefined;
  /** Of a message on its way, whoever sends it; Infinity: size takes no time. Not modelled: messages that share it. */
  readonly bytesPerSecond: number;
}

export interface ZonesSpec {
  /** Each way, beside the hop. */
  readonly sameZone: Distribution;
  readonly crossZone: Distribution;
  /** Of two zones, either way, instead of `crossZone`. */
  readonly pairs: readonly { readonly between: readonly [string, string]; readonly latency: Distribution }[];
  /** For 10⁹ bytes that leave a zone for another, and as much for what comes in. */
  readonly usdPerGB: Usd;
}

/** What a call to a service and its answer weigh, in bytes. */
export interface PayloadSpec {
  readonly request: number;
  readonly response: number;
}

export const nothing: PayloadSpec = { request: 0, response: 0 };
export const plainNetwork: NetworkSpec = { zones: undefined, bytesPerSecond: Infinity };

export const isPlain = ({ zones, bytesPerSecond }: NetworkSpec): boolean =>
  zones === undefined && bytesPerSecond === Infinity;

/** TCP's, as Linux has it: the first wait before a message is sent again, twice as long each time, up to the longest; so often at most. */
export const RETRANSMISSION: { readonly first: Seconds; readonly longest: Seconds; readonly most: number } = {
  first: 0.2,
  longest: 120,
  most: 15,
};

/** Whose messages a disturbance is about, both ways. */
export type Between =
  /** One service and all others, outside included; or two services. */
  | { readonly services: readonly [string] | readonly [string, string] }
  /** Likewise of zones; who stands in no zone is outside of each. */
  | { readonly zones: readonly [string] | readonly [string, string] }
  | "all";

export interface DisturbanceSpec {
  readonly between: Between;
  readonly delay: Distribution | undefined;
  /** Of all messages, each time that one is sent. */
  readonly loss: number;
  /** Nothing is lost, but callers are turned away at once, and answers are. */
  readonly refuses: boolean;
}
