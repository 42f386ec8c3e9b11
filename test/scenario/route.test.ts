import { expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row } from "./complaints.js";

const web = (fields: string): string => `services: { web: { endpoints: { get: { cpu: 5ms } }, ${fields} } }\n${load}`;

const rows: readonly Row[] = [
  [
    "a timeout that is no time",
    web("timeout: fast"),
    '1:63 services.web.timeout: expected a duration like "250ms" or "1h30m", got "fast"',
  ],
  [
    "no try again, but retries",
    web("retries: { most: 0 }"),
    "1:71 services.web.retries.most: expected a whole number from 1 up, got 0",
  ],
  [
    "a failure that nobody knows",
    web("retries: { on: [slow] }"),
    '1:70 services.web.retries.on[0]: expected one of refused, killed, timeout, abandoned, aborted, unreachable, overflow, shed, got "slow"',
  ],
  [
    "a longest wait below the first",
    web("retries: { backOff: { base: 1s, longest: 1ms } }"),
    "1:95 services.web.retries.backOff.longest: expected at least the base (1 s), got 0.001 s",
  ],
  [
    "a wait by no law",
    web("retries: { backOff: soon }"),
    '1:74 services.web.retries.backOff: expected a duration like "250ms" or "1h30m", got "soon"',
  ],
  ["weights that are none", web("weights: [1, 0]"), "1:67 services.web.weights[1]: expected a number above 0, got 0"],
  [
    "more branches needed than there are",
    `services: { web: { endpoints: { get: { quorum: { need: 2, branches: [{ cpu: 5ms }] } } } } }\n${load}`,
    "1:56 services.web.endpoints.get.quorum.need: expected at most the number of branches (1), got 2",
  ],
];

const compared = (fields: string): string =>
  `${web("timeout: 2s, retries: { most: 3 }")}policies: { a: {}, b: { services: { web: { ${fields} } } } }\n`;

test("a policy's word on how a service is called comes before the service's own, and leaves the rest as it was", () => {
  const { scenario } = readScenario(compared("timeout: 1s, limits: { requests: 7 }, preStop: 3s, cancels: true"), {
    name: "x.yaml",
  });
  const [a, b] = scenario.policies.map((policy) => scenario.world(policy).services[0]);
  expect([a.route.timeout, a.route.cancels, a.lifecycle.preStop, a.mesh]).toEqual([2, false, 0, undefined]);
  expect([b.route.timeout, b.route.cancels, b.lifecycle.preStop]).toEqual([1, true, 3]);
  expect(b.mesh?.limits).toEqual({ requests: 7, retries: 3 });
  expect([a.route.retries.most, b.route.retries.most]).toEqual([3, 3]);
});

test("is complained about where a policy says it", () =>
  expect(complaintsOf(compared("outliers: { baseEjection: 400s }"))).toEqual([
    "3:44 policies.b.services.web.outliers.longestEjection: expected at least baseEjection (400 s), got 300 s",
  ]));

test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
