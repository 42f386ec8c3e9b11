/** The kinds of fields that only scenario files have, beside those of policy/fields.ts. */
import { z } from "zod";
import type { Distribution } from "../kernel/distributions.js";
import { cpu, fraction, memory, seconds, show, whole } from "../policy/fields.js";
import { parseMemory } from "../units.js";

/** Says what is wrong with a value whose parts are right by themselves. */
export type Say = (path: readonly (string | number)[], message: string) => void;

/** The schema with one more look at the whole value, once all its parts are right. */
export const checked = <T extends z.ZodType>(schema: T, look: (value: z.output<T>, say: Say) => void) =>
  schema.transform((value, context) => {
    if (context.issues.length === 0)
      look(value, (path, message) => context.addIssue({ code: "custom", path: [...path], message }));
    return value;
  });

/** A map with exactly one of the given keys; its value is what the key's schema makes of it. */
export function oneKeyOf<const M extends Readonly<Record<string, z.ZodType>>>(members: M) {
  const names = Object.keys(members);
  const optional = Object.fromEntries(names.map((name) => [name, members[name].optional()]));
  return z
    .strictObject(optional)
    .meta({ minProperties: 1, maxProperties: 1 })
    .transform((given, context): z.output<M[keyof M]> => {
      if (context.issues.length > 0) return z.NEVER; // an unknown key has been complained about
      const written = Object.keys(given);
      if (written.length === 1) return given[written[0]] as z.output<M[keyof M]>;
      const got = written.length === 0 ? "none" : written.join(" and ");
      context.addIssue({ code: "custom", message: `expected one of ${names.join(", ")}, got ${got}` });
      return z.NEVER;
    });
}

/** The word "unlimited", or a quantity. */
export const orUnlimited = <T extends z.ZodType<number>>(quantity: T) =>
  z.union([z.literal("unlimited").transform(() => Infinity), quantity]);

export const words = (what: string) => z.string({ error: (issue) => `expected ${what}, got ${show(issue.input)}` });

/** A fraction of a whole, so at most 1. */
export const share = () =>
  checked(fraction(), (value, say) => {
    if (value > 1) say([], `expected a share from 0% to 100%, got ${Number((value * 100).toPrecision(12))}%`);
  });

/** A duration above 0s. */
export const duration = () =>
  checked(seconds(), (value, say) => {
    if (value === 0) say([], "expected a duration above 0s, got 0s");
  });

/** A name that others may refer to, so without the slash that separates a service from its endpoint. */
export const name = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, {
    error: (issue) => `expected a name of letters, digits and dashes, got ${show(issue.input)}`,
  });

export interface TargetName {
  readonly service: string;
  readonly endpoint: string;
}

/** Text such as "frontend/home". */
export const isTarget = /^[^/\s]+\/[^/\s]+$/;
export const readTarget = (text: string): TargetName => {
  const slash = text.indexOf("/");
  return { service: text.slice(0, slash), endpoint: text.slice(slash + 1) };
};
const notTarget = (issue: { readonly input?: unknown }): string =>
  `expected a service and its endpoint like "frontend/home", got ${show(issue.input)}`;
export const target = () =>
  z
    .string({ error: notTarget })
    .regex(isTarget, { error: notTarget })
    .meta({ examples: ["frontend/home"] })
    .transform(readTarget);

/** Memory per second: "50Mi" or "50Mi/s". */
export const speed = () => {
  const error = (issue: { readonly input?: unknown }) =>
    `expected an amount per second like "50Mi/s", got ${show(issue.input)}`;
  return z
    .string({ error })
    .meta({ examples: ["50Mi/s"], pattern: "^\\d+(\\.\\d+)?(Ki|Mi|Gi|k|M|G)(/s)?$" })
    .transform((text, context) => {
      const value = parseMemory(text.replace(/\s*\/\s*s$/, ""));
      if (value > 0) return value;
      context.addIssue({ code: "custom", message: error({ input: text }) });
      return z.NEVER;
    });
};

const atLeast = (least: number, what: string) =>
  z
    .number({ error: (issue) => `expected ${what}, got ${show(issue.input)}` })
    .refine((value) => value >= least && value < Infinity, {
      error: (issue) => `expected ${what}, got ${show(issue.input)}`,
    });
export const above0 = () =>
  atLeast(Number.MIN_VALUE, "a number above 0").meta({ exclusiveMinimum: 0, description: "A number above 0." });
export const notNegative = () => atLeast(0, "a number, 0 or more").meta({ minimum: 0 });
export const fromOne = () => atLeast(1, "a number, 1 or more").meta({ minimum: 1 });
export const wholeFrom = (least: number) => whole(least).meta({ type: "integer", minimum: least });

const mean = duration().meta({ description: "The mean." });
const cv = above0().meta({ description: "Standard deviation over mean." });
const as = <const S extends string>(shape: S) => ({ shape });

/** A random duration, in seconds: a duration alone is constant. */
export const law = z
  .union(
    [
      seconds().transform((value): Distribution => ({ shape: "constant", value })),
      oneKeyOf({
        exponential: mean.transform((m): Distribution => ({ ...as("exponential"), mean: m })),
        lognormal: z.strictObject({ mean, cv }).transform((v): Distribution => ({ ...as("lognormal"), ...v })),
        uniform: checked(z.tuple([seconds(), seconds()]), ([low, high], say) => {
          if (low > high) say([1], `expected at least the lower end (${low} s), got ${high} s`);
        }).transform(([low, high]): Distribution => ({ ...as("uniform"), low, high })),
        gamma: z.strictObject({ mean, cv }).transform((v): Distribution => ({ ...as("gamma"), ...v })),
        erlang: z
          .strictObject({ mean, k: wholeFrom(1).meta({ description: "How many exponential stages." }) })
          .transform((v): Distribution => ({ ...as("erlang"), ...v })),
        hyperexponential: z
          .strictObject({ mean, cv: fromOne().meta({ description: "Standard deviation over mean, 1 or more." }) })
          .transform((v): Distribution => ({ ...as("hyperexponential"), ...v })),
        weibull: z
          .strictObject({ scale: duration(), power: above0() })
          .transform((v): Distribution => ({ ...as("weibull"), ...v })),
        pareto: checked(z.strictObject({ low: duration(), high: duration().optional(), alpha: above0() }), (v, say) => {
          if (v.high !== undefined && v.high <= v.low)
            say(["high"], `expected more than low (${v.low} s), got ${v.high} s`);
        }).transform(({ low, high, alpha }): Distribution => ({ ...as("pareto"), low, high: high ?? Infinity, alpha })),
        empirical: z
          .array(seconds())
          .min(1, { error: "expected at least one duration, got none" })
          .transform((values): Distribution => ({ ...as("empirical"), values })),
      }),
    ],
    {
      error: (issue) =>
        `expected a duration like "20ms" or a distribution like {exponential: 20ms}, got ${show(issue.input)}`,
    },
  )
  .meta({
    id: "Distribution",
    description: "A duration (constant), or a distribution of durations.",
    examples: ["20ms"],
  });

/** How many turns: a number, or a geometric number of them. */
export const turns = z
  .union(
    [
      notNegative().transform((value): Distribution => ({ shape: "constant", value })),
      oneKeyOf({ geometric: fromOne().transform((m): Distribution => ({ shape: "geometric", mean: m })) }),
    ],
    { error: (issue) => `expected a number of turns or {geometric: mean}, got ${show(issue.input)}` },
  )
  .meta({ examples: [3] });

/** A request and its limit; a request alone has no limit, a limit alone is also the request, as in Kubernetes. */
const requestAndLimit = (quantity: () => z.ZodType<number>, fallback: string, unit: string, example: string) =>
  z.union(
    [
      quantity().transform((request) => ({ request, limit: Infinity })),
      z
        .strictObject({
          request: quantity()
            .optional()
            .meta({ description: `What the scheduler reserves. Default: the limit, or ${fallback}.` }),
          limit: orUnlimited(quantity())
            .optional()
            .meta({ description: 'What a pod gets at most. Default: "unlimited".' }),
        })
        .transform(({ request, limit }, context) => {
          const given = { request: request ?? limit, limit: limit ?? Infinity };
          const asked =
            given.request === undefined || given.request === Infinity ? quantity().parse(fallback) : given.request;
          if (given.limit < asked)
            context.addIssue({
              code: "custom",
              path: ["limit"],
              message: `expected at least the request (${asked}${unit}), got ${given.limit}${unit}`,
            });
          return { request: asked, limit: given.limit };
        }),
    ],
    { error: (issue) => `expected ${example} or a map with request and limit, got ${show(issue.input)}` },
  );
export const DEFAULT_CPU = "500m";
export const DEFAULT_MEMORY = "256Mi";
const someCpu = () =>
  checked(cpu(), (value, say) => {
    if (value === 0) say([], "expected a cpu above 0, got 0");
  });
export const cpuSize = requestAndLimit(someCpu, DEFAULT_CPU, "m", 'a cpu like "500m" or "2"');
export const memorySize = requestAndLimit(memory, DEFAULT_MEMORY, "Mi", 'a memory size like "256Mi" or "4Gi"');
