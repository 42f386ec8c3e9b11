import { expect, test } from "vitest";
import { FIRST_CAPACITY, Rows } from "../../src/kernel/table.js";

class Things {
  colour = new Int32Array(FIRST_CAPACITY);
  weight = new Float64Array(FIRST_CAPACITY);
  seen = new Uint8Array(FIRST_CAPACITY);
  readonly rows = new Rows<number>(this);
}

test("cells keep their values and columns their kinds while a table grows", () => {
  const things = new Things();
  for (let i = 0; i < 1000; i++) {
    const row = things.rows.add();
    things.colour[row] = -i;
    things.weight[row] = i / 2;
    things.seen[row] = i % 2;
  }
  for (let i = 0; i < 1000; i++) {
    expect([things.colour[i], things.weight[i], things.seen[i]]).toEqual([0 - i, i / 2, i % 2]);
  }
  expect(things.colour).toBeInstanceOf(Int32Array);
  expect(things.weight).toBeInstanceOf(Float64Array);
  expect(things.seen).toBeInstanceOf(Uint8Array);
});

test("rows given back are used again, the latest first, before new ones", () => {
  const { rows } = new Things();
  const all = Array.from({ length: 5 }, () => rows.add());
  expect(all).toEqual([0, 1, 2, 3, 4]);
  rows.remove(1);
  rows.remove(3);
  expect([rows.live, rows.high]).toEqual([3, 5]);
  expect([rows.add(), rows.add(), rows.add()]).toEqual([3, 1, 5]);
  expect([rows.live, rows.high]).toEqual([6, 6]);
});
