import { describe, expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { fit } from "../../src/policy/scheduler/filters.js";
import type { Resources, SizedPod, Sizer } from "../../src/policy/sizer-contract.js";
import { at, cpu, latencies, play, wait } from "./lab.js";

const workers = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const sized = (
  cpuMillicores: number,
  about: Partial<Omit<Resources, "size">> & { memoryMiB?: number } = {},
): Resources => ({
  size: { cpuMillicores, memoryMiB: about.memoryMiB ?? 100 },
  cpuLimitMillicores: about.cpuLimitMillicores ?? Infinity,
  memoryLimitMiB: about.memoryLimitMiB ?? Infinity,
});

/** Asks every 10 s for one change of every pod that is not what it should be, and notes what it has seen. */
function changing(
  what: "evict" | "resize",
  resources: Resources,
  seen: (readonly SizedPod[])[] = [],
): ServiceSpec["sizer"] {
  const create = (): Sizer => ({
    period: 10,
    sizeOfNew: () => ({ resources, rule: "new ones" }),
    *changes({ pods }) {
      seen.push(pods);
      for (const { id, resources: told } of pods)
        if (
          told.size.cpuMillicores !== resources.size.cpuMillicores ||
          told.memoryLimitMiB !== resources.memoryLimitMiB
        )
          yield { what, pod: id, resources, wait: 0, rule: "as told" };
    },
  });
  return { name: "changing", create };
}

const machine = (cores: number) => {
  const allocatable = { cpuMillicores: 1000 * cores, memoryMiB: 1e6 };
  return cluster({
    groups: [{ ...unlimitedGroup, capacity: allocatable, allocatable }],
    scheduler: { filters: fit, score: () => 0 },
  });
};

describe("resizes in place", () => {
  test.each([undefined, 0.1])(
    "a higher limit speeds up the work under way from that moment on, quotas of %s s",
    (cfsPeriod) => {
      // 4 s of work at a quarter of a core: 2.5 s are done after 10 s, and the other 1.5 s take 1.5 s.
      const shop = service({
        ...sized(250, { cpuLimitMillicores: 250 }),
        cfsPeriod,
        concurrency: workers,
        steps: [cpu(4)],
        sizer: changing("resize", sized(1000, { cpuLimitMillicores: 1000 })),
      });
      const { answers } = play(world({ services: [shop], loads: [at("shop", 0)] }), 60);
      expect(answers[0].latency).toBeCloseTo(10 + (4 - 10 * 0.25), 6);
    },
  );

  test("a larger request weighs more on a crowded node from that moment on", () => {
    // Two of 100 m share a core evenly for 10 s: 5 s each. Then 300 m against 100 m: the first's other 3 s take 4 s.
    const first = service({
      ...sized(100),
      name: "first",
      concurrency: workers,
      steps: [cpu(8)],
      sizer: changing("resize", sized(300)),
    });
    const second = service({ ...sized(100), name: "second", concurrency: workers, steps: [cpu(20)] });
    const loads = [at("first", 0), at("second", 0)];
    const { answers } = play(world({ services: [first, second], loads, cluster: machine(1) }), 60);
    expect(latencies(answers)[0]).toBeCloseTo(10 + 3 / 0.75, 9);
  });

  test("without room it is deferred, and done when another pod has left", () => {
    const shop = service({ ...sized(400), sizer: changing("resize", sized(700)) });
    const other = service({
      ...sized(500),
      name: "other",
      scaler: { name: "gone", create: () => ({ period: 35, desiredReplicas: () => 0 }) },
    });
    const { sim, state, decisions } = createWorld(world({ services: [shop, other], cluster: machine(1) }), 1);
    sim.run(34);
    expect(state.pods.cpuMillicores[0]).toBe(400);
    sim.run(36);
    expect(state.pods.cpuMillicores[0]).toBe(700);
    const own = decisions.filter(({ subject }) => subject === "cpu of pod shop-0");
    expect(own.map(({ time, policy, rule }) => [time, policy, rule])).toEqual([
      [10, "changing", "resize in place: as told"],
      [10, "kubelet", "Deferred: the node has no room for it now"],
    ]);
    expect(own[0].effectiveAt).toBe(35);
  });

  test("what the node could never hold is infeasible, and the pod runs on with what it has", () => {
    const seen: (readonly SizedPod[])[] = [];
    const shop = service({ ...sized(400), sizer: changing("resize", sized(1700), seen) });
    const { sim } = createWorld(world({ services: [shop], cluster: machine(1) }), 1);
    sim.run(25);
    const [pod] = seen.at(-1)!;
    expect([pod.resize, pod.resources.size.cpuMillicores, pod.actual.size.cpuMillicores]).toEqual([
      "Infeasible",
      1700,
      400,
    ]);
  });

  test("a memory limit does not fall below what the container holds", () => {
    const shop = service({
      ...sized(400, { memoryLimitMiB: 500 }),
      concurrency: workers,
      lifecycle: { ...plainLifecycle, memoryUse: { baseMiB: 100, perCallMiB: 100 } },
      steps: [wait(65)],
      sizer: changing("resize", sized(400, { memoryLimitMiB: 250 })),
    });
    // Two calls from 0 s to 65 s hold 300 MiB; the kubelet looks again 60 s after it was asked at 10 s.
    const { sim, state } = createWorld(world({ services: [shop], loads: [at("shop", 0, 0)] }), 1);
    sim.run(69);
    expect(state.pods.memoryLimitMiB[0]).toBe(500);
    sim.run(71);
    expect(state.pods.memoryLimitMiB[0]).toBe(250);
    expect(state.pods.mostInFlight[0]).toBe(1);
  });
});

describe("evictions", () => {
  const budgeted = (minAvailable: number) =>
    service({
      ...sized(400),
      replicas: 2,
      lifecycle: { ...plainLifecycle, budget: { minAvailable: { pods: minAvailable } } },
      sizer: changing("evict", sized(700)),
    });

  test("a pod comes back in the new size, one at a time where a budget wants the other", () => {
    const { sim, state, services, decisions } = createWorld(world({ services: [budgeted(1)] }), 1);
    sim.run(15);
    const sizes = () =>
      Array.from(services[0].ready.items.subarray(0, services[0].ready.count), (pod) => state.pods.cpuMillicores[pod]);
    expect(sizes().sort()).toEqual([400, 700]);
    expect(decisions.filter(({ rule }) => rule.endsWith("a disruption budget refuses")).length).toBe(1);
    sim.run(25);
    expect(sizes()).toEqual([700, 700]);
  });

  test("a budget that never allows it keeps all pods as they are", () => {
    const { sim, services } = createWorld(world({ services: [budgeted(2)] }), 1);
    sim.run(100);
    expect(services[0].created).toBe(2);
  });
});
