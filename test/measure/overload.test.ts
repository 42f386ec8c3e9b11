import { describe, expect, test } from "vitest";
import { growsWithoutBound, type Observed } from "../../src/measure/overload.js";

interface Queue {
  /** Arrivals per service time; a function of time. */
  readonly rate: (time: number) => number;
  readonly highestRate: number;
  readonly servers: number;
  /** In service times. */
  readonly duration: number;
  /** Simulated and not observed, in service times. */
  readonly warmup: number;
  readonly seed: number;
}

/** Lehmer's generator (48271 mod 2³¹ - 1): numbers strictly between 0 and 1. */
function lehmer(seed: number): () => number {
  let state = (seed * 7919 + 12345) % 2147483647;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let i = 0; i < 20; i++) next(); // small seeds start with numbers that are alike
  return next;
}

/** An M/M/c queue with a rate that may change, by its jumps; in flight sampled 200 times. */
function observe({ rate, highestRate, servers, duration, warmup, seed }: Queue): Observed {
  const chance = lehmer(seed);
  const inFlight: number[] = [];
  const samples = 200;
  let [now, waiting, arrivals, departures] = [-warmup, 0, 0, 0];
  while (inFlight.length < samples) {
    const jumps = highestRate + Math.min(waiting, servers);
    now -= Math.log(chance()) / jumps;
    while (inFlight.length < samples && (inFlight.length * duration) / samples <= now) inFlight.push(waiting);
    if (now >= duration) break;
    const secondHalf = now >= duration / 2 ? 1 : 0;
    const which = chance() * jumps;
    if (which >= highestRate) {
      waiting--;
      departures += secondHalf;
    } else if (which < rate(now)) {
      waiting++;
      arrivals += secondHalf;
    }
  }
  return { inFlight, arrivals, departures };
}

/** Of 100 runs, how many are said to grow. */
function saidToGrow(queue: Partial<Queue> & Pick<Queue, "rate" | "highestRate">): number {
  let grows = 0;
  for (let seed = 1; seed <= 100; seed++) {
    if (growsWithoutBound(observe({ servers: 1, duration: 4000, warmup: 0, ...queue, seed }))) grows++;
  }
  return grows;
}

const steady = (rate: number) => ({ rate: () => rate, highestRate: rate });

describe("a single server", () => {
  test("at load 1.05 is found to grow in most windows of 4,000 service times and in nearly all of 8,000", () => {
    expect(saidToGrow(steady(1.05))).toBeGreaterThanOrEqual(80);
    expect(saidToGrow({ ...steady(1.05), duration: 8000 })).toBeGreaterThanOrEqual(96);
  });

  test("at load 1.05 is found to grow also when the backlog began long before the window", () => {
    expect(saidToGrow({ ...steady(1.05), duration: 8000, warmup: 4000 })).toBeGreaterThanOrEqual(94);
  });

  test.each([1.1, 1.5, 3])("at load %f is always found to grow", (load) => {
    expect(saidToGrow(steady(load))).toBe(100);
  });

  test("at load 0.95 is hardly ever taken for growing, and never in a long window", () => {
    expect(saidToGrow(steady(0.95))).toBeLessThanOrEqual(5);
    expect(saidToGrow({ ...steady(0.95), warmup: 4000 })).toBeLessThanOrEqual(5);
    expect(saidToGrow({ ...steady(0.95), duration: 20_000 })).toBe(0);
  });

  test.each([0.1, 0.5, 0.8])("at load %f is never taken for growing", (load) => {
    expect(saidToGrow(steady(load))).toBe(0);
  });
});

describe("ten servers", () => {
  test("are told apart at loads 0.95 and 1.05 in a window of 2,000 service times", () => {
    expect(saidToGrow({ ...steady(9.5), servers: 10, duration: 2000 })).toBe(0);
    expect(saidToGrow({ ...steady(10.5), servers: 10, duration: 2000 })).toBe(100);
  });
});

describe("a flash crowd", () => {
  test.each([400, 1000, 1600, 1900])("that came at %i and has drained is not growth", (start) => {
    // Five times the load for 200 service times leaves some 500 waiting, gone after some 1,250 more.
    const rate = (time: number) => (time >= start && time < start + 200 ? 3 : 0.5);
    expect(saidToGrow({ rate, highestRate: 3 })).toBe(0);
  });

  test("that comes within the last quarter of the window is not growth", () => {
    expect(saidToGrow({ rate: (time) => (time >= 3200 ? 3 : 0.6), highestRate: 3 })).toBe(0);
  });
});

describe("rising load", () => {
  test.each([
    ["a single server going from load 0.3 to 0.8", 0.3, 0.8, 1, 4000],
    ["ten servers going from load 0.2 to 0.85", 2, 8.5, 10, 1000],
    ["servers without end going from 50 to 150 busy", 50, 150, 1e9, 300],
  ])("on %s is not growth", (_, low, high, servers, duration) => {
    const rate = (time: number) => low + ((high - low) * time) / duration;
    expect(saidToGrow({ rate, highestRate: high, servers, duration })).toBe(0);
  });

  test("that passes what the server can do at half time is growth", () => {
    const rate = (time: number) => 0.5 + time / 4000;
    expect(saidToGrow({ rate, highestRate: 1.5 })).toBe(100);
  });
});

describe("made-up samples", () => {
  const line = Array.from({ length: 40 }, (_, i) => 3 * i);

  test("a straight line upwards grows, a flat one, a falling one and one made of NaN do not", () => {
    expect(growsWithoutBound({ inFlight: line, arrivals: 600, departures: 540 })).toBe(true);
    expect(growsWithoutBound({ inFlight: line.map(() => 7), arrivals: 600, departures: 600 })).toBe(false);
    expect(growsWithoutBound({ inFlight: line.toReversed(), arrivals: 540, departures: 600 })).toBe(false);
    expect(growsWithoutBound({ inFlight: line.map(() => Number.NaN), arrivals: 600, departures: 540 })).toBe(false);
  });

  test("a rise that is small beside the traffic is what a larger system holds", () => {
    expect(growsWithoutBound({ inFlight: line, arrivals: 60_000, departures: 59_940 })).toBe(false);
  });

  test("a system without traffic does not grow", () => {
    expect(growsWithoutBound({ inFlight: line.map(() => 0), arrivals: 0, departures: 0 })).toBe(false);
  });

  test("too few samples are refused", () => {
    expect(() => growsWithoutBound({ inFlight: [1, 2, 3], arrivals: 9, departures: 1 })).toThrow("from 3 samples");
  });
});
