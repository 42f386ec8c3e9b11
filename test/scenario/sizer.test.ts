import { expect, test } from "vitest";
import { ScenarioError } from "../../src/scenario/complaint.js";
import { readScenario } from "../../src/scenario/read.js";

const shop = (scaler: string, sizer: string): string => `services:
  shop:
    scaler: ${scaler}
    sizer: ${sizer}
    endpoints: { call: { cpu: 1ms } }
load: { visitors: { rate: 1/s, to: shop/call } }
`;

const warningsOf = (scaler: string, sizer: string) =>
  readScenario(shop(scaler, sizer), { name: "test" }).warnings.map(({ line, message }) => ({ line, message }));

const FIGHT = "hpa goes by the use of cpu relative to the request, which vpa changes: the two work against each other";

test.each([
  ["{ use: hpa, target: 60% }", "vpa", [{ line: 4, message: FIGHT }]],
  ["{ use: hpa, metrics: [{ kind: pods, signal: rate, averageValue: 5 }] }", "vpa", []],
  ["{ use: hpa, metrics: [{ kind: resource, resource: cpu, averageValue: 100m }] }", "vpa", []],
  ["{ use: hpa, target: 60% }", "{ use: vpa, controlledResources: [memory] }", []],
  ["{ use: hpa, target: 60% }", "{ use: vpa, updateMode: Off }", []],
  ["none", "vpa", []],
])("%s with %s", (scaler, sizer, warnings) => {
  expect(warningsOf(scaler, sizer)).toEqual(warnings);
});

const complaintsOf = (sizer: string): readonly string[] => {
  try {
    readScenario(shop("none", sizer), { name: "test" });
    return [];
  } catch (fault) {
    if (!(fault instanceof ScenarioError)) throw fault;
    return fault.complaints.map(({ line, message }) => `${line} ${message}`);
  }
};

test.each([
  ["vpb", '4 no sizer named "vpb"; there are none, vpa'],
  [
    "{ use: vpa, updateMode: InPlace }",
    '4 expected one of Off, Initial, Recreate, Auto, InPlaceOrRecreate, got "InPlace"',
  ],
  [
    "{ use: vpa, minAllowed: { cpu: 300m }, maxAllowed: { cpu: 200m } }",
    "4 vpa refuses these fields: expected a maxAllowed.cpu of 300m at least, got 200m",
  ],
  ["{ use: vpa, minReplicas: 0 }", "4 expected a whole number from 1 up, got 0"],
])("%s is complained about", (sizer, complaint) => {
  expect(complaintsOf(sizer)).toEqual([complaint]);
});
