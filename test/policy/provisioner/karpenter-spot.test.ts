import { describe, expect, test } from "vitest";
import { nodeView, placedPod, size } from "../builders.js";
import { answers, brief, zoned } from "./karpenter-lab.js";

describe("spot for spot", () => {
  /** So many types that a pod of one core fits on, each cheaper than the one that is there. */
  const choices = (count: number) => [
    zoned("dear", 2, 1, ["a", 0.5]),
    ...Array.from({ length: count }, (_, i) => zoned(`t${String(i).padStart(2, "0")}`, 2, 1, ["a", 0.2 + i / 1000])),
  ];
  const decided = (count: number, fields = {}) => {
    const node = nodeView({
      id: 1,
      group: "dear",
      capacityType: "spot",
      pods: [placedPod(1000)],
      allocatable: size(1900, 7000),
    });
    return brief(
      answers(
        () => ({ groups: choices(count).map((one, i) => (i === 0 ? { ...one, count: 1 } : one)), nodes: [node] }),
        25,
        fields,
      ),
    );
  };
  test("only with its gate open, and only with 15 cheaper types to choose from", () => {
    expect(decided(15)).toEqual([]);
    expect(decided(14, { spotToSpotConsolidation: true })).toEqual([]);
    expect(decided(15, { spotToSpotConsolidation: true })).toMatchObject([
      { at: 25, add: ["t00 spot a"], cordon: [1] },
    ]);
  });
});
