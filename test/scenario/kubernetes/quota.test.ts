/** ResourceQuotas in manifests: what the one that is simulated says, and what cannot be meant. */
import { expect, test } from "vitest";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { readScenario } from "../../../src/scenario/read.js";
import { complaintsOf, deployment, imported, object, warningsOf } from "./manifests.js";

/** The quota begins at line 14, its spec at 18. */
const web = deployment();
const quota = (spec: string) => web + object("v1", "ResourceQuota", spec);

test("what a namespace may have is the scenario's quota", () => {
  const result = imported(quota("hard: { pods: 20, cpu: 10, requests.memory: 20Gi, count/configmaps: 5 }"));
  const hard = { pods: 20, "requests.cpu": "10000m", "requests.memory": "20480Mi" };
  expect(result.quota).toEqual({ name: "one", hard });
  expect(result.left).toContain("ResourceQuota/one spec.hard.count/configmaps");
  expect(result.left).not.toContain("ResourceQuota/one spec.hard.cpu");
  const { scenario } = readScenario(scenarioText(result, []), { name: "s.yaml" });
  expect(scenario.world("as-written").quota).toEqual({
    name: "one",
    hard: { pods: 20, "requests.cpu": 10_000, "requests.memory": 20 * 2 ** 30 },
  });
});

test.each([
  ["with scopes", quota("scopes: [BestEffort]\nhard: { pods: 3 }"), "scopes of a quota are not simulated: left out"],
  [
    "of another namespace",
    quota("hard: { pods: 3 }").replace("name: one", "name: one, namespace: shop"),
    "a quota is simulated of all services and jobs, and here some are in another namespace: left out",
  ],
])("one %s is left out, which is said", (_, text, warning) => {
  expect(imported(text).quota).toBeUndefined();
  expect(warningsOf(text).map((one) => one.replace(/^\S+ /, ""))).toEqual([`spec: ${warning}`]);
});

test("of several none is taken", () => {
  const two = quota("hard: { pods: 3 }") + object("v1", "ResourceQuota", "hard: { pods: 4 }").replace("one", "two");
  expect(imported(two).quota).toBeUndefined();
  expect(warningsOf(two)).toEqual([
    "17:1 spec: one quota is simulated, and here are several: left out",
    "23:1 spec: one quota is simulated, and here are several: left out",
  ]);
});

test.each([
  [
    "of limits that a pod has not",
    "hard: { limits.cpu: 4 }",
    "18:11 spec.hard.limits.cpu: expected a limit of cpu in every pod, without which none is let in, and web has none",
  ],
  [
    "of no amount",
    "hard: { requests.memory: much }",
    '18:28 spec.hard.requests.memory: expected a memory quantity like "256Mi" or "4Gi", got "much"',
  ],
])("one %s is refused", (_, spec, complaint) => {
  expect(complaintsOf(quota(spec))).toEqual([complaint]);
});
