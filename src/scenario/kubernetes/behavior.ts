/** An HPA's `behavior`, which KEDA passes through. */
import type { Field } from "./field.js";
import { said } from "./written.js";

const LONGEST_WINDOW = 3600;
const LONGEST_PERIOD = 1800;
const SELECT = { Max: "max", Min: "min", Disabled: "disabled" } as const;
const TYPE = { Pods: "pods", Percent: "percent" } as const;

const keysOf = <T extends object>(map: T) => Object.keys(map) as (keyof T & string)[];

/** Left out is not the same as empty: see the scenario's field. */
export function behaviorFields(field: Field): object | undefined {
  if (!field.there) return undefined;
  field.entries();
  const rules = said({ scaleUp: rulesOf(field.at("scaleUp")), scaleDown: rulesOf(field.at("scaleDown")) });
  if (Object.keys(rules).length === 0) field.mark();
  return rules;
}

function rulesOf(field: Field): object | undefined {
  if (!field.there) return undefined;
  const window = field.at("stabilizationWindowSeconds").whole(0, LONGEST_WINDOW);
  const select = field.at("selectPolicy").word(...keysOf(SELECT));
  const policies = field.at("policies").there ? field.at("policies").items().map(policyOf) : undefined;
  if (policies?.length === 0) field.at("policies").say("expected at least one policy, got []", { key: true });
  const tolerance = field.at("tolerance").quantity('a quantity from 0 up like "0.05"');
  const rules = said({
    stabilization: window === undefined ? undefined : `${window}s`,
    select: select && SELECT[select],
    policies,
    tolerance,
  });
  if (Object.keys(rules).length === 0) field.mark();
  return rules;
}

function policyOf(field: Field): object {
  for (const key of ["type", "value", "periodSeconds"])
    if (!field.at(key).there) field.at(key).missing("a type, a value and periodSeconds");
  const type = field.at("type").word(...keysOf(TYPE));
  const value = field.at("value").whole(1);
  const period = field.at("periodSeconds").whole(1, LONGEST_PERIOD);
  return { type: type && TYPE[type], value, period: `${period}s` };
}
