/** The section `routes`: names that calls are addressed to, and by which rules they come to services. */
import { z } from "zod";
import type {
  Aim,
  Destination,
  MatchSpec,
  RuleSpec,
  TextMatch,
  VirtualHostSpec,
} from "../../model/routes/virtual-host.js";
import { flag, show } from "../../policy/fields.js";
import { checked, duration, law, name, oneKeyOf, share, wholeFrom, words } from "../fields.js";
import { delivery } from "./delivery.js";
import { hedge, retriesOf, ruleRetries } from "./route.js";

/** Text such as "reviews-v2", or "reviews-v2/get" for another endpoint than the one that was asked for. */
const isAim = /^[A-Za-z0-9][A-Za-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9_.-]*)?$/;
const notAim = (issue: { readonly input?: unknown }): string =>
  `expected a service like "reviews-v2", got ${show(issue.input)}`;
const aim = () => z.string({ error: notAim }).regex(isAim, { error: notAim });
export const aimOf = (text: string): Aim => {
  const [service, endpoint] = text.split("/");
  return endpoint === undefined ? { service } : { service, endpoint };
};

/** Weights by destination; they count against each other and need not have any particular sum. */
export const weights = checked(z.record(aim(), wholeFrom(0)), (given, say) => {
  const all = Object.values(given);
  if (all.length === 0) say([], "expected at least one service, got none");
  else if (all.every((weight) => weight === 0)) say([], "expected weights with a sum above 0, got 0");
});

const to = z
  .union([aim().transform((only) => ({ [only]: 1 })), weights], {
    error: (issue) => `expected a service or a map of services with weights, got ${show(issue.input)}`,
  })
  .transform((given) =>
    Object.entries(given).map(([text, weight]): Destination => ({ ...aimOf(text), weight: weight as number })),
  );

const regularExpression = checked(words("a regular expression"), (text, say) => {
  try {
    new RegExp(text);
  } catch {
    say([], `expected a regular expression, got ${show(text)}`);
  }
});
const textMatch: z.ZodType<TextMatch> = z
  .union(
    [
      z.string().transform((exact): TextMatch => ({ exact })),
      oneKeyOf({
        exact: words("a text")
          .transform((exact): TextMatch => ({ exact }))
          .meta({ description: "The whole text." }),
        prefix: words("a text")
          .transform((prefix): TextMatch => ({ prefix }))
          .meta({ description: "How it begins." }),
        suffix: words("a text")
          .transform((suffix): TextMatch => ({ suffix }))
          .meta({ description: "How it ends." }),
        regex: regularExpression
          .transform((regex): TextMatch => ({ regex }))
          .meta({ description: "A regular expression for the whole text." }),
        present: flag()
          .transform((present): TextMatch => ({ present }))
          .meta({ description: "That there is one, or none." }),
      }),
    ],
    { error: (issue) => `expected a text, or one of exact, prefix, suffix, regex, present, got ${show(issue.input)}` },
  )
  .meta({ id: "TextMatch", description: "A text, or what it is like." }) as unknown as z.ZodType<TextMatch>;
const headerMatches = z.record(words("a header"), textMatch);

const match = z.strictObject({
  endpoint: textMatch.optional().meta({ description: "The endpoint that is asked for." }),
  headers: headerMatches.optional().meta({ description: "What the request brings along (see load): all must fit." }),
  withoutHeaders: headerMatches.optional().meta({ description: "None of these may fit." }),
  from: z
    .array(name(), { error: (issue) => `expected a list of services, got ${show(issue.input)}` })
    .optional()
    .meta({ description: "Services whose calls are meant; requests of loads come from none." }),
});

const mirror = z.strictObject({
  to: aim().meta({ description: "The service that gets a copy." }),
  share: share().prefault("100%").meta({ description: "Of how many calls." }),
});
const someMirrors = z
  .union([aim().transform((only) => [{ to: only, share: 1 }]), mirror.transform((one) => [one]), z.array(mirror)], {
    error: (issue) => `expected a service, or a map with to and share, got ${show(issue.input)}`,
  })
  .transform((all) => all.map(({ to: text, share: part }) => ({ ...aimOf(text), share: part })));

const delay = z.union(
  [
    law.transform((time) => ({ time, share: 1 })),
    z.strictObject({
      time: law.meta({ description: "How long." }),
      share: share().prefault("100%").meta({ description: "How many calls." }),
    }),
  ],
  { error: (issue) => `expected a duration, or a map with time and share, got ${show(issue.input)}` },
);

const status = checked(wholeFrom(200), (given, say) => {
  if (given > 599) say([], `expected a status from 200 to 599, got ${given}`);
});
const abort = z.union(
  [
    status.transform((given) => ({ status: given, share: 1 })),
    z.strictObject({
      status: status.prefault(503).meta({ description: "Below 400 it is an answer like any other, above a failure." }),
      share: share().prefault("100%").meta({ description: "How many calls." }),
    }),
  ],
  { error: (issue) => `expected a status, or a map with status and share, got ${show(issue.input)}` },
);

/** A field of a rule that stands for its destinations' own; the word "none" says that there is none here. */
const orNone = <T extends z.ZodType>(what: string, field: T) =>
  z.union([z.literal("none"), field], { error: (issue) => `expected ${what} or none, got ${show(issue.input)}` });

export const rule = checked(
  z.strictObject({
    match: z
      .union([match.transform((one) => [one]), z.array(match)], {
        error: (issue) => `expected a map with endpoint, headers or from, or a list of such, got ${show(issue.input)}`,
      })
      .optional()
      .meta({ description: "Which calls: all that is said must fit, of a list one entry. Default: all calls." }),
    to: to.optional().meta({ description: "The service, or services with weights, which count against each other." }),
    mirror: someMirrors.optional().meta({ description: "Who else gets a copy, whose answer nobody waits for." }),
    delay: delay.optional().meta({ description: "Calls wait so long before they set out; no timeout counts it." }),
    abort: abort.optional().meta({ description: "Calls are answered at once, and nobody is called." }),
    timeout: orNone('a duration like "250ms"', duration())
      .optional()
      .meta({ description: "Instead of the destination's own." }),
    retries: orNone("a map like { most: 2 }", ruleRetries)
      .optional()
      .meta({ description: "Instead of the destination's own." }),
    hedge: orNone("a map like { after: 100ms }", hedge)
      .optional()
      .meta({ description: "Instead of the destination's own." }),
  }),
  ({ to: all, abort: fault }, say) => {
    if (all === undefined && !(fault?.share === 1))
      say(["to"], "expected where calls go, or an abort of 100%, got neither");
  },
);
type Rule = z.output<typeof rule>;

const rules = z.array(rule).min(1, { error: "expected at least one rule, got none" });

export const route = z
  .union(
    [
      rules.transform((only) => ({ rules: only, delivery: undefined })),
      z.strictObject({
        rules: rules.meta({ description: "The first that fits a call takes it." }),
        delivery: delivery
          .optional()
          .meta({ description: "How a new version comes to serve its calls. Default: not at all." }),
      }),
    ],
    { error: (issue) => `expected a list of rules, or a map with rules, got ${show(issue.input)}` },
  )
  .meta({ description: "A name that calls are addressed to, and the rules by which they come to services." });
export type Route = z.output<typeof route>;

/** What a policy may change of a route. */
export const routeVariant = z.strictObject({
  delivery: orNone("a map with canary, blueGreen or schedule", delivery).meta({
    description: "Instead of the route's own.",
  }),
});

export const hostSpec = (name: string, { rules, delivery }: Route): VirtualHostSpec => ({
  name,
  rules: rules.map(ruleSpec),
  delivery,
});

const ruleSpec = ({ match = [], to = [], mirror = [], delay, abort, ...policy }: Rule): RuleSpec => ({
  matches: match as readonly MatchSpec[],
  to,
  mirrors: mirror,
  delay,
  abort,
  policy: policyOf(policy),
});

function policyOf({ timeout, retries: again, hedge }: Pick<Rule, "timeout" | "retries" | "hedge">): RuleSpec["policy"] {
  return {
    ...(timeout === undefined ? {} : { timeout: timeout === "none" ? Infinity : timeout }),
    ...(again === undefined ? {} : retriesOf(again === "none" ? undefined : again)),
    ...(hedge === undefined ? {} : { hedge: hedge === "none" ? undefined : hedge }),
  };
}
