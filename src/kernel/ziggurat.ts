import type { Chance } from "./random.js";

/**
 * The ziggurat method (Marsaglia and Tsang 2000; Doornik 2005) for the exponential and the normal density:
 * layers of equal area, each a rectangle with a small cap. One 32-bit word picks a layer and a point in its
 * width, and 98.9 % of the draws end with one product and one comparison. Those are spelt out where the words
 * come from, because a call would cost more than they do; what is left to do for the others is here.
 *
 * `x[i]` is the right edge of layer i (x[0] is the base layer's virtual width, x[LAYERS] is 0),
 * `y[i]` the density at x[i], `step[i]` the width of layer i over the number of points a word can name in it.
 */
const LAYERS = 256;

interface Ziggurat {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly step: Float64Array;
  /** Where the tail begins. */
  readonly tail: number;
}

interface Density {
  readonly tail: number;
  /** Of a layer. */
  readonly area: number;
  readonly bits: number;
  readonly at: (x: number) => number;
  readonly inverse: (y: number) => number;
}

function build({ tail, area, bits, at, inverse }: Density): Ziggurat {
  const x = new Float64Array(LAYERS + 1);
  x[0] = area / at(tail);
  x[1] = tail;
  for (let i = 2; i < LAYERS; i++) x[i] = inverse(area / x[i - 1] + at(x[i - 1]));
  return { x, y: x.map(at), step: x.map((width) => width * 2 ** -bits), tail };
}

/** Density e^-x; 256 layers of area 0.0039496598 (Marsaglia and Tsang 2000, section 2). */
export const exponentialZiggurat = build({
  tail: 7.697117470131049,
  area: 3.949659822581572e-3,
  bits: 24,
  at: (x) => Math.exp(-x),
  inverse: (y) => -Math.log(y),
});

/** Density e^(-x²/2); 256 layers of area 0.0049286732 (same source). */
export const normalZiggurat = build({
  tail: 3.6541528853610088,
  area: 4.92867323399e-3,
  bits: 23, // and one for the sign
  at: (x) => Math.exp((-x * x) / 2),
  inverse: (y) => Math.sqrt(-2 * Math.log(y)),
});

/** An exponential draw that began with this word, which fell into a cap or the tail. */
export function exponentialBeyond(first: number, chance: Chance): number {
  const { x, y, step, tail } = exponentialZiggurat;
  for (let word = first, shift = 0; ; word = chance.bits()) {
    const layer = word & 255;
    const value = ((word >>> 8) + 0.5) * step[layer];
    if (value < x[layer + 1]) return shift + value;
    // The exponential forgets: its tail is the same law again, further out.
    if (layer === 0) shift += tail;
    else if (y[layer] + chance.uniform() * (y[layer + 1] - y[layer]) < Math.exp(-value)) return shift + value;
  }
}

/** A normal draw that began with this word, which fell into a cap or the tail. */
export function normalBeyond(first: number, chance: Chance): number {
  const { x, y, step } = normalZiggurat;
  for (let word = first; ; word = chance.bits()) {
    const layer = word & 255;
    const value = ((word >> 8) + 0.5) * step[layer];
    if (Math.abs(value) < x[layer + 1]) return value;
    if (layer === 0) return value < 0 ? -normalTail(chance) : normalTail(chance);
    const density = Math.exp((-value * value) / 2);
    if (y[layer] + chance.uniform() * (y[layer + 1] - y[layer]) < density) return value;
  }
}

/** The normal beyond the ziggurat's base (Marsaglia 1964). */
function normalTail(chance: Chance): number {
  const { tail } = normalZiggurat;
  for (;;) {
    const beyond = -Math.log(chance.uniform()) / tail;
    if (-2 * Math.log(chance.uniform()) >= beyond * beyond) return tail + beyond;
  }
}
