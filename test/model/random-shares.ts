/** Random caches, pools and queues. */
import fc from "fast-check";
import { constant } from "../../src/kernel/distributions.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { law } from "./random-steps.js";

const keyed = fc.record({
  kind: fc.constant("keys" as const),
  capacity: fc.constantFrom(1, 3),
  timeToLive: fc.option(law, { nil: undefined }),
  restartsAt: fc.constantFrom([], [5, 9]),
  singleFlight: fc.constantFrom(true, true, false),
});

/** The caches and the pool that steps use. */
export const shared = fc
  .record({
    hitRate: fc.constantFrom(0, 0.5),
    latency: law,
    own: keyed,
    common: keyed,
    pool: fc.record({
      connections: fc.constantFrom(1, 1, 2),
      queue: fc.constantFrom(0, 2, Infinity),
      patience: fc.option(law, { nil: undefined }),
    }),
  })
  .map(
    ({ hitRate, latency, own, common, pool }): Pick<ServiceSpec, "caches" | "pools"> => ({
      caches: [
        { name: "chance", latency, content: { kind: "chance", hitRate } },
        { name: "own", latency: constant(0), content: { ...own, per: "pod" } },
        { name: "common", latency, content: { ...common, per: "service" } },
      ],
      pools: [{ name: "db", ...pool }],
    }),
  );

/** What a queue of messages is like, but for its name and who takes them. */
export const mail = fc.record({
  prefetch: fc.constantFrom(1, 2, 5),
  visibility: fc.constantFrom(Infinity, 0.5, 0.5, 3),
  deliveries: fc.constantFrom(1, 3, 3, 5),
  backOff: law,
});
