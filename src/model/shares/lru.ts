/** The entries used last: a table by key, and a list from the latest to the oldest use. It grows up to its capacity. */
import type { Seconds } from "../../units.js";
import { KeyMap } from "./key-map.js";

const NOBODY = -1;

export class Lru {
  private readonly entries = new KeyMap();
  private keys = new Int32Array(FIRST);
  private goodUntil = new Float64Array(FIRST);
  /** Neighbours: used later, and used earlier. */
  private later = new Int32Array(FIRST);
  private earlier = new Int32Array(FIRST);
  private latest = NOBODY;
  private oldest = NOBODY;
  size = 0;

  constructor(private readonly capacity: number) {}

  /** Whether the key is there and still good, which is a use of it. */
  find(key: number, now: Seconds): boolean {
    const entry = this.entries.get(key);
    if (entry < 0 || this.goodUntil[entry] <= now) return false;
    this.use(entry);
    return true;
  }

  /** Puts a key in, or makes it good again, which is a use of it; one too many pushes the oldest out. */
  put(key: number, goodUntil: Seconds): void {
    let entry = this.entries.get(key);
    if (entry >= 0) this.use(entry);
    else {
      entry = this.size < this.capacity ? this.grow() : this.pushOut();
      this.keys[entry] = key;
      this.entries.set(key, entry);
      this.becomeLatest(entry);
    }
    this.goodUntil[entry] = goodUntil;
  }

  private use(entry: number): void {
    if (this.latest === entry) return;
    this.unlink(entry);
    this.becomeLatest(entry);
  }

  private becomeLatest(entry: number): void {
    this.later[entry] = NOBODY;
    this.earlier[entry] = this.latest;
    if (this.latest === NOBODY) this.oldest = entry;
    else this.later[this.latest] = entry;
    this.latest = entry;
  }

  private unlink(entry: number): void {
    const later = this.later[entry];
    const earlier = this.earlier[entry];
    if (later === NOBODY) this.latest = earlier;
    else this.earlier[later] = earlier;
    if (earlier === NOBODY) this.oldest = later;
    else this.later[earlier] = later;
  }

  private pushOut(): number {
    const entry = this.oldest;
    this.unlink(entry);
    this.entries.remove(this.keys[entry]);
    return entry;
  }

  private grow(): number {
    if (this.size === this.keys.length) {
      this.keys = wider(this.keys, Int32Array);
      this.goodUntil = wider(this.goodUntil, Float64Array);
      this.later = wider(this.later, Int32Array);
      this.earlier = wider(this.earlier, Int32Array);
    }
    return this.size++;
  }
}

const FIRST = 16;

function wider<C extends Int32Array | Float64Array>(column: C, make: new (length: number) => C): C {
  const result = new make(2 * column.length);
  result.set(column);
  return result;
}
