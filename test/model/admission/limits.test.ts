/** Limits of calls under way, held against sequences that were worked by hand and against upstream's own tests. */
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/kernel/random.js";
import type { GradientSpec } from "../../../src/model/admission/admission-spec.js";
import { AimdLimit } from "../../../src/model/admission/aimd.js";
import { GradientLimit, type Recalculation } from "../../../src/model/admission/gradient.js";
import { LatencyBins } from "../../../src/model/admission/latency-bins.js";
import { VegasLimit } from "../../../src/model/admission/vegas.js";

describe("the histogram of latencies", () => {
  // By hand: bins of two digits, and evenly through a bin.
  const table: readonly (readonly [values: readonly number[], q: number, is: number, why: string])[] = [
    [[5000, 5000, 5000, 5000, 5000], 0.5, 5050, "half of the bin from 5,000 to 5,100"],
    [[1000, 2000, 3000, 4000, 5000], 0.5, 3050, "rank 2.5 is half through the third"],
    [[13000], 0.5, 13500, "bins are 1,000 wide from 10,000 on"],
    [[1000, 2000], 0.5, 1100, "rank 1 is the end of the first"],
    [[1000, 1000, 1000, 9000], 0.9, 9000 + 0.6 * 100, "rank 3.6 of 4"],
    [[7, 7], 1, 7.1, "below ten they are tenths"],
    [[0, 0], 0.5, 0, "no time at all"],
    [[99999], 0, 99000, "the left end of its bin"],
  ];
  for (const [values, q, is, why] of table)
    test(`${q} of ${values}: ${why}`, () => {
      const bins = new LatencyBins();
      for (const value of values) bins.record(value);
      expect(bins.quantile(q)).toBeCloseTo(is, 9);
      bins.clear();
      expect(bins.count).toBe(0);
      bins.record(42);
      expect(bins.quantile(0.5)).toBeCloseTo(42.5, 9);
    });
});

const spec: GradientSpec = {
  percentile: 0.5,
  updateInterval: 0.1,
  most: 1000,
  minRtt: { interval: 30, jitter: 0, requests: 5, concurrency: 3, buffer: 0.25 },
};

/** A limit, with a clock. */
class Bench {
  now = 0;
  readonly found: Recalculation[] = [];
  readonly limiter: GradientLimit;

  constructor(of: Partial<GradientSpec> = {}, minRtt: Partial<GradientSpec["minRtt"]> = {}) {
    const whole = { ...spec, ...of, minRtt: { ...spec.minRtt, ...minRtt } };
    this.limiter = new GradientLimit(whole, new RandomStream(1, "test"), 0, (found) => this.found.push(found));
  }

  get limit(): number {
    return this.limiter.limitAt(this.now);
  }

  /** So many calls of this latency end now. */
  calls(count: number, latency: number): void {
    for (let i = 0; i < count; i++) this.limiter.answered(this.now - latency, 1, false, this.now);
  }

  wait(time: number): number {
    this.now += time;
    return this.limit;
  }
}

describe("Envoy's gradient controller", () => {
  test("begins by measuring, with hardly anything let in, until it has its samples", () => {
    const bench = new Bench({}, { requests: 50, concurrency: 7 });
    bench.wait(1);
    for (let i = 0; i < 50; i++) {
      expect(bench.limit).toBe(7);
      expect(bench.limiter.isMeasuring).toBe(true);
      bench.calls(1, 0.013);
    }
    expect(bench.limiter.isMeasuring).toBe(false);
    expect(Math.floor(bench.limiter.minRtt / 1000)).toBe(13);
    expect(bench.found).toEqual([{ minRtt: 0.0135, began: 0, limit: 7, lowest: 7, highest: 7 }]);
  });

  test("a sequence worked by hand: up by the gradient and the room for bursts, down by half, and measured anew at the bottom", () => {
    const bench = new Bench();
    bench.wait(1);
    bench.calls(5, 0.005); // 5,050 µs, with its quarter 6,312.5
    expect(bench.limiter.minRtt).toBe(5050);
    // 4 ms are 4,050 µs, so the gradient is 6,312.5 / 4,050 = 1.5586…
    const up = [3, 6, 12, 23].slice(1);
    //   3 × 1.5586 =  4.68, and its root 2.16:  6.84
    //   6 × 1.5586 =  9.35, and its root 3.06: 12.41
    //  12 × 1.5586 = 18.70, and its root 4.32: 23.03
    for (const limit of up) {
      bench.calls(5, 0.004);
      expect(bench.wait(0.1001)).toBe(limit);
    }
    // 100 ms are far too long: the gradient is 0.5 at least. 11.5 + 3.39 = 14.89, 7 + 2.65 = 9.65, 4.5 + 2.12 = 6.62, …
    for (const limit of [14, 9, 6, 4, 3]) {
      bench.calls(5, 0.1);
      expect(bench.wait(0.1001)).toBe(limit);
    }
    // 1.5 + 1.22 = 2.72 is below the lowest. The fifth time in a row it is measured again.
    for (let i = 1; i <= 5; i++) {
      expect(bench.limiter.isMeasuring).toBe(false);
      bench.calls(5, 0.1);
      expect(bench.wait(0.1001)).toBe(3);
    }
    expect(bench.limiter.isMeasuring).toBe(true);
    bench.wait(1);
    bench.calls(5, 0.1);
    expect(bench.limiter.minRtt).toBe(105000);
    expect(bench.found[1]).toMatchObject({ limit: 3, lowest: 3, highest: 23 });
    // 3 × 1.25 = 3.75, and its root 1.94: 5.69
    bench.calls(5, 0.1);
    expect(bench.wait(0.1001)).toBe(5);
  });

  test("the gradient is 2 at most, and the limit what it may be at most", () => {
    const bench = new Bench({ most: 10 });
    bench.wait(1);
    bench.calls(5, 0.05);
    bench.calls(1, 0.001);
    expect(bench.wait(0.11)).toBe(Math.floor(6 + Math.sqrt(6)));
    bench.calls(1, 0.001);
    expect(bench.wait(0.11)).toBe(10);
  });

  test("without samples the limit stays", () => {
    const bench = new Bench();
    bench.wait(1);
    bench.calls(5, 0.005);
    bench.calls(5, 0.004);
    expect(bench.wait(0.11)).toBe(6);
    expect(bench.wait(20)).toBe(6);
  });

  test("after its interval it measures again: with the lowest limit, and then with that from before", () => {
    const bench = new Bench();
    bench.wait(1);
    bench.calls(5, 0.005);
    bench.calls(5, 0.004);
    bench.wait(0.11);
    expect(bench.wait(29.88)).toBe(6); // 30.99: it was measured at 1
    expect(bench.wait(0.01)).toBe(3);
    // Windows do not end while it is measured.
    bench.calls(4, 0.004);
    bench.wait(1);
    bench.calls(4, 0.013);
    expect(bench.limit).toBe(3);
    bench.calls(1, 0.013);
    expect(bench.limit).toBe(6);
  });

  test("calls from before a measurement tell it nothing", () => {
    const bench = new Bench();
    bench.wait(1);
    bench.calls(5, 0.005);
    bench.wait(30.5);
    expect(bench.limiter.isMeasuring).toBe(true);
    bench.calls(20, 0.6);
    expect(bench.limiter.isMeasuring).toBe(true);
    bench.calls(5, 0.4);
    expect(bench.limiter.isMeasuring).toBe(false);
  });

  test("its jitter is a whole number of milliseconds below its share of the interval", () => {
    const times = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const stream = new RandomStream(i, "jitter");
      const limiter = new GradientLimit({ ...spec, minRtt: { ...spec.minRtt, jitter: 0.1 } }, stream, 0, () => {});
      for (let n = 0; n < 5; n++) limiter.answered(0.995, 1, false, 1);
      let now = 1;
      while (!limiter.isMeasuring) {
        now += 0.001;
        limiter.limitAt(now);
      }
      times.add(Math.round((now - 1) * 1000));
    }
    expect(Math.min(...times)).toBeGreaterThanOrEqual(30000);
    expect(Math.max(...times)).toBeLessThanOrEqual(33000);
    expect(Math.min(...times)).toBeLessThan(30100);
    expect(Math.max(...times)).toBeGreaterThan(32900);
  });
});

describe("Netflix' limits", () => {
  const aimd = { initial: 10, least: 1, most: 200, backOff: 0.9, timeout: 5 };

  test("AIMD: one more for an answer when it is used to half, a tenth less for a failure or a late one", () => {
    const limiter = new AimdLimit(aimd);
    limiter.answered(0, 10, false, 0.001);
    expect(limiter.limitAt()).toBe(11);
    limiter.answered(0, 5, false, 0.001); // 10 < 11: less than half is used
    expect(limiter.limitAt()).toBe(11);
    limiter.answered(0, 6, false, 0.001);
    expect(limiter.limitAt()).toBe(12);
    limiter.answered(0, 1, true, 0.001); // 10.8
    expect(limiter.limitAt()).toBe(10);
    limiter.answered(0, 1, false, 5.001); // 9
    expect(limiter.limitAt()).toBe(9);
  });

  test("AIMD stays within its bounds", () => {
    const limiter = new AimdLimit({ ...aimd, least: 8, most: 11 });
    for (let i = 0; i < 5; i++) limiter.answered(0, 20, false, 0.001);
    expect(limiter.limitAt()).toBe(11);
    for (let i = 0; i < 9; i++) limiter.answered(0, 20, true, 0.001);
    expect(limiter.limitAt()).toBe(8);
  });

  const vegas = { initial: 10, most: 1000, smoothing: 1, probes: 1e9 };
  const limits = (
    of: Partial<typeof vegas>,
    ...answers: readonly (readonly [took: number, nth: number, dropped?: true])[]
  ) => {
    const limiter = new VegasLimit({ ...vegas, ...of }, new RandomStream(1, "vegas"));
    return answers.map(([took, nth, dropped]) => {
      limiter.answered(0, nth, dropped === true, took);
      return limiter.limitAt();
    });
  };

  test("Vegas, by hand: below 100 it thinks in steps of 1, of 3 and of 6", () => {
    expect(limits({}, [0.01, 10])).toEqual([10]); // the first only says how long a call takes
    // Nobody waits: 6 more. Of 16 none again: 22.
    expect(limits({}, [0.01, 10], [0.01, 10], [0.01, 16])).toEqual([10, 16, 22]);
    // 10 × (1 − 10/12.5) = 2 wait: 1 more.
    expect(limits({}, [0.01, 10], [0.0125, 10])).toEqual([10, 11]);
    // 10 × (1 − 10/20) = 5 wait: that is right.
    expect(limits({}, [0.01, 10], [0.02, 10])).toEqual([10, 10]);
    // 10 × (1 − 10/50) = 8 wait: 1 less.
    expect(limits({}, [0.01, 10], [0.05, 10])).toEqual([10, 9]);
    // Whatever it took, a failure means 1 less; and hardly any under way mean nothing.
    expect(limits({}, [0.01, 10], [0.01, 1, true], [0.01, 4])).toEqual([10, 9, 9]);
  });

  test("Vegas: from 100 on in steps of 2, smoothed, and never above its most", () => {
    expect(limits({ initial: 100 }, [0.01, 100], [0.01, 100])).toEqual([100, 112]);
    expect(limits({ initial: 100, smoothing: 0.5 }, [0.01, 100], [0.01, 100])).toEqual([100, 106]);
    expect(limits({ initial: 100, most: 105 }, [0.01, 100], [0.01, 100])).toEqual([100, 105]);
    expect(limits({ initial: 1 }, [0.01, 1], [0.01, 1, true])).toEqual([1, 1]);
  });

  test("Vegas measures anew after 30 times the limit, or up to half as many, so that a slower world is known", () => {
    const limiter = new VegasLimit({ ...vegas, probes: 30, most: 10 }, new RandomStream(3, "vegas"));
    limiter.answered(0, 10, false, 0.01);
    let calls = 0;
    // Twice as long as it was: half of ten wait, which is right, until it is taken for what a call takes; then six more may come.
    const before = () => (limiter as unknown as { unloaded: number }).unloaded;
    while (before() === 0.01e9) {
      limiter.answered(0, 10, false, 0.02);
      calls++;
    }
    expect(calls).toBeGreaterThanOrEqual(149);
    expect(calls).toBeLessThanOrEqual(300);
  });
});
