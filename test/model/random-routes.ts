/** Random virtual hosts: h1 leads to s1 and the services after it. */
import fc from "fast-check";
import { plainRoute, type RetriesSpec } from "../../src/model/calls/route.js";
import type { RuleSpec, VirtualHostSpec } from "../../src/model/routes/virtual-host.js";
import type { LoadSpec } from "../../src/model/spec.js";
import { law } from "./random-steps.js";

const share = fc.constantFrom(0.2, 0.5, 1);
const none = { nil: undefined };
const eager: RetriesSpec = { ...plainRoute.retries, most: 2, on: ["refused", "aborted", "timeout"] };

const ruleOf = (self: number, count: number): fc.Arbitrary<RuleSpec> => {
  const target = fc.integer({ min: self, max: count - 1 }).map((to) => `s${to}`);
  return fc.record({
    matches: fc.constantFrom([], [], [{ headers: { kind: { exact: "odd" } } }], [{ from: ["s0"] }]),
    to: fc.array(fc.record({ service: target, weight: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    mirrors: fc.array(fc.record({ service: target, share }), { maxLength: 1 }),
    delay: fc.option(fc.record({ time: law, share }), none),
    abort: fc.option(fc.record({ status: fc.constantFrom(302, 503), share: fc.constant(0.2) }), none),
    policy: fc.constantFrom<RuleSpec["policy"]>(
      {},
      { timeout: 1, hedge: { after: 0.2, most: 1 } },
      { perTry: 0.5, retries: eager },
      { timeout: Infinity, perTry: Infinity, retries: plainRoute.retries, hedge: undefined },
    ),
  });
};

export const hosts = (count: number): fc.Arbitrary<readonly VirtualHostSpec[]> =>
  fc.tuple(
    ...Array.from({ length: count }, (_, self) =>
      fc
        .array(ruleOf(self, count), { minLength: 1, maxLength: 3 })
        .map((rules): VirtualHostSpec => ({ name: `h${self}`, rules })),
    ),
  );

/** Where a load's requests go, and how many of them are odd. */
export const aim = (service: number): fc.Arbitrary<Pick<LoadSpec, "mix" | "headers">> =>
  fc.record({
    mix: fc.constantFrom("s", "h").map((kind) => [{ service: `${kind}${service}`, endpoint: "call", share: 1 }]),
    headers: fc.constantFrom(undefined, [{ given: { kind: "odd" }, share: 0.3 }]),
  });
