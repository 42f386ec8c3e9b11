/** How much is refused: measured where any service refuses anything, under whatever policy. */
import type { World } from "../model/world.js";
import type { Scenario } from "../scenario/read.js";
import type { Measure } from "./measures.js";

const refuses = ({ policies, world }: Scenario): boolean =>
  policies.some((policy) => world(policy).services.some(({ admission }) => admission !== undefined));

const shed: Measure = {
  name: "admission.shed",
  label: "calls refused, of those that came",
  unit: "share",
  better: "neither",
  group: "errors",
  headline: true,
};

export const admissionMeasures = (scenario: Scenario): readonly Measure[] => (refuses(scenario) ? [shed] : []);

/** Of the calls of services that refuse some; every try is one, and one that its caller's proxy refuses has not come to any pod. */
export function admissionValues(scenario: Scenario, { services }: World): Record<string, number> {
  if (!refuses(scenario)) return {};
  let refused = 0;
  let came = 0;
  for (const { admission, callerAdmission, measured } of services) {
    if (admission === undefined) continue;
    const byCallers = callerAdmission?.shed ?? 0;
    refused += admission.shed + byCallers;
    came += measured + byCallers;
  }
  return { [shed.name]: came === 0 ? 0 : refused / came };
}
