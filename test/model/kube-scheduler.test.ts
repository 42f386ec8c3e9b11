/** Schedules worked out by hand: where pods of several kinds go, who waits and why, and who has to go for whom. */
import { describe, expect, test } from "vitest";
import { HOSTNAME, ZONE } from "../../src/controllers/scheduler/objects.js";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { ClusterSpec, NodeGroupSpec, ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld, type World } from "../../src/model/world.js";
import { kubeScheduler } from "../../src/policy/scheduler/kube-scheduler.js";
import type { Resources, Sizer } from "../../src/policy/sizer-contract.js";
import { make } from "../policy/builders.js";
import { at, timetable, wait } from "./lab.js";

const scheduler: ClusterSpec["scheduler"] = { name: "kube-scheduler", create: () => make(kubeScheduler) };

/** Machines of two cores. */
const group = (about: Partial<NodeGroupSpec>): NodeGroupSpec => ({
  ...unlimitedGroup,
  name: "node",
  allocatable: { cpuMillicores: 2000, memoryMiB: 8000 },
  maxPods: 110,
  max: 10,
  ...about,
});
const on = (...groups: readonly Partial<NodeGroupSpec>[]): ClusterSpec =>
  cluster({ groups: groups.map(group), scheduler });

/** Pods of one core, whose number may change. */
const pods = (name: string, cpuMillicores: number, about: Parameters<typeof service>[0] = {}): ServiceSpec =>
  service({ name, bounds: { min: 0, max: 99 }, size: { cpuMillicores, memoryMiB: 100 }, ...about });

const inZones = { zones: ["a", "b", "c"], count: 3 };

/** How many pods of each service stand on each machine: "node-0: shop 2". */
function standing({ state }: World): readonly string[] {
  const counts = new Map<string, number>();
  const rows = state.pods.rows;
  for (let pod = 0; pod < state.pods.node.length && rows.live > 0; pod++) {
    const object = state.podObjects[pod];
    if (object === undefined || state.pods.node[pod] < 0 || state.pods.phase[pod] === 0) continue;
    const key = `${state.pods.node[pod]}: ${state.services[state.pods.service[pod]].spec.name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

function played(spec: WorldSpec, until: number): World {
  const lived = createWorld(spec, 1);
  lived.sim.run(until);
  lived.checkBooks();
  return lived;
}

const refusals = ({ decisions }: World) =>
  decisions.filter(({ policy, rule }) => policy === "kube-scheduler" && rule.startsWith("0/"));

describe("where pods go", () => {
  test("a spread over zones that must hold lets no zone get two ahead, though one has most of the room", () => {
    const spread = [
      {
        maxSkew: 1,
        topologyKey: ZONE,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "shop" } },
      },
    ];
    const shop = pods("shop", 500, { replicas: 5, template: { spread } });
    // Two machines in a, one in b: 3 + 2 pods, where by room alone a would have had four.
    const lived = played(world({ services: [shop], cluster: on({ zones: ["a", "b", "a"], count: 3 }) }), 1);
    const inB = standing(lived).filter((one) => one.startsWith("1: "));
    expect(inB).toEqual(["1: shop 2"]);
    expect(lived.services[0].ready.count).toBe(5);
  });

  test("pods that must not meet wait when there are more of them than machines, and say so", () => {
    const apart = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { app: "shop" } }, topologyKey: HOSTNAME },
        ],
      },
    };
    const shop = pods("shop", 100, { replicas: 4, template: { affinity: apart } });
    const lived = played(world({ services: [shop], cluster: on(inZones) }), 1);
    expect(standing(lived)).toEqual(["0: shop 1", "1: shop 1", "2: shop 1"]);
    expect(refusals(lived)[0].rule).toBe(
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
    );
  });

  test("each reason counts its nodes: taints, selectors and room", () => {
    const shop = pods("shop", 1500, { replicas: 2, template: { nodeSelector: { disk: "ssd" } } });
    const groups = [
      { name: "ssd", labels: { disk: "ssd" } },
      { name: "hdd", count: 2 },
      { name: "gpu", labels: { disk: "ssd" }, taints: [{ key: "gpu", effect: "NoSchedule" }] },
    ];
    const lived = played(world({ services: [shop], cluster: on(...groups) }), 1);
    expect(refusals(lived).map(({ subject, rule }) => `${subject}: ${rule}`)).toEqual([
      "pod shop-1: 0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.",
    ]);
  });

  test("a taint that asks to be avoided is, until a toleration lifts it", () => {
    const groups = [{ name: "old", taints: [{ key: "old", effect: "PreferNoSchedule" }] }, { name: "new" }];
    const where = (template: ServiceSpec["template"]) =>
      standing(played(world({ services: [pods("shop", 500, { template })], cluster: on(...groups) }), 1));
    // Both are empty: without a taint in the way the first is taken.
    expect(where({})).toEqual(["1: shop 1"]);
    expect(where({ tolerations: [{ operator: "Exists" }] })).toEqual(["0: shop 1"]);
  });
});

describe("who waits", () => {
  test("room goes to the highest priority first, then to whoever has waited longest", () => {
    const full = pods("full", 2000, { scaler: timetable([5, 0]) });
    const some = (name: string, time: number, priority: number) =>
      pods(name, 2000, { replicas: 0, scaler: timetable([time, 1]), template: { priority, neverPreempts: true } });
    const services = [full, some("early", 1, 0), some("late", 2, 0), some("urgent", 3, 10)];
    const ready = (until: number) =>
      played(world({ services, cluster: on({}) }), until).services.map(({ ready: { count } }) => count);
    expect(ready(4)).toEqual([1, 0, 0, 0]);
    expect(ready(6)).toEqual([0, 0, 0, 1]);
  });

  test("a machine that comes is tried for those whom it may help", () => {
    const provisioner: ClusterSpec["provisioner"] = {
      name: "one",
      create: () => ({
        period: 10,
        plan: ({ now, pending }) => ({
          add: now === 10 ? [{ group: "node", count: pending.length }] : [],
          remove: [],
          rule: "buy",
        }),
      }),
    };
    const spec = world({
      services: [pods("shop", 1500, { replicas: 2 })],
      cluster: cluster({ groups: [group({ boot: constant(20) })], scheduler, provisioner }),
    });
    expect(played(spec, 29).services[0].ready.count).toBe(1);
    expect(played(spec, 31).services[0].ready.count).toBe(2);
  });
});

describe("preemption", () => {
  const low = (about: Parameters<typeof service>[0] = {}) => pods("low", 1500, { steps: [wait(8)], ...about });
  const high = (about: Parameters<typeof service>[0] = {}) =>
    pods("high", 1500, { replicas: 0, scaler: timetable([10, 1]), template: { priority: 100 }, ...about });

  test("a victim ends its calls before the other takes its place, and its own replacement waits", () => {
    const spec = world({ services: [low(), high()], loads: [at("low", 5)], cluster: on({}) });
    // The call of 5 s lasts until 13 s: so long the victim stays.
    expect(played(spec, 12.9).services.map(({ ready }) => ready.count)).toEqual([0, 0]);
    const lived = played(spec, 13.1);
    expect(lived.services.map(({ ready }) => ready.count)).toEqual([0, 1]);
    expect(lived.recorder.finished).toBe(1);
    const told = lived.decisions.filter(({ policy }) => policy === "kube-scheduler");
    expect(told.map(({ time, subject, rule, effectiveAt }) => ({ time, subject, rule, effectiveAt }))).toEqual([
      { time: 10, subject: "pod high-0", rule: "0/1 nodes are available: 1 Insufficient cpu.", effectiveAt: 13 },
      { time: 10, subject: "pod low-0", rule: "Preempted by pod high-0 on node node-0", effectiveAt: 13 },
      {
        time: 10,
        subject: "pod low-1",
        rule: "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
        effectiveAt: NaN,
      },
    ]);
  });

  test("the room that is being made is kept from those of lower priority, but not the rest of the node", () => {
    const small = (name: string, cpuMillicores: number) =>
      pods(name, cpuMillicores, { replicas: 0, scaler: timetable([11, 1]) });
    // 2000 m: 500 of small and 1400 of low; high wants 1500, so low has to go and takes until 13 s.
    const spec = world({
      services: [
        low({ size: { cpuMillicores: 1400, memoryMiB: 100 } }),
        high(),
        small("thief", 600),
        small("guest", 500),
      ],
      loads: [at("low", 5)],
      cluster: on({}),
    });
    const lived = played(spec, 20);
    // When low has gone 600 m would be free of what high has been promised, had it not; the guest fits beside it.
    expect(lived.services.map(({ ready }) => ready.count)).toEqual([0, 1, 0, 1]);
  });

  test("who never preempts waits for room", () => {
    const template = { priority: 100, neverPreempts: true };
    const lived = played(world({ services: [low(), high({ template })], cluster: on({}) }), 20);
    expect(lived.services.map(({ ready }) => ready.count)).toEqual([1, 0]);
    expect(refusals(lived)[0].rule).toBe(
      "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
    );
  });

  test("a pod that its disruption budget protects is spared where another will do", () => {
    const budget = { maxUnavailable: { pods: 0 } };
    const kept = pods("kept", 1500, { lifecycle: { ...plainLifecycle, budget } });
    // Both machines are full; the protected pod came first, to the first machine.
    const lived = played(world({ services: [kept, low(), high()], cluster: on({ count: 2 }) }), 20);
    expect(lived.services.map(({ ready }) => ready.count)).toEqual([1, 0, 1]);
  });

  test("the least important goes: lower priority before higher", () => {
    const middle = pods("middle", 1500, { template: { priority: 50 } });
    const lived = played(world({ services: [low(), middle, high()], cluster: on({ count: 2 }) }), 20);
    expect(lived.services.map(({ ready }) => ready.count)).toEqual([0, 1, 1]);
  });

  test("at the start those of high priority are placed first, so that nobody is taken away", () => {
    const first = high({ replicas: 1, scaler: undefined });
    const lived = played(world({ services: [low(), first], cluster: on({}) }), 1);
    expect(lived.services.map(({ ready }) => ready.count)).toEqual([0, 1]);
    expect(lived.decisions.filter(({ rule }) => rule.startsWith("Preempted"))).toEqual([]);
  });
});

describe("a pod that is resized in place", () => {
  /** From 10 s on the pods of a service ask for so much. */
  const resized = (cpuMillicores: number): ServiceSpec["sizer"] => ({
    name: "resizing",
    create: (): Sizer => ({
      period: 10,
      sizeOfNew: () => ({ resources: asking(cpuMillicores), rule: "as told" }),
      *changes({ pods: all }) {
        for (const { id, resources } of all)
          if (resources.size.cpuMillicores !== cpuMillicores)
            yield { what: "resize", pod: id, resources: asking(cpuMillicores), wait: 0, rule: "as told" };
      },
    }),
  });
  const asking = (cpuMillicores: number): Resources => ({
    size: { cpuMillicores, memoryMiB: 100 },
    cpuLimitMillicores: Infinity,
    memoryLimitMiB: Infinity,
  });
  const beside = (first: number, then: number): WorldSpec =>
    world({
      services: [
        // New ones begin with the sizer's word, so the first is made before there is one.
        pods("shop", first, { sizer: resized(then), replicas: 1 }),
        pods("other", 1000, { replicas: 0, scaler: timetable([20, 1]) }),
      ],
      loads: [],
      cluster: on({}),
    });

  test("leaves the less for others the more it asks for", () => {
    // Of two cores 500m were asked for; then 1500m, and there is no room for one more core.
    expect(refusals(played(beside(500, 1500), 30)).map(({ rule }) => rule)).toHaveLength(1);
  });

  test("makes room when it asks for less", () => {
    expect(refusals(played(beside(1500, 500), 30))).toEqual([]);
  });
});
