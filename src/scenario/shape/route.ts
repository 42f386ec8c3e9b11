/** The fields of a service about those who call it: how long they wait, and what they do when it is slow or fails. */
import { z } from "zod";
import { type FailureName, heard } from "../../model/calls/failure.js";
import { cancelling, plainRoute, type RouteSpec } from "../../model/calls/route.js";
import { fraction, oneOf, seconds, show } from "../../policy/fields.js";
import { checked, duration, law, type Say, wholeFrom } from "../fields.js";

const causes = heard as [FailureName, ...FailureName[]];
/** What another try may well do better; not what a limit has turned away, nor an answer that says no. */
const passing: FailureName[] = ["refused", "killed", "timeout", "abandoned", "unreachable"];

const jitter = z.strictObject({
  base: seconds().prefault("25ms").meta({ description: "The first wait is anything below this." }),
  longest: seconds().prefault("250ms").meta({ description: "Each wait may be twice the one before, up to this." }),
});

const againFields = {
  most: wholeFrom(1).prefault(1).meta({ description: "Tries again at most, after the first." }),
  on: z
    .array(oneOf(...causes), { error: (issue) => `expected a list of failures, got ${show(issue.input)}` })
    .prefault(passing)
    .meta({ description: "The failures after which a call is tried again." }),
  perTry: duration().optional().meta({ description: "A try without an answer by then has failed. Default: never." }),
  backOff: z
    .union([jitter, law], { error: (issue) => `expected base and longest, or a duration, got ${show(issue.input)}` })
    .prefault({})
    .meta({ description: "Between two tries: with full jitter as Envoy's, or by a law." }),
  retryAfter: duration().optional().meta({
    description:
      "What the service asks for by Retry-After when it turns a call away (refused, shed), which callers heed up to 300s. Default: nothing.",
  }),
  budget: z
    .strictObject({
      share: fraction().prefault("20%").meta({ description: "Of the calls under way." }),
      least: wholeFrom(0).prefault(3).meta({ description: "So many are always allowed." }),
    })
    .optional()
    .meta({ description: "How many calls may be at a second or later try at once. Default: all." }),
};
const inOrder = ({ backOff }: { readonly backOff: object }, say: Say): void => {
  const { base, longest } = backOff as { readonly base?: number; readonly longest?: number };
  if (base !== undefined && longest !== undefined && longest < base)
    say(["backOff", "longest"], `expected at least the base (${base} s), got ${longest} s`);
};

const retries = checked(
  z.strictObject({
    ...againFields,
    attempts: wholeFrom(1).optional().meta({
      description: "How often a pod is chosen, to find one that no try has been at. Default: the mesh's, or 1.",
    }),
  }),
  inOrder,
).meta({ id: "Retries" });
/** Of a rule: which pods tries avoid is the service's to say. */
export const ruleRetries = checked(z.strictObject(againFields), inOrder);

export const hedge = z
  .strictObject({
    after: duration().meta({ description: "Another try goes out beside those before, which go on." }),
    most: wholeFrom(1).prefault(1).meta({ description: "Such tries at most; the first answer counts." }),
  })
  .meta({ id: "Hedge" });

export const cancels = z.literal(cancelling, {
  error: (issue) => `expected true, false or waiting, got ${show(issue.input)}`,
});

export const routeFields = {
  timeout: duration()
    .optional()
    .meta({ description: "Callers wait so long, all tries included, then their call has failed. Default: for ever." }),
  retries: retries.optional().meta({ description: "Callers try again when a call fails. Default: never." }),
  hedge: hedge.optional().meta({ description: "Callers do not wait for a slow answer alone. Default: they do." }),
  cancels: cancels.prefault(false).meta({
    description:
      "A call that nobody waits for any longer stops, where it is and below; or, waiting: while it waits for a worker, and no more once it has begun. Default: it goes on.",
  }),
};

const together = z.strictObject(routeFields);

/** A service's route; without retries of its own those of the mesh. */
export function routeOf(
  { timeout, retries: again, hedge, cancels }: z.output<typeof together>,
  usual: Usual | undefined,
): RouteSpec {
  return { timeout: timeout ?? Infinity, ...retriesOf(again, usual), hedge, cancels };
}

/** What the mesh's callers do where nothing is said. */
interface Usual {
  readonly most: number;
  readonly on: readonly FailureName[];
}

/** Undefined: those that are usual, or none. */
export function retriesOf(
  again: z.output<typeof retries> | undefined,
  usual?: Usual,
): Pick<RouteSpec, "perTry" | "retries"> {
  const { perTry, attempts: _, ...rest } = again ?? {};
  const own = again === undefined ? { ...plainRoute.retries, ...usual } : rest;
  return {
    perTry: perTry ?? Infinity,
    retries: { budget: undefined, ...own } as RouteSpec["retries"],
  };
}
