/** How rollouts are spelled: what each spelling becomes, and what is said of those that make no sense. */
import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, type Row, services } from "./complaints.js";

const web = (...fields: readonly string[]): string =>
  services(
    `services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n${fields.map((field) => `    ${field}\n`).join("")}`,
  );
const workload = (...fields: readonly string[]) => {
  const { scenario } = readScenario(web(...fields), { name: "good.yaml" });
  return scenario.world("as-written").services[0].workload;
};

describe("a rollout", () => {
  test("changes what it says and nothing else", () => {
    const { revisions, rollouts } = workload(
      "startup: 3s",
      "crashAfter: 1h",
      "rollouts:",
      "  - { at: 1m, image: 300Mi, workTimes: 1.3 }",
      "  - { at: 2m, memory: 1Gi, crashAfter: never }",
      "  - { at: 3m, restart: true }",
    );
    const constant = (value: number) => ({ shape: "constant", value });
    const one = { image: 1, imageMiB: 300, startup: constant(3), crashAfter: constant(3600), workTimes: 1.3 };
    const resources = {
      size: { cpuMillicores: 500, memoryMiB: 1024 },
      cpuLimitMillicores: Infinity,
      memoryLimitMiB: Infinity,
    };
    const two = { ...one, crashAfter: undefined, resources };
    expect(revisions).toEqual([one, two, two]);
    expect(rollouts.map(({ at, revision }) => [at, revision])).toEqual([[60, 1], [120, 2], [180, 3]]); // biome-ignore format: one line
  });

  test("that is undone goes back to the revision before, and undone again, forth", () => {
    const { revisions, rollouts } = workload(
      "rollouts:",
      "  - { at: 1m, startup: 1s }",
      "  - { at: 2m, startup: 2s }",
      "  - { at: 3m, undo: true }",
      "  - { at: 4m, undo: true }",
      "  - { at: 5m, undo: true, paused: true }",
      "  - { at: 6m, paused: false }",
    );
    expect(revisions.length).toBe(2);
    expect(rollouts.map(({ revision }) => revision)).toEqual([1, 2, 1, 2, 1, 1]);
    expect(rollouts.map(({ paused }) => paused)).toEqual([false, false, false, false, true, false]);
  });

  test("is kubectl's by default: a quarter too many, a quarter missing, ten minutes", () => {
    const settings = { type: "RollingUpdate", maxSurge: "25%", maxUnavailable: "25%", progressDeadline: 600 };
    expect(workload()).toEqual({ kind: "Deployment", settings, minReady: 0, revisions: [], rollouts: [] });
    expect(workload("progressDeadline: unlimited").settings).not.toHaveProperty("progressDeadline");
    expect(workload("strategy: { maxSurge: 2 }").settings).toEqual({ ...settings, maxSurge: 2 });
  });

  test("has a strategy that a policy may change", () => {
    const text = `${web()}policies: { plain: {}, gap: { strategy: { type: Recreate } } }\n`;
    const { scenario } = readScenario(text, { name: "good.yaml" });
    const types = ["plain", "gap"].map((policy) => scenario.world(policy).services[0].workload.settings);
    expect(types.map((settings) => "type" in settings && settings.type)).toEqual(["RollingUpdate", "Recreate"]);
  });
});

describe("a StatefulSet", () => {
  test("is ordered and updates all from the top by default", () => {
    const settings = { podManagementPolicy: "OrderedReady", updateStrategy: "RollingUpdate" };
    const plain = { kind: "StatefulSet", settings, partition: 0, minReady: 0, revisions: [], rollouts: [] };
    expect(workload("kind: StatefulSet")).toEqual(plain);
    const own = workload(
      "kind: StatefulSet",
      "podManagementPolicy: Parallel",
      "updateStrategy: { partition: 2, maxUnavailable: 50% }",
      "rollouts: [{ at: 1m, restart: true }, { at: 2m, partition: 1 }, { at: 3m, undo: true }]",
    );
    expect(own.settings).toEqual({ ...settings, podManagementPolicy: "Parallel", maxUnavailable: "50%" });
    expect(own.rollouts.map(({ revision, partition }) => [revision, partition])).toEqual([[1, 2], [1, 1], [0, 1]]); // biome-ignore format: one line
  });
});

describe("what makes no sense", () => {
  const rows: readonly Row[] = [
    [
      "nothing may be missing and nothing be too many",
      web("strategy: { maxSurge: 0, maxUnavailable: 0% }"),
      '4:46 services.web.strategy.maxUnavailable: expected more than 0 where maxSurge is 0, got "0%"',
    ],
    [
      "a surge of a Recreate",
      web("strategy: { type: Recreate, maxSurge: 1 }"),
      "4:43 services.web.strategy.maxSurge: expected it only where type is RollingUpdate, got 1",
    ],
    [
      "more missing than there are",
      web("strategy: { maxUnavailable: 101% }"),
      '4:33 services.web.strategy.maxUnavailable: expected at most "100%", got "101%"',
    ],
    [
      "a share that is not whole",
      web("strategy: { maxSurge: 2.5% }"),
      '4:27 services.web.strategy.maxSurge: expected a number of pods or a share like "25%", got "2.5%"',
    ],
    [
      "a strategy of another name",
      web("strategy: { type: BlueGreen }"),
      '4:23 services.web.strategy.type: expected one of RollingUpdate, Recreate, got "BlueGreen"',
    ],
    [
      "a rollout without a time",
      web("rollouts: [{ startup: 1s }]"),
      '4:16 services.web.rollouts[0].at: expected a duration like "250ms" or "1h30m", got nothing',
    ],
    [
      "a rollout of nothing",
      web("rollouts: [{ at: 1m }]"),
      "4:16 services.web.rollouts[0]: expected a change, such as image, cpu, memory, startup, workTimes, crashAfter, restart, undo, paused or partition, got none",
    ],
    [
      "rollouts in another order than that of time",
      web("rollouts: [{ at: 2m, restart: true }, { at: 1m, restart: true }]"),
      "4:49 services.web.rollouts[1].at: expected a time after 120 s, got 60 s",
    ],
    [
      "nothing to undo",
      web("rollouts: [{ at: 1m, undo: true }]"),
      "4:32 services.web.rollouts[0].undo: expected a rollout to take back before this one",
    ],
    [
      "an undo that also changes something",
      web("rollouts: [{ at: 1m, startup: 1s }, { at: 2m, undo: true, image: 1Gi }]"),
      "4:70 services.web.rollouts[1].image: expected nothing else of the template beside undo",
    ],
    [
      "a deadline before pods can be available",
      web("minReadySeconds: 30s", "progressDeadline: 20s"),
      "5:23 services.web.progressDeadline: expected more than minReadySeconds (30 s), got 20 s",
    ],
    [
      "a Deployment's strategy of a StatefulSet",
      web("kind: StatefulSet", "strategy: { type: Recreate }", "rollouts: [{ at: 1m, paused: true }]"),
      "5:5 services.web.strategy: expected it only of a Deployment, and web is a StatefulSet",
      "6:26 services.web.rollouts[0].paused: expected it only of a Deployment, and web is a StatefulSet",
    ],
    [
      "ordinals of a Deployment",
      web("podManagementPolicy: Parallel", "rollouts: [{ at: 1m, partition: 1 }]"),
      "4:5 services.web.podManagementPolicy: expected it only of a StatefulSet, and web is a Deployment",
      "5:26 services.web.rollouts[0].partition: expected it only of a StatefulSet, and web is a Deployment",
    ],
    [
      "a partition of what is updated by nobody",
      web("kind: StatefulSet", "updateStrategy: { type: OnDelete, partition: 1 }"),
      "5:50 services.web.updateStrategy.partition: expected it only where type is RollingUpdate, got 1",
    ],
    [
      "nothing may be unavailable",
      web("kind: StatefulSet", "updateStrategy: { maxUnavailable: 0% }"),
      '5:39 services.web.updateStrategy.maxUnavailable: expected more than 0, got "0%"',
    ],
    [
      "a kind that is none",
      web("kind: ReplicationController"),
      '4:11 services.web.kind: expected one of Deployment, StatefulSet, got "ReplicationController"',
    ],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

  test("a rollout after the end of the run is warned of", () => {
    const text = `${web("rollouts: [{ at: 20m, restart: true }]")}duration: 10m\nwarmup: 5m\n`;
    const { warnings } = readScenario(text, { name: "good.yaml" });
    expect(warnings.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "4 this rollout comes after the end of the run, at 900 s",
    ]);
  });
});

describe("a daemon", () => {
  const daemon = (...fields: readonly string[]): string =>
    services(
      `services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\ndaemons:\n  agent:\n    cpu: 100m\n${fields.map((field) => `    ${field}\n`).join("")}`,
    );
  const runs = (...fields: readonly string[]) => {
    const { scenario } = readScenario(daemon(...fields), { name: "good.yaml" });
    return scenario.world("as-written").background[0];
  };

  test("goes from node to node by default; where it surges none is missing", () => {
    const plain = { updateStrategy: "RollingUpdate", maxUnavailable: 1, maxSurge: 0 };
    expect(runs().runs).toEqual({ kind: "daemon", set: { settings: plain, minReady: 0, revisions: [], rollouts: [] } });
    expect(runs("updateStrategy: { maxSurge: 25% }").runs).toMatchObject({
      set: { settings: { maxUnavailable: 0, maxSurge: "25%" } },
    });
  });

  test("says where its pods may stand, and what a rollout changes", () => {
    const { template, runs: made } = runs(
      "nodeSelector: { disk: ssd }",
      "rollouts: [{ at: 1m, cpu: 200m }, { at: 2m, undo: true }]",
    );
    expect(template).toEqual({ nodeSelector: { disk: "ssd" } });
    expect(made).toMatchObject({ set: { revisions: [{ resources: { size: { cpuMillicores: 200 } } }] } });
    expect(made.kind === "daemon" && made.set?.rollouts.map(({ revision }) => revision)).toEqual([1, 0]);
  });

  test("has to fit on the nodes that it stands on alone", () => {
    const nodes =
      "cluster: { nodes: { small: { type: m5.large }, large: { type: m5.4xlarge, labels: { disk: ssd } } } }\n";
    const large = daemon("memory: 20Gi", "nodeSelector: { disk: ssd }");
    expect(complaintsOf(large + nodes)).toEqual([]);
    expect(complaintsOf(daemon("memory: 20Gi") + nodes)).toEqual([
      "5:3 daemons.agent: expected daemons that fit on every node, got 13853Mi of memory too much", // of 8 GiB EKS keeps 255 + 11 · 110 + 100 MiB
    ]);
  });

  test.each<Row>([
    [
      "both missing and too many",
      daemon("updateStrategy: { maxUnavailable: 1, maxSurge: 1 }"),
      "7:52 daemons.agent.updateStrategy.maxSurge: expected 0 where maxUnavailable is not, got 1",
    ],
    [
      "limits of what is never done",
      daemon("updateStrategy: { type: OnDelete, maxUnavailable: 2 }"),
      "7:55 daemons.agent.updateStrategy.maxUnavailable: expected it only where type is RollingUpdate, got 2",
    ],
    [
      "a pause",
      daemon("rollouts: [{ at: 1m, paused: true }]"),
      "7:26 daemons.agent.rollouts[0].paused: no such field; there are at, image, cpu, memory, startup, workTimes, crashAfter, restart, undo",
    ],
  ])("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
});

describe("a job's policies", () => {
  const job = (...fields: readonly string[]): string =>
    services(
      `services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\njobs:\n  one:\n    steps: { cpu: 1s }\n${fields.map((field) => `    ${field}\n`).join("")}`,
    );

  test("with a failure policy only what has failed is replaced", () => {
    const text = job(
      "podFailurePolicy: { rules: [{ action: Ignore, onPodConditions: [{ type: DisruptionTarget }] }] }",
    );
    const rules = [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }];
    expect(readScenario(text, { name: "good.yaml" }).scenario.world("as-written").background[0].runs).toMatchObject({
      job: { podReplacementPolicy: "Failed", podFailurePolicy: { rules } },
    });
  });

  test.each<Row>([
    [
      "a rule about nothing",
      job("podFailurePolicy: { rules: [{ action: Count }] }"),
      "7:33 jobs.one.podFailurePolicy.rules[0]: expected either onExitCodes or onPodConditions, got neither",
    ],
    [
      "success as a failure",
      job("podFailurePolicy: { rules: [{ action: Count, onExitCodes: { operator: In, values: [0] } }] }"),
      "7:87 jobs.one.podFailurePolicy.rules[0].onExitCodes.values: expected codes other than 0, which is no failure",
    ],
    [
      "enough of what has no numbers",
      job("successPolicy: { rules: [{ succeededCount: 1 }] }"),
      "7:20 jobs.one.successPolicy: expected it only where completionMode is Indexed, got NonIndexed",
    ],
    [
      "no indexes",
      job("completionMode: Indexed", "successPolicy: { rules: [{ succeededIndexes: 1-, succeededCount: 1 }] }"),
      '8:50 jobs.one.successPolicy.rules[0].succeededIndexes: expected indexes like "0-3,7", got "1-"',
    ],
  ])("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
});
