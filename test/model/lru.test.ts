/** The table by keys and the list of uses, against the plainest implementations of the same. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyMap } from "../../src/model/shares/key-map.js";
import { Lru } from "../../src/model/shares/lru.js";

describe("a table by keys", () => {
  test("does what a Map does, whatever is put in and taken out", () => {
    // Keys that are multiples of a power of two, and few, so that they crowd and are met again.
    const act = fc.record({ key: fc.integer({ min: 0, max: 40 }), times: fc.constantFrom(1, 4096), put: fc.boolean() });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
        const map = new KeyMap();
        const plain = new Map<number, number>();
        acts.forEach(({ key, times, put }, value) => {
          const place = key * times;
          if (put) {
            map.set(place, value);
            plain.set(place, value);
          } else if (plain.delete(place)) map.remove(place);
          expect(map.count).toBe(plain.size);
          for (let one = 0; one <= 40; one++) {
            expect(map.get(one)).toBe(plain.get(one) ?? -1);
            expect(map.get(one * 4096)).toBe(plain.get(one * 4096) ?? -1);
          }
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

/** A list, the latest use first. */
class PlainLru {
  list: { readonly key: number; goodUntil: number }[] = [];
  constructor(private readonly capacity: number) {}
  find(key: number, now: number): boolean {
    const entry = this.list.find((one) => one.key === key);
    if (entry === undefined || entry.goodUntil <= now) return false;
    this.list = [entry, ...this.list.filter((one) => one !== entry)];
    return true;
  }
  put(key: number, goodUntil: number): void {
    this.list = [{ key, goodUntil }, ...this.list.filter((one) => one.key !== key)].slice(0, this.capacity);
  }
}

describe("entries used last", () => {
  test("are those that a plain list keeps, with their times", () => {
    const act = fc.record({ key: fc.integer({ min: 0, max: 60 }), lives: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 400 }), fc.constantFrom(1, 2, 7, 40), (acts, capacity) => {
        const lru = new Lru(capacity);
        const plain = new PlainLru(capacity);
        acts.forEach(({ key, lives }, now) => {
          const found = lru.find(key, now);
          expect(found).toBe(plain.find(key, now));
          if (found) return;
          lru.put(key, now + lives);
          plain.put(key, now + lives);
          expect(lru.size).toBeLessThanOrEqual(capacity);
        });
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
