import { describe, expect, test } from "vitest";
import type { Candidate, Scheduler, Size } from "../../../src/policy/contract.js";
import { balancedAllocation } from "../../../src/policy/scheduler/balanced-allocation.js";
import { fit } from "../../../src/policy/scheduler/filters.js";
import { leastAllocated } from "../../../src/policy/scheduler/least-allocated.js";
import { mostAllocated } from "../../../src/policy/scheduler/most-allocated.js";
import { candidate, make, size } from "../builders.js";

const whole = size(4000, 8000);

describe("room for a pod", () => {
  const rows: [string, Size, Candidate, string[]][] = [
    ["just enough is enough", size(500, 500), candidate(whole, size(500, 500), 9), []],
    ["a millicore too little", size(501, 500), candidate(whole, size(500, 500)), ["Insufficient cpu"]],
    ["a mebibyte too little", size(500, 501), candidate(whole, size(500, 500)), ["Insufficient memory"]],
    ["no place left", size(1, 1), candidate(whole, size(500, 500), 10), ["Too many pods"]],
    [
      "every reason there is, in order",
      size(501, 501),
      candidate(whole, size(500, 500), 10),
      ["Too many pods", "Insufficient cpu", "Insufficient memory"],
    ],
    ["what requests nothing needs a place alone", size(0, 0), candidate(whole, size(0, 0), 9), []],
  ];
  test.each(rows)("%s", (_, pod, node, reasons) => {
    expect(fit.map((filter) => filter.rejects(pod, node)).filter((reason) => reason !== undefined)).toEqual(reasons);
  });

  test("every scheduler asks for it", () => {
    for (const one of [leastAllocated, mostAllocated, balancedAllocation]) expect(make(one).filters).toEqual(fit);
  });
});

type Row = [string, Size, Candidate, number];
const scores = (scheduler: Scheduler, rows: Row[]) =>
  test.each(rows)("%s", (_, pod, node, score) => expect(scheduler.score(pod, node)).toBe(score));

describe("least allocated", () => {
  scores(make(leastAllocated), [
    // CPU (4000 - 1000)/4000 = 75, memory (8000 - 2000)/8000 = 75.
    ["a quarter of both on an empty node leaves 75", size(1000, 2000), candidate(whole, whole), 75],
    // CPU (3000 - 1000)/4000 = 50, memory (8000 - 2000)/8000 = 75; 62.5 is cut off.
    ["the average is cut off", size(1000, 2000), candidate(whole, size(3000, 8000)), 62],
    // CPU 2/3 = 66.6…, memory 3/4 = 75; (66 + 75)/2 = 70.5, where 70.83… would be 70 as well; 66 + 66 tells.
    ["each share is cut off first", size(1000, 1000), candidate(size(3000, 3000), size(3000, 3000)), 66],
    // CPU (3900 left of 4000 - 100) = 97, memory 7800/8000 = 97.
    ["what requests nothing counts 100 millicores and 200 MiB", size(0, 0), candidate(whole, whole), 97],
    ["over-committed is 0 for that resource: (0 + 50)/2", size(0, 4000), candidate(whole, size(50, 8000)), 25],
    ["a resource the node has none of is left out", size(1000, 0), candidate(size(4000, 0), size(4000, 0)), 75],
  ]);
});

describe("most allocated", () => {
  scores(make(mostAllocated), [
    ["a quarter of both on an empty node is 25", size(1000, 2000), candidate(whole, whole), 25],
    ["the average of 50 and 25 is cut off", size(1000, 2000), candidate(whole, size(3000, 8000)), 37],
    ["a full node is 100", size(1000, 2000), candidate(whole, size(1000, 2000)), 100],
    ["over-committed is 100, not more: (100 + 50)/2", size(0, 4000), candidate(whole, size(50, 8000)), 75],
  ]);
});

describe("balanced allocation", () => {
  scores(make(balancedAllocation), [
    ["as balanced with the pod as without is 50 + 50/2", size(1000, 2000), candidate(whole, whole), 75],
    // Without: 0.5 and 0, deviation 0.25, 75. With: 0.5 and 0.5, 100. 50 + (50 + 25)/2 = 87.5.
    ["a pod that evens it out", size(0, 4000), candidate(whole, size(2000, 8000)), 87],
    // Without: 100. With: 0.5 and 0, 75. 50 + (50 - 25)/2 = 62.5.
    ["a pod that tilts it", size(2000, 0), candidate(whole, whole), 62],
    // Without: 0 and 1, 50. With: 1 and 1, 100. 50 + (50 + 50)/2.
    ["the best there is", size(4000, 0), candidate(whole, size(4000, 0)), 100],
    // Without: 100. With: 1 and 0, 50. 50 + 0/2.
    ["the worst there is", size(4000, 0), candidate(whole, whole), 50],
    // Fractions above 1 count as 1. Without: 1 and 0, 50. With: 1 and 0, 50.
    ["a share above the whole counts as the whole", size(4000, 0), candidate(whole, size(0, 8000)), 75],
    ["what requests nothing is not scored", size(0, 0), candidate(whole, size(2000, 8000)), 0],
  ]);
});

test("spreading and packing differ on the same two nodes", () => {
  const pod = size(500, 500);
  const [empty, half] = [candidate(whole, whole), candidate(whole, size(2000, 4000))];
  const prefersEmpty = (scheduler: Scheduler) => scheduler.score(pod, empty) > scheduler.score(pod, half);
  expect([leastAllocated, mostAllocated].map((one) => prefersEmpty(make(one)))).toEqual([true, false]);
});
