/**
 * The rate limiter of a controller's work queue (client-go): an object whose look has failed is looked at again after a
 * time that doubles with each failure, until a look succeeds. The bucket of ten a second, shared by all objects, is not followed.
 */
import type { Seconds } from "../../units.js";

export interface RateLimit {
  readonly first: Seconds;
  readonly longest: Seconds;
}

/** What most controllers have, and what the Job controller has. */
export const USUAL: RateLimit = { first: 0.005, longest: 1000 };
export const OF_JOBS: RateLimit = { first: 1, longest: 60 };

/** The wait after so many failures in a row, one at least. */
export const waitAfter = (failures: number, { first, longest }: RateLimit): Seconds =>
  Math.min(longest, first * 2 ** (failures - 1));
