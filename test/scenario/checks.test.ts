/** What a scenario says of those who are asked before calls come in. */
import { expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf } from "./complaints.js";

const load = "load: { users: { rate: 1/s, to: web/get } }\n";
const asked = (checks: string, others = ""): string =>
  `services:\n  web: { checks: ${checks}, endpoints: { get: { cpu: 1ms } } }\n${others}${load}`;
const a = "  a: { endpoints: { x: { cpu: 1ms } } }\n";

test("what is not said is Envoy's", () => {
  const { scenario } = readScenario(asked("[{ call: a/x }, { call: a/x, timeout: 20ms, whenFailing: allow }]", a), {
    name: "test",
  });
  expect(scenario.world(scenario.policies[0]).services[0].checks).toEqual([
    { service: "a", endpoint: "x", timeout: 0.2, open: false },
    { service: "a", endpoint: "x", timeout: 0.02, open: true },
  ]);
});

test.each([
  ["by itself", "[{ call: web/get }]", "", "2:27 services.web.checks[0].call: calls go in a circle: web/get → web/get"],
  [
    "by who calls whom it checks",
    "[{ call: a/x }]",
    "  a: { endpoints: { x: { call: web/get } } }\n",
    "2:27 services.web.checks[0].call: calls go in a circle: a/x → web/get → a/x",
  ],
  [
    "by nobody's endpoint",
    "[{ call: a/y }]",
    a,
    '2:27 services.web.checks[0].call: no endpoint of a named "y"; there is x',
  ],
  ["by nobody", "[{ call: b/x }]", a, '2:27 services.web.checks[0].call: no service named "b"; there are web, a'],
  [
    "at once",
    "[{ call: a/x, timeout: 0s }]",
    a,
    "2:41 services.web.checks[0].timeout: expected a duration above 0s, got 0s",
  ],
])("a check %s is refused", (_, checks, others, expected) => {
  expect(complaintsOf(asked(checks, others))).toEqual([expected]);
});
