/** What pods say to those who would take their nodes away. */
import { show } from "../../policy/fields.js";
import type { Field } from "./field.js";
import { plain } from "./pod.js";
import { said, type WrittenFields } from "./written.js";

export const DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt";
export const SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict";
export const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** The field `annotations` of a service, from those of a pod. */
export function annotationFields(annotations: Field): WrittenFields {
  const fields = said({
    [DO_NOT_DISRUPT]: yesOrNo(annotations.at(DO_NOT_DISRUPT)),
    [SAFE_TO_EVICT]: yesOrNo(annotations.at(SAFE_TO_EVICT)),
    [DELETION_COST]: costOf(annotations.at(DELETION_COST)),
  });
  return Object.keys(fields).length === 0 ? {} : (said({ annotations: plain(fields) }) as WrittenFields);
}

/** Annotations are texts: a plain true is refused by the API. */
function yesOrNo(field: Field): boolean | undefined {
  if (!field.there) return undefined;
  field.mark();
  if (field.value === "true" || field.value === "false") return field.value === "true";
  field.say(`expected the text "true" or "false", got ${show(field.value)}`);
  return undefined;
}

function costOf(field: Field): number | undefined {
  if (!field.there) return undefined;
  field.mark();
  const { value } = field;
  const cost = typeof value === "string" && /^(0|-?[1-9]\d*)$/.test(value) ? Number(value) : NaN;
  if (cost >= -(2 ** 31) && cost < 2 ** 31) return cost;
  field.say(`expected a whole number of 32 bits as a text like "100", got ${show(value)}`);
  return undefined;
}
