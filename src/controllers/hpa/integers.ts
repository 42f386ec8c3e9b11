/** Go's whole numbers where they differ from ours: 64 bits wide, cut off towards zero, and odd when they overflow. */

const TWO_63 = 2 ** 63;

/** int64(float) as amd64 does it: what does not fit, or is no number, becomes the least one. */
export const toInt64 = (value: number): number => (value >= -TWO_63 && value < TWO_63 ? Math.trunc(value) : -TWO_63);

/** int32(float): the lower half of the above. */
export const toInt32 = (value: number): number => Number(BigInt.asIntN(32, BigInt(toInt64(value))));

export const MAX_INT32 = 2 ** 31 - 1;

/** The largest int64; as a double it is one more. */
export const MAX_INT64 = TWO_63;

/** a × b / c in whole numbers, exact where the product is beyond 2^53. */
export const timesOver = (a: number, b: number, c: number): number => Number((BigInt(a) * BigInt(b)) / BigInt(c));

/** a / b, cut off. */
export const quotient = (a: number, b: number): number => timesOver(a, 1, b);
