import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { ClusterSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import type { ProvisionAnswer, Scheduler } from "../../src/policy/contract.js";
import { at, cpu, latencies, play, timetable, wait } from "./lab.js";

/** The kind of node and of scheduling that most of these tests need: first fit by CPU and memory. */
const firstFit: Scheduler = {
  filters: [
    { rejects: (pod, node) => (pod.cpuMillicores > node.free.cpuMillicores ? "Insufficient cpu" : undefined) },
    { rejects: (pod, node) => (pod.memoryMiB > node.free.memoryMiB ? "Insufficient memory" : undefined) },
  ],
  score: () => 0,
};
const group = {
  ...unlimitedGroup,
  name: "small",
  allocatable: { cpuMillicores: 2000, memoryMiB: 1000 },
  usdPerHour: 0.36,
  max: 10,
};
const nodes = (about: Partial<ClusterSpec> = {}, count = 1): ClusterSpec =>
  cluster({ groups: [{ ...group, count }], scheduler: firstFit, ...about });

/** Ready pods of the first service after each whole second. */
function readyEverySecond(spec: WorldSpec, until: number): readonly number[] {
  const played = createWorld(spec, 1);
  return Array.from({ length: until }, (_, i) => {
    played.sim.run(i + 1.5);
    return played.services[0].ready.count;
  });
}

describe("a pod's way to its first call", () => {
  test("the image's pull, the start and the probes add up", () => {
    // Asked for at 1 s; 100 MiB at 50 MiB/s: started at 3 s; up after 2.5 s; probes at 1, 3 s after the start: ready at 6 s.
    const spec = world({
      services: [
        service({
          replicas: 0,
          scaler: timetable([1, 1]),
          imageMiB: 100,
          startup: constant(2.5),
          readiness: { initialDelay: 1, period: 2, successThreshold: 1 },
        }),
      ],
      cluster: cluster({ pullMiBPerSecond: 50 }),
    });
    expect(readyEverySecond(spec, 7)).toEqual([0, 0, 0, 0, 0, 1, 1]);
  });

  test("an image on the node is not pulled again, and pulls queue behind one another", () => {
    const one = { replicas: 0, imageMiB: 100, startup: constant(0) };
    const spec = world({
      services: [
        service({ ...one, scaler: timetable([1, 2], [8, 3]) }),
        service({ ...one, name: "other", scaler: timetable([1, 1]) }),
      ],
      cluster: cluster({ pullMiBPerSecond: 50 }),
    });
    const played = createWorld(spec, 1);
    const seen = [2.9, 3.1, 4.9, 5.1, 8.1].map((time) => {
      played.sim.run(time);
      return played.services.map(({ ready }) => ready.count);
    });
    // Both pods of the first wait for one pull; the other's pull begins when that is done; the third pod needs none.
    expect(seen).toEqual([
      [0, 0],
      [2, 0],
      [2, 0],
      [2, 1],
      [3, 1],
    ]);
  });

  test("calls that find no pod wait for the first, and that time is the start's fault", () => {
    const spec = world({
      services: [service({ replicas: 0, scaler: timetable([1, 1]), startup: constant(4), steps: [cpu(1)] })],
      loads: [at("shop", 0.5)],
    });
    const { answers, world: played } = play(spec, 20);
    expect(latencies(answers)).toEqual([1 + 4 + 1 - 0.5]);
    expect(played.services[0].startingUp).toBe(4.5);
    expect(played.services[0].queueing).toBe(0);
  });
});

describe("scale-in", () => {
  test("a draining pod takes no new calls, finishes its own, and is gone", () => {
    const spec = world({
      services: [
        service({ replicas: 1, bounds: { min: 0, max: 9 }, scaler: timetable([2, 0], [6, 1]), steps: [wait(3)] }),
      ],
      loads: [at("shop", 1, 3)],
    });
    // The first call is served through the drain; the second waits for the pod of 6 s.
    expect(latencies(play(spec).answers)).toEqual([3, 6 + 3 - 3]);
  });

  test("a pod that outlives its grace is killed, and its calls fail", () => {
    const spec = world({
      services: [service({ grace: 5, bounds: { min: 0, max: 9 }, scaler: timetable([2, 0]), steps: [wait(30)] })],
      loads: [at("shop", 1)],
    });
    const { answers } = play(spec);
    expect(answers).toEqual([{ at: 2 + 5, latency: 2 + 5 - 1, failure: 2 }]);
  });

  test("killing a pod whose calls share its CPU, wait in its queue and call others leaves the books right", () => {
    const spec = world({
      services: [
        service({
          grace: 1,
          bounds: { min: 0, max: 9 },
          scaler: timetable([5, 0], [8, 1]),
          size: { cpuMillicores: 1000, memoryMiB: 1 },
          concurrency: { limit: 3, queue: Infinity, holds: "call", waitsAt: "pod" },
          steps: [
            {
              kind: "parallel",
              branches: [[cpu(4)], [wait(20)], [{ kind: "call", service: "cart", endpoint: "call" }]],
            },
          ],
        }),
        service({ name: "cart", steps: [cpu(2)] }),
      ],
      loads: [at("shop", 0, 1, 2, 3, 4, 9)],
    });
    const { answers, world: played } = play(spec);
    expect(answers.filter(({ failure }) => failure === 2).map(({ at: time }) => time)).toEqual([6, 6, 6, 6, 6]);
    expect(answers.filter(({ failure }) => failure === 0).length).toBe(1);
    expect(played.state.calls.rows.live).toBe(0);
  });

  test("pods that have not started go first, then the newest", () => {
    const spec = world({
      services: [
        service({
          replicas: 2,
          bounds: { min: 0, max: 9 },
          startup: constant(10),
          scaler: timetable([1, 3], [3, 2], [5, 1]),
        }),
      ],
    });
    const played = createWorld(spec, 1);
    played.sim.run(4);
    expect(played.services[0].ready.count).toBe(2); // the third, still starting, went
    played.sim.run(6);
    expect(played.state.pods.serial[played.services[0].ready.items[0]]).toBe(0);
  });
});

describe("pods that fit nowhere", () => {
  const heavy = (replicas: number): ServiceSpec => service({ replicas, size: { cpuMillicores: 1500, memoryMiB: 100 } });

  test("wait, with the reason on record, and come as soon as there is room", () => {
    const leaving = service({
      name: "leaving",
      bounds: { min: 0, max: 9 },
      size: { cpuMillicores: 1500, memoryMiB: 100 },
      scaler: timetable([3, 0]),
    });
    const spec = world({
      services: [leaving, { ...heavy(0), scaler: timetable([1, 1]), bounds: { min: 0, max: 9 } }],
      cluster: nodes(),
    });
    const { world: played } = play(spec, 10);
    const waited = played.decisions.find(({ policy }) => policy === "scheduler")!;
    expect(waited).toMatchObject({
      time: 1,
      subject: "pod shop-0",
      rule: "0/1 nodes are available: 1 Insufficient cpu.",
      effectiveAt: 3,
    });
    expect(played.services[1].ready.count).toBe(1);
  });

  test("get the machine that a provisioner buys, once it has booted", () => {
    const asked: number[] = [];
    const provisioner: ClusterSpec["provisioner"] = {
      name: "one each",
      create: () => ({
        period: 2,
        plan({ now, pending, nodes: there }): ProvisionAnswer {
          asked.push(pending.length);
          const booting = there.filter(({ ready }) => !ready).length;
          return { add: pending.length > booting ? [{ group: "small", count: 1 }] : [], remove: [], rule: `at ${now}` };
        },
      }),
    };
    const spec = world({
      services: [{ ...heavy(1), bounds: { min: 0, max: 9 }, scaler: timetable([1, 2]) }],
      cluster: nodes({ provisioner, groups: [{ ...group, boot: constant(30) }] }),
    });
    const { world: played } = play(spec, 60);
    expect(played.services[0].ready.count).toBe(2);
    expect(asked.slice(0, 3)).toEqual([1, 1, 1]);
    const bought = played.decisions.find(({ subject, asked: to, from }) => subject === "cluster" && to > from)!;
    expect(bought).toMatchObject({ time: 2, from: 1, asked: 2, effectiveAt: 32 });
    // Billed from the purchase: 60 s of one machine and 58 s of the other.
    expect(played.bill().usd).toBeCloseTo(((60 + 58) / 3600) * 0.36, 12);
  });
});

describe("draining a machine", () => {
  const once = (remove: number): ClusterSpec["provisioner"] => ({
    name: "once",
    create: () => ({ period: 10, plan: ({ now }) => ({ add: [], remove: now === 10 ? [remove] : [], rule: "drain" }) }),
  });

  test("moves its pods elsewhere, and the machine goes when the last has left", () => {
    const spec = world({
      services: [service({ replicas: 2, steps: [wait(8)], bounds: { min: 0, max: 9 } })],
      loads: [at("shop", 5)],
      cluster: nodes({ provisioner: once(0) }, 2),
    });
    const played = createWorld(spec, 1);
    played.sim.run(11);
    expect(played.services[0].ready.count).toBe(2);
    expect(played.bill().machineHours).toBeCloseTo((2 * 11) / 3600, 12); // one call is still there
    played.sim.run(20);
    played.checkBooks();
    expect(played.bill().machineHours).toBeCloseTo((20 + 13) / 3600, 12);
    expect(played.recorder.finished).toBe(1);
  });

  test("without a call in its pods gives back that one machine at once, and no other", () => {
    const spec = world({
      services: [service({ replicas: 2, bounds: { min: 0, max: 9 } })],
      cluster: nodes({ provisioner: once(0) }, 3),
    });
    const played = createWorld(spec, 1);
    played.sim.run(20);
    expect(played.bill().machineHours).toBeCloseTo((3 * 10 + 2 * 10) / 3600, 12);
    expect(played.services[0].ready.count).toBe(2);
    for (const pod of [0, 1]) expect(played.state.pods.node[played.services[0].ready.items[pod]]).not.toBe(0);
  });

  test("is billed for the minimum even when it lived less, and idle is what nobody requested", () => {
    const spec = world({
      services: [service({ replicas: 1, size: { cpuMillicores: 500, memoryMiB: 500 } })],
      cluster: nodes({ provisioner: once(1) }, 2),
    });
    const played = createWorld(spec, 1);
    played.sim.run(20);
    const { usd, idleUsd, usdByOwner, resourceDemand, containerDemand } = played.bill();
    expect(usd).toBeCloseTo(((20 + 60) / 3600) * 0.36, 12);
    // Its part: the mean of 500/2000 of the CPU and 500/1000 of the memory.
    expect(usdByOwner[0]).toBeCloseTo((20 / 3600) * 0.36 * ((0.25 + 0.5) / 2), 12);
    expect(idleUsd).toBeCloseTo(usd - usdByOwner[0], 12);
    expect(resourceDemand).toBeCloseTo(((20 + 10) * (unlimitedGroup.capacity.cpuMillicores / 1000)) / 3600, 0);
    expect(containerDemand).toBeCloseTo((20 * 0.5) / 3600, 12);
  });
});
