import { expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { createWorld } from "../../src/model/world.js";
import type { PodView, Scaler } from "../../src/policy/contract.js";
import { fit } from "../../src/policy/scheduler/filters.js";
import { at, cpu, latencies, play, timetable } from "./lab.js";

const node = (cores: number) => {
  const allocatable = { cpuMillicores: 1000 * cores, memoryMiB: 1e6 };
  return { ...unlimitedGroup, capacity: allocatable, allocatable, usdPerHour: 3600 };
};
const resources = (cpuMillicores: number, memoryMiB = 256) => ({
  size: { cpuMillicores, memoryMiB },
  cpuLimitMillicores: Infinity,
  memoryLimitMiB: Infinity,
});

test("a service's next pods take its present size, those that are there keep theirs, and all give back what they took", () => {
  const seen: (readonly PodView[])[] = [];
  const watched: Scaler = {
    period: 1,
    desiredReplicas(view) {
      seen.push(view.pods);
      return view.now < 3 ? 2 : 0;
    },
  };
  const shop = service({ ...resources(500), scaler: { name: "watched", create: () => watched } });
  const spec = world({ services: [shop], cluster: cluster({ groups: [node(8)] }) });
  const { sim, state, services, bill } = createWorld(spec, 1);
  const free = (): number => {
    const taken = state.pods;
    let sum = 8000;
    for (let pod = state.nodes.firstPod[0]; pod >= 0; pod = taken.nextOnNode[pod]) sum -= taken.cpuMillicores[pod];
    return sum;
  };
  services[0].resources = resources(1500);
  sim.run(2);
  expect(seen.at(-1)!.map(({ size }) => size.cpuMillicores)).toEqual([500, 1500]);
  expect(free()).toBe(8000 - 500 - 1500);
  sim.run(10);
  expect(free()).toBe(8000);
  // 500 m for the three seconds until both went, 1500 m for the last two of them.
  expect(bill().containerDemand * 3600).toBeCloseTo(0.5 * 3 + 1.5 * 2, 9);
});

test("a pod that has no room does not stand for a smaller one of its service", () => {
  const shop = service({ ...resources(900), scaler: timetable([0, 1], [2, 2], [3, 3]) });
  const small = cluster({ groups: [node(1)], scheduler: { filters: fit, score: () => 0 } });
  const { sim, services } = createWorld(world({ services: [shop], cluster: small }), 1);
  sim.run(2.5);
  expect(services[0].ready.count).toBe(1);
  services[0].resources = resources(100);
  sim.run(3.5);
  expect(services[0].ready.count).toBe(2);
});

test("on a crowded node a larger request of the same service weighs more", () => {
  // One core, requests of 100 m and 300 m, a second of work in each: the second has 3/4 of the core and is done after 4/3 s.
  const workers = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
  const first = service({ ...resources(100), name: "first", concurrency: workers, steps: [cpu(1)] });
  const second = service({ ...resources(300), name: "second", concurrency: workers, steps: [cpu(1)] });
  const spec = world({
    services: [first, second],
    loads: [at("first", 0), at("second", 0)],
    cluster: cluster({ groups: [node(1)] }),
  });
  expect(latencies(play(spec).answers)).toEqual([1.333333333, 2]);
});
