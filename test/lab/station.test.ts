import { describe, expect, test } from "vitest";
import { type Clock, Station } from "../../lab/station.js";

/** A clock whose timers are late by a fixed time. */
function clockOf(lateness = 0): Clock & { run(): void; readonly time: () => number; advance(to: number): void } {
  let now = 0;
  const due: { at: number; wake: () => void }[] = [];
  const next = (until: number): boolean => {
    due.sort((one, other) => one.at - other.at);
    if (due.length === 0 || due[0].at > until) return false;
    const { at, wake } = due.shift()!;
    now = at;
    wake();
    return true;
  };
  return {
    now: () => now,
    time: () => now,
    at: (time, wake) => void due.push({ at: Math.max(now, time) + lateness, wake }),
    run() {
      while (next(Infinity));
    },
    advance(to) {
      while (next(to));
      now = to;
    },
  };
}

/** Takes on pieces of work at given times; when each was done, or "refused". */
function play(station: Station, clock: ReturnType<typeof clockOf>, arrivals: readonly (readonly [number, number])[]) {
  const ends: (number | string)[] = [];
  for (const [i, [at, work]] of arrivals.entries()) {
    clock.advance(at);
    const taken = station.take(work, () => {
      ends[i] = clock.time();
    });
    if (!taken) ends[i] = "refused";
  }
  clock.run();
  return ends;
}

describe("a backend", () => {
  test("serves as many at once as it has workers, the others in the order in which they came", () => {
    const clock = clockOf();
    const ends = play(new Station(2, Infinity, clock), clock, [
      [0, 10],
      [1, 4],
      [2, 5],
      [3, 1],
    ]);
    // The second ends at 5, the third then sleeps until 10, and so does the first; the fourth goes after the one of them that ended first.
    expect(ends).toEqual([10, 5, 5 + 5, 10 + 1]);
  });
  test("refuses who finds its line full", () => {
    const clock = clockOf();
    const ends = play(new Station(1, 1, clock), clock, [
      [0, 10],
      [1, 10],
      [2, 10],
      [11, 10],
    ]);
    expect(ends).toEqual([10, 20, "refused", 30]);
  });
  test("with late timers the lateness does not add up", () => {
    const clock = clockOf(0.5);
    const ends = play(
      new Station(1, Infinity, clock),
      clock,
      [0, 0, 0, 0].map((at) => [at, 10] as const),
    );
    expect(ends).toEqual([10.5, 20.5, 30.5, 40.5]);
  });
});
