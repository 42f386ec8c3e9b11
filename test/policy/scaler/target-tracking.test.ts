import { describe, expect, test } from "vitest";
import type { ScaleAnswer, Scaler, ServiceView, Signal } from "../../../src/policy/contract.js";
import { targetTracking } from "../../../src/policy/scaler/target-tracking.js";
import { ask, make, podView, serviceView, times } from "../builders.js";

/** One look a minute, each with so many replicas, all ready since long, at such a use; the answers in order. */
function follow(scaler: Scaler, looks: readonly { replicas: number; cpu: number; view?: Partial<ServiceView> }[]) {
  return looks.map(({ replicas, cpu, view = {} }, minute) =>
    ask(scaler, serviceView({ now: 60 * minute, replicas, means: { cpu }, ...view })),
  );
}

const numbers = (answers: readonly ScaleAnswer[]) => answers.map(({ replicas }) => replicas);
const rules = (answers: readonly ScaleAnswer[]) => answers.map(({ rule }) => rule);

describe("scaling out at a target of 60 %", () => {
  test("the third minute above the target scales out in proportion: ⌈10 × 90/60⌉ = 15", () => {
    const answers = follow(make(targetTracking, { target: "60%" }), times(3, { replicas: 10, cpu: 0.9 }));
    expect(numbers(answers)).toEqual([10, 10, 15]);
    expect(rules(answers)).toEqual(["no alarm", "no alarm", "high alarm"]);
    expect(answers[2].seen).toEqual({ metric: 0.9, high: 3, low: 0 });
  });

  test("a minute at the target in between starts the count anew", () => {
    const uses = [0.9, 0.9, 0.6, 0.9, 0.9, 0.9];
    const answers = follow(
      make(targetTracking, { target: "60%" }),
      uses.map((cpu) => ({ replicas: 10, cpu })),
    );
    expect(numbers(answers)).toEqual([10, 10, 10, 10, 10, 15]);
  });

  test("there is no tolerance: 61 % of 10 asks for ⌈10 × 61/60⌉ = 11", () => {
    const answers = follow(make(targetTracking, { target: "60%" }), times(3, { replicas: 10, cpu: 0.61 }));
    expect(answers[2].replicas).toBe(11);
  });

  test("an exact multiple is not rounded up by floating point: ⌈3 × 3.3/1.1⌉ = 9", () => {
    const answers = follow(make(targetTracking, { target: 1.1 }), times(3, { replicas: 3, cpu: 3.3 }));
    expect(answers[2].replicas).toBe(9);
  });

  test("during the cooldown only more than was added counts, from the capacity of before", () => {
    const looks = [
      ...times(3, { replicas: 10, cpu: 0.9 }), // at 2 min: 15
      { replicas: 15, cpu: 0.9 }, // ⌈10 × 1.5⌉ = 15: nothing more
      { replicas: 15, cpu: 1.2 }, // ⌈10 × 2⌉ = 20
      ...times(4, { replicas: 20, cpu: 0.9 }), // until 8 min, five after 4 min the last: 15 < 20
      { replicas: 20, cpu: 0.9 }, // at 9 min the cooldown is over: ⌈20 × 1.5⌉
    ];
    const answers = follow(make(targetTracking, { target: "60%" }), looks);
    expect(numbers(answers)).toEqual([10, 10, 15, 15, 20, 20, 20, 20, 20, 30]);
    expect(answers[3].rule).toBe("scale-out cooldown");
  });

  test("replicas warming up are no capacity yet but are taken off what is wanted", () => {
    const pods = [...times(10, podView()), ...times(3, podView({ readySince: 0 }))];
    const scaler = make(targetTracking, { target: "60%", warmup: "5m", outCooldown: "0s" });
    const look = { replicas: 13, view: { pods } };
    // Ten count: 75 % asks for ⌈12.5⌉ = 13, which there are; 90 % for 15.
    const answers = follow(scaler, [...times(3, { ...look, cpu: 0.75 }), { ...look, cpu: 0.9 }]);
    expect(numbers(answers)).toEqual([13, 13, 13, 15]);
    expect(rules(answers).slice(2)).toEqual(["capacity on its way", "high alarm"]);
  });
});

describe("scaling in at a target of 60 %", () => {
  const low = (count: number, replicas: number, cpu = 0.3) => times(count, { replicas, cpu });

  test("the fifteenth minute below 54 % removes a tenth, at least one; the next step is five minutes later", () => {
    const answers = follow(make(targetTracking, { target: "60%" }), [...low(15, 30), ...low(6, 27)]);
    expect(numbers(answers)).toEqual([...times(14, 30), 27, 27, 27, 27, 27, 25, 27]);
    expect(answers[15].rule).toBe("scale-in cooldown");
    const few = follow(make(targetTracking, { target: "60%" }), low(15, 4));
    expect(few[14].replicas).toBe(3);
  });

  test("54 % itself is not low", () => {
    const answers = follow(make(targetTracking, { target: "60%" }), low(20, 10, 0.54));
    expect(rules(answers)).toEqual(times(20, "no alarm"));
  });

  test("never below what the target asks for: ⌈5 × 50/60⌉ = 5", () => {
    const answers = follow(make(targetTracking, { target: "60%" }), low(15, 5, 0.5));
    expect(answers[14]).toMatchObject({ replicas: 5, rule: "needed at the target" });
  });

  test("it waits for warm-ups", () => {
    const pods = [...times(9, podView()), podView({ readySince: 14 * 60 - 10 })];
    const scaler = make(targetTracking, { target: "60%", warmup: "5m" });
    const answers = follow(scaler, times(15, { replicas: 10, cpu: 0.1, view: { pods } }));
    expect(answers[14]).toMatchObject({ replicas: 10, rule: "warming up" });
  });

  test("a scale-out ends its cooldown, so that a low alarm may act as soon as it is back", () => {
    const quick = { target: "60%", outDatapoints: 1, inDatapoints: 1, inCooldown: "1h", outCooldown: "0s" };
    const once = follow(make(targetTracking, quick), [...low(2, 10)]);
    expect(numbers(once)).toEqual([9, 10]);
    const between = follow(make(targetTracking, quick), [...low(1, 10), { replicas: 9, cpu: 0.9 }, ...low(1, 14)]);
    expect(numbers(between)).toEqual([9, 14, 13]);
  });

  test("not at all where it is switched off", () => {
    const answers = follow(make(targetTracking, { target: "60%", scaleIn: false }), low(20, 10));
    expect(numbers(answers)).toEqual(times(20, 10));
  });
});

describe("what is measured", () => {
  const rows: [string, string, Partial<Record<Signal, number>>, number][] = [
    ["calls per second for each ready replica", "rate-per-replica", { rate: 800 }, 200],
    ["calls at once for each ready replica", "concurrency-per-replica", { concurrency: 12 }, 3],
    ["CPU as it is reported, a mean already", "cpu", { cpu: 0.7 }, 0.7],
  ];
  test.each(rows)("%s", (_, signal, means, metric) => {
    const answer = ask(make(targetTracking, { signal, target: 1 }), serviceView({ replicas: 4, means }));
    expect(answer.seen?.metric).toBe(metric);
  });

  test("without data there is no opinion, and the alarms begin anew", () => {
    const looks = [0.9, 0.9, NaN, 0.9, 0.9, 0.9].map((cpu) => ({ replicas: 10, cpu }));
    const answers = follow(make(targetTracking, { target: "60%" }), looks);
    expect(numbers(answers)).toEqual([10, 10, NaN, 10, 10, 15]);
    expect(answers[2].rule).toBe("INSUFFICIENT_DATA");
  });

  test("a rate without a ready replica is no data", () => {
    const scaler = make(targetTracking, { signal: "rate-per-replica", target: "50/s" });
    expect(ask(scaler, serviceView({ replicas: 2, pods: [], means: { rate: 10 } })).replicas).toBeNaN();
  });
});
