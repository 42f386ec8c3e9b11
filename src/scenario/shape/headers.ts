/** What a load's requests bring along, by which rules of routes tell them apart. */
import { z } from "zod";
import type { HeadersShare } from "../../model/spec.js";
import { show } from "../../policy/fields.js";
import { checked, share, words } from "../fields.js";

const CLASSES_LIMIT = 1000;

const values = z.union(
  [
    z.string().transform((always) => ({ [always]: 1 })),
    checked(z.record(words("a text"), share()), (given, say) => {
      const sum = Object.values(given).reduce((total, part) => total + part, 0);
      if (sum > 1 + 1e-9)
        say([], `expected shares of at most 100% together, got ${Number((100 * sum).toPrecision(6))}%`);
    }),
  ],
  { error: (issue) => `expected a text, or a map of texts with shares, got ${show(issue.input)}` },
);

/** Each header by itself has one of its values, or none with the share that is left; all their combinations. */
export const headers = z
  .record(words("a header"), values)
  .transform((given, context): readonly HeadersShare[] => {
    const count = Object.values(given).reduce((product, one) => product * (Object.keys(one).length + 1), 1);
    if (count > CLASSES_LIMIT) {
      const message = `expected at most ${CLASSES_LIMIT} combinations of headers, got ${count}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    let combinations: HeadersShare[] = [{ given: {}, share: 1 }];
    for (const [name, shares] of Object.entries(given)) {
      const rest = 1 - Object.values(shares).reduce((sum, part) => sum + part, 0);
      combinations = combinations.flatMap((one) => [
        ...Object.entries(shares).map(([value, part]) => ({
          given: { ...one.given, [name.toLowerCase()]: value },
          share: one.share * part,
        })),
        { ...one, share: one.share * Math.max(0, rest) },
      ]);
    }
    return combinations.filter(({ given: some, share: part }) => part > 1e-12 && Object.keys(some).length > 0);
  })
  .meta({
    description:
      "What requests bring along on all their calls, for the rules of routes: a value, or values with the share of requests that have each.",
  });
