import { randomGamma, randomWeibull } from "d3-random";
import { exp } from "./exp.js";
import type { Chance } from "./random.js";
import type { RequestChance } from "./request-chance.js";

/** Draws one value. */
export type Sampler = () => number;

/**
 * A nonnegative random quantity as plain data, in the unit of what it measures. `cv` is the
 * coefficient of variation, standard deviation over mean.
 */
export type Distribution =
  | { readonly shape: "constant"; readonly value: number }
  | { readonly shape: "exponential"; readonly mean: number }
  | { readonly shape: "uniform"; readonly low: number; readonly high: number }
  | { readonly shape: "lognormal"; readonly mean: number; readonly cv: number }
  | { readonly shape: "gamma"; readonly mean: number; readonly cv: number }
  | { readonly shape: "erlang"; readonly mean: number; readonly k: number }
  /** Two exponentials with balanced means: p·m₁ = (1 - p)·m₂. Needs cv ≥ 1. */
  | { readonly shape: "hyperexponential"; readonly mean: number; readonly cv: number }
  | { readonly shape: "weibull"; readonly scale: number; readonly power: number }
  /** Pareto of the first kind, cut off at `high` where that is finite. */
  | { readonly shape: "pareto"; readonly low: number; readonly high: number; readonly alpha: number }
  /** One of the given values, each as likely. */
  | { readonly shape: "empirical"; readonly values: readonly number[] }
  /** A whole number from 1 up: the number of trials to the first success. */
  | { readonly shape: "geometric"; readonly mean: number };

/** Mean and variance of a distribution; Infinity where it has none. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

export const constant = (value: number): Distribution => ({ shape: "constant", value });

/** Exact moments, in closed form: what the samplers are tested against and the report shows. */
export function moments(law: Distribution): Moments {
  switch (law.shape) {
    case "constant":
      return { mean: law.value, variance: 0 };
    case "exponential":
      return { mean: law.mean, variance: law.mean ** 2 };
    case "uniform":
      return { mean: (law.low + law.high) / 2, variance: (law.high - law.low) ** 2 / 12 };
    case "erlang":
      return { mean: law.mean, variance: law.mean ** 2 / law.k };
    case "lognormal":
    case "gamma":
    case "hyperexponential":
      return { mean: law.mean, variance: (law.mean * law.cv) ** 2 };
    case "weibull": {
      const first = law.scale * gamma(1 + 1 / law.power);
      return { mean: first, variance: law.scale ** 2 * gamma(1 + 2 / law.power) - first ** 2 };
    }
    case "pareto": {
      const first = paretoMoment(law, 1);
      const second = paretoMoment(law, 2);
      return { mean: first, variance: second < Infinity ? second - first ** 2 : Infinity };
    }
    case "empirical": {
      const mean = law.values.reduce((sum, x) => sum + x, 0) / law.values.length;
      return { mean, variance: law.values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / law.values.length };
    }
    case "geometric":
      return { mean: law.mean, variance: law.mean * (law.mean - 1) };
  }
}

/** A sampler that draws from the given source. For the request's own quantities see `createDraws`. */
export function sampler(law: Distribution, chance: Chance): Sampler {
  const u = (): number => chance.uniform();
  const exponential = (mean: number): number => -mean * Math.log(u());
  switch (law.shape) {
    case "constant":
      return () => law.value;
    case "exponential":
      return () => exponential(law.mean);
    case "uniform":
      return () => law.low + (law.high - law.low) * u();
    case "lognormal": {
      const { location, spread } = lognormalParameters(law.mean, law.cv);
      // Box and Muller's sine is thrown away: one draw then never depends on the one before it.
      const normal = (): number => Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u());
      return () => Math.exp(location + spread * normal());
    }
    case "gamma":
      return randomGamma.source(u)(1 / law.cv ** 2, law.mean * law.cv ** 2);
    case "erlang":
      return randomGamma.source(u)(law.k, law.mean / law.k);
    case "hyperexponential": {
      const p = (1 + Math.sqrt((law.cv ** 2 - 1) / (law.cv ** 2 + 1))) / 2;
      return () => (u() < p ? exponential(law.mean / (2 * p)) : exponential(law.mean / (2 * (1 - p))));
    }
    case "weibull":
      return randomWeibull.source(u)(law.power, 0, law.scale);
    case "pareto": {
      const cut = 1 - (law.low / law.high) ** law.alpha;
      return () => law.low * (1 - u() * cut) ** (-1 / law.alpha);
    }
    case "empirical":
      return () => law.values[Math.floor(u() * law.values.length)];
    case "geometric": {
      const scale = 1 / Math.log1p(-1 / law.mean);
      return law.mean === 1 ? () => 1 : () => 1 + Math.floor(Math.log(u()) * scale);
    }
  }
}

/**
 * All the laws of a model, drawn from the requests' own chance. The shapes that services are mostly given
 * cost a table look-up and a ziggurat; the others a call.
 */
export class Draws {
  /** What was drawn last. A field, because a number handed back by a call is often boxed on its way. */
  value = 0;
  private readonly kinds: Int32Array;
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private readonly others: readonly Sampler[];

  constructor(
    laws: readonly Distribution[],
    private readonly chance: RequestChance,
  ) {
    this.kinds = Int32Array.from(laws, ({ shape }) => FAST_SHAPES.indexOf(shape));
    this.first = new Float64Array(laws.length);
    this.second = new Float64Array(laws.length);
    laws.forEach((law, i) => {
      if (law.shape === "constant") this.first[i] = law.value;
      if (law.shape === "exponential") this.first[i] = law.mean;
      if (law.shape === "lognormal") {
        const { location, spread } = lognormalParameters(law.mean, law.cv);
        this.first[i] = location;
        this.second[i] = spread;
      }
    });
    // A gamma sampler keeps half of a normal pair for its next draw, which would be another request's: so a new one each time.
    this.others = laws.map((law): Sampler => {
      if (law.shape === "gamma" || law.shape === "erlang") return () => sampler(law, chance)();
      return sampler(law, chance);
    });
  }

  /** Draws from law number `law` for this ticket and site, into `value`. */
  draw(law: number, ticket: number, site: number): void {
    const kind = this.kinds[law];
    if (kind === 0) {
      this.value = this.first[law];
      return;
    }
    this.chance.open(ticket, site);
    if (kind === 1) this.value = this.first[law] * this.chance.exponential();
    else if (kind === 2) this.value = exp(this.first[law] + this.second[law] * this.chance.normal());
    else this.value = this.others[law]();
  }
}

const FAST_SHAPES = ["constant", "exponential", "lognormal"] as readonly string[];

function lognormalParameters(mean: number, cv: number): { readonly location: number; readonly spread: number } {
  const variance = Math.log1p(cv ** 2);
  return { location: Math.log(mean) - variance / 2, spread: Math.sqrt(variance) };
}

function paretoMoment(law: Distribution & { shape: "pareto" }, n: number): number {
  const { low, high, alpha } = law;
  if (high === Infinity) return alpha > n ? (alpha * low ** n) / (alpha - n) : Infinity;
  const whole = 1 - (low / high) ** alpha;
  if (alpha === n) return (alpha * low ** alpha * Math.log(high / low)) / whole;
  return ((alpha * low ** alpha) / (alpha - n)) * ((low ** (n - alpha) - high ** (n - alpha)) / whole);
}

/** Euler's gamma function for x > 0.5 (Lanczos 1964 with g = 7, n = 9; relative error below 1e-14). */
function gamma(x: number): number {
  const c = [
    0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const t = x + 6.5;
  const series = c.slice(1).reduce((sum, ci, i) => sum + ci / (x + i), c[0]);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * series;
}
