import { type Chance, RandomStream } from "./random.js";
import { exponentialBeyond, exponentialZiggurat, normalBeyond, normalZiggurat } from "./ziggurat.js";

/**
 * The chance that belongs to a request. Every random quantity of a request is a function of
 * (seed, request number, site), where the site says which quantity it is: the work of the second
 * step of this endpoint on that branch, say. So it does not matter when, in which order, or whether
 * other quantities are drawn: two policies serve the very same requests.
 *
 * `ticket` gives a request its number in the lottery; `open` names ticket and site, and each draw is then
 * the next of that pair's own sequence. The numbers come from hashing a counter (Wellons' lowbias32
 * finaliser, once for the ticket and once a draw, keyed by a named stream), as counter-based generators do
 * (Salmon et al. 2011). For one site, requests 0 … 2³² - 1 give 2³² different first words: a shuffled deck,
 * not draws with repetition. A draw uses one 32-bit word, as inverting a 32-bit uniform would.
 */
export class RequestChance implements Chance {
  private readonly key: number;
  /** A second key: two seeds whose first keys are near each other would else share tickets by the block. */
  private readonly shift: number;
  private counter = 0;

  constructor(seed: number, name: string) {
    const keys = new RandomStream(seed, name);
    this.key = keys.bits();
    this.shift = keys.bits();
  }

  /** The ticket of a request by its serial number: a bijection of 32-bit integers. */
  ticket(serial: number): number {
    return (mix(serial ^ this.key) + this.shift) | 0;
  }

  /** From here on, draws belong to this ticket and this site (any 32-bit integer). */
  open(ticket: number, site: number): this {
    this.counter = (ticket + site) | 0;
    return this;
  }

  bits(): number {
    const word = mix(this.counter);
    this.counter = (this.counter + 0x9e3779b9) | 0;
    return word;
  }

  /** Uniform on (0, 1) with 32 bits. */
  uniform(): number {
    return ((this.bits() >>> 0) + 0.5) * 2 ** -32;
  }

  /** Exponential with mean 1, by the ziggurat. */
  exponential(): number {
    const word = this.bits();
    const layer = word & 255;
    const value = ((word >>> 8) + 0.5) * EXPONENTIAL_STEP[layer];
    return value < EXPONENTIAL_EDGE[layer + 1] ? value : +exponentialBeyond(word, this);
  }

  /** Normal with mean 0 and variance 1, by the ziggurat. */
  normal(): number {
    const word = this.bits();
    const layer = word & 255;
    const value = ((word >> 8) + 0.5) * NORMAL_STEP[layer];
    return Math.abs(value) < NORMAL_EDGE[layer + 1] ? value : +normalBeyond(word, this);
  }
}

/** A site within a site: of this step on that branch, of this turn of a loop. */
export function siteWithin(site: number, step: number): number {
  return mix((site ^ Math.imul(step + 1, 0x85ebca6b)) | 0);
}

/** A bijection of 32-bit integers in which every output bit depends on every input bit. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

const { x: EXPONENTIAL_EDGE, step: EXPONENTIAL_STEP } = exponentialZiggurat;
const { x: NORMAL_EDGE, step: NORMAL_STEP } = normalZiggurat;
