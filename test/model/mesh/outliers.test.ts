/** Envoy's outlier detection, answer by answer: facts of its own unit tests and of its documentation's example. */
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/kernel/random.js";
import { meanInterval } from "../../../src/measure/interval.js";
import { Failure } from "../../../src/model/calls/failure.js";
import { envoysOutliers, type OutliersSpec } from "../../../src/model/mesh/mesh-spec.js";
import { type Ejection, Outliers } from "../../../src/model/mesh/outliers.js";

function detector(hosts: number, about: Partial<OutliersSpec> = {}) {
  const ejections: Ejection[] = [];
  const slots = Array.from({ length: hosts }, (_, i) => i);
  const outliers = new Outliers(
    { ...envoysOutliers, ...about },
    new RandomStream(1, "test"),
    () => slots,
    (ejection) => ejections.push(ejection),
  );
  const answer = (slot: number, failure: number, times = 1, now = 0): void => {
    for (let i = 0; i < times; i++) outliers.answered(slot, failure, now);
  };
  return { outliers, ejections, answer };
}

describe("failures in a row", () => {
  test("the fifth ejects, at once; a good answer between begins the count anew", () => {
    const { outliers, answer } = detector(10);
    answer(0, Failure.Timeout, 4);
    answer(0, Failure.None);
    answer(0, Failure.Timeout, 4);
    expect(outliers.isEjected(0)).toBe(false);
    answer(0, Failure.Timeout);
    expect(outliers.isEjected(0)).toBe(true);
    expect(outliers.ejectedCount).toBe(1);
  });

  test.each([
    [9, false, 0],
    [10, false, 1],
    [19, false, 1],
    [20, false, 2],
    [9, true, 1],
  ])("of %i pods, always one: %s, the limit of 10%% lets %i go", (hosts, alwaysOne, ejected) => {
    const { outliers, answer } = detector(hosts, { alwaysOne });
    for (let slot = 0; slot < hosts; slot++) answer(slot, Failure.Killed, 5);
    expect(outliers.ejectedCount).toBe(ejected);
  });

  test("answers that say what is wrong are no failures of the way there", () => {
    const about = { consecutive: { failures: 9, enforcing: 1 }, gateway: { failures: 3, enforcing: 1 } };
    const { outliers, answer, ejections } = detector(10, about);
    answer(0, Failure.Killed, 2);
    answer(0, Failure.Aborted);
    answer(0, Failure.Killed, 2);
    expect(outliers.isEjected(0)).toBe(false);
    answer(0, Failure.Killed);
    expect(ejections).toEqual([{ slot: 0, cause: "consecutive gateway failure", seen: { inRow: 3 }, until: 30 }]);
  });

  test("enforced in a share of cases", () => {
    const { outliers, answer } = detector(10_000, { consecutive: { failures: 1, enforcing: 0.3 }, mostEjected: 1 });
    for (let slot = 0; slot < 10_000; slot++) answer(slot, Failure.Killed);
    // Binomial: 3,000 ± 4σ.
    expect(Math.abs(outliers.ejectedCount - 3000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.3 * 0.7));
  });
});

test("a pod whose calls fail by chance is ejected after as many as a run of failures takes on average", () => {
  // Of n failures in a row, each with chance q: (1 - q^n) / (q^n (1 - q)) calls; for half of the calls and three in a row, 14.
  const chance = new RandomStream(7, "failures");
  const runs = Array.from({ length: 4000 }, () => {
    const { outliers } = detector(10, { consecutive: { failures: 3, enforcing: 1 } });
    let calls = 0;
    while (!outliers.isEjected(0)) {
      calls++;
      outliers.answered(0, chance.uniform() < 0.5 ? Failure.Killed : Failure.None, calls);
    }
    return calls;
  });
  const { mean, halfWidth } = meanInterval(runs, 0.99);
  expect(Math.abs(mean - (1 - 0.5 ** 3) / (0.5 ** 3 * 0.5))).toBeLessThan(halfWidth);
  expect(halfWidth).toBeLessThan(0.7);
});

test("a pod that always fails is left out for the share of time that ejections and what lies between them say", () => {
  // A call each second, in the midst of it, and an interval of 10 s: five failures, then 30, 60, 90 … s, each until the next
  // interval. The k-th begins 4.5 s after the last was over, and is over at the first multiple of 10 at 30 k s or more after.
  const { outliers, ejections } = detector(10);
  const expected: number[] = [];
  for (let k = 1, over = 0; k <= 6; k++) {
    expected.push(over + 4.5);
    over = Math.ceil((over + 4.5 + 30 * k) / 10) * 10;
  }
  const seen: number[] = [];
  for (let second = 0; second < 800; second++) {
    if (second % 10 === 0 && second > 0) outliers.interval(second);
    const before = ejections.length;
    if (!outliers.isEjected(0)) outliers.answered(0, Failure.Killed, second + 0.5);
    if (ejections.length > before) seen.push(second + 0.5);
  }
  expect(seen.slice(0, 6)).toEqual(expected);
});

describe("how long an ejection lasts", () => {
  test("it ends at the first interval after the base time, the k-th k times as late", () => {
    const { outliers, answer } = detector(10);
    answer(0, Failure.Killed, 5, 3);
    for (const now of [10, 20, 30]) outliers.interval(now);
    expect(outliers.isEjected(0)).toBe(true);
    expect(outliers.interval(40)).toBe(true); // 37 s after: 30 s are over
    expect(outliers.isEjected(0)).toBe(false);
    answer(0, Failure.Killed, 5, 41);
    for (const now of [50, 60, 70, 80, 90, 100]) outliers.interval(now);
    expect(outliers.isEjected(0)).toBe(true); // until 41 + 60
    outliers.interval(110);
    expect(outliers.isEjected(0)).toBe(false);
  });

  test("an interval after it is back, each interval takes one time off", () => {
    const { outliers, answer, ejections } = detector(10);
    answer(0, Failure.Killed, 5, 0);
    outliers.interval(30);
    answer(0, Failure.Killed, 5, 35);
    outliers.interval(95); // back after 60 s; two times
    outliers.interval(105); // one
    answer(0, Failure.Killed, 5, 106);
    expect(ejections.map(({ until }) => until)).toEqual([30, 95, 166]);
  });

  test("never longer than the longest, however often", () => {
    const { outliers, answer, ejections } = detector(10, { longestEjection: 70 });
    let now = 0;
    for (let i = 0; i < 5; i++) {
      answer(0, Failure.Killed, 5, now);
      now += 70;
      outliers.interval(now);
    }
    expect(ejections.map(({ until }, i) => until - 70 * i)).toEqual([30, 60, 70, 70, 70]);
  });
});

describe("by interval", () => {
  /** Of 100 calls each, so many were answered well. */
  const rates = (good: readonly number[], about: Partial<OutliersSpec>) => {
    const made = detector(good.length, { mostEjected: 1, consecutive: { failures: 1000, enforcing: 1 }, ...about });
    for (const [slot, well] of good.entries()) {
      made.answer(slot, Failure.None, well);
      made.answer(slot, Failure.Killed, 100 - well);
    }
    made.outliers.interval(10);
    return made.ejections;
  };

  test("the documentation's example: rates 50, 100, 100, 100, 100 have a threshold of 52", () => {
    const [ejection, ...others] = rates([50, 100, 100, 100, 100], {});
    expect(others).toEqual([]);
    expect(ejection).toMatchObject({ slot: 0, cause: "success rate" });
    expect(ejection.seen.threshold).toBeCloseTo(0.52, 12);
  });

  test.each([
    ["one pod too few", [50, 100, 100, 100]],
    ["nobody below the threshold", [99, 100, 100, 100, 100, 98, 97, 96]],
  ])("%s: nobody goes", (_, good) => {
    expect(rates(good, {})).toEqual([]);
  });

  test("one call too few", () => {
    const { outliers, answer, ejections } = detector(5, { mostEjected: 1 });
    for (let slot = 0; slot < 5; slot++) answer(slot, Failure.None, slot === 0 ? 0 : 100);
    for (let i = 0; i < 33; i++) {
      answer(0, Failure.Killed, 2);
      answer(0, Failure.None);
    }
    expect(ejections).toEqual([]);
    outliers.interval(10); // 99 calls
    expect(ejections).toEqual([]);
  });

  test("a share of failures at the threshold", () => {
    const about = {
      successRate: { ...envoysOutliers.successRate, enforcing: 0 },
      failureShare: { ...envoysOutliers.failureShare, enforcing: 1 },
    };
    expect(rates([15, 16, 100, 100, 100], about).map(({ slot, cause }) => [slot, cause])).toEqual([
      [0, "failure percentage"],
    ]);
  });

  test("counts begin anew with each interval", () => {
    const { outliers, answer, ejections } = detector(5, {
      mostEjected: 1,
      consecutive: { failures: 99, enforcing: 1 },
    });
    for (let slot = 0; slot < 5; slot++) answer(slot, Failure.None, 100);
    outliers.interval(10);
    answer(0, Failure.Killed, 60);
    outliers.interval(20);
    expect(ejections).toEqual([]);
  });
});
