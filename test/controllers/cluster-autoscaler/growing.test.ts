import { describe, expect, test } from "vitest";
import { estimate, type Option } from "../../../src/controllers/cluster-autoscaler/estimator.js";
import { choose, type Expander } from "../../../src/controllers/cluster-autoscaler/expanders.js";
import { RandomStream } from "../../../src/kernel/random.js";
import type { GroupView, PlacedPod } from "../../../src/policy/contract.js";
import { groupView, placedPod, size, times } from "../../policy/builders.js";

describe("how many nodes of 1000 millicores, 1000 MiB and 10 pods", () => {
  const rows: [string, PlacedPod[], number, number | undefined, number][] = [
    ["ten pods of 300 millicores, three a node: ⌈10/3⌉", times(10, placedPod(300)), 100, 4, 10],
    ["25 small ones, ten a node", times(25, placedPod(10, 10)), 100, 3, 25],
    ["memory counts alike: three pods of 600 MiB", times(3, placedPod(10, 600)), 100, 3, 3],
    [
      "the great ones go first, the small ones beside them",
      [...times(2, placedPod(400, 100, "b")), ...times(2, placedPod(600, 100, "a"))],
      100,
      2,
      4,
    ],
    [
      "what no longer fits beside them gets another node: 250 beside 600 twice, then alone",
      [...times(2, placedPod(600, 100, "a")), ...times(3, placedPod(250, 100, "b"))],
      100,
      3,
      5,
    ],
    ["no more than the group may have: two nodes help six of ten", times(10, placedPod(300)), 2, 2, 6],
    [
      "where no more are to be had, small ones still fill the gaps",
      [...times(3, placedPod(600, 100, "a")), placedPod(400, 100, "b")],
      1,
      1,
      2,
    ],
    ["pods greater than a node are no reason to grow", times(3, placedPod(1001)), 100, undefined, 0],
    ["nor keep they others from it", [placedPod(1001, 100, "a"), placedPod(500, 100, "b")], 100, 1, 1],
    ["none where the group is full", [placedPod(100)], 0, undefined, 0],
  ];
  test.each(rows)("%s", (_, pods, most, nodes, helped) => {
    const option = estimate(groupView(), pods, most);
    expect(option?.nodes).toBe(nodes);
    expect(option?.pods.length ?? 0).toBe(helped);
  });
});

describe("which group", () => {
  const small = groupView();
  const large = groupView({ name: "large", allocatable: size(4000, 4000) });
  const grow = (groups: readonly GroupView[], pods: readonly PlacedPod[], most = 100): Option[] =>
    groups.flatMap((group) => estimate(group, pods, group === small ? most : 100) ?? []);
  const pick = (options: Option[], expander: Expander, seed = 1) =>
    choose(options, { chain: [expander], priorities: [], nodes: 1 }, new RandomStream(seed, "expander"))?.group.name;

  const rows: [string, Option[], Expander, string][] = [
    [
      "five of 800 fill one large node and leave 0.2 + 0.2 of each small one",
      grow([small, large], times(5, placedPod(800, 800))),
      "least-waste",
      "large",
    ],
    [
      "three of 800 leave 0.4 + 0.4 of the large one",
      grow([small, large], times(3, placedPod(800, 800))),
      "least-waste",
      "small",
    ],
    [
      "one large node is fewer than three small ones",
      grow([small, large], times(3, placedPod(800, 800))),
      "least-nodes",
      "large",
    ],
    [
      "two small nodes help only two of three pods",
      grow([small, large], times(3, placedPod(800, 800)), 2),
      "most-pods",
      "large",
    ],
  ];
  test.each(rows)("%s", (_, options, expander, name) => expect(pick(options, expander)).toBe(name));

  test("waste is of the whole machine, not of what pods may request of it", () => {
    const greater = groupView({ name: "greater", capacity: size(1200, 1200) });
    expect(pick(grow([greater, small], [placedPod(500)]), "least-waste")).toBe("small");
  });

  test.each(["least-waste", "random"] as const)("%s takes either of two equals as often", (expander) => {
    const options = grow([small, groupView({ name: "other" })], [placedPod(500)]);
    const draws = 1000;
    const stream = new RandomStream(3, "expander");
    const first = times(draws, options).filter(
      (all) => choose(all, { chain: [expander], priorities: [], nodes: 1 }, stream)?.group === small,
    ).length;
    expect(Math.abs(first - draws / 2)).toBeLessThan(4 * Math.sqrt(draws / 4));
  });

  test("none of none", () => expect(pick([], "least-waste")).toBeUndefined());
});
