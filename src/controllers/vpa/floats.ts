/**
 * The logarithm and powers as the recommender's platform computes them, to the last bit (the published FDLIBM series): a value
 * at the edge of a bucket falls to one side or the other by that bit, and amounts are truncated.
 */
const LN2_HIGH = 6.931471803691238e-1;
const LN2_LOW = 1.9082149292705877e-10;

/** The natural logarithm of a positive, finite number. */
export function log(x: number): number {
  let k = Math.floor(Math.log2(x)) + 1;
  let fraction = x / 2 ** k;
  while (fraction >= 1) {
    fraction /= 2;
    k++;
  }
  while (fraction < Math.SQRT1_2) {
    fraction *= 2;
    k--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd =
    s2 *
    (6.666666666666735e-1 + s4 * (2.857142874366239e-1 + s4 * (1.818357216161805e-1 + s4 * 1.4798198605116586e-1)));
  const even = s4 * (3.999999999940942e-1 + s4 * (2.2222198432149784e-1 + s4 * 1.5313837699209373e-1));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + (odd + even)) + k * LN2_LOW) - f);
}

/** 2^x, without over- or underflow. */
export function exp2(x: number): number {
  const k = x > 0 ? Math.trunc(x + 0.5) : Math.trunc(x - 0.5);
  const t = x - k;
  const high = t * LN2_HIGH;
  const low = -t * LN2_LOW;
  const r = high - low;
  const r2 = r * r;
  const series =
    1.6666666666666666e-1 +
    r2 *
      (-2.7777777777015593e-3 +
        r2 * (6.613756321437934e-5 + r2 * (-1.6533902205465252e-6 + r2 * 4.1381367970572385e-8)));
  const c = r - r2 * series;
  return (1 - (low - (r * c) / (2 - c) - high)) * 2 ** k;
}

/** x to a whole power, by repeated squaring. */
export function power(x: number, exponent: number): number {
  let result = 1;
  let square = x;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / result : result;
}
