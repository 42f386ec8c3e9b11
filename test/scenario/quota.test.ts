/** The section `quota`: what it becomes, and what is said of quotas that make no sense. */
import { expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row, rest } from "./complaints.js";

const quota = (hard: string): string => rest(`${load}quota: { hard: ${hard} }\n`);
const sized = (fields: string, hard: string): string =>
  `services: { web: { ${fields}, endpoints: { get: { cpu: 5ms } } } }\n${load}quota: { hard: ${hard} }\n`;

const rows: Row[] = [
  [
    "nothing limited",
    quota("{}"),
    "3:16 quota.hard: expected one of limits.cpu, limits.memory, pods, requests.cpu, requests.memory, got none",
  ],
  [
    "an unknown resource",
    quota("{ cpu: 4 }"),
    "3:18 quota.hard.cpu: no such field; there are pods, requests.cpu, requests.memory, limits.cpu, limits.memory",
  ],
  ["a share of a pod", quota("{ pods: 1.5 }"), "3:24 quota.hard.pods: expected a whole number from 0 up, got 1.5"],
  [
    "pods that are larger than all that there is",
    sized("cpu: 2, memory: 2Gi", "{ requests.cpu: 1500m, requests.memory: 1Gi }"),
    "1:25 services.web.cpu: expected a pod within the quota, 1500m of requests.cpu, got 2000m",
    "1:36 services.web.memory: expected a pod within the quota, 1024Mi of requests.memory, got 2048Mi",
  ],
  [
    "limits asked of pods that have none",
    sized("cpu: 500m", "{ limits.cpu: 4 }"),
    "1:25 services.web.cpu: expected a limit, as the quota has limits.cpu, got none",
  ],
  [
    "limits asked of a job's pods",
    `${quota("{ limits.memory: 4Gi }").replace("web: {", "web: { memory: { request: 1Gi, limit: 1Gi },")}jobs: { a: { steps: [] } }\n`,
    "4:9 jobs.a.memory: expected a limit, as the quota has limits.memory, got none",
  ],
];
test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

test("is in millicores, bytes and pods", () => {
  const all = "{ pods: 20, requests.cpu: 1500m, requests.memory: 1Gi, limits.cpu: 4, limits.memory: 512Mi }";
  const limited = "cpu: { request: 500m, limit: 1 }, memory: { request: 256Mi, limit: 256Mi }";
  const { scenario, warnings } = readScenario(sized(limited, all), { name: "x.yaml" });
  expect(warnings).toEqual([]);
  expect(scenario.world("as-written").quota).toEqual({
    name: "quota",
    hard: {
      pods: 20,
      "requests.cpu": 1500,
      "requests.memory": 2 ** 30,
      "limits.cpu": 4000,
      "limits.memory": 2 ** 29,
    },
  });
  expect(readScenario(rest(load), { name: "x.yaml" }).scenario.world("as-written").quota).toBeUndefined();
});

test("that not even the replicas of the start fit is a warning, for each policy", () => {
  const text = `${sized("replicas: 4, cpu: 500m", "{ requests.cpu: 2, pods: 8 }")}policies: { few: {}, many: { replicas: 9 } }\n`;
  const { warnings } = readScenario(text, { name: "x.yaml" });
  expect(warnings.map(({ line, path, message }) => `${line} ${path}: ${message}`)).toEqual([
    '3 quota.hard.requests.cpu: pods will be refused from the start in policy "many": they ask for requests.cpu=4500m',
    '3 quota.hard.pods: pods will be refused from the start in policy "many": they ask for pods=9',
  ]);
});
