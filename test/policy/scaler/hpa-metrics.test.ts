/** What the HPA's adapter shows to the controller beside CPU, and how behaviour is written. */
import { describe, expect, test } from "vitest";
import type { ServiceView } from "../../../src/policy/contract.js";
import { hpa } from "../../../src/policy/scaler/hpa.js";
import { ask, make, podView, serviceView, times } from "../builders.js";

const quick = { stabilization: "0s" };

/** The second sync, a second after one that has left nothing but the size. */
function decide(fields: Record<string, unknown>, given: Parameters<typeof serviceView>[0]) {
  const scaler = make(hpa, { ...quick, ...fields });
  const view = serviceView(given);
  ask(scaler, serviceView({ now: -1, pods: [], replicas: view.replicas }));
  return ask(scaler, view);
}

const two = times(2, podView());
const queue = (target: Record<string, unknown>, kind = "external") => ({
  metrics: [{ kind, signal: "queue", ...target }],
});

describe("metrics", () => {
  const rows: [string, Record<string, unknown>, Parameters<typeof serviceView>[0], number][] = [
    ["30 queued at 10 for each replica: 3", queue({ averageValue: 10 }), { pods: two, means: { queue: 30 } }, 3],
    ["21 is within a tenth of 2 × 10", queue({ averageValue: 10 }), { pods: two, means: { queue: 21 } }, 2],
    ["30 queued at 20 in all: ⌈1.5 × 2⌉", queue({ value: 20 }), { pods: two, means: { queue: 30 } }, 3],
    ["an object likewise", queue({ value: 20 }, "object"), { pods: two, means: { queue: 30 } }, 3],
    [
      "90 calls a second on two pods at 30 each: 3",
      { metrics: [{ kind: "pods", signal: "rate", averageValue: "30/s" }] },
      { pods: two, means: { rate: 90 } },
      3,
    ],
    [
      "500 millicores in each of two pods at 400m: ⌈1.25 × 2⌉",
      { metrics: [{ kind: "resource", averageValue: "400m" }] },
      { pods: two },
      3,
    ],
    [
      "of two metrics the greater proposal counts: 500 of 1000 millicores at 50 % change nothing, the queue asks for 4",
      { metrics: [{ kind: "resource", utilization: "50%" }, ...queue({ averageValue: 10 }).metrics] },
      { pods: two, means: { queue: 40 } },
      4,
    ],
    ["one that is missing blocks the way down", queue({ averageValue: 10 }), { pods: two }, NaN],
  ];
  test.each(rows)("%s", (_, fields, view, replicas) => {
    expect(decide(fields, view).replicas).toBe(replicas);
  });

  test("another service's signal is asked for by its name", () => {
    const scaler = make(hpa, queue({ averageValue: 10, service: "store" }));
    const asked: unknown[] = [];
    const mean: ServiceView["mean"] = (...given) => {
      asked.push(given);
      return 40;
    };
    expect(ask(scaler, { ...serviceView({ pods: two }), mean }).replicas).toBe(4);
    expect(asked).toEqual([["queue", 15, "store"]]);
  });

  test("a target is either for each replica or for all", () => {
    expect(() => make(hpa, queue({ value: 10, averageValue: 10 }))).toThrow("expected either value or averageValue");
  });
});

describe("behaviour", () => {
  const full = times(2, podView({ cpuMillicores: 5000 }));
  const up = (scaleUp: Record<string, unknown>) => decide({ target: "50%", behavior: { scaleUp } }, { pods: full });

  test("without it, twice as many or 4; with an empty one, 4 more", () => {
    expect(decide({ target: "50%" }, { pods: full }).replicas).toBe(4);
    expect(decide({ target: "50%", behavior: {} }, { pods: full }).replicas).toBe(6);
  });

  test("a policy's pods, its per cent rounded up, and neither", () => {
    expect(up({ policies: [{ type: "pods", value: 1, period: "60s" }] }).replicas).toBe(3);
    expect(up({ policies: [{ type: "percent", value: 10, period: "60s" }] }).replicas).toBe(3);
    expect(up({ select: "disabled" }).replicas).toBe(2);
  });

  test("a tolerance of its own for each side: 55 % of 50 % is too much for 5 %", () => {
    const pods = times(2, podView({ cpuMillicores: 540 }));
    expect(decide({ target: "50%", behavior: { scaleUp: { tolerance: "5%" } } }, { pods }).replicas).toBe(3);
    expect(decide({ target: "50%", behavior: { scaleDown: { tolerance: "5%" } } }, { pods }).replicas).toBe(2);
  });
});

describe("zero", () => {
  /** Two replicas, nothing queued, then 25 calls at 10 for each replica. */
  function there(scaleToZero: boolean): number[] {
    const scaler = make(hpa, { ...quick, scaleToZero, ...queue({ averageValue: 10 }) });
    let replicas = 2;
    return [0, 0, 25].map((calls, i) => {
      const pods = times(replicas, podView());
      replicas = ask(
        scaler,
        serviceView({ now: 15 * (i + 1), min: 0, replicas, pods, means: { queue: calls } }),
      ).replicas;
      return replicas;
    });
  }

  test("with the gate open it goes there when its window allows and comes back", () => {
    expect(there(true)).toEqual([2, 0, 3]);
  });

  test("without it, nothing leads back", () => {
    expect(there(false)).toEqual([2, 0, 0]);
  });
});
