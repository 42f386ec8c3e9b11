/**
 * The node lifecycle controller by hand, from node_lifecycle_controller.go and rate_limited_queue.go of Kubernetes v1.36.2: a grace of
 * 50 s, taints at 0.1 a second and zone, none in small zones that are partly lost, none where all is lost.
 */
import { expect, test } from "vitest";
import { NodeLifecycle } from "../../src/controllers/node-lifecycle/node-lifecycle.js";

interface Zone {
  readonly nodes: number;
  /** The first so many renew nothing after time 0. */
  readonly lost: number;
}

/** Looks every 5 s; healthy nodes have always just renewed. Answers with what was found and tainted, and when. */
function watch(zones: Readonly<Record<string, Zone>>, until: number, back: (name: string) => number = () => Infinity) {
  const lifecycle = new NodeLifecycle();
  const lost: [string, number][] = [];
  const tainted: [string, number][] = [];
  for (let now = 0; now <= until; now++) {
    if (now % 5 === 0) {
      const nodes = Object.entries(zones).flatMap(([zone, { nodes, lost }]) =>
        Array.from({ length: nodes }, (_, i) => {
          const name = `${zone}${i}`;
          return { name, zone, renewedAt: i < lost && now < back(name) ? 0 : now };
        }),
      );
      for (const name of lifecycle.look(nodes, now).lost) lost.push([name, now]);
    }
    for (const name of lifecycle.taint(now)) tainted.push([name, now]);
  }
  return { lost, tainted };
}

test("one node of many is missed after 50 s and tainted at once", () => {
  const found = watch({ a: { nodes: 3, lost: 1 }, b: { nodes: 3, lost: 0 } }, 100);
  expect(found).toEqual({ lost: [["a0", 50]], tainted: [["a0", 50]] });
});

test("the nodes of a lost zone are tainted one every 10 s", () => {
  const { lost, tainted } = watch({ a: { nodes: 3, lost: 3 }, b: { nodes: 3, lost: 0 } }, 100);
  expect(lost.map(([, at]) => at)).toEqual([50, 50, 50]);
  expect(tainted).toEqual([
    ["a0", 50],
    ["a1", 60],
    ["a2", 70],
  ]);
});

test("two zones have a rate each", () => {
  const { tainted } = watch({ a: { nodes: 2, lost: 2 }, b: { nodes: 2, lost: 2 }, c: { nodes: 1, lost: 0 } }, 100);
  expect(tainted.map(([, at]) => at)).toEqual([50, 50, 60, 60]);
});

test("in a small zone of which 55 % are lost, and more than two, nobody is tainted", () => {
  // 3 of 5 are 60 %; 3 of 6 are 50 %; 2 of 3 are too few to count.
  expect(watch({ a: { nodes: 5, lost: 3 } }, 200).tainted).toEqual([]);
  expect(watch({ a: { nodes: 6, lost: 3 } }, 200).tainted.map(([, at]) => at)).toEqual([50, 60, 70]);
  expect(watch({ a: { nodes: 3, lost: 2 } }, 200).tainted.map(([, at]) => at)).toEqual([50, 60]);
});

test("in a zone of more than 50 it is one every 100 s", () => {
  // The bucket of the zone before it was disrupted was full, and so is the new one.
  expect(watch({ a: { nodes: 51, lost: 40 } }, 260).tainted.map(([, at]) => at)).toEqual([50, 150, 250]);
});

test("where every zone is lost nobody is tainted; once some are back, the others are, after a new beginning of their bucket", () => {
  const zones = { a: { nodes: 2, lost: 2 }, b: { nodes: 2, lost: 2 } };
  expect(watch(zones, 300).tainted).toEqual([]);
  // b is back at 100; the bucket of a was closed, so that it is empty then.
  const { tainted } = watch(zones, 200, (name) => (name.startsWith("b") ? 100 : Infinity));
  expect(tainted).toEqual([
    ["a0", 110],
    ["a1", 120],
  ]);
});

test("a node that is back before its turn is not tainted", () => {
  const { tainted } = watch({ a: { nodes: 2, lost: 2 }, b: { nodes: 1, lost: 0 } }, 100, (name) =>
    name === "a1" ? 55 : Infinity,
  );
  expect(tainted).toEqual([["a0", 50]]);
});
