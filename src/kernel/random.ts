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
 * The generator is Brent's xor4096 (period 2⁴⁰⁹⁶ - 2³²), seeded by the text "seed/name".
 * seedrandom seeds it; its words are made here, a whole round of its state at a time.
 */
export class RandomStream implements Chance {
  private readonly state: Int32Array;
  private weyl: number;
  private readonly words = new Int32Array(ROUND);
  private next = ROUND;

  constructor(seed: number, name: string) {
    const { X, w } = seedrandom.xor4096(`${seed}/${name}`, { state: true }).state();
    this.state = Int32Array.from(X);
    this.weyl = w;
  }

  bits(): number {
    if (this.next === ROUND) this.fill();
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

  /** Makes the next words: each mixes two of the state's with a Weyl sequence. */
  private fill(): void {
    const { state, words } = this;
    let { weyl } = this;
    for (let i = 0; i < ROUND; i++) {
      weyl = (weyl + 0x61c88647) | 0;
      let v = state[(i + 33) & (ROUND - 1)];
      let t = state[i];
      v ^= v << 13;
      t ^= t << 17;
      v ^= v >>> 15;
      t ^= t >>> 12;
      v ^= t;
      state[i] = v;
      words[i] = v + (weyl ^ (weyl >>> 16));
    }
    this.weyl = weyl;
    this.next = 0;
  }
}

const ROUND = 128; // words of state
const { x: EDGE, step: STEP } = exponentialZiggurat;
