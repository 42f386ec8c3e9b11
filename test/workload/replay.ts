/** Traces written in the tests themselves. */
import { expect } from "vitest";
import { createTraceArrivals, type TextSource, type TraceSpec } from "../../src/workload/trace.js";

/** The text in pieces of `size` characters. */
export function text(content: string, size = 7): TextSource {
  let at = 0;
  return {
    name: "calls.csv",
    read() {
      if (at >= content.length) return undefined;
      at += size;
      return content.slice(at - size, at);
    },
  };
}

export function replay(spec: TraceSpec, content: string, seed = 1): number[] {
  const arrivals = createTraceArrivals(spec, text(content), seed, "trace");
  const times: number[] = [];
  for (let t = arrivals.next(); t < Infinity; t = arrivals.next()) times.push(t);
  expect(arrivals.next()).toBe(Infinity);
  return times;
}
