/** The field `delivery` of a route: how a new version comes to serve its calls. */
import { z } from "zod";
import type { DeliverySpec } from "../../model/routes/delivery-spec.js";
import type { VirtualHostSpec } from "../../model/routes/virtual-host.js";
import { seconds, show } from "../../policy/fields.js";
import type { Sayings } from "../check.js";
import { unknownName } from "../complaint.js";
import { checked, duration, name, oneKeyOf, share, wholeFrom } from "../fields.js";
import type { Path } from "../source.js";

const at = seconds()
  .prefault("0s")
  .meta({ description: "When it begins; from the beginning of the run, warm-up included." });

const shifts = {
  at,
  from: name().meta({ description: "The service that gets the calls until then." }),
  to: name().meta({ description: "The one that is to get them; it is scaled up first, where it has no pods." }),
  interval: duration()
    .prefault("1m")
    .meta({ description: "Between two checks, each of what the new one's callers have heard since the last." }),
  successRate: share().prefault("99%").meta({ description: "So many of its calls must be well." }),
  p99: duration()
    .optional()
    .meta({ description: "99% of its good calls must be answered within this. Default: however late." }),
  failures: wholeFrom(1)
    .prefault(1)
    .meta({ description: "So many bad checks and it gets no calls any more; a check without any call is bad." }),
  keep: seconds()
    .prefault("30s")
    .meta({ description: "How long the old one's pods stay once the new one has all calls." }),
};

const steps = checked(
  z.array(share(), { error: (issue) => `expected a list of shares, got ${show(issue.input)}` }).min(1, {
    error: "expected at least one share, got none",
  }),
  (given, say) => {
    given.forEach((one, i) => {
      if (one <= (given[i - 1] ?? 0))
        say([i], `expected more than before it (${100 * (given[i - 1] ?? 0)}%), got ${100 * one}%`);
      if (one === 1) say([i], "expected less than 100%, which comes by itself, got 100%");
    });
  },
);

const canary = z
  .strictObject({
    ...shifts,
    steps: steps
      .prefault(["10%", "50%"])
      .meta({ description: "Its shares of the calls, one after each good check, before it gets all." }),
  })
  .transform(({ p99 = Infinity, ...rest }): DeliverySpec => ({ kind: "canary", checks: 0, p99, ...rest }));

const blueGreen = z
  .strictObject({
    ...shifts,
    checks: wholeFrom(0)
      .prefault(0)
      .meta({ description: "Good checks before it gets any calls: of copies, or of a load of its own." }),
  })
  .transform(({ p99 = Infinity, ...rest }): DeliverySpec => ({ kind: "blueGreen", steps: [], p99, ...rest }));

const schedule = z
  .array(
    z.strictObject({
      at: seconds().meta({ description: "When; from the beginning of the run, warm-up included." }),
      weights: z.record(name(), wholeFrom(0)).meta({ description: "New weights of services; the others keep theirs." }),
    }),
    { error: (issue) => `expected a list of changes with at and weights, got ${show(issue.input)}` },
  )
  .transform((changes): DeliverySpec => ({ kind: "schedule", changes }));

export const delivery = oneKeyOf({
  canary: canary.meta({ description: "Bit by bit, as long as the new one's calls are well; else back." }),
  blueGreen: blueGreen.meta({ description: "At once, and back if the new one's calls are not well." }),
  schedule: schedule.meta({ description: "By the clock, whatever comes of it." }),
}).meta({
  id: "Delivery",
  description: "How a new version comes to serve a route's calls.",
}) as unknown as z.ZodType<DeliverySpec>;

/** Whether a route knows the services that its delivery speaks of, and calls always have somewhere to go. */
export function checkDelivery({ rules, delivery: given }: VirtualHostSpec, path: Path, to: Sayings): void {
  if (given === undefined) return;
  const known = [...new Set(rules.flatMap((rule) => rule.to.map(({ service }) => service)))];
  const unknown = (service: string, where: Path): boolean => {
    if (known.includes(service)) return false;
    const { message, suggestion } = unknownName("destination", service, known);
    to.say([...path, ...where], message, { suggestion, key: where.includes("weights") });
    return true;
  };
  if (given.kind !== "schedule") {
    const bad = [unknown(given.from, [given.kind, "from"]), unknown(given.to, [given.kind, "to"])];
    const both = rules.some((rule) =>
      [given.from, given.to].every((name) => rule.to.some(({ service }) => service === name)),
    );
    if (!bad.includes(true) && (!both || given.from === given.to))
      to.say([...path, given.kind], `expected a rule that knows both ${given.from} and ${given.to}, got none`);
    return;
  }
  const weights = rules.map((rule) => new Map(rule.to.map(({ service, weight }) => [service, weight])));
  for (const [i, { weights: changed }] of given.changes.entries()) {
    for (const service of Object.keys(changed)) unknown(service, ["schedule", i, "weights", service]);
    for (const of of weights) {
      for (const [service, weight] of Object.entries(changed)) if (of.has(service)) of.set(service, weight);
      if (of.size > 0 && [...of.values()].every((weight) => weight === 0))
        to.say([...path, "schedule", i, "weights"], "expected weights with a sum above 0 in each rule, got 0");
    }
  }
}
