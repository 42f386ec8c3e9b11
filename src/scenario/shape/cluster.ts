/** The section `cluster`: machines and who decides about them. */
import { z } from "zod";
import { instanceTypes, providers } from "../../catalogue/instances.js";
import { capacityTypes } from "../../policy/contract.js";
import { cpu, flag, list, memory, oneOf, seconds, show } from "../../policy/fields.js";
import { above0, checked, law, name, notNegative, share, speed, wholeFrom, words } from "../fields.js";
import { eviction } from "./eviction.js";
import { nodeFields } from "./placing.js";
import { policyFields } from "./policy.js";

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

const spot = z.strictObject({
  price: z
    .union([share(), z.record(name(), share())], {
      error: (issue) => `expected a share like "35%" or a map of shares by zone, got ${show(issue.input)}`,
    })
    .meta({ description: "As a share of the price on demand, everywhere or by zone; other zones have no spot." }),
  interruption: law
    .optional()
    .meta({ description: "From the purchase until the cloud wants the machine back. Default: never." }),
  notice: seconds().prefault("2m").meta({ description: "From its notice until the machine is gone." }),
  drained: flag()
    .prefault(true)
    .meta({ description: "Whether a termination handler drains it at the notice. Karpenter does so by itself." }),
});

/** How machines are sold. */
const terms = {
  zones: z
    .array(name(), { error: (issue) => `expected a list of zones, got ${show(issue.input)}` })
    .min(1, { error: "expected at least one zone, got none" })
    .prefault(["a"])
    .meta({ description: "Machines are bought in these in turn; Karpenter chooses among them." }),
  capacityTypes: list(oneOf(...capacityTypes))
    .optional()
    .meta({
      description: "The first is bought, but Karpenter chooses. Default: on-demand, and then spot where spot is given.",
    }),
  spot: spot.optional().meta({ description: "What spot machines cost and how long they last." }),
  ...nodeFields,
  boot: law.prefault("60s").meta({ description: "From buying a machine until it takes pods." }),
  maxPods: wholeFrom(1).prefault(110).meta({ description: "Pods on one machine at most." }),
};

/** With every capacity type spelled out. */
const complete = <T extends z.ZodType<Partial<z.output<z.ZodObject<typeof terms>>>>>(schema: T) =>
  schema.transform((given, context) => {
    const {
      spot,
      capacityTypes = spot === undefined ? ["on-demand" as const] : ["on-demand" as const, "spot" as const],
    } = given;
    const say = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    if (capacityTypes.includes("spot") && spot === undefined)
      say("capacityTypes", "expected the field spot for spot machines, got none");
    if (!capacityTypes.includes("spot") && spot !== undefined)
      say("spot", "expected spot among capacityTypes, got terms for machines that nobody can buy");
    return { ...given, capacityTypes };
  });

const group = complete(
  z.strictObject({
    type: words("the name of an instance type")
      .meta({
        description:
          "A cloud's instance type, which says capacity and price; any name when capacity and usdPerHour are given.",
        anyOf: [{ enum: [...instanceTypes] }, { type: "string" }],
      })
      .optional(),
    ...counted,
    ...terms,
    arch: oneOf("amd64", "arm64")
      .optional()
      .meta({ description: "Instead of what the catalogue says of the type. Default: amd64." }),
    capacity: size("of a machine").optional().meta({ description: "Instead of what the catalogue says of the type." }),
    usdPerHour: notNegative().optional().meta({ description: "Instead of what the catalogue says of the type." }),
    reserved: size("kept for the kubelet and the system")
      .optional()
      .meta({ description: "What pods do not get of a machine. Default: by the formula of EKS." }),
    virtualizationFactor: above0()
      .prefault(1)
      .meta({ description: "What virtualization adds to a machine's demand: V in R = Σ Rᵢ·Vᵢ." }),
  }),
);
export type Group = z.output<typeof group>;

const CATALOGUED = "an instance type of `dryscale list instances`";
const isCatalogued = (given: string): boolean => instanceTypes.includes(given);
const unknownType = (issue: { readonly input?: unknown }): string => `expected ${CATALOGUED}, got ${show(issue.input)}`;

const market = complete(
  z.strictObject({
    types: z
      .union([z.enum(providers), list(words(CATALOGUED).refine(isCatalogued, { error: unknownType }))], {
        error: (issue) => `expected ${providers.join(", ")} or a list of instance types, got ${show(issue.input)}`,
      })
      .meta({ description: "Instance types of the catalogue: all of a provider, or these." }),
    ...terms,
  }),
);

/** What a policy may change of the cluster. */
export const decided = {
  provisioner: policyFields.provisioner
    .optional()
    .meta({ description: "Which machines to have. Default: none, the machines stay." }),
  scheduler: policyFields.scheduler
    .optional()
    .meta({ description: "Which machine takes a pod. Default: least-allocated." }),
};

const machines = z
  .strictObject({
    nodes: z
      .record(name(), group)
      .optional()
      .meta({ description: "Node groups by name: machines of one kind. Needed without a market." }),
    market: market.optional().meta({
      description: "Machines of the catalogue that may be bought one by one, each type a node group from 0 up.",
    }),
    ...decided,
    imagePull: speed()
      .prefault("50Mi/s")
      .meta({ description: "How fast an image comes to a node; one at a time on each." }),
    eviction: eviction
      .optional()
      .meta({ description: "Node-pressure eviction by memory, for services with memoryUse. Default: none." }),
    minimumBilled: seconds().prefault("1m").meta({ description: "A machine is billed at least this long." }),
  })
  .meta({
    description: "The machines. Without this section pods stand on one machine without limits, and nothing is billed.",
  });

export const cluster = checked(machines, ({ nodes = {}, market }, say) => {
  if (Object.keys(nodes).length === 0 && market === undefined)
    say(["nodes"], "expected at least one node group, got none");
});
export type Cluster = z.output<typeof cluster>;
