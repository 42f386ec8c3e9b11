/** Label selectors: which pods a Service, a budget or a rule means. */
import type { Field } from "./field.js";

export type Labels = Readonly<Record<string, string>>;

/** A Service's: all of its labels, and of none nothing. */
export const selects = (wanted: Labels, labels: Labels): boolean =>
  Object.keys(wanted).length > 0 && Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** A LabelSelector: every label and every expression; an empty one means all pods, one that is not there means none. */
export function selectorOf(field: Field): (labels: Labels) => boolean {
  if (!field.there) return () => false;
  const wanted = Object.entries(field.at("matchLabels").texts());
  const rules = field.at("matchExpressions").items().map(expressionOf);
  field.mark();
  return (labels) => wanted.every(([key, value]) => labels[key] === value) && rules.every((rule) => rule(labels));
}

function expressionOf(field: Field): (labels: Labels) => boolean {
  const key = field.at("key").text() ?? "";
  const operator = field.at("operator").word("In", "NotIn", "Exists", "DoesNotExist");
  const values = field
    .at("values")
    .items()
    .map((one) => String(one.mark().value));
  switch (operator) {
    case "In":
      return (labels) => Object.hasOwn(labels, key) && values.includes(labels[key]);
    case "NotIn":
      return (labels) => !Object.hasOwn(labels, key) || !values.includes(labels[key]);
    case "Exists":
      return (labels) => Object.hasOwn(labels, key);
    default:
      return (labels) => !Object.hasOwn(labels, key);
  }
}
