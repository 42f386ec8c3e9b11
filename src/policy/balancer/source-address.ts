/** Addresses of clients, for balancers that go by them: what a call is about, its key, says who sends it. */

/** Knuth's multiplicative hash: a prime near 2³² divided by the golden ratio. */
const GOLDEN = 2654435761;

/**
 * The address of client `key` as four bytes in one number: it begins with `network`, and the other three are the
 * upper ones of (key + 1) × 2654435761 mod 2³². So near keys lie as far apart as the addresses of people do.
 */
export const addressOf = (key: number, network: number): number =>
  ((network << 24) | (Math.imul(key + 1, GOLDEN) >>> 8)) >>> 0;

/** As people write it. */
export const dotted = (address: number): string =>
  [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join(".");
