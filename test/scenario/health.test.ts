import { expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row } from "./complaints.js";

const web = (fields: string): string => `services: { web: { endpoints: { get: { cpu: 5ms } }, ${fields} } }\n${load}`;

const rows: readonly Row[] = [
  ["checks of no kind", web("health: {}"), "1:62 services.web.health: expected passive, active or both, got none"],
  [
    "nginx counts in whole seconds",
    web("health: { passive: { timeout: 1500ms } }"),
    "1:84 services.web.health.passive.timeout: expected whole seconds, for nginx counts in those, got 1.5 s",
  ],
  [
    "never down",
    web("health: { active: { fall: 0 } }"),
    "1:80 services.web.health.active.fall: expected a whole number from 1 up, got 0",
  ],
  [
    "HAProxy's word",
    web("health: { active: { inter: 2s } }"),
    "1:74 services.web.health.active.inter: no such field; there are interval, fall, rise",
  ],
];

test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

test("callers have proxies where these check; the defaults are nginx's and HAProxy's, which call nobody who is out", () => {
  const { scenario } = readScenario(web("health: { passive: {}, active: {} }"), { name: "health" });
  const { mesh } = scenario.world(scenario.policies[0]).services[0];
  expect(mesh).toMatchObject({
    health: { passive: { failures: 1, timeout: 10 }, active: { interval: 2, fall: 3, rise: 2 } },
    panic: 0,
  });
});
