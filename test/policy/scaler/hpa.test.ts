import { describe, expect, test } from "vitest";
import type { PodView, ServiceView } from "../../../src/policy/contract.js";
import { hpa } from "../../../src/policy/scaler/hpa.js";
import { ask, make, podView, serviceView, size, times } from "../builders.js";

/** Pods that request 1000 millicores each and use the given ones, all ready long since. */
const using = (...millicores: number[]): PodView[] => millicores.map((cpuMillicores) => podView({ cpuMillicores }));
const pending = podView({ pending: true, ready: false, startedAt: NaN, readySince: NaN, cpuMillicores: NaN });
const missing = podView({ cpuMillicores: NaN });
const draining = podView({ draining: true, cpuMillicores: 5000 });

const above = "cpu resource utilization (percentage of request) above target";
const below = "All metrics below target";
const within = "DesiredWithinRange";

/** The second sync of a scaler that forgets at once: the first, a second before, has left nothing but the size. */
function decide(given: Partial<ServiceView>) {
  const scaler = make(hpa, { target: "50%", stabilization: "0s" });
  const view = serviceView({ now: 0, ...given });
  ask(scaler, serviceView({ now: -1, pods: [], replicas: view.replicas }));
  return ask(scaler, view);
}

describe("one sync at a target of 50 %", () => {
  const rows: [string, Partial<ServiceView>, number, string][] = [
    ["on target nothing changes", { pods: using(500, 500) }, 2, within],
    ["55 % is within the tolerance of a tenth, ends included", { pods: using(550, 550) }, 2, within],
    ["55.9 % is cut off to 55 % before it is compared", { pods: using(559, 559) }, 2, within],
    ["56 % is not: ⌈56/50 × 2⌉", { pods: using(560, 560) }, 3, above],
    ["45 % is within the tolerance", { pods: using(450, 450, 450, 450, 450) }, 5, within],
    ["44.9 % counts as 44 %, out of it: ⌈44/50 × 9⌉", { pods: times(9, using(449)[0]) }, 8, below],
    ["usage is summed, not averaged by pod: 150 % of two", { pods: using(0, 3000) }, 4, "ScaleUpLimit"],
    ["a sample rounds up to a whole millicore: 559.5 counts as 560", { pods: using(559.5, 559.5) }, 3, above],
    ["what is below a nanocore is noise", { pods: using(559.0000000001, 559) }, 2, within],
    ["no more than twice the replicas at once", { pods: using(5000, 5000, 5000) }, 6, "ScaleUpLimit"],
    ["but four are always allowed", { pods: using(5000) }, 4, "ScaleUpLimit"],
    ["the maximum, where it is nearer than the limit", { pods: using(5000, 5000), max: 3 }, 3, "TooManyReplicas"],
    ["the maximum, where it is the limit", { pods: using(5000, 5000), max: 4 }, 4, "TooManyReplicas"],
    ["the minimum", { pods: using(10, 10, 10, 10), min: 2 }, 2, "TooFewReplicas"],
    [
      "above the maximum it goes there without a look at use",
      { pods: using(5000, 5000, 5000), max: 2 },
      2,
      "Current number of replicas above Spec.MaxReplicas",
    ],
    ["below the minimum likewise", { pods: using(0), min: 3 }, 3, "Current number of replicas below Spec.MinReplicas"],
    ["0 replicas pause it", { replicas: 0, pods: [], min: 1 }, 0, "ScalingDisabled"],
    ["without pods there is no opinion", { replicas: 2, pods: [] }, NaN, "FailedGetResourceMetric"],
    ["without samples there is no opinion", { pods: [missing, pending] }, NaN, "FailedGetResourceMetric"],
    [
      "without a request there is no opinion",
      { pods: [podView({ size: size(0, 256) })] },
      NaN,
      "FailedGetResourceMetric",
    ],
    ["a draining pod does not count", { replicas: 2, pods: [...using(500, 500), draining] }, 2, within],
    [
      "ready pods are multiplied, not replicas: ⌈60/50 × 2⌉ of 2 asked for",
      { replicas: 2, pods: using(600, 600) },
      3,
      above,
    ],
  ];
  test.each(rows)("%s", (_, view, replicas, rule) => {
    expect(decide(view)).toMatchObject({ replicas, rule });
  });
});

describe("pods not heard of argue against the change", () => {
  const rows: [string, PodView[], number, string][] = [
    [
      "a pending pod uses nothing on the way up: 200 % of 2 is 133 % of 3, ⌈133/50 × 3⌉ = 8, at most 6",
      [...using(2000, 2000), pending],
      6,
      "ScaleUpLimit",
    ],
    ["90 % of two with one pending is 60 % of three: ⌈60/50 × 3⌉", [...using(900, 900), pending], 4, above],
    ["80 % of two with one pending is 53 %, within the tolerance", [...using(800, 800), pending], 3, within],
    [
      "60 % of two with two pending is 30 %: the side has changed, so nothing",
      [...using(600, 600), pending, pending],
      4,
      within,
    ],
    ["20 % of four with a pending pod: it stays out, ⌈20/50 × 4⌉", [...using(200, 200, 200, 200), pending], 2, below],
    ["on target a pending pod changes nothing", [...using(500), pending], 2, within],
    [
      "a missing pod uses its whole request on the way down: (4 × 10 + 100)/5 = 28 %, ⌈28/50 × 5⌉",
      [...using(100, 100, 100, 100), missing],
      3,
      below,
    ],
    ["30 % of two with one missing is 53 %: the side has changed", [...using(300, 300), missing], 3, within],
    ["90 % of two with one missing is 60 % of three", [...using(900, 900), missing], 4, above],
    ["exactly on target a missing pod is not counted in", [...using(500, 500), missing], 3, within],
    [
      "missing and pending ones both use nothing on the way up: 400/4 = 100 %, ⌈100/50 × 4⌉",
      [...using(2000, 2000), missing, pending],
      8,
      above,
    ],
    [
      "missing ones alone count on the way down: (20 + 100)/2 = 60 % would be up, so nothing",
      [...using(200), missing, pending],
      3,
      within,
    ],
  ];
  test.each(rows)("%s", (_, pods, replicas, rule) => {
    expect(decide({ pods })).toMatchObject({ replicas, rule });
  });

  test("above a target of 100 %, a missing pod uses the target: (40 + 150)/2 = 95 %, ⌈95/150 × 2⌉ = 2", () => {
    const scaler = make(hpa, { target: "150%", stabilization: "0s" });
    const { replicas, rule } = ask(scaler, serviceView({ pods: [...using(400), missing] }));
    expect({ replicas, rule }).toEqual({ replicas: 2, rule: within });
  });

  test("a proposal against its own direction is dropped: 150 % of the one ready pod of four asked for", () => {
    // One ready at 150 %, one pending: 75 %, ⌈75/50 × 2⌉ = 3, fewer than the 4 asked for.
    const { replicas } = decide({ replicas: 4, pods: [...using(1500), pending] });
    expect(replicas).toBe(4);
  });
});

describe("whose sample is trusted", () => {
  const at = 1000;
  /** How many of two pods have a sample that is trusted: this one, and one that has been ready for an hour. */
  const counted = (pod: Partial<PodView>): number => {
    const other = podView({ cpuMillicores: 900, sampledAt: at, ...pod });
    const view = serviceView({ now: at, pods: [podView({ cpuMillicores: 900, sampledAt: at }), other] });
    return ask(make(hpa, { target: "50%" }), view).seen?.ready ?? NaN;
  };
  const rows: [string, Partial<PodView>, number][] = [
    [
      "a pod started 299 s ago counts when its sample began after it got ready",
      { startedAt: at - 299, readySince: at - 100 },
      2,
    ],
    ["a sample that began just when it got ready counts", { startedAt: at - 299, readySince: at - 15 }, 2],
    ["a sample that began before that does not", { startedAt: at - 299, readySince: at - 14 }, 1],
    ["nor does one of a pod that is not ready", { startedAt: at - 299, ready: false, readySince: NaN }, 1],
    ["300 s after the start a sample counts however early it began", { startedAt: at - 300, readySince: at - 1 }, 2],
    [
      "a pod that has never got ready does not count then either",
      { startedAt: at - 300, ready: false, readySince: NaN },
      1,
    ],
    [
      "one that got ready in its first 30 s and lost it: neither",
      { startedAt: at - 400, ready: false, readySince: at - 371 },
      1,
    ],
    ["one that got ready later and lost it does", { startedAt: at - 400, ready: false, readySince: at - 370 }, 2],
  ];
  test.each(rows)("%s", (_, pod, ready) => expect(counted(pod)).toBe(ready));
});

describe("what is remembered", () => {
  /** Syncs every 15 s with the pods sharing `load` millicores, each size applied at once. */
  function follow(
    load: (now: number) => number,
    from: number,
    until: number,
    first: number,
    fields: Record<string, unknown> = {},
  ): Map<number, number> {
    const scaler = make(hpa, { target: "50%", ...fields });
    const sizes = new Map<number, number>();
    let replicas = first;
    for (let now = from; now <= until; now += 15) {
      const pods = times(replicas, podView({ cpuMillicores: load(now) / replicas, sampledAt: now }));
      replicas = ask(scaler, serviceView({ now, pods })).replicas;
      sizes.set(now, replicas);
    }
    return sizes;
  }

  test("from 1 to 60 it takes 4, 8, 16, 32, 60; of the 60 proposed at 90 s the last is forgotten at 405 s", () => {
    // 60 pods at 50 % of 1000 millicores are 30,000; five are 2,500.
    const sizes = follow((now) => (now < 105 ? 30_000 : 2_500), 0, 420, 1);
    expect([0, 15, 30, 45, 60].map((now) => sizes.get(now))).toEqual([4, 8, 16, 32, 60]);
    expect([105, 390, 405, 420].map((now) => sizes.get(now))).toEqual([60, 60, 5, 5]);
  });

  test("with an empty behavior it takes 5, 10, 20, 40, 60, and forgets a look earlier", () => {
    const sizes = follow((now) => (now < 105 ? 30_000 : 2_500), 0, 420, 1, { behavior: {} });
    expect([0, 15, 30, 45, 60].map((now) => sizes.get(now))).toEqual([5, 10, 20, 40, 60]);
    expect([105, 375, 390].map((now) => sizes.get(now))).toEqual([60, 60, 5]);
  });

  test("a policy of one pod a minute holds it back", () => {
    const policies = [{ type: "pods", value: 1, period: "1m" }];
    const sizes = follow(() => 30_000, 0, 120, 1, { behavior: { scaleUp: { policies } } });
    expect([0, 45, 60, 105, 120].map((now) => sizes.get(now))).toEqual([2, 2, 3, 3, 4]);
  });

  test("the size found at the first look holds for five minutes, the end included", () => {
    const sizes = follow(() => 500, 1000, 1330, 10);
    expect([1000, 1300, 1315].map((now) => sizes.get(now))).toEqual([10, 10, 1]);
  });

  test("a scale-down that waits says so, with what it would be", () => {
    const scaler = make(hpa, { target: "50%" });
    const { why, ...answer } = ask(scaler, serviceView({ pods: using(100, 100, 100, 100) }));
    expect(why?.trail.map(({ what, wished }) => [what, wished])).toEqual([
      ["cpu resource utilization (percentage of request)", 1],
      ["ScaleDownStabilized", 4],
      ["DesiredWithinRange", 4],
    ]);
    expect(answer).toEqual({
      replicas: 4,
      rule: "ScaleDownStabilized",
      seen: { utilisation: 0.1, ready: 4, missing: 0, unready: 0, proposal: 1 },
    });
  });
});

test("the target has to be in whole per cent", () => {
  expect(() => make(hpa, { target: "72.5%" })).toThrow('expected a share in whole per cent like \\"80%\\" or 0.8');
});
