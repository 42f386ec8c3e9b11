/** What stands between a caller and a service when things go wrong: timeouts, tries again, hedges. Plain data. */
import type { Distribution } from "../../kernel/distributions.js";
import type { Fraction, Seconds } from "../../units.js";
import { Failure, type FailureName } from "./failure.js";

export interface RouteSpec {
  /** For the whole call, all tries and the time between them included. */
  readonly timeout: Seconds;
  /** For each try. */
  readonly perTry: Seconds;
  readonly retries: RetriesSpec;
  /** Another try beside the first when it has not answered after so long; the first answer counts. */
  readonly hedge: { readonly after: Seconds; readonly most: number } | undefined;
  /** A call that nobody waits for any longer stops, and what it waits for stops, too; or it stops where it still waits for a worker. */
  readonly cancels: Cancels;
}

export interface RetriesSpec {
  /** Tries again at most, after the first. */
  readonly most: number;
  readonly on: readonly FailureName[];
  /** The n-th time between two tries: anything below base × 2ⁿ⁻¹ and below `longest`, in whole milliseconds; or by a law. */
  readonly backOff: { readonly base: Seconds; readonly longest: Seconds } | Distribution;
  /** What the service asks for, by Retry-After, with what it turns away; undefined: nothing, or nobody heeds it. */
  readonly retryAfter?: Seconds | undefined;
  /** Tries again under way at once: so large a part of the calls under way, or `least` if that is more. */
  readonly budget: { readonly share: Fraction; readonly least: number } | undefined;
}

export const cancelling = [true, false, "waiting"] as const;
type Cancels = (typeof cancelling)[number];

/** Whether the time between two tries is drawn from a law and not Envoy's. */
export const isLaw = (backOff: RetriesSpec["backOff"]): backOff is Distribution => "shape" in backOff;

/** Calls go out once and wait as long as it takes. */
export const plainRoute: RouteSpec = {
  timeout: Infinity,
  perTry: Infinity,
  retries: { most: 0, on: [], backOff: { base: 0.025, longest: 0.25 }, budget: undefined },
  hedge: undefined,
  cancels: false,
};

/** Whether calls by a route may be tried more than once. */
export const hasTries = ({ retries, hedge }: RouteSpec): boolean => retries.most > 0 || hedge !== undefined;

/** How long callers wait for a call that is tried but once. */
export const patienceOf = ({ timeout, perTry }: RouteSpec): Seconds => Math.min(timeout, perTry);

/** Whether calls go out once and wait as long as it takes. */
export const isPlain = (route: RouteSpec): boolean => !hasTries(route) && patienceOf(route) === Infinity;

/** Envoy's wait before the n-th try again, from 1, at a point of (0, 1): full jitter, so it may be 0. */
export function jitter(
  { base, longest }: { readonly base: Seconds; readonly longest: Seconds },
  nth: number,
  uniform: number,
): Seconds {
  const below = Math.min(base * 2 ** (nth - 1), longest);
  return Math.floor(uniform * below * 1000) / 1000;
}

/** Envoy heeds no longer time than this (max_interval). */
const LONGEST_AFTER = 300;
const turnsAway = (failure: number): boolean => failure === Failure.Refused || failure === Failure.Shed;

/** The time that a service asks callers to wait, if they heed it: else NaN. */
export const askedAfter = ({ retryAfter = Infinity }: RetriesSpec, failure: number): Seconds =>
  retryAfter <= LONGEST_AFTER && turnsAway(failure) ? retryAfter : NaN;

/** Envoy's wait where a time is asked for: anything from that to half as much again, in whole milliseconds. */
export const jitterAbove = (asked: Seconds, uniform: number): Seconds =>
  (asked * 1000 + Math.floor(uniform * Math.floor(asked * 500))) / 1000;

/** Whether one more try again is allowed beside those under way. */
export function withinBudget(budget: RetriesSpec["budget"], underWay: number, retrying: number): boolean {
  return budget === undefined || retrying < Math.max(budget.share * underWay, budget.least);
}
