/** A Job's policies for pods that fail and for success before the end, as the fields of a job. */
import type { Field } from "./field.js";
import { said } from "./written.js";

/** The rules that are simulated; undefined where there are none. */
export function failurePolicyOf(spec: Field): object | undefined {
  const rules = spec
    .at("podFailurePolicy", "rules")
    .items()
    .flatMap((rule) => {
      const action = rule.at("action").word("FailJob", "FailIndex", "Ignore", "Count");
      if (action === "FailIndex") {
        rule.at("action").warn("failures of one index alone are not simulated: the rule is left out");
        return [];
      }
      return [
        said({ action, onExitCodes: codesOf(rule.at("onExitCodes"), spec), onPodConditions: conditionsOf(rule) }),
      ];
    });
  return rules.length === 0 ? undefined : { rules };
}

function codesOf(codes: Field, spec: Field): object | undefined {
  if (!codes.there) return undefined;
  const container = codes.at("containerName");
  const several = spec.at("template", "spec", "containers").items().length > 1;
  if (container.there && several) container.warn("a pod is simulated as one process, whose exit code it is");
  else container.mark();
  const values = codes.at("values").items();
  return said({
    operator: codes.at("operator").word("In", "NotIn"),
    values: values.flatMap((one) => one.whole() ?? []),
  });
}

function conditionsOf(rule: Field): readonly object[] | undefined {
  const conditions = rule.at("onPodConditions").items();
  if (conditions.length === 0) return undefined;
  return conditions.map((one) =>
    said({ type: one.at("type").text(), status: one.at("status").word("True", "False", "Unknown") }),
  );
}

export function successPolicyOf(spec: Field): object | undefined {
  const rules = spec.at("successPolicy", "rules").items();
  if (rules.length === 0) return undefined;
  return {
    rules: rules.map((rule) =>
      said({
        succeededIndexes: rule.at("succeededIndexes").text(),
        succeededCount: rule.at("succeededCount").whole(1),
      }),
    ),
  };
}
