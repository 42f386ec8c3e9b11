import { describe, expect, test } from "vitest";
import { joinIdleQueue } from "../../../src/policy/balancer/join-idle-queue.js";
import { leastRequest } from "../../../src/policy/balancer/least-request.js";
import { random } from "../../../src/policy/balancer/random.js";
import { roundRobin } from "../../../src/policy/balancer/round-robin.js";
import type { Balancer } from "../../../src/policy/contract.js";
import { make } from "../builders.js";
import { upstream } from "./upstream.js";

const picks = 20_000;

/** How often each of the pods with these loads is picked. */
function shares(balancer: Balancer, ...loads: number[]): number[] {
  const pods = upstream({ loads });
  const counts = loads.map(() => 0);
  for (let i = 0; i < picks; i++) counts[balancer.pick(pods, 0, 0)]++;
  return counts.map((count) => count / picks);
}

/** Each share within four standard errors of its probability; exactly where that is 0 or 1. */
function expectShares(found: readonly number[], expected: readonly number[]): void {
  found.forEach((share, i) => {
    const error = 4 * Math.sqrt((expected[i] * (1 - expected[i])) / picks);
    expect(Math.abs(share - expected[i])).toBeLessThanOrEqual(error);
  });
}

const third = 1 / 3;
const rows: [string, Balancer, number[], number[]][] = [
  ["random does not look", make(random), [9, 0, 5], [third, third, third]],
  ["of two drawn with replacement the idle one of two pods wins but for 1/4", make(leastRequest), [3, 0], [0.25, 0.75]],
  ["of equals each is as likely", make(leastRequest), [1, 1, 1], [third, third, third]],
  // The best of three unless neither draw hits it: 1 - (2/3)²; the worst when both do: (1/3)².
  ["of three pods the best has 5/9, the worst 1/9", make(leastRequest), [0, 1, 2], [5 / 9, 3 / 9, 1 / 9]],
  ["two distinct of two always find the idle one", make(leastRequest, { replacement: false }), [3, 0], [0, 1]],
  // Of the three pairs two have the best, one is the others.
  ["two distinct of three: 2/3, 1/3, 0", make(leastRequest, { replacement: false }), [0, 1, 2], [2 / 3, third, 0]],
  ["two distinct of equals", make(leastRequest, { replacement: false }), [1, 1, 1], [third, third, third]],
  ["one choice is random", make(leastRequest, { choices: 1 }), [9, 0, 5], [third, third, third]],
  [
    "three with replacement of two miss the idle one 1/8 of the time",
    make(leastRequest, { choices: 3 }),
    [3, 0],
    [1 / 8, 7 / 8],
  ],
  // Of the four threes of four pods three have the best; the one without it has the second.
  [
    "three distinct of four: 3/4, 1/4",
    make(leastRequest, { choices: 3, replacement: false }),
    [0, 1, 2, 3],
    [0.75, 0.25, 0, 0],
  ],
  [
    "three distinct of four equals",
    make(leastRequest, { choices: 3, replacement: false }),
    [1, 1, 1, 1],
    [0.25, 0.25, 0.25, 0.25],
  ],
  [
    "more distinct than there are is all",
    make(leastRequest, { choices: 9, replacement: false }),
    [2, 1, 1],
    [0, 0.5, 0.5],
  ],
  ["join idle queue takes any idle one", make(joinIdleQueue), [0, 2, 0, 0], [third, 0, third, third]],
  ["join idle queue takes any when none is idle", make(joinIdleQueue), [1, 9, 2], [third, third, third]],
  ["all finds the least", make(leastRequest, { choices: "all" }), [2, 1, 3], [0, 1, 0]],
  ["all takes equals at random", make(leastRequest, { choices: "all" }), [0, 1, 0, 0], [third, 0, third, third]],
];
describe("by theory", () => {
  test.each(rows)("%s", (_, balancer, loads, expected) => expectShares(shares(balancer, ...loads), expected));
});

test("a single pod takes every call, whatever the balancer", () => {
  const all = [
    make(random),
    make(roundRobin),
    make(leastRequest),
    make(leastRequest, { replacement: false }),
    make(leastRequest, { choices: 4, replacement: false }),
    make(leastRequest, { choices: "all" }),
  ];
  for (const balancer of all) expect(shares(balancer, 7)).toEqual([1]);
});

describe("round robin", () => {
  const turns = (balancer: Balancer, count: number, length: number) => {
    const pods = upstream({ loads: Array(count).fill(0) });
    return Array.from({ length }, () => balancer.pick(pods, 0, 0));
  };

  test("goes through the pods in turn, round and round", () => {
    const [first, ...rest] = turns(make(roundRobin), 3, 7);
    expect(rest).toEqual([1, 2, 3, 4, 5, 6].map((i) => (first + i) % 3));
  });

  test("begins anywhere, as the seed has it", () => {
    const starts = Array.from({ length: 300 }, (_, seed) => turns(make(roundRobin, {}, seed), 3, 1)[0]);
    for (const place of [0, 1, 2]) expect(starts.filter((start) => start === place).length).toBeGreaterThan(60);
  });

  test("stays within the pods when there are fewer of them", () => {
    const balancer = make(roundRobin);
    turns(balancer, 10, 15);
    expect(turns(balancer, 2, 4).sort()).toEqual([0, 0, 1, 1]);
  });
});
