/**
 * Numbers by keys, both from 0 up: an open table with linear probing in typed arrays. A removed key's followers move up, so
 * that no graves fill it. It doubles when half full; otherwise nothing is allocated.
 */
export class KeyMap {
  /** The key, or −1. */
  private keys = new Int32Array(FIRST).fill(-1);
  private values = new Int32Array(FIRST);
  private mask = FIRST - 1;
  count = 0;

  /** The key's number, or −1. */
  get(key: number): number {
    const { keys, mask } = this;
    for (let at = home(key) & mask; keys[at] !== -1; at = (at + 1) & mask) if (keys[at] === key) return this.values[at];
    return -1;
  }

  set(key: number, value: number): void {
    if (2 * this.count >= this.keys.length) this.widen();
    const at = this.placeOf(key);
    if (this.keys[at] === -1) this.count++;
    this.keys[at] = key;
    this.values[at] = value;
  }

  /** Forgets a key that is there. */
  remove(key: number): void {
    const { keys, values, mask } = this;
    let hole = this.placeOf(key);
    if (keys[hole] !== key) throw new Error(`no key ${key} to remove`);
    this.count--;
    for (let at = (hole + 1) & mask; keys[at] !== -1; at = (at + 1) & mask) {
      // Who would be looked for from behind the hole stays where he is.
      if (((at - home(keys[at])) & mask) < ((at - hole) & mask)) continue;
      keys[hole] = keys[at];
      values[hole] = values[at];
      hole = at;
    }
    keys[hole] = -1;
  }

  private placeOf(key: number): number {
    const { keys, mask } = this;
    let at = home(key) & mask;
    while (keys[at] !== -1 && keys[at] !== key) at = (at + 1) & mask;
    return at;
  }

  private widen(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(2 * keys.length).fill(-1);
    this.values = new Int32Array(2 * keys.length);
    this.mask = this.keys.length - 1;
    for (let at = 0; at < keys.length; at++) {
      if (keys[at] === -1) continue;
      const place = this.placeOf(keys[at]);
      this.keys[place] = keys[at];
      this.values[place] = values[at];
    }
  }
}

const FIRST = 16;

/** Neighbouring keys, as the popular ones are, are spread. */
const home = (key: number): number => {
  const spread = Math.imul(key, 0x9e3779b1);
  return spread ^ (spread >>> 15);
};
