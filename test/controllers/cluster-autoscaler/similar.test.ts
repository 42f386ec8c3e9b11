/** Which groups are alike, so that new nodes are shared out among them. */
import { expect, test } from "vitest";
import type { Group } from "../../../src/controllers/cluster-autoscaler/cluster.js";
import { similar } from "../../../src/controllers/cluster-autoscaler/limits.js";
import { group } from "./random-groups.js";

const labelled = (labels: Readonly<Record<string, string>>) =>
  group({ template: { name: "new", labels } as NonNullable<Group["template"]> });
const alike = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  similar(labelled(one), labelled(other));

test("groups that differ in where they are, or in their names, are alike", () => {
  expect(
    alike(
      { "topology.kubernetes.io/zone": "a", "kubernetes.io/hostname": "one", "eks.amazonaws.com/nodegroup": "left" },
      { "topology.kubernetes.io/zone": "b", "kubernetes.io/hostname": "other" },
    ),
  ).toBe(true);
});

test("groups that differ in any other label are not, also when one of them lacks it", () => {
  const type = "node.kubernetes.io/instance-type";
  expect(alike({ [type]: "m5.large", disk: "ssd" }, { [type]: "m5.large", disk: "ssd" })).toBe(true);
  expect(alike({ [type]: "m5.large" }, { [type]: "m5a.large" })).toBe(false);
  expect(alike({ disk: "ssd" }, {})).toBe(false);
  expect(alike({}, { disk: "ssd" })).toBe(false);
});
