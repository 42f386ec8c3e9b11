/** Random proxies of callers. */
import fc from "fast-check";
import { type MeshSpec, type PassSpec, plainMesh } from "../../src/model/mesh/mesh-spec.js";
import { law } from "./random-steps.js";

/** Callers with proxies, which know late, limit little and leave out whoever fails. */
export const mesh: fc.Arbitrary<MeshSpec> = fc.record({
  discovery: fc.constantFrom(plainMesh.discovery, { watch: 0.3, quiet: 0.1, longest: 0.5, push: 0.2 }),
  dns: fc.option(
    fc.record({
      ttl: fc.constantFrom(0, 0.5, 3),
      cache: fc.constantFrom("none" as const, "node" as const, "cluster" as const),
      client: fc.constantFrom(
        { kind: "ttl" as const },
        { kind: "time" as const, time: 2 },
        { kind: "time" as const, time: Infinity },
        { kind: "failure" as const, least: 1 },
      ),
    }),
    { nil: undefined },
  ),
  checkInterval: fc.constantFrom(0, 0, 1.5),
  connections: fc.option(
    fc
      .record({
        balances: fc.constantFrom("calls" as const, "connections" as const),
        streams: fc.constantFrom(1, 2, Infinity),
        most: fc.constantFrom(1, 3, Infinity),
        pending: fc.constantFrom(1, Infinity),
        uses: fc.constantFrom(3, Infinity),
        idle: fc.constantFrom(0.5, Infinity),
        opens: law,
      })
      .map((one) => ({ ...one, mostIdle: one.most === 3 ? 1 : Infinity })),
    { nil: undefined },
  ),
  limits: fc.constantFrom(plainMesh.limits, { requests: 3, retries: 1 }),
  outliers: fc.constantFrom(undefined, {
    consecutive: { failures: 2, enforcing: 1 },
    gateway: { failures: 3, enforcing: 0.5 },
    interval: 1,
    baseEjection: 1,
    longestEjection: 3,
    mostEjected: 0.5,
    alwaysOne: true,
    successRate: { pods: 2, volume: 3, factor: 0.5, enforcing: 1 },
    failureShare: { pods: 1, volume: 3, threshold: 0.5, enforcing: 1 },
  }),
  health: fc.constantFrom(
    undefined,
    { passive: { failures: 2, timeout: 1 }, active: undefined },
    { passive: { failures: 1, timeout: 2 }, active: { interval: 0.3, fall: 2, rise: 1 } },
  ),
  attempts: fc.constantFrom(1, 3),
  slowStart: fc.constantFrom(undefined, { window: 3, aggression: 2, least: 0.1 }),
  locality: fc.constantFrom(
    undefined,
    { kind: "prefer-same-zone" as const },
    { kind: "failover" as const },
    { kind: "weighted" as const, weights: { a: 3, b: 1 } },
    { kind: "zone-aware" as const, least: 2 },
  ),
  panic: fc.constantFrom(0, 0.5),
});

/** Proxies on the way of a call, beside its caller and beside its pod. */
export const passes: fc.Arbitrary<readonly PassSpec[]> = fc.array(
  fc.record({
    at: fc.constantFrom("caller" as const, "pod" as const),
    latency: law,
    cpu: fc.constantFrom(0, 0.02, 0.1),
    charged: fc.constantFrom("pod" as const, "node" as const),
  }),
  { maxLength: 3 },
);
