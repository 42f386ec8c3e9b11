/** What a user is told who measures what is not there, or limits it in ways that there are not. */
import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row, rest, services, withCluster } from "./complaints.js";

const scaledBy = (metric: string, more = ""): string =>
  services(
    `services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n${more}    scaler: { use: hpa, metrics: [${metric}] }\n`,
  );

const rows: readonly Row[] = [
  [
    "a metric of a service that nobody defines",
    scaledBy("{ kind: external, signal: queue, service: wbe, value: 9 }"),
    '4:77 services.web.scaler.metrics[0].service: no service named "wbe"; there is web (web?)',
  ],
  [
    "the same in a policy to compare",
    rest(
      `${load}policies: { p: { scaler: { use: hpa, metrics: [{ kind: object, signal: rate, service: db, value: 9 }] } } }\n`,
    ),
    '3:87 policies.p.scaler.metrics[0].service: no service named "db"; there is web (web?)',
  ],
  [
    "the memory of a service that holds none",
    scaledBy("{ kind: resource, resource: memory, utilization: 80% }"),
    "4:63 services.web.scaler.metrics[0].resource: expected a service whose memoryUse is given, got web, which has none",
  ],
  [
    "a pipeline that nobody has",
    rest(`${load}metrics: { pipeline: kuberntes }\n`),
    '3:22 metrics.pipeline: expected instant, kubernetes or a map with housekeeping and prometheus, got "kuberntes"',
  ],
  [
    "a pipeline's scrape without a time",
    rest(`${load}metrics: { pipeline: { prometheus: { interval: 0s } } }\n`),
    "3:48 metrics.pipeline.prometheus.interval: expected a duration above 0s, got 0s",
  ],
  [
    "a CPU model that nobody has",
    services("services:\n  web:\n    endpoints: { get: { cpu: 5ms } }\n    cpuModel: quota\n"),
    '4:15 services.web.cpuModel: expected fluid, cfs or a period like { cfs: 20ms }, got "quota"',
  ],
  [
    "a quota's period of nothing",
    rest(`${load}policies: { p: { cpuModel: { cfs: 0s } } }\n`),
    "3:35 policies.p.cpuModel.cfs: expected a duration above 0s, got 0s",
  ],
  [
    "a soft threshold below the hard one",
    withCluster("{ nodes: { a: { type: m5.large } }, eviction: { hard: 200Mi, soft: { below: 100Mi, grace: 30s } } }"),
    "3:86 cluster.eviction.soft.below: expected more than hard (200Mi), got 100Mi",
  ],
  [
    "a phase that is none",
    rest(`${load}controllers: { phase: sometimes }\n`),
    '3:23 controllers.phase: expected a duration like "250ms" or "1h30m", got "sometimes"',
  ],
];
test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

describe("what is there is measured", () => {
  test("memory of a service that holds some", () => {
    const metric = "{ kind: resource, resource: memory, averageValue: 200Mi }";
    expect(complaintsOf(scaledBy(metric, "    memoryUse: { base: 100Mi }\n"))).toEqual([]);
  });

  test("by a cluster's pipeline, its delays as upstream's defaults unless given", () => {
    const { pipeline } = readScenario(rest(`${load}metrics: { pipeline: kubernetes }\n`), {
      name: "a.yaml",
    }).scenario.world("as-written");
    expect(pipeline).toEqual({
      housekeeping: { interval: 10, longest: 15, jitter: 1 },
      prometheus: { interval: 30, delay: 0 },
    });
  });
});
