/** The section `cluster`: machines and who decides about them. */
import { z } from "zod";
import { instanceTypes } from "../catalogue/instances.js";
import { cpu, memory, seconds, show } from "../policy/fields.js";
import { above0, checked, law, name, notNegative, speed, wholeFrom, words } from "./fields.js";
import { nodeFields } from "./shape-placing.js";
import { policyFields } from "./shape-policy.js";

/** What a policy may change of a node group. */
export const counted = {
  count: wholeFrom(0).optional().meta({ description: "Machines that are ready at the start. Default: 1." }),
  min: wholeFrom(0).optional().meta({ description: "Never fewer machines than this. Default: count." }),
  max: wholeFrom(0).optional().meta({ description: "Never more machines than this. Default: count." }),
};

const size = (what: string) =>
  z.strictObject({
    cpu: cpu().meta({ description: `CPU ${what}.` }),
    memory: memory().meta({ description: `Memory ${what}.` }),
  });

const group = z.strictObject({
  type: words("the name of an instance type")
    .meta({
      description:
        "A cloud's instance type, which says capacity and price; any name when capacity and usdPerHour are given.",
      anyOf: [{ enum: [...instanceTypes] }, { type: "string" }],
    })
    .optional(),
  ...counted,
  zones: z
    .array(name(), { error: (issue) => `expected a list of zones, got ${show(issue.input)}` })
    .min(1, { error: "expected at least one zone, got none" })
    .prefault(["a"])
    .meta({ description: "Machines are bought in these in turn." }),
  ...nodeFields,
  boot: law.prefault("60s").meta({ description: "From buying a machine until it takes pods." }),
  capacity: size("of a machine").optional().meta({ description: "Instead of what the catalogue says of the type." }),
  usdPerHour: notNegative().optional().meta({ description: "Instead of what the catalogue says of the type." }),
  reserved: size("kept for the kubelet and the system")
    .optional()
    .meta({ description: "What pods do not get of a machine. Default: by the formula of EKS." }),
  maxPods: wholeFrom(1).prefault(110).meta({ description: "Pods on one machine at most." }),
  virtualizationFactor: above0()
    .prefault(1)
    .meta({ description: "What virtualization adds to a machine's demand: V in R = Σ Rᵢ·Vᵢ." }),
});
export type Group = z.output<typeof group>;

/** What a policy may change of the cluster. */
export const decided = {
  provisioner: policyFields.provisioner
    .optional()
    .meta({ description: "Which machines to have. Default: none, the machines stay." }),
  scheduler: policyFields.scheduler
    .optional()
    .meta({ description: "Which machine takes a pod. Default: least-allocated." }),
};

export const cluster = z
  .strictObject({
    nodes: checked(z.record(name(), group), (groups, say) => {
      if (Object.keys(groups).length === 0) say([], "expected at least one node group, got none");
    }).meta({ description: "Node groups by name: machines of one kind." }),
    ...decided,
    imagePull: speed()
      .prefault("50Mi/s")
      .meta({ description: "How fast an image comes to a node; one at a time on each." }),
    minimumBilled: seconds().prefault("1m").meta({ description: "A machine is billed at least this long." }),
  })
  .meta({
    description: "The machines. Without this section pods stand on one machine without limits, and nothing is billed.",
  });
export type Cluster = z.output<typeof cluster>;
