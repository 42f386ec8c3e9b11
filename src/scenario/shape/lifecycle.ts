/** The fields of a service about its pods' life: probes, what comes before the start, what ends a container, budgets. */
import { z } from "zod";
import type { Amount, Budget } from "../../controllers/disruption/budget.js";
import type { Lifecycle } from "../../model/pods/lifecycle.js";
import type { Annotations } from "../../policy/contract.js";
import { fraction, memory, seconds, show } from "../../policy/fields.js";
import { checked, duration, law, oneKeyOf, wholeFrom } from "../fields.js";

const initialDelay = seconds().prefault("0s").meta({ description: "The first probe, after the start." });
const period = duration().prefault("10s").meta({ description: "Between two probes." });
const successThreshold = wholeFrom(1)
  .prefault(1)
  .meta({ description: "Good probes in a row that make the pod ready." });
const failureThreshold = wholeFrom(1)
  .prefault(3)
  .meta({ description: "Failed probes in a row after which the container is ended." });
const timeout = duration().prefault("1s").meta({ description: "A probe not answered by then has failed." });

const laws = z.array(law, { error: (issue) => `expected a list of durations, got ${show(issue.input)}` });

const amount: z.ZodType<Amount> = z
  .union(
    [
      wholeFrom(0).transform((pods): Amount => ({ pods })),
      checked(fraction(), (value, say) => {
        if (value > 1) say([], `expected at most 100%, got ${value * 100}%`);
      }).transform((share): Amount => ({ share })),
    ],
    { error: (issue) => `expected a number of pods or a share like "25%", got ${show(issue.input)}` },
  )
  .meta({ examples: [1, "25%"] }) as unknown as z.ZodType<Amount>;

const budget = oneKeyOf({
  minAvailable: amount
    .transform((minAvailable): Budget => ({ minAvailable }))
    .meta({ description: "Ready pods that a drain leaves at least." }),
  maxUnavailable: amount
    .transform((maxUnavailable): Budget => ({ maxUnavailable }))
    .meta({ description: "Pods that may be away because of a drain." }),
});

const yesNo = () =>
  z
    .union([z.boolean(), z.enum(["true", "false"])], {
      error: (issue) => `expected true or false, got ${show(issue.input)}`,
    })
    .transform((given) => (String(given) === "true" ? "true" : "false"));

const annotations = z
  .strictObject({
    "karpenter.sh/do-not-disrupt": yesNo().optional().meta({ description: "Karpenter leaves the pods' nodes alone." }),
    "cluster-autoscaler.kubernetes.io/safe-to-evict": yesNo()
      .optional()
      .meta({ description: "Whether Cluster Autoscaler may move the pods, whatever else speaks against it." }),
    "controller.kubernetes.io/pod-deletion-cost": z
      .union([z.number().int(), z.string().regex(/^-?\d+$/)], {
        error: (issue) => `expected a whole number, got ${show(issue.input)}`,
      })
      .transform(Number)
      .optional()
      .meta({ description: "What losing a pod costs, as Karpenter weighs it." }),
  })
  .transform(
    (given): Annotations => ({
      doNotDisrupt: given["karpenter.sh/do-not-disrupt"] === "true",
      safeToEvict: given["cluster-autoscaler.kubernetes.io/safe-to-evict"],
      deletionCost: given["controller.kubernetes.io/pod-deletion-cost"],
    }),
  );

export const lifecycleFields = {
  readiness: z
    .strictObject({ initialDelay, period, successThreshold })
    .optional()
    .meta({ description: "Readiness probes; the first good one makes the pod ready. Default: ready once started." }),
  startupProbe: z
    .strictObject({ initialDelay, period, failureThreshold })
    .optional()
    .meta({ description: "Holds the other probes back until it succeeds, and ends a container too slow for it." }),
  liveness: z
    .strictObject({ initialDelay, period, timeout, failureThreshold })
    .optional()
    .meta({ description: "Ends a container that is not up in time, or whose queue holds a probe past its timeout." }),
  volumes: law.prefault("0s").meta({ description: "Attaching and mounting volumes, before the image is pulled." }),
  configFrom: seconds()
    .prefault("0s")
    .meta({ description: "ConfigMaps and Secrets exist from this time; pods wait in ContainerCreating for them." }),
  initContainers: laws.prefault([]).meta({ description: "How long each init container runs, one after another." }),
  sidecars: laws
    .prefault([])
    .meta({ description: "How long each sidecar takes to start, one after another, before the application." }),
  memoryUse: z
    .strictObject({
      base: memory().meta({ description: "At rest." }),
      perCall: memory().prefault("0Mi").meta({ description: "For each call in the pod." }),
    })
    .optional()
    .meta({ description: "Memory that a pod holds; beyond its limit it is OOMKilled. Default: no use." }),
  crashAfter: law
    .optional()
    .meta({ description: "From a container's start until it ends by a fault of its own. Default: never." }),
  preStop: seconds()
    .prefault("0s")
    .meta({ description: "A hook that a terminating pod runs before it is told to stop; counts towards its grace." }),
  disruptionBudget: budget
    .optional()
    .meta({ description: "PodDisruptionBudget: what drains of machines leave in place. Default: none." }),
  annotations: annotations
    .prefault({})
    .meta({ description: "What the pods say to those who would take their nodes away, as annotations do." }),
};

const together = z.strictObject(lifecycleFields);
type Fields = z.output<typeof together>;

export function lifecycleOf(fields: Fields): Lifecycle {
  const { startupProbe, liveness, memoryUse } = fields;
  return {
    attach: fields.volumes,
    configuredAt: fields.configFrom,
    before: [...fields.initContainers, ...fields.sidecars],
    startupProbe: startupProbe && { ...startupProbe, timeout: 1, successThreshold: 1 },
    liveness: liveness && { ...liveness, successThreshold: 1 },
    crashAfter: fields.crashAfter,
    memoryUse: memoryUse && { baseMiB: memoryUse.base, perCallMiB: memoryUse.perCall },
    preStop: fields.preStop,
    budget: fields.disruptionBudget,
    annotations: fields.annotations,
  };
}
