/**
 * Where pods may and would rather stand, in upstream's own spelling: labels and taints of nodes; labels, node selectors,
 * tolerations, affinity, topology spread and priority of a service's pods.
 */
import { z } from "zod";
import type { Affinity, SpreadConstraint, Toleration } from "../../controllers/scheduler/objects.js";
import type { PlacingTemplate } from "../../model/placing/api-objects.js";
import { flag, oneOf, show } from "../../policy/fields.js";
import { checked, name, type Say, words } from "../fields.js";

const whole = (least: number, most: number) => {
  const error = (issue: { readonly input?: unknown }) =>
    `expected a whole number from ${least} to ${most}, got ${show(issue.input)}`;
  return z
    .number({ error })
    .refine((value) => Number.isSafeInteger(value) && value >= least && value <= most, { error })
    .meta({ type: "integer", minimum: least, maximum: most });
};

const several = <T extends z.ZodType>(entry: T, what: string) =>
  z
    .array(entry, { error: (issue) => `expected a list of ${what}, got ${show(issue.input)}` })
    .min(1, { error: `expected at least one of the ${what}, got none` });

const word = () => words("a text");
const key = () =>
  z.string({ error: (issue) => `expected a label's key, got ${show(issue.input)}` }).regex(/^\S+$/, {
    error: (issue) => `expected a label's key, got ${show(issue.input)}`,
  });
const labels = () => z.record(key(), words("a label's value, which is text"));

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

function checkValues({ operator, values }: Expression, say: Say): void {
  const given = values?.length ?? 0;
  if (/^(In|NotIn)$/.test(operator) && given === 0) say([], `expected values beside ${operator}, got none`);
  if (/^(Exists|DoesNotExist)$/.test(operator) && given > 0)
    say(["values"], `expected no values beside ${operator}, got ${show(values)}`);
  if (/^(Gt|Lt)$/.test(operator) && !(given === 1 && /^[+-]?\d+$/.test(values?.[0] ?? "")))
    say(values === undefined ? [] : ["values"], `expected one whole number beside ${operator}, got ${show(values)}`);
}

const expression = <const O extends readonly [string, ...string[]]>(...operators: O) =>
  checked(
    z.strictObject({
      key: key().meta({ description: "The label's key." }),
      operator: oneOf(...operators).meta({ description: "What must be true of the label's value." }),
      values: z.array(word()).optional().meta({ description: "What the operator compares the label's value with." }),
    }),
    checkValues,
  );

const selector = z
  .strictObject({
    matchLabels: labels().optional().meta({ description: "Labels with these values." }),
    matchExpressions: z
      .array(expression("In", "NotIn", "Exists", "DoesNotExist"))
      .optional()
      .meta({ description: "All of these have to hold." }),
  })
  .meta({ id: "LabelSelector", description: "Which pods; an empty one selects all." });

const nodeTerm = z
  .strictObject({
    matchExpressions: several(
      expression("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
      "requirements of a node",
    ).meta({ description: "All of these have to hold of the node's labels." }),
  })
  .meta({ id: "NodeSelectorTerm", description: "What must be true of a node." });

const keysOf = (what: string) =>
  several(key(), "keys")
    .optional()
    .meta({ description: `Only pods with ${what} of these labels.` });

const podTerm = checked(
  z.strictObject({
    labelSelector: selector.optional(),
    topologyKey: key().meta({ description: "Near is: with the same value of this label of nodes." }),
    matchLabelKeys: keysOf("the pod's own values"),
    mismatchLabelKeys: keysOf("other values than the pod's own"),
  }),
  ({ labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }, say) => {
    for (const [field, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys }))
      if (keys.length > 0 && labelSelector === undefined)
        say([field], `expected ${field} only beside a labelSelector, got it without`);
    for (const [i, one] of mismatchLabelKeys.entries())
      if (matchLabelKeys.includes(one))
        say(["mismatchLabelKeys", i], `expected a key that matchLabelKeys does not have, got ${one}`);
  },
).meta({ id: "PodAffinityTerm", description: "Which pods, and what near means." });

const weight = () => whole(1, 100).meta({ description: "How much of it: 1 to 100." });
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

const podAffinity = (what: string) =>
  z.strictObject({
    [REQUIRED]: several(podTerm, "terms")
      .optional()
      .meta({ description: `Pods that it must ${what}.` }),
    [PREFERRED]: several(
      z.strictObject({
        weight: weight(),
        podAffinityTerm: podTerm.meta({ description: "Which pods, and what near means." }),
      }),
      "weighted terms",
    )
      .optional()
      .meta({ description: `Pods that it would rather ${what}.` }),
  });

const nodeAffinity = z.strictObject({
  [REQUIRED]: z
    .strictObject({
      nodeSelectorTerms: several(nodeTerm, "terms").meta({ description: "One of these at least has to hold." }),
    })
    .optional()
    .meta({ description: "Nodes that it may go to." }),
  [PREFERRED]: several(
    z.strictObject({ weight: weight(), preference: nodeTerm.meta({ description: "What it prefers." }) }),
    "preferences",
  )
    .optional()
    .meta({ description: "Nodes that it would rather go to." }),
});

/** Of pods that each have their node: there is nothing to prefer. */
export const requiredNodes = nodeAffinity.pick({ [REQUIRED]: true });

const affinity = z.strictObject({
  nodeAffinity: nodeAffinity.optional().meta({ description: "By labels of nodes." }),
  podAffinity: podAffinity("be near").optional().meta({ description: "Near which pods." }),
  podAntiAffinity: podAffinity("not be near").optional().meta({ description: "Far from which pods." }),
});

const toleration = checked(
  z.strictObject({
    key: key().optional().meta({ description: "The taint's key; without one: all taints." }),
    operator: oneOf("Equal", "Exists").optional().meta({ description: "Default: Equal." }),
    value: word().optional().meta({ description: "The taint's value, for Equal." }),
    effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute")
      .optional()
      .meta({ description: "The taint's effect; without one: all effects." }),
  }),
  ({ key: of, operator, value }, say) => {
    if (operator === "Exists" && value !== undefined) say(["value"], `expected no value beside Exists, got "${value}"`);
    if (of === undefined && operator !== "Exists") say([], "expected a key, or the operator Exists for all taints");
  },
);

const spread = checked(
  z.strictObject({
    maxSkew: whole(1, 2 ** 31 - 1).meta({ description: "By how many pods the fullest may exceed the emptiest." }),
    topologyKey: key().meta({ description: "Pods are counted for each value of this label of nodes." }),
    whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway").meta({ description: "A must, or a wish." }),
    labelSelector: selector.optional(),
    minDomains: whole(1, 2 ** 31 - 1)
      .optional()
      .meta({ description: "With fewer values than this the emptiest counts as 0. Default: 1." }),
    nodeAffinityPolicy: oneOf("Honor", "Ignore")
      .optional()
      .meta({ description: "Whether nodes that its affinity excludes are left out. Default: Honor." }),
    nodeTaintsPolicy: oneOf("Honor", "Ignore")
      .optional()
      .meta({ description: "Whether nodes that its tolerations exclude are left out. Default: Ignore." }),
    matchLabelKeys: keysOf("the pod's own values"),
  }),
  ({ minDomains, whenUnsatisfiable, matchLabelKeys, labelSelector }, say) => {
    if (minDomains !== undefined && whenUnsatisfiable !== "DoNotSchedule")
      say(["minDomains"], `expected minDomains only beside DoNotSchedule, got it beside ${whenUnsatisfiable}`);
    if (matchLabelKeys !== undefined && labelSelector === undefined)
      say(["matchLabelKeys"], "expected matchLabelKeys only beside a labelSelector, got it without");
  },
);

/** The highest that users may give; above are the system's own. */
const HIGHEST = 1_000_000_000;
const priority = () => whole(-(2 ** 31), HIGHEST);

/** Fields of a service. */
export const placingFields = {
  labels: labels().optional().meta({ description: "Of its pods, beside app with the service's name." }),
  nodeSelector: labels().optional().meta({ description: "Labels that a node must have." }),
  tolerations: several(toleration, "tolerations").optional().meta({ description: "Taints that do not keep it away." }),
  affinity: affinity.optional().meta({ description: "Nodes and pods to be near, or not." }),
  topologySpreadConstraints: several(spread, "constraints")
    .optional()
    .meta({ description: "How evenly its pods are spread over zones and nodes." }),
  priority: priority().optional().meta({ description: "Who comes first and may take others' place. Default: 0." }),
  priorityClass: name().optional().meta({ description: "The name of a priority class, instead of a priority." }),
};

/** Fields of a node group. */
export const nodeFields = {
  labels: labels()
    .prefault({})
    .meta({ description: "Of its nodes, beside those for host name, zone, instance type and operating system." }),
  taints: z
    .array(
      z.strictObject({
        key: key().meta({ description: "What it is about." }),
        value: word().optional().meta({ description: "Its value." }),
        effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute").meta({ description: "What it does." }),
      }),
      { error: (issue) => `expected a list of taints, got ${show(issue.input)}` },
    )
    .optional()
    .meta({ description: "What keeps pods away that do not tolerate it. Default: nothing." }),
};

const priorityClass = z.strictObject({
  value: priority().meta({ description: "The priority: higher ones come first." }),
  preemptionPolicy: oneOf("PreemptLowerPriority", "Never")
    .prefault("PreemptLowerPriority")
    .meta({ description: "Whether its pods take others' place when there is no room." }),
  globalDefault: flag().prefault(false).meta({ description: "Whether it is that of services that name none." }),
});

export const priorityClasses = checked(z.record(name(), priorityClass), (classes, say) => {
  const defaults = Object.entries(classes).filter(([, { globalDefault }]) => globalDefault);
  for (const [other] of defaults.slice(1))
    say([other, "globalDefault"], `expected one default, got ${defaults.map(([one]) => one).join(" and ")}`);
});

export type PriorityClasses = z.output<typeof priorityClasses>;
const together = z.strictObject(placingFields);
export type Placing = z.output<typeof together>;

/** Those that every cluster has. */
const SYSTEM: PriorityClasses = {
  "system-cluster-critical": { value: 2e9, preemptionPolicy: "PreemptLowerPriority", globalDefault: false },
  "system-node-critical": { value: 2e9 + 1000, preemptionPolicy: "PreemptLowerPriority", globalDefault: false },
};

export const knownClasses = (classes: PriorityClasses): readonly string[] => Object.keys({ ...classes, ...SYSTEM });

/** What is not said is left out: the scheduler reads upstream's objects, in which it would be absent. */
export function templateOf(placing: Placing, classes: PriorityClasses): PlacingTemplate {
  const { labels, nodeSelector, tolerations, affinity: near, topologySpreadConstraints } = placing;
  const known = { ...classes, ...SYSTEM };
  const fallback = Object.values(classes).find(({ globalDefault }) => globalDefault);
  const ofClass = placing.priorityClass === undefined ? fallback : known[placing.priorityClass];
  const value = placing.priority ?? ofClass?.value ?? 0;
  return {
    ...(labels && { labels }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations: tolerations as readonly Toleration[] }),
    ...(near && { affinity: near as Affinity }),
    ...(topologySpreadConstraints && { spread: topologySpreadConstraints as readonly SpreadConstraint[] }),
    ...(value !== 0 && { priority: value }),
    ...(placing.priority === undefined && ofClass?.preemptionPolicy === "Never" && { neverPreempts: true }),
  };
}
