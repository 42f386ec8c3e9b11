/**
 * How a file names a policy: `hpa`, or `{ use: hpa, target: 60% }`. Here it is only taken apart; what
 * the fields may be is the policy's own business, see policies.ts. For editors the schema spells out
 * every policy with its fields.
 */
import { z } from "zod";
import { balancers } from "../../policy/balancer/index.js";
import type { Balancer, Provisioner, Scaler, Scheduler } from "../../policy/contract.js";
import type { Definition } from "../../policy/define.js";
import { show } from "../../policy/fields.js";
import { provisioners } from "../../policy/provisioner/index.js";
import { scalers } from "../../policy/scaler/index.js";
import { schedulers } from "../../policy/scheduler/index.js";
import { sizers } from "../../policy/sizer/index.js";
import type { Sizer } from "../../policy/sizer-contract.js";
import { wholeFrom } from "../fields.js";

/** What each of the five questions is called in a file, with the policies that answer it. */
export const registries = {
  scaler: scalers as readonly Definition<Scaler>[],
  sizer: sizers as readonly Definition<Sizer>[],
  provisioner: provisioners as readonly Definition<Provisioner>[],
  scheduler: schedulers as readonly Definition<Scheduler>[],
  balancer: balancers as readonly Definition<Balancer>[],
} as const;
export type Question = keyof typeof registries;

/** A policy as written: its name or path, and its fields unread. */
export interface Use {
  readonly use: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A `use` that is a file and not a name. */
export const isPolicyPath = (use: string): boolean => /^\.{0,2}\//.test(use) || /\.(ts|js|mjs)$/.test(use);

/** Fields that every scaler has, whatever else it takes. */
export const bounds = {
  min: wholeFrom(0).prefault(1).meta({ description: "Never fewer replicas than this." }),
  max: wholeFrom(1).prefault(100).meta({ description: "Never more replicas than this." }),
};

/** Every way to write the policy, for editors. */
function written(question: Question): z.ZodType {
  const common = question === "scaler" ? bounds : {};
  const named = registries[question].map(({ name, summary, fields }) =>
    z.strictObject({ use: z.literal(name), ...common, ...fields }).meta({ description: summary }),
  );
  const path = z
    .string()
    .regex(/^\.{0,2}\/|\.(ts|js|mjs)$/)
    .meta({ description: "A policy of your own: the path of its file." });
  const names = registries[question].map(({ name }) => name) as [string, ...string[]];
  return z.union([z.enum(names), path, ...named, z.looseObject({ use: path })]);
}

function field(question: Question) {
  const { $schema: _, ...schema } = z.toJSONSchema(written(question), { io: "input" });
  const error = (issue: { readonly input?: unknown }) =>
    `expected the name of a ${question} or a map with use and its fields, got ${show(issue.input)}`;
  return z
    .union(
      [
        z.string(),
        z.looseObject({ use: z.string({ error: (i) => `expected the name of a ${question}, got ${show(i.input)}` }) }),
      ],
      { error },
    )
    .meta(schema as Record<string, unknown>)
    .transform((given): Use => {
      if (typeof given === "string") return { use: given, fields: {} };
      const { use, ...fields } = given;
      return { use, fields };
    });
}

export const policyFields = {
  scaler: field("scaler"),
  sizer: field("sizer"),
  provisioner: field("provisioner"),
  scheduler: field("scheduler"),
  balancer: field("balancer"),
} as const;
