/** Whole loops of Cluster Autoscaler over random clusters, held against laws that follow from its specification. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cluster, createClusterAutoscaler } from "../../../src/controllers/cluster-autoscaler/autoscaler.js";
import type { Node, PendingPod, Pod } from "../../../src/controllers/cluster-autoscaler/cluster.js";
import { RandomStream } from "../../../src/kernel/random.js";
import { group, pod, runs, size } from "./random-groups.js";

const settings = {
  period: 10,
  utilizationThreshold: 0.5,
  unneededTime: 600,
  unremovableRecheck: 300,
  maxParallelism: 3,
  maxDrainParallelism: 2,
  delayAfterAdd: 600,
  delayAfterDelete: 0,
  delayAfterFailure: 180,
  newPodDelay: 0,
  balanceSimilarGroups: false,
  maxNodesTotal: 12,
  maxCores: Infinity,
  maxMemoryMiB: Infinity,
  chain: ["least-waste"] as const,
  priorities: [],
};

const standing = (id: number, pods: readonly Pod[], more: Partial<Node> = {}): Node => ({
  id,
  group: id % 2 === 0 ? "even" : "odd",
  ready: true,
  draining: false,
  allocatable: size,
  free: {
    cpuMillicores: 1000 - pods.reduce((sum, one) => sum + one.cpuMillicores, 0),
    memoryMiB: 1000 - pods.reduce((sum, one) => sum + one.memoryMiB, 0),
  },
  maxPods: 10,
  podCount: pods.length,
  pods,
  ...more,
});
const light = fc.record({
  service: fc.constantFrom("a", "b"),
  cpuMillicores: fc.constantFrom(50, 150, 300),
  memoryMiB: fc.constantFrom(50, 300),
  drain: fc.constantFrom(undefined, undefined, undefined, { safeToEvict: "false" as const }),
});
const clusters = fc.record({
  loads: fc.array(fc.array(light, { maxLength: 3 }), { minLength: 1, maxLength: 8 }),
  min: fc.nat({ max: 3 }),
  draining: fc.nat({ max: 2 }),
});

/** Whether some way exists to put all pods into the rooms: every way is tried. */
function canBePlaced(pods: readonly Pod[], rooms: readonly { cpu: number; memory: number; pods: number }[]): boolean {
  if (pods.length === 0) return true;
  const [first, ...rest] = pods;
  return rooms.some((room, i) => {
    if (room.pods < 1 || room.cpu < first.cpuMillicores || room.memory < first.memoryMiB) return false;
    const after = { cpu: room.cpu - first.cpuMillicores, memory: room.memory - first.memoryMiB, pods: room.pods - 1 };
    return canBePlaced(
      rest,
      rooms.map((one, j) => (j === i ? after : one)),
    );
  });
}

describe("giving back", () => {
  test("no pod is left without a place, no group below its minimum, no node that is needed or held, none before its time", () => {
    let removed = 0;
    fc.assert(
      fc.property(clusters, ({ loads, min, draining }) => {
        const nodes = loads.map((pods, id) => standing(id, pods, { draining: id < draining }));
        const groups = ["even", "odd"].map((name) =>
          group({ name, min, count: nodes.filter((one) => one.group === name).length }),
        );
        const autoscaler = createClusterAutoscaler(settings, new RandomStream(1, "expander"));
        for (let now = 0; now <= 610; now += 10) {
          const { remove } = autoscaler.look({ now, nodes, pending: [], groups } as Cluster);
          if (now <= 600) {
            expect(remove).toEqual([]);
            continue;
          }
          removed += remove.length;
          const gone = nodes.filter(({ id }) => remove.includes(id));
          const rest = nodes.filter((one) => !one.draining && !remove.includes(one.id));
          const rooms = rest.map(({ free, maxPods, podCount }) => ({
            cpu: free.cpuMillicores,
            memory: free.memoryMiB,
            pods: maxPods - podCount,
          }));
          expect(
            canBePlaced(
              gone.flatMap(({ pods }) => pods),
              rooms,
            ),
          ).toBe(true);
          for (const one of gone) {
            expect(1000 - one.free.cpuMillicores).toBeLessThanOrEqual(500);
            expect(1000 - one.free.memoryMiB).toBeLessThanOrEqual(500);
            expect(one.pods.some(({ drain }) => drain?.safeToEvict === "false")).toBe(false);
          }
          for (const { name } of groups) {
            const left = rest.filter((one) => one.group === name).length;
            const before = nodes.filter((one) => one.group === name && !one.draining).length;
            expect(left).toBeGreaterThanOrEqual(Math.min(before, min));
          }
          const drains = (list: readonly Node[]) => list.filter(({ podCount }) => podCount > 0).length;
          const leaving = nodes.filter((one) => one.draining);
          if (remove.length > 0) expect(remove.length + leaving.length).toBeLessThanOrEqual(3);
          if (drains(gone) > 0) expect(drains(gone) + drains(leaving)).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 400, seed: 7 },
    );
    expect(removed).toBeGreaterThan(100);
  });

  test("a node that is needed for one look at any moment counts from the next one on", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (look) => {
        const autoscaler = createClusterAutoscaler(settings, new RandomStream(1, "expander"));
        const busy = standing(0, [{ service: "a", cpuMillicores: 600, memoryMiB: 1 }]);
        const groups = [group({ name: "even", count: 2, min: 0 })];
        const first = (): number => {
          for (let now = 0; ; now += 10) {
            const other = standing(2, now === look * 10 ? busy.pods : []);
            if (autoscaler.look({ now, nodes: [busy, other], pending: [], groups } as Cluster).remove.length > 0)
              return now;
          }
        };
        // More than 600 s after the look that first found it unneeded.
        expect(first()).toBe(look * 10 + 10 + 610);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe("growing", () => {
  const pending = fc.array(pod, { maxLength: 25 }).map((pods) => pods.map((one): PendingPod => ({ ...one, since: 0 })));
  test("never past a maximum: of a group, of nodes, cores or memory in all; never while a group backs off", () => {
    let grown = 0;
    const limits = fc.record({
      maxNodesTotal: fc.constantFrom(4, 8, Infinity),
      maxCores: fc.constantFrom(5, 20, Infinity),
      maxMemoryMiB: fc.constantFrom(6000, Infinity),
    });
    fc.assert(
      fc.property(
        pending,
        limits,
        fc.nat({ max: 4 }),
        fc.nat({ max: 4 }),
        fc.boolean(),
        (pods, most, small, large, fails) => {
          const autoscaler = createClusterAutoscaler({ ...settings, ...most }, new RandomStream(1, "expander"));
          if (fails) autoscaler.failed("large", 90);
          const four = { cpuMillicores: 4000, memoryMiB: 4000 };
          const groups = [
            group({ name: "small", count: small, max: 5 }),
            group({ name: "large", count: large, max: 4, capacity: four, allocatable: four }),
          ];
          const { add } = autoscaler.look({ now: 100, nodes: [], pending: pods, groups });
          const count = (name: string) =>
            (groups.find((one) => one.name === name)?.count ?? 0) +
            add.filter((one) => one.group === name).reduce((sum, one) => sum + one.count, 0);
          const [s, l] = [count("small"), count("large")];
          if (add.length === 0) return;
          grown++;
          expect(add).toHaveLength(1);
          expect(s).toBeLessThanOrEqual(5);
          expect(l).toBeLessThanOrEqual(4);
          expect(s + l).toBeLessThanOrEqual(most.maxNodesTotal);
          expect(s + 4 * l).toBeLessThanOrEqual(most.maxCores);
          expect(1000 * (s + 4 * l)).toBeLessThanOrEqual(most.maxMemoryMiB);
          if (fails) expect(add[0].group).toBe("small");
        },
      ),
      runs,
    );
    expect(grown).toBeGreaterThan(300);
  });
});
