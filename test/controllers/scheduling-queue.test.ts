import { expect, test } from "vitest";
import { SchedulingQueue } from "../../src/controllers/scheduler/queue.js";

const pod = { name: "pod", containers: [] };
const why = new Set(["NodeResourcesFit"]);

/** Fails at once, and something that could help happens at once, as often as the pod is given out. */
function attempts(queue: SchedulingQueue, now: number): number {
  for (let tried = 0; tried < 100; tried++) {
    const entry = queue.pop(now);
    if (entry === undefined) return tried;
    queue.failed(entry, why, now);
    queue.moveAll("PodDelete", now);
  }
  return Infinity;
}

test("a pod is tried ten times at one instant at most, then again when its back-off of 10 s has ended", () => {
  const queue = new SchedulingQueue();
  queue.add(pod, 5);
  expect(attempts(queue, 5)).toBe(10);
  // 5 s + 10 s, and the second that the queue's clock is behind.
  expect(queue.retriesAt).toBe(16);
  expect(attempts(queue, 16)).toBe(10);
});

test("an idle scheduler does not wait for the end of a back-off", () => {
  const queue = new SchedulingQueue();
  queue.add(pod, 5);
  for (const now of [5, 5.1, 5.2]) {
    const entry = queue.pop(now);
    queue.failed(entry!, why, now);
    queue.moveAll("PodDelete", now);
  }
  expect(queue.pop(5.3)?.failures).toBe(3);
});
