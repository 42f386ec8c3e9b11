/**
 * Cluster Autoscaler cannot be recorded, so it is held against laws that follow from its specification, and against slow,
 * independent implementations of its text: over many random clusters, all equal.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBackoff } from "../../../src/controllers/cluster-autoscaler/backoff.js";
import { cropped } from "../../../src/controllers/cluster-autoscaler/budgets.js";
import type { Group, Pod } from "../../../src/controllers/cluster-autoscaler/cluster.js";
import { estimate, type Option } from "../../../src/controllers/cluster-autoscaler/estimator.js";
import { choose, type Expander } from "../../../src/controllers/cluster-autoscaler/expanders.js";
import { RandomStream } from "../../../src/kernel/random.js";
import { group, pod, runs } from "./random-groups.js";

/** The estimate by the words of the specification, as plainly as they can be written: no help from the code tested. */
function byTheBook(given: Group, pods: readonly Pod[], most: number): { nodes: number; pods: number } {
  const roomy = (bin: Pod[], one: Pod): boolean =>
    bin.length < given.maxPods &&
    [...bin, one].reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0) <= given.allocatable.cpuMillicores &&
    [...bin, one].reduce((sum, { memoryMiB }) => sum + memoryMiB, 0) <= given.allocatable.memoryMiB;
  const kinds: Pod[][] = [];
  for (const one of pods) {
    const kind = kinds.find(([first]) =>
      ["service", "cpuMillicores", "memoryMiB"].every((key) => (first as never)[key] === (one as never)[key]),
    );
    if (kind === undefined) kinds.push([one]);
    else kind.push(one);
  }
  const weight = ([one]: Pod[]): number =>
    one.cpuMillicores / given.allocatable.cpuMillicores + one.memoryMiB / given.allocatable.memoryMiB;
  // A sort that keeps equals in order, the slow way.
  const ordered: Pod[][] = [];
  for (const kind of kinds.filter(([one]) => roomy([], one))) {
    const at = ordered.findIndex((other) => weight(other) < weight(kind));
    ordered.splice(at < 0 ? ordered.length : at, 0, kind);
  }
  const bins: Pod[][] = [];
  let helped = 0;
  for (const kind of ordered) {
    const left = [...kind];
    while (left.length > 0) {
      const bin = bins.find((one) => roomy(one, left[0]));
      if (bin === undefined) break;
      bin.push(left.shift()!);
      helped++;
    }
    while (left.length > 0) {
      if (bins.length === 0 || !roomy(bins[bins.length - 1], left[0])) {
        if (bins.length >= most) break;
        bins.push([]);
      }
      bins[bins.length - 1].push(left.shift()!);
      helped++;
    }
  }
  return { nodes: bins.length, pods: helped };
}

const situation = fc.record({
  pods: fc.array(pod, { maxLength: 40 }),
  most: fc.constantFrom(0, 1, 2, 5, 100),
  maxPods: fc.constantFrom(1, 3, 10),
  cores: fc.constantFrom(1000, 2000, 4000),
});

describe("the estimate", () => {
  test("is the specification's first-fit decreasing", () => {
    let found = 0;
    fc.assert(
      fc.property(situation, ({ pods, most, maxPods, cores }) => {
        const given = group({ maxPods, allocatable: { cpuMillicores: cores, memoryMiB: cores } });
        const option = estimate(given, pods, most);
        if (option !== undefined) found++;
        const { nodes, pods: helped } = byTheBook(given, pods, most);
        expect([option?.nodes ?? 0, option?.pods.length ?? 0]).toEqual(helped > 0 ? [nodes, helped] : [0, 0]);
      }),
      runs,
    );
    expect(found).toBeGreaterThan(500);
  });

  test("never takes fewer nodes than its pods need by their sums, nor more than it may, nor one for no pod", () => {
    fc.assert(
      fc.property(situation, ({ pods, most, maxPods, cores }) => {
        const given = group({ maxPods, allocatable: { cpuMillicores: cores, memoryMiB: cores } });
        const option = estimate(given, pods, most);
        if (option === undefined) return;
        const sum = (of: (one: Pod) => number) => option.pods.reduce((total, one) => total + of(one), 0);
        const least = Math.max(
          sum((one) => one.cpuMillicores) / cores,
          sum((one) => one.memoryMiB) / cores,
          option.pods.length / maxPods,
        );
        expect(option.nodes).toBeGreaterThanOrEqual(Math.ceil(least - 1e-9));
        expect(option.nodes).toBeLessThanOrEqual(Math.min(most, option.pods.length));
      }),
      runs,
    );
  });
});

describe("expanders", () => {
  const options = fc.array(
    fc.record({
      cores: fc.constantFrom(1000, 2000, 4000, 8000),
      nodes: fc.integer({ min: 1, max: 4 }),
      pods: fc.array(pod, { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const made = (cores: number, nodes: number, pods: readonly Pod[], i: number): Option => ({
    group: group({ name: `g${i}`, capacity: { cpuMillicores: cores, memoryMiB: 2 * cores } }),
    nodes,
    pods,
  });
  /** The share of CPU and memory left over, and what each expander wants least of, by the specification. */
  const wants: Record<string, (one: Option) => number> = {
    "least-waste": ({ group: { capacity }, nodes, pods }) => {
      const left = (all: number, each: (one: Pod) => number) =>
        (all * nodes - pods.reduce((sum, one) => sum + each(one), 0)) / (all * nodes);
      return (
        left(capacity.cpuMillicores, (one) => one.cpuMillicores) + left(capacity.memoryMiB, (one) => one.memoryMiB)
      );
    },
    "most-pods": ({ pods }) => -pods.length,
    "least-nodes": ({ nodes }) => nodes,
    priority: ({ group: { name } }) => (/[024]$/.test(name) ? -5 : /[0135]$/.test(name) ? -1 : Infinity),
  };
  const priorities = [
    { matches: /[024]$/, priority: 5 },
    { matches: /[0135]$/, priority: 1 },
  ];
  const names = Object.keys(wants) as Expander[];

  test("each takes one of the best of its kind, and a chain one of the best of the best", () => {
    fc.assert(
      fc.property(options, fc.shuffledSubarray(names, { minLength: 1 }), fc.integer(), (given, chain, seed) => {
        const all = given.map(({ cores, nodes, pods }, i) => made(cores, nodes, pods, i));
        const chosen = choose(all, { chain, priorities, nodes: 3 }, new RandomStream(seed, "expander"))!;
        const key = (one: Option) => chain.map((name) => wants[name](one));
        const better = (one: number[], other: number[]) => {
          const i = one.findIndex((value, at) => Math.abs(value - other[at]) > 1e-12);
          return i >= 0 && one[i] < other[i];
        };
        expect(all.some((one) => better(key(one), key(chosen)))).toBe(false);
      }),
      runs,
    );
  });

  test("ties go to each of them some time", () => {
    const all = [0, 1, 2].map((i) => made(1000, 1, [], i));
    const seen = new Set(
      Array.from(
        { length: 100 },
        (_, seed) =>
          choose(all, { chain: ["least-nodes"], priorities: [], nodes: 1 }, new RandomStream(seed, "expander"))!.group
            .name,
      ),
    );
    expect([...seen].sort()).toEqual(["g0", "g1", "g2"]);
  });
});

test("budgets: never more than the parallelism in all, never more drains than theirs, empty ones first", () => {
  const few = fc.nat({ max: 15 });
  fc.assert(
    fc.property(
      fc.tuple(few, few, few, few, few, few),
      ([empty, drain, emptyNow, drainNow, maxParallelism, maxDrainParallelism]) => {
        const now = { empty: emptyNow, drain: drainNow };
        const given = cropped({ empty, drain }, now, { maxParallelism, maxDrainParallelism });
        // The greatest pair that is allowed, empty ones before others: found by trying all.
        let best = { empty: 0, drain: 0 };
        for (let e = 0; e <= empty; e++)
          for (let d = 0; d <= drain; d++) {
            const fits =
              e + d === 0 ||
              (e + d + emptyNow + drainNow <= maxParallelism && (d === 0 || d + drainNow <= maxDrainParallelism));
            if (fits && (e > best.empty || (e === best.empty && d > best.drain))) best = { empty: e, drain: d };
          }
        expect(given).toEqual(best);
      },
    ),
    runs,
  );
});

test("back-off: 5 minutes, doubled by a failure after it, 30 at most, forgotten after 3 hours", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }), (gaps) => {
      const backoff = createBackoff();
      let now = 0;
      let duration = 0;
      let until = -1;
      let last = -Infinity;
      for (const gap of gaps) {
        now += gap;
        if (duration === 0 || now - last > 3 * 3600) duration = 300;
        else if (until < now) duration = Math.min(1800, 2 * duration);
        until = now + duration;
        last = now;
        expect(backoff.fail("g", now)).toBe(until);
        expect([now, until - 1, until].map((at) => backoff.isBackedOff("g", at))).toEqual([true, true, false]);
      }
    }),
    runs,
  );
});
