/**
 * Tables of the ziggurat method (Marsaglia and Tsang 2000; Doornik 2005) for the exponential
 * and the normal density: each layer of equal area is a rectangle with a small cap, so that
 * 98.9 % of the draws need one comparison and one product, no logarithm.
 *
 * `x[i]` is the right edge of layer i (x[0] is the base layer's virtual width, x[LAYERS] is 0),
 * `y[i]` the density at x[i].
 */
export const LAYERS = 256;

interface Ziggurat {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Where the tail begins. */
  readonly tail: number;
}

function build(tail: number, area: number, density: (x: number) => number, inverse: (y: number) => number): Ziggurat {
  const x = new Float64Array(LAYERS + 1);
  const y = new Float64Array(LAYERS + 1);
  x[0] = area / density(tail);
  x[1] = tail;
  for (let i = 2; i < LAYERS; i++) x[i] = inverse(area / x[i - 1] + density(x[i - 1]));
  x[LAYERS] = 0;
  for (let i = 0; i <= LAYERS; i++) y[i] = density(x[i]);
  return { x, y, tail };
}

/** Density e^-x; 256 layers of area 0.0039496598 (Marsaglia and Tsang 2000, section 2). */
export const exponentialZiggurat = build(
  7.697117470131049,
  3.949659822581572e-3,
  (x) => Math.exp(-x),
  (y) => -Math.log(y),
);

/** Density e^(-x²/2); 256 layers of area 0.0049286732 (same source). */
export const normalZiggurat = build(
  3.6541528853610088,
  4.92867323399e-3,
  (x) => Math.exp((-x * x) / 2),
  (y) => Math.sqrt(-2 * Math.log(y)),
);
