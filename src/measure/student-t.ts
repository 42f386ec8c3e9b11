/**
 * The two quantile functions that confidence intervals need, to the last few digits:
 * a table would do for 95 %, but sequential stopping and Bonferroni ask for any level.
 */

/**
 * The value that a standard normal variable stays below with probability `p`; ±Infinity at 1 and 0.
 * Wichura (1988), algorithm AS 241, PPND16: about 16 digits.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`cannot take normal quantile ${p}: expected 0 to 1`);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const size = r <= 5 ? ratio(SHOULDER, r - 1.6) : ratio(TAIL, r - 5);
  return q < 0 ? -size : size;
}

/**
 * The value that Student's t with `degrees` of freedom (a positive number, not needing to be whole)
 * stays below with probability `p`; ±Infinity at 1 and 0. Good to 1e-12 of the value up to 1,000 degrees;
 * beyond, to 1e-9 for `p` down to 1e-9 and to 1e-12 for the usual levels.
 */
export function studentT(p: number, degrees: number): number {
  if (!(degrees > 0)) throw new RangeError(`cannot use ${degrees} degrees of freedom: expected more than 0`);
  const z = normalQuantile(p);
  if (p === 0.5 || !Number.isFinite(z)) return z;
  if (degrees > 1000) return nearlyNormal(z, degrees);
  // The upper tail is convex and, beyond the normal quantile, still too heavy. From there
  // Newton's steps climb to the root without ever passing it, so they need no safeguard.
  const wanted = Math.min(p, 1 - p);
  const peak = gammaRatio(degrees / 2) / Math.sqrt(degrees * Math.PI);
  let t = Math.abs(z);
  for (let step = Infinity; step > 1e-15 * t; ) {
    const density = peak * Math.exp((-(degrees + 1) / 2) * Math.log1p((t * t) / degrees));
    step = (upperTail(t, degrees) - wanted) / density;
    t += step;
  }
  return p < 0.5 ? -t : t;
}

/** The expansion of t about the normal quantile (Abramowitz & Stegun 26.7.5): the fraction below loses digits here. */
function nearlyNormal(z: number, degrees: number): number {
  const w = z * z;
  const r = 1 / degrees;
  const first = (w + 1) / 4;
  const second = ((5 * w + 16) * w + 3) / 96;
  const third = (((3 * w + 19) * w + 17) * w - 15) / 384;
  const fourth = ((((79 * w + 776) * w + 1482) * w - 1920) * w - 945) / 92160;
  return z * (1 + r * (first + r * (second + r * (third + r * fourth))));
}

/** P(T > t) for t > 0: half the regularised incomplete beta function at degrees / (degrees + t²). */
function upperTail(t: number, degrees: number): number {
  const a = degrees / 2;
  const x = degrees / (degrees + t * t);
  const y = (t * t) / (degrees + t * t); // 1 - x, without its rounding
  const scale = (gammaRatio(a) / Math.sqrt(Math.PI)) * Math.exp(-a * Math.log1p((t * t) / degrees)) * Math.sqrt(y);
  // The continued fraction converges fast on one side of the mean of the beta law; the other side is its mirror.
  if (x < (a + 1) / (a + 2.5)) return (scale * betaFraction(a, 0.5, x)) / (2 * a);
  return 0.5 - scale * betaFraction(0.5, a, y);
}

/** The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}

/** Γ(x + ½) / Γ(x). Taken as one, since the difference of two logarithms of Γ loses digits when x is large. */
function gammaRatio(x: number): number {
  let factor = 1;
  let shifted = x;
  for (; shifted < 30; shifted++) factor *= shifted / (shifted + 0.5);
  const r = 1 / shifted; // the asymptotic series; its first missing term is 1e-14 at 30
  const series = 1 + r * (-1 / 8 + r * (1 / 128 + r * (5 / 1024 + r * (-21 / 32768 + r * (-399 / 262144)))));
  return factor * Math.sqrt(shifted) * (series + (869 / 4194304) * r ** 6);
}

type Rational = readonly [numerator: readonly number[], denominator: readonly number[]];

function ratio([numerator, denominator]: Rational, x: number): number {
  const horner = (sum: number, coefficient: number) => sum * x + coefficient;
  return numerator.reduce(horner, 0) / denominator.reduce(horner, 0);
}

// The constants of AS 241, highest power first.
const CENTRE: Rational = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
];
const SHOULDER: Rational = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
];
const TAIL: Rational = [
  [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
];
