/** From a policy's name and fields, as written, to a maker of that policy. */

import { z } from "zod";
import { RandomStream } from "../kernel/random.js";
import type { Balancer, ClusterScheduler, PolicyContext, Provisioner, Scaler, Scheduler } from "../policy/contract.js";
import type { Definition, Mention } from "../policy/define.js";
import { show } from "../policy/fields.js";
import type { Sizer } from "../policy/sizer-contract.js";
import { unknownName } from "./complaint.js";
import { type Fault, readBy } from "./issues.js";
import { bounds, isPolicyPath, type Question, registries, type Use } from "./shape/policy.js";

/** A definition whose fields and answers are its own business. */
export type AnyDefinition = Definition<unknown>;

interface Policies {
  readonly scaler: Scaler;
  readonly sizer: Sizer;
  readonly provisioner: Provisioner;
  readonly scheduler: Scheduler | ClusterScheduler;
  readonly balancer: Balancer;
}

/** A policy with its fields read. */
export interface Chosen<P> {
  readonly name: string;
  readonly create: (context: PolicyContext) => P;
  readonly mentions: readonly Mention[];
  /** As they were read: in inner units, with every default. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly resources: readonly ("cpu" | "memory")[];
  /** Of a scaler. */
  readonly min: number;
  readonly max: number;
  /** Of a scheduler: whether it knows labels, taints, affinity and priorities, and not sizes alone. */
  readonly seesObjects: boolean;
}

/** What an answer to each question must be able to do; in one of several ways. */
const METHODS = {
  scaler: [["desiredReplicas"]],
  sizer: [["sizeOfNew", "changes"]],
  provisioner: [["plan"]],
  scheduler: [
    ["score", "filters"],
    ["next", "podAdded", "podUpdated", "podRemoved", "nodeAdded", "nodeUpdated", "nodeRemoved", "ownerAdded"],
  ],
  balancer: [["pick"]],
} as const satisfies Record<Question, readonly (readonly string[])[]>;

/** The policy that `given` names, or what is wrong with it; paths count from the policy. */
export function choose<Q extends Question>(
  question: Q,
  given: Use,
  load: (path: string) => AnyDefinition | undefined,
): { readonly value: Chosen<Policies[Q]> } | { readonly faults: readonly Fault[] } {
  const found = definitionOf(question, given.use, load);
  if ("faults" in found) return found;
  const { definition } = found;
  const shape = question === "scaler" ? { ...bounds, ...definition.fields } : definition.fields;
  const read = readBy(checkedBounds(z.strictObject(shape)), given.fields);
  if ("faults" in read) return read;
  const { min = 0, max = Infinity } = read.value as { min?: number; max?: number };
  const create = (context: PolicyContext) => definition.create(read.value, context) as Policies[Q];
  const tried = tryOut(question, given.use, create);
  if (!("made" in tried)) return { faults: [tried] };
  const seesObjects = "podAdded" in (tried.made as object);
  const { mentions = () => [], resources = () => [] } = definition;
  const about = { mentions: mentions(read.value), resources: resources(read.value), fields: read.value, seesObjects };
  return { value: { name: given.use, create, ...about, min, max } };
}

const checkedBounds = (fields: z.ZodObject) =>
  fields.transform((values, context) => {
    const { min, max } = values as { min?: unknown; max?: unknown };
    if (typeof min === "number" && typeof max === "number" && min > max)
      context.addIssue({ code: "custom", path: ["max"], message: `expected at least min (${min}), got ${max}` });
    return values;
  });

function definitionOf(
  question: Question,
  use: string,
  load: (path: string) => AnyDefinition | undefined,
): { readonly definition: AnyDefinition } | { readonly faults: readonly Fault[] } {
  const path = ["use"];
  if (!isPolicyPath(use)) {
    const registry: readonly AnyDefinition[] = registries[question];
    const definition = registry.find(({ name }) => name === use);
    if (definition !== undefined) return { definition };
    return {
      faults: [
        {
          path,
          ...unknownName(
            question,
            use,
            registry.map(({ name }) => name),
          ),
        },
      ],
    };
  }
  const loaded: unknown = load(use);
  if (isDefinition(loaded)) return { definition: loaded };
  const got = loaded === undefined ? "nothing that could be loaded" : show(loaded);
  return { faults: [{ path, message: `expected a file that exports a ${question} by default, got ${got}` }] };
}

function isDefinition(given: unknown): given is AnyDefinition {
  if (typeof given !== "object" || given === null) return false;
  const { name, fields, create } = given as Record<string, unknown>;
  if (typeof name !== "string" || typeof create !== "function") return false;
  return (
    typeof fields === "object" && fields !== null && Object.values(fields).every((field) => field instanceof z.ZodType)
  );
}

/** Makes the policy once, so that what it refuses is told with the file's other faults. */
function tryOut(
  question: Question,
  use: string,
  create: (context: PolicyContext) => unknown,
): Fault | { readonly made: unknown } {
  try {
    const made = create({ stream: new RandomStream(0, "try"), clock: { now: 0 } });
    const missing = METHODS[question].map((methods) =>
      methods.filter((method) => (made as Record<string, unknown> | undefined)?.[method] === undefined),
    );
    if (missing.some(({ length }) => length === 0)) return { made };
    return { path: ["use"], message: `expected a ${question}, got a policy without ${missing[0].join(" and ")}` };
  } catch (fault) {
    return {
      path: [],
      message: `${use} refuses these fields: ${fault instanceof Error ? fault.message : String(fault)}`,
    };
  }
}
