/** Worked by hand; `npm run conformance` holds the same controller against 3,878 decisions of the real one. */
import { describe, expect, test } from "vitest";
import { StatefulSet, type StatefulSetSettings } from "../../src/controllers/stateful-set/stateful-set.js";
import type { PodStatus } from "../../src/controllers/stateful-set/status.js";
import { mayBeUnavailable } from "../../src/controllers/stateful-set/unavailable.js";

const ordered: StatefulSetSettings = { podManagementPolicy: "OrderedReady", updateStrategy: "RollingUpdate" };
const up = (version: string): PodStatus => ({ version, phase: "Running", ready: true, available: true });
const stuck = (version: string): PodStatus => ({ version, phase: "Running" });

describe("how many may be unavailable", () => {
  test.each([
    ["50%", 5, 2],
    ["34%", 3, 1],
    ["10%", 5, 1],
    [3, 2, 3],
    [0, 4, 1],
  ])("%s of %i", (most, replicas, pods) => expect(mayBeUnavailable(most, replicas)).toBe(pods));
});

test("pods come in order, each after the one before is available", () => {
  const set = new StatefulSet(ordered);
  const looks = [{}, { 0: stuck("v1") }, { 0: up("v1") }].map((pods) => set.sync({ replicas: 2, version: "v1", pods }));
  expect(looks.map(({ create }) => create)).toEqual([{ 0: "v1" }, {}, { 1: "v1" }]);
});

test("an update goes from the top to the partition, and a pod recreated below it is of the current version", () => {
  const set = new StatefulSet(ordered);
  const look = (pods: Readonly<Record<number, PodStatus>>, version = "v2") =>
    set.sync({ replicas: 3, version, partition: 1, pods });
  look({ 0: up("v1"), 1: up("v1"), 2: up("v1") }, "v1");
  expect(look({ 0: up("v1"), 1: up("v1"), 2: up("v1") }).delete).toEqual([2]);
  expect(look({ 0: up("v1"), 1: up("v1") }).create).toEqual({ 2: "v2" });
  expect(look({ 0: up("v1"), 1: up("v1"), 2: stuck("v2") }).delete).toEqual([]);
  expect(look({ 0: up("v1"), 1: up("v1"), 2: up("v2") }).delete).toEqual([1]);
  expect(look({ 1: up("v2"), 2: up("v2") }).create).toEqual({ 0: "v1" });
});
