/** What a user is told about labels, taints, affinity, spread and priorities that mean nothing. */
import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row, web, withCluster } from "./complaints.js";

const CLUSTER = "cluster: { nodes: { n: { type: m5.large } }, scheduler: kube-scheduler }\n";
/** A service whose field stands in line 4. */
const service = (field: string, more = CLUSTER): string =>
  `services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    ${field}\n${load}${more}`;
const spread = (fields: string): string => service(`topologySpreadConstraints: [{ ${fields} }]`);
const near = (expression: string): string =>
  service(
    `affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: z, labelSelector: { matchExpressions: [${expression}] } }] } }`,
  );
const prefers = (weight: string): string =>
  service(
    `affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: ${weight}, preference: { matchExpressions: [{ key: a, operator: Exists }] } }] } }`,
  );
const term = (fields: string): string =>
  service(`affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ${fields} }] } }`);
const FAR = "services.web.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
const TERM = "services.web.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector";

describe("complaints", () => {
  const rows: readonly Row[] = [
    [
      "an unknown operator",
      near("{ key: app, operator: Inn, values: [a] }"),
      `4:157 ${TERM}.matchExpressions[0].operator: expected one of In, NotIn, Exists, DoesNotExist, got "Inn"`,
    ],
    [
      "an operator for nodes in a selector of pods",
      near("{ key: app, operator: Gt, values: ['1'] }"),
      `4:157 ${TERM}.matchExpressions[0].operator: expected one of In, NotIn, Exists, DoesNotExist, got "Gt"`,
    ],
    [
      "In without values",
      near("{ key: app, operator: In }"),
      `4:135 ${TERM}.matchExpressions[0]: expected values beside In, got none`,
    ],
    [
      "Exists with values",
      near("{ key: app, operator: Exists, values: [a] }"),
      `4:173 ${TERM}.matchExpressions[0].values: expected no values beside Exists, got ["a"]`,
    ],
    [
      "a weight of 0",
      prefers("0"),
      "4:93 services.web.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: expected a whole number from 1 to 100, got 0",
    ],
    [
      "a weight above 100",
      prefers("101"),
      "4:93 services.web.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: expected a whole number from 1 to 100, got 101",
    ],
    [
      "a skew of 0",
      spread("maxSkew: 0, topologyKey: z, whenUnsatisfiable: DoNotSchedule"),
      "4:44 services.web.topologySpreadConstraints[0].maxSkew: expected a whole number from 1 to 2147483647, got 0",
    ],
    [
      "a word that is no action",
      spread("maxSkew: 1, topologyKey: z, whenUnsatisfiable: Never"),
      '4:82 services.web.topologySpreadConstraints[0].whenUnsatisfiable: expected one of DoNotSchedule, ScheduleAnyway, got "Never"',
    ],
    [
      "domains of a wish",
      spread("maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway, minDomains: 2"),
      "4:110 services.web.topologySpreadConstraints[0].minDomains: expected minDomains only beside DoNotSchedule, got it beside ScheduleAnyway",
    ],
    [
      "keys of labels without a selector",
      term("topologyKey: z, mismatchLabelKeys: [tenant]"),
      `4:122 ${FAR}.mismatchLabelKeys: expected mismatchLabelKeys only beside a labelSelector, got it without`,
    ],
    [
      "a key that shall match and not match",
      term("topologyKey: z, labelSelector: {}, matchLabelKeys: [a, tenant], mismatchLabelKeys: [tenant]"),
      `4:171 ${FAR}.mismatchLabelKeys[0]: expected a key that matchLabelKeys does not have, got tenant`,
    ],
    [
      "a toleration of everything that does not say Exists",
      service("tolerations: [{ effect: NoSchedule }]"),
      "4:19 services.web.tolerations[0]: expected a key, or the operator Exists for all taints",
    ],
    [
      "a toleration with Exists and a value",
      service("tolerations: [{ key: a, operator: Exists, value: b }]"),
      '4:54 services.web.tolerations[0].value: expected no value beside Exists, got "b"',
    ],
    [
      "a label that is a number",
      service("labels: { tier: 1 }"),
      "4:21 services.web.labels.tier: expected a label's value, which is text, got 1",
    ],
    [
      "an unknown priority class",
      service("priorityClass: hihg", `${CLUSTER}priorityClasses: { high: { value: 5 } }\n`),
      '4:20 services.web.priorityClass: no priority class named "hihg"; there are high, system-cluster-critical, system-node-critical (high?)',
    ],
    [
      "a priority and a class",
      service("priority: 5\n    priorityClass: system-node-critical"),
      "5:5 services.web.priorityClass: expected either priority or priorityClass, got both",
    ],
    [
      "a priority above the users'",
      service("priority: 2000000000"),
      "4:15 services.web.priority: expected a whole number from -2147483648 to 1000000000, got 2000000000",
    ],
    [
      "two default classes",
      service(
        "grace: 1s",
        `${CLUSTER}priorityClasses:\n  a: { value: 1, globalDefault: true }\n  b: { value: 2, globalDefault: true }\n`,
      ),
      "9:33 priorityClasses.b.globalDefault: expected one default, got a and b",
    ],
    [
      "an unknown effect of a taint",
      withCluster("{ nodes: { n: { type: m5.large, taints: [{ key: a, effect: Never }] } } }"),
      '3:69 cluster.nodes.n.taints[0].effect: expected one of NoSchedule, PreferNoSchedule, NoExecute, got "Never"',
    ],
    [
      "a scheduler that cannot see it",
      service("priority: 5", "cluster: { nodes: { n: { type: m5.large } } }\n"),
      '4:5 services.web.priority: expected a scheduler that sees this, as kube-scheduler does, got least-allocated in policy "as-written"',
    ],
    [
      "a policy's scheduler that cannot see it",
      service("priority: 5", `${CLUSTER}policies: { a: {}, b: { scheduler: most-allocated } }\n`),
      '4:5 services.web.priority: expected a scheduler that sees this, as kube-scheduler does, got most-allocated in policy "b"',
    ],
    [
      "no cluster at all",
      service("nodeSelector: { a: b }", ""),
      "4:5 services.web.nodeSelector: expected a scheduler that sees this, as kube-scheduler does, got a scenario without a cluster",
    ],
    [
      "taints that nobody minds",
      withCluster("{ nodes: { n: { type: m5.large, taints: [{ key: a, effect: NoSchedule }] } } }"),
      '3:42 cluster.nodes.n.taints: expected a scheduler that sees this, as kube-scheduler does, got least-allocated in policy "as-written"',
    ],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
});

describe("what is read", () => {
  const templates = (text: string) => {
    const { scenario } = readScenario(text, { name: "good.yaml" });
    return scenario.world(scenario.policies[0]).services.map(({ template }) => template);
  };

  test("a class gives its value and whether its pods preempt; a number preempts", () => {
    const classes = "priorityClasses: { batch: { value: 7, preemptionPolicy: Never } }\n";
    expect(templates(service("priorityClass: batch", CLUSTER + classes))).toEqual([
      { priority: 7, neverPreempts: true },
    ]);
    expect(templates(service("priority: 7", CLUSTER + classes))).toEqual([{ priority: 7 }]);
    expect(templates(service("priorityClass: system-node-critical"))).toEqual([{ priority: 2_000_001_000 }]);
  });

  test("the default class is that of services without one", () => {
    const classes = "priorityClasses: { usual: { value: 7, globalDefault: true } }\n";
    expect(templates(`${web}${load}${CLUSTER}${classes}`)).toEqual([{ priority: 7 }]);
    expect(templates(service("priority: 0", CLUSTER + classes))).toEqual([{}]);
  });
});
