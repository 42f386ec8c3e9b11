import fc from "fast-check";
import { expect, test } from "vitest";
import { IntList } from "../../src/kernel/int-list.js";

test("a list holds what an array would hold from which the last item moves into every gap", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(1000)), { maxLength: 100 }), (acts) => {
      const list = new IntList();
      const array: number[] = [];
      acts.forEach((removed, item) => {
        if (removed === null || array.length === 0) {
          expect(list.push(item)).toBe(array.push(item) - 1);
          return;
        }
        const index = removed % array.length;
        const last = array.pop()!;
        if (index < array.length) array[index] = last;
        expect(list.removeAt(index)).toBe(index < array.length ? last : -1);
      });
      expect(Array.from(list.items.subarray(0, list.count))).toEqual(array);
    }),
    { seed: 1 },
  );
});
