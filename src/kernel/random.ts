import seedrandom from "seedrandom";
import { exponentialBeyond, exponentialZiggurat } from "./ziggurat.js";

/** Whatever yields random words: a stream, or a request's own chance. */
export interface Chance {
  /** 32 random bits as a signed integer. */
  bits(): number;
  /** Uniform on (0, 1), never 0 and never 1. */
  uniform(): number;
}

/**
 * An independent source of randomness, fixed by the run's seed and its own name. Give every
 * random quantity its own stream: then a new policy, or a new draw elsewhere, leaves the
 * arrivals of two compared runs identical.
 *
 * The generator is seedrandom's xor4096 (Brent; period 2⁴⁰⁹⁶ - 2³²), seeded by the text "seed/name".
 * Its words are fetched by the block, which is faster than one call a draw.
 */
export class RandomStream implements Chance {
  private readonly generator: seedrandom.PRNG;
  private readonly words = new Int32Array(BLOCK);
  private next = BLOCK;

  constructor(seed: number, name: string) {
    this.generator = seedrandom.xor4096(`${seed}/${name}`);
  }

  bits(): number {
    if (this.next === BLOCK) this.fill();
    return this.words[this.next++];
  }

  /** Uniform on (0, 1) with 32 bits: never 0, never 1, so its logarithm is always finite. */
  uniform(): number {
    return ((this.bits() >>> 0) + 0.5) * 2 ** -32;
  }

  /** Uniform on 0, 1, … n - 1, for n up to 2³². */
  below(n: number): number {
    return (this.uniform() * n) >>> 0;
  }

  /** Exponential with mean 1, by the ziggurat. */
  exponential(): number {
    const word = this.bits();
    const layer = word & 255;
    const value = ((word >>> 8) + 0.5) * STEP[layer];
    return value < EDGE[layer + 1] ? value : +exponentialBeyond(word, this);
  }

  private fill(): void {
    const { generator, words } = this;
    for (let i = 0; i < BLOCK; i++) words[i] = generator.int32();
    this.next = 0;
  }
}

const BLOCK = 128;
const { x: EDGE, step: STEP } = exponentialZiggurat;
