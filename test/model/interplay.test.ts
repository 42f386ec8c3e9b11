/** Several controllers in one clock: who waits for whom, in seconds worked out by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { Decision } from "../../src/model/decisions.js";
import type { NodeGroupSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import type { Definition } from "../../src/policy/define.js";
import { clusterAutoscaler } from "../../src/policy/provisioner/cluster-autoscaler.js";
import { karpenter } from "../../src/policy/provisioner/karpenter.js";
import { hpa } from "../../src/policy/scaler/hpa.js";
import { keda } from "../../src/policy/scaler/keda.js";
import { make } from "../policy/builders.js";
import { at, cpu, timetable, wait } from "./lab.js";

/** A machine of one core, bought in a minute. */
const small: NodeGroupSpec = {
  ...unlimitedGroup,
  name: "small",
  capacity: { cpuMillicores: 1000, memoryMiB: 4096 },
  allocatable: { cpuMillicores: 1000, memoryMiB: 4096 },
  maxPods: 110,
  min: 1,
  max: 9,
  boot: constant(60),
};
const room = { rejects: (pod: { cpuMillicores: number }, node: { free: { cpuMillicores: number } }) => (pod.cpuMillicores > node.free.cpuMillicores ? "Insufficient cpu" : undefined) }; // biome-ignore format: one line
const scheduler = { filters: [room], score: () => 0 };
const policy = <P>(definition: Definition<P>, fields: Record<string, unknown> = {}) => ({
  name: definition.name,
  create: () => make(definition, fields),
});

function played(spec: Partial<WorldSpec>, until: number) {
  const made = createWorld(world(spec), 1);
  made.sim.run(until);
  made.checkBooks();
  return made;
}

const changes = (decisions: readonly Decision[], subject: string) =>
  decisions
    .filter((one) => one.subject === subject && one.from !== one.asked)
    .map(({ time, from, asked, effectiveAt }) => [time, from, asked, effectiveAt]);

describe("HPA and Cluster Autoscaler", () => {
  const calls = { limit: 9, queue: 0, holds: "call", waitsAt: "pod" } as const;
  const shop: Parameters<typeof service>[0] = {
    bounds: { min: 1, max: 9 },
    startup: constant(5),
    concurrency: calls,
    cpuLimitMillicores: 1000,
    scaler: policy(hpa, { target: "25%" }),
    steps: [cpu(100)],
  };
  const spec: Partial<WorldSpec> = {
    services: [service(shop)],
    loads: [at("shop", 0)],
    cluster: cluster({ groups: [small], scheduler, provisioner: policy(clusterAutoscaler) }),
  };
  const { decisions } = played(spec, 1500);

  test("four times the target at 15 s: three pods wait, a look at 20 s buys, machines at 80 s, pods at 85 s", () => {
    expect(changes(decisions, "service shop")[0]).toEqual([15, 1, 4, 20 + 60 + 5]);
    expect(changes(decisions, "cluster")[0]).toEqual([20, 1, 4, 20 + 60]);
    const waits = decisions.filter(({ policy: by }) => by === "scheduler");
    expect(waits.map(({ time, effectiveAt }) => [time, effectiveAt])[0]).toEqual([15, 80]);
  });

  test("while the machines boot, pods that are not ready count as idle: 100 % of one in four is on target", () => {
    const meanwhile = decisions.filter(({ subject, time }) => subject === "service shop" && time > 15 && time < 105);
    expect(meanwhile.map(({ asked }) => asked)).toEqual([4, 4, 4, 4, 4]);
    const { seen } = meanwhile[0].why!.trail[0];
    expect(seen).toMatchObject({ ratio: 100 / 25, cautiousRatio: 100 / 4 / 25, ready: 1, unready: 3 });
  });

  test("a pod's first sample does not count until it is of a whole window in which the pod was ready", () => {
    // Ready at 85 s; at 90 s the sample's window begins before that, at 105 s it is the 15 s since 90.
    const trailAt = (time: number) => decisions.find((one) => one.subject === "service shop" && one.time === time)!.why!.trail[0].seen; // biome-ignore format: one line
    expect(trailAt(90)).toMatchObject({ ready: 1, unready: 3 });
    expect(trailAt(105)).toMatchObject({ ready: 4, unready: 0 });
  });

  test("the call ends at 100 s; replicas follow five minutes after the last proposals, machines ten minutes after the pods", () => {
    // 66 % of one in four is 16 %: ⌈16/25 × 4⌉ = 3 at 105 s; nothing from 120 s on. The last 4 was proposed at 90 s.
    expect(changes(decisions, "service shop").slice(1).map(([time, from, to]) => [time, from, to])).toEqual([[405, 4, 3], [420, 3, 1]]); // biome-ignore format: one line
    // Looks at 410 and 420 s find one and three machines empty; for longer than ten minutes means the look after.
    expect(changes(decisions, "cluster").slice(1).map(([time, from, to]) => [time, from, to])).toEqual([[1020, 4, 3], [1030, 3, 1]]); // biome-ignore format: one line
  });
});

describe("KEDA and Karpenter", () => {
  const spec: Partial<WorldSpec> = {
    services: [
      service({
        replicas: 0,
        bounds: { min: 0, max: 9 },
        startup: constant(2),
        concurrency: { limit: 1, queue: Infinity, holds: "call", waitsAt: "service" },
        scaler: policy(keda, { triggers: [{ signal: "queue", threshold: 5 }], cooldownPeriod: "60s" }),
        steps: [cpu(10)],
      }),
    ],
    loads: [at("shop", ...Array(20).fill(40))],
    cluster: cluster({
      groups: [{ ...small, allocatable: { cpuMillicores: 2000, memoryMiB: 4096 }, capacity: { cpuMillicores: 2000, memoryMiB: 4096 }, count: 0, min: 0, boot: constant(30) }], // biome-ignore format: one line
      scheduler,
      provisioner: policy(karpenter),
    }),
  };
  const { decisions, recorder, state } = played(spec, 400);

  test("from nothing: the poll at 60 s wakes one pod, its batch closes at 61 s, its machine is there at 91 s, the pod at 93 s", () => {
    // The HPA's sync at 75 s finds 20 calls waiting: four pods, two on a machine; one more machine is bought at 76 s.
    expect(changes(decisions, "service shop").slice(0, 2)).toEqual([
      [60, 0, 1, NaN],
      [75, 1, 4, 76 + 30 + 2],
    ]);
    expect(changes(decisions, "cluster").slice(0, 2)).toEqual([
      [61, 0, 1, NaN], // overtaken by the next
      [76, 1, 2, 76 + 30],
    ]);
  });

  test("two pods work from 93 s and two from 108 s: the twenty calls of ten seconds are done at 153 s", () => {
    // Calls begin in pairs, at 93, 103 … 143 s and at 108, 118, 128, 138 s; the last pair ends at 153 s.
    expect(recorder.inFlight).toBe(0);
    expect(state.services[0].ended).toBe(20);
    const until153 = played(spec, 152.9);
    expect(until153.recorder.inFlight).toBe(2);
  });

  test("back to nothing: asleep once the poll finds the cooldown over, its machines one by one", () => {
    // The mean of half a minute is last above nought at 150 s; 60 s later is not yet longer than 60 s: 240 s.
    expect(changes(decisions, "service shop").slice(2).map(([time, from, to]) => [time, from, to])).toEqual([[240, 4, 0]]); // biome-ignore format: one line
    // A tenth of two machines may go, rounded up: one. Each is looked at again 15 s later; after a success the next pass is at once, which is a second later here.
    expect(changes(decisions, "cluster").slice(2).map(([time, from, to]) => [time, from, to])).toEqual([[255, 2, 1], [271, 1, 0]]); // biome-ignore format: one line
  });
});

describe("informers", () => {
  const delayed = { phase: 0, informerDelay: 0.5 };

  test("each hop waits for one: workload, scheduler, kubelet, and whoever is told of readiness", () => {
    const ready: [number, number][] = [];
    const ask = timetable([2, 3])!;
    const scaler: ServiceSpec["scaler"] = {
      name: "timetable",
      create: (context) => {
        const inner = ask.create(context);
        return {
          period: 0.5,
          desiredReplicas(view) {
            if (view.ready !== ready.at(-1)?.[1]) ready.push([view.now, view.ready]);
            return inner.desiredReplicas(view);
          },
        };
      },
    };
    const spec = { services: [service({ scaler, startup: constant(7), steps: [wait(1)] })], controllers: delayed };
    const { decisions } = played(spec, 20);
    // Written at 2 s, seen at 2.5 s, pods seen by the scheduler at 3 s and by the kubelet at 3.5 s; ready 7 s later.
    expect(changes(decisions, "service shop")).toEqual([[2, 1, 3, 3.5 + 7]]);
    expect(ready).toEqual([
      [0.5, 1],
      [3.5 + 7 + 0.5, 3],
    ]);
  });

  test("a scale that is written twice before it is seen is brought about in turn, and read at once", () => {
    const scaler = timetable([2, 3], [3, 2]);
    const controllers = { phase: 0, informerDelay: 0.6 };
    const { decisions, services } = played({ services: [service({ scaler })], controllers }, 10);
    expect(changes(decisions, "service shop").map(([time, from, to]) => [time, from, to])).toEqual([[2, 1, 3], [3, 3, 2]]); // biome-ignore format: one line
    expect(services[0].replicas).toBe(2);
  });
});
