import { expect, test } from "vitest";
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

test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
