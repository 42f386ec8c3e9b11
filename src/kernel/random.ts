import seedrandom from "seedrandom";

/** Whatever yields numbers uniform on (0, 1), never 0 and never 1: a stream, or a request's own chance. */
export interface Chance {
  uniform(): number;
}

/**
 * An independent source of randomness, fixed by the run's seed and its own name. Give every
 * random quantity its own stream: then a new policy, or a new draw elsewhere, leaves the
 * arrivals of two compared runs identical.
 *
 * The generator is Brent's xor4096 (period 2⁴⁰⁹⁶ - 2³²), seeded by the text "seed/name".
 */
export class RandomStream implements Chance {
  private readonly generator: seedrandom.PRNG;

  constructor(seed: number, name: string) {
    this.generator = seedrandom.xor4096(`${seed}/${name}`);
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    return this.generator.int32();
  }

  /** Uniform on (0, 1) with 32 bits: never 0, never 1, so its logarithm is always finite. */
  uniform(): number {
    return ((this.generator.int32() >>> 0) + 0.5) * 2 ** -32;
  }

  /** Uniform on 0, 1, … n - 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(this.uniform());
  }
}
