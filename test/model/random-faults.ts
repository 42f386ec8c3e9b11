/** Faults of every kind at random times, over each other, silent ones among them. */
import fc from "fast-check";
import { type FaultKind, type FaultSpec, pausable, type When } from "../../src/model/faults/spec.js";
import type { Between } from "../../src/model/network/network-spec.js";
import { law } from "./random-steps.js";

/** Each is seen often. */
export const kinds = [
  "crash",
  "node-loss",
  "zone-loss",
  "slow-node",
  "steal",
  "brown-out",
  "metric-outage",
  "pause",
  "reclaim",
  "network",
  "dns",
] as const satisfies readonly FaultKind["kind"][];

const portion = fc.constantFrom({ count: 1 }, { share: 0.5 }, { share: 1 });
const nodes = portion.map((one) => ({ group: undefined, zone: undefined, portion: one }));
const loss = { silent: fc.boolean(), replacedAfter: fc.constantFrom(0, 2, Infinity) };

const kind: fc.Arbitrary<FaultKind> = fc.oneof(
  portion.map((one): FaultKind => ({ kind: "crash", pods: { owner: "s0", portion: one } })),
  fc.record({ kind: fc.constant("node-loss" as const), nodes, ...loss }),
  fc.record({ kind: fc.constant("zone-loss" as const), zone: fc.constant("anywhere"), ...loss }),
  fc.record({ kind: fc.constant("slow-node" as const), nodes, speed: fc.constantFrom(0, 0.3) }),
  fc.record({ kind: fc.constant("steal" as const), nodes, share: fc.constantFrom(0.5, 1) }),
  fc.record({
    kind: fc.constant("brown-out" as const),
    service: fc.constant("s0"),
    times: fc.constantFrom(1, 4),
    failing: fc.constantFrom(0, 0.5, 1),
  }),
  fc.constant<FaultKind>({ kind: "metric-outage", services: ["s0"] }),
  fc.subarray([...pausable], { minLength: 1 }).map((controllers): FaultKind => ({ kind: "pause", controllers })),
  fc.record({ kind: fc.constant("reclaim" as const), nodes }),
  fc.record({
    kind: fc.constant("network" as const),
    between: fc.constantFrom<Between>("all", { services: ["s0"] }, { services: ["s0", "s1"] }, { zones: ["anywhere"] }),
    delay: fc.option(law, { nil: undefined }),
    loss: fc.constantFrom(0, 0.3, 1),
    refuses: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("dns" as const),
    services: fc.constant(["s0"]),
    share: fc.constantFrom(0.5, 1),
    after: law,
  }),
);

const when: fc.Arbitrary<When> = fc.oneof(
  fc.record({
    kind: fc.constant("once" as const),
    at: fc.constantFrom(0, 1, 2.1, 7, 12),
    length: fc.constantFrom(0, 0.5, 6, Infinity),
  }),
  fc.record({ kind: fc.constant("often" as const), gap: law, length: law }).map((one) => ({
    ...one,
    gap: { shape: "uniform" as const, low: 2, high: 5 }, // not without end at one instant
  })),
);

export const faults: fc.Arbitrary<readonly FaultSpec[]> = fc
  .oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.record({ when, what: kind }), { maxLength: 4 }) },
  )
  .map((list) => list.map((one, i) => ({ ...one, name: `fault-${i}` })));
