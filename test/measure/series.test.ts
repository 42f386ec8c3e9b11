import { expect, test } from "vitest";
import { Series } from "../../src/measure/series.js";

test("rows come back in order with every column under its name", () => {
  const series = new Series(["pods", "queue"]);
  series.push(0, [1, 10]);
  series.push(15, new Float64Array([2, Number.NaN]));
  expect(series.toRows()).toEqual([
    { time: 0, pods: 1, queue: 10 },
    { time: 15, pods: 2, queue: Number.NaN },
  ]);
});

test("nothing is lost or mixed up while the series grows", () => {
  const series = new Series(["square", "half"]);
  const count = 1000;
  for (let i = 0; i < count; i++) series.push(i, [i * i, i / 2]);
  expect(series.length).toBe(count);
  expect(series.column("square")).toEqual(Float64Array.from({ length: count }, (_, i) => i * i));
  expect(series.column("half")).toEqual(Float64Array.from({ length: count }, (_, i) => i / 2));
  expect(series.column("time")).toEqual(Float64Array.from({ length: count }, (_, i) => i));
});

test("what was read does not change when more is added", () => {
  const series = new Series(["pods"]);
  series.push(0, [1]);
  const before = series.column("pods");
  series.push(1, [2]);
  expect(before).toEqual(Float64Array.of(1));
});

test("an empty series has no rows and empty columns", () => {
  const series = new Series(["pods"]);
  expect(series.toRows()).toEqual([]);
  expect(series.column("pods").length).toBe(0);
});

test("a sample with a value too few, or not later than the last, is refused and leaves no trace", () => {
  const series = new Series(["pods", "queue"]);
  series.push(5, [1, 2]);
  expect(() => series.push(10, [1])).toThrow("cannot add 1 values: expected 2");
  expect(() => series.push(5, [3, 4])).toThrow("cannot add a sample at 5 s after one at 5 s");
  expect(() => series.push(Number.NaN, [3, 4])).toThrow("NaN");
  expect(series.toRows()).toEqual([{ time: 5, pods: 1, queue: 2 }]);
});

test("columns that cannot be told apart, and unknown ones, are refused", () => {
  expect(() => new Series(["pods", "pods"])).toThrow("cannot tell columns apart");
  expect(() => new Series(["time"])).toThrow("cannot tell columns apart");
  expect(() => new Series(["pods"]).column("pod")).toThrow('no column named "pod"; there are time, pods');
});
