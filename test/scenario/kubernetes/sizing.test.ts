/** VerticalPodAutoscalers and PriorityClasses that cannot be meant: each complaint with its line and column. */
import { describe, expect, test } from "vitest";
import { complaintsOf, deployment, fieldsOf, imported, object, warningsOf } from "./manifests.js";

/** The next object begins at line 14, its spec at 18. */
const web = deployment();
const vpa = (spec: string, target = "targetRef: { apiVersion: apps/v1, kind: Deployment, name: web }\n") =>
  web + object("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", `${target}${spec}`);
const containers = (policy: string) => vpa(`resourcePolicy: { containerPolicies: [{ ${policy} }] }`);

describe("a VerticalPodAutoscaler", () => {
  test.each([
    ["without a target", vpa("updatePolicy: {}", ""), "17:1 spec.targetRef: expected a target, got nothing"],
    [
      "whose target is not there",
      vpa("updatePolicy: {}", "targetRef: { kind: Deployment, name: shop }\n"),
      '18:40 spec.targetRef.name: expected a Deployment of these manifests, got "shop"',
    ],
    [
      "of an unknown mode",
      vpa("updatePolicy: { updateMode: Automatic }"),
      '19:31 spec.updatePolicy.updateMode: expected one of Off, Initial, Recreate, Auto, InPlaceOrRecreate, InPlace, got "Automatic"',
    ],
    [
      "of a mode in other letters",
      vpa("updatePolicy: { updateMode: off }"),
      '19:31 spec.updatePolicy.updateMode: expected one of Off, Initial, Recreate, Auto, InPlaceOrRecreate, InPlace, got "off"',
    ],
    [
      "for no replica",
      vpa("updatePolicy: { minReplicas: 0 }"),
      "19:32 spec.updatePolicy.minReplicas: expected a whole number from 1 up, got 0",
    ],
    [
      "of a container without a name",
      containers("mode: Auto"),
      '19:41 spec.resourcePolicy.containerPolicies[0].containerName: expected the name of a container, or "*", got nothing',
    ],
    [
      "with less at most than at least",
      containers("containerName: main, minAllowed: { cpu: 1 }, maxAllowed: { cpu: 500m }"),
      "19:107 spec.resourcePolicy.containerPolicies[0].maxAllowed.cpu: expected at least minAllowed (1), got 500m",
    ],
    [
      "of another resource",
      containers('containerName: "*", controlledResources: [disk]'),
      '19:85 spec.resourcePolicy.containerPolicies[0].controlledResources[0]: expected one of cpu, memory, got "disk"',
    ],
    [
      "that controls values, and is off",
      containers('containerName: "*", mode: Off, controlledValues: RequestsOnly'),
      "19:74 spec.resourcePolicy.containerPolicies[0].controlledValues: expected nothing beside mode Off",
    ],
  ])("%s is refused", (_, text, complaint) => {
    expect(complaintsOf(text).map((one) => one.replace(/; did you mean.*/, ""))).toEqual([complaint]);
  });
});

test("what a VerticalPodAutoscaler says of the main container is the service's sizer", () => {
  const text = containers(
    "containerName: main, minAllowed: { cpu: 50m }, controlledResources: [cpu] }, { containerName: other, maxAllowed: { cpu: 1 }",
  );
  expect(fieldsOf(text).sizer).toEqual({ use: "vpa", controlledResources: ["cpu"], minAllowed: { cpu: "50m" } });
  expect(fieldsOf(text).memoryUse).toBeUndefined();
  const left = imported(text).left.filter((path) => path.startsWith("Vertical"));
  expect(left).toEqual(["VerticalPodAutoscaler/one spec.resourcePolicy.containerPolicies[1]"]);
});

test("one that sizes memory, too, has to be told what pods hold: that is assumed", () => {
  const fields = fieldsOf(vpa("updatePolicy: { updateMode: InPlaceOrRecreate }"));
  expect(fields.sizer).toEqual({ use: "vpa", updateMode: "InPlaceOrRecreate" });
  expect(fields.memoryUse).toEqual({ base: "64Mi", perCall: "1Mi" });
});

test("one that is off for its container sizes nothing", () => {
  expect(fieldsOf(containers("containerName: main, mode: Off")).sizer).toBeUndefined();
});

test("a workload has one", () => {
  const another = vpa("updatePolicy: {}").slice(web.length).replace("name: one", "name: two");
  expect(complaintsOf(vpa("updatePolicy: {}") + another)).toEqual([
    '25:61 spec.targetRef.name: expected one VerticalPodAutoscaler for each workload, got another for "web"',
  ]);
});

test("one of what serves nobody is looked at for its faults alone", () => {
  const job = web.replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 3\n", "");
  const text = job + vpa("updatePolicy: {}").slice(web.length).replace("kind: Deployment", "kind: DaemonSet");
  expect(warningsOf(text)).toEqual([
    "17:14 spec.targetRef: only pods of services change their size in the simulation, not those of a DaemonSet",
  ]);
});

describe("a PriorityClass", () => {
  const priority = (fields: string, name = "high") =>
    `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: ${name} }\n${fields}\n`;
  test.each([
    ["without a value", priority("description: x"), "1:1 value: expected a priority, got nothing"],
    [
      "above what users may give",
      priority("value: 1000000001"),
      "4:8 value: expected a whole number from -2147483648 to 1000000000, got 1000000001",
    ],
    [
      "with an unknown policy",
      priority("value: 5\npreemptionPolicy: Always"),
      '5:19 preemptionPolicy: expected one of PreemptLowerPriority, Never, got "Always"',
    ],
    [
      "of a name that is the system's",
      priority("value: 5", "system-mine"),
      '3:19 metadata.name: expected a name that does not begin with system-, got "system-mine"',
    ],
    [
      "that is a second default",
      `${priority("value: 5\nglobalDefault: true", "low")}---\n${priority("value: 9\nglobalDefault: true")}`,
      "11:16 globalDefault: expected one default, got low and high",
    ],
  ])("%s is refused", (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });

  test("is the scenario's, but for what is said of it", () => {
    const result = imported(priority("value: 5\npreemptionPolicy: Never\ndescription: pays"));
    expect(result.priorityClasses).toEqual({ high: { value: 5, preemptionPolicy: "Never" } });
    expect(result.left).toEqual(["PriorityClass/high description"]);
  });
});
