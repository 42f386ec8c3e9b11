/** The network by hand: zones, weights, and messages that are late, lost or refused. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainRoute } from "../../src/model/calls/route.js";
import type { FaultKind, FaultSpec } from "../../src/model/faults/spec.js";
import { plainMesh } from "../../src/model/mesh/mesh-spec.js";
import { type DisturbanceSpec, plainNetwork } from "../../src/model/network/network-spec.js";
import type { WorldSpec } from "../../src/model/spec.js";
import { at, call, latencies, play, shop, wait } from "./lab.js";

const plenty = { concurrency: { limit: 1000, queue: 0, holds: "call", waitsAt: "pod" } } as const;
const quiet = { between: "all", delay: undefined, loss: 0, refuses: false } as const;

const fault = (what: FaultKind, begin: number, length: number): FaultSpec => ({
  name: "fault",
  when: { kind: "once", at: begin, length },
  what,
});
const disturbed = (spec: WorldSpec, about: Partial<DisturbanceSpec>, begin = 10, length = 5): WorldSpec => ({
  ...spec,
  faults: [fault({ kind: "network", ...quiet, ...about }, begin, length)],
});

/** front in zone a calls back in zone b, which takes a second; back in zone a only if that is said. */
function apart(zones = ["a", "b"], about: Partial<WorldSpec> = {}, ...times: readonly number[]): WorldSpec {
  const front = service({ name: "front", ...plenty, mesh: plainMesh, steps: [call("back")] });
  const payload = { request: 1e6, response: 4e6 };
  const back = service({ name: "back", ...plenty, mesh: plainMesh, payload, steps: [wait(1)] });
  return world({
    services: [front, back],
    loads: [at("front", ...times)],
    cluster: cluster({
      groups: [{ ...unlimitedGroup, name: "n", count: 2, max: 2, zones }],
      scheduler: { filters: [], score: (_pod, node) => -node.podCount },
    }),
    ...about,
  });
}
const far = {
  sameZone: constant(0.25),
  crossZone: constant(2),
  pairs: [{ between: ["b", "c"], latency: constant(3) }],
  usdPerGB: 0.01,
} as const;

describe("zones", () => {
  const network = { ...plainNetwork, zones: far };

  test("take time each way between pods, by how far they are; nobody knows how far outside is", () => {
    expect(latencies(play(apart(["a", "b"], { network }, 1)).answers)).toEqual([2 + 1 + 2]);
    expect(latencies(play(apart(["a"], { network }, 1)).answers)).toEqual([0.25 + 1 + 0.25]);
    expect(latencies(play(apart(["c", "b"], { network }, 1)).answers)).toEqual([3 + 1 + 3]);
  });

  test("cost what passes between them, where it leaves and where it enters", () => {
    const { world: played } = play(apart(["a", "b"], { network }, 1, 2, 3));
    const usd = (3 * (1e6 + 4e6) * 2 * 0.01) / 1e9;
    expect(played.bill().trafficUsd).toBeCloseTo(usd, 15);
    expect(played.bill().usd).toBeCloseTo(usd, 15);
    expect(played.bill().idleUsd).toBeCloseTo(0, 15);
    expect(play(apart(["a"], { network }, 1, 2, 3)).world.bill().trafficUsd).toBe(0);
  });

  test("are left out of the bill until the measures begin", () => {
    const { world: played } = play(apart(["a", "b"], { network }, 1, 2, 20), 10);
    played.restartMeasures();
    played.sim.run(100);
    expect(played.bill().trafficUsd).toBeCloseTo((5e6 * 2 * 0.01) / 1e9, 15);
  });

  test("cut off from each other keep calls within", () => {
    const cut = { between: { zones: ["a", "b"] }, loss: 1 } as const;
    expect(latencies(play(disturbed(apart(["a", "b"], {}, 11), cut)).answers)).toEqual([6.2 + 1]);
    expect(latencies(play(disturbed(apart(["a"], {}, 11), cut)).answers)).toEqual([1]);
  });
});

test("messages take the time of their bytes, each for itself", () => {
  const network = { zones: undefined, bytesPerSecond: 1e6 };
  expect(latencies(play(apart(["a"], { network }, 1, 1)).answers)).toEqual([1 + 1 + 4, 1 + 1 + 4]);
});

describe("a partition that drops what is sent", () => {
  const spec = (...times: readonly number[]) => shop({ ...plenty, steps: [wait(2)] }, ...times);

  test("lets it through when it is over and TCP sends it again: after 0.2, 0.4, 0.8 … s", () => {
    // Sent at 11, 11.2, 11.6, 12.4, 14 and 17.2.
    expect(latencies(play(disturbed(spec(9.5 - 2.5, 11), { loss: 1 })).answers)).toEqual([2, 6.2 + 2]);
  });

  test("holds back answers as well", () => {
    // At 11 it would be there.
    expect(latencies(play(disturbed(spec(9), { loss: 1 })).answers)).toEqual([2 + 6.2]);
  });

  test("ends calls after fifteen times again, a quarter of an hour later", () => {
    const { answers } = play(disturbed(spec(11), { loss: 1 }, 10, 1e6), 2000);
    expect(answers.map(({ latency, failure }) => [+latency.toFixed(6), failure])).toEqual([[204.6 + 6 * 120, 7]]);
  });

  test("is not waited for longer than callers wait", () => {
    const route = { ...plainRoute, timeout: 1 };
    const { answers, world: played } = play(disturbed(shop({ ...plenty, route, steps: [wait(2)] }, 11), { loss: 1 }));
    expect(answers).toEqual([{ at: 12, latency: 1, failure: 3 }]);
    expect(played.services[0].arrived).toBe(1); // for nobody, at 17.2
  });

  test("of one service is felt by those who call it and by nobody else", () => {
    const cut = { between: { services: ["back"] }, loss: 1 } as const;
    const both = apart(["a"], { loads: [at("front", 11), at("back", 11)] });
    const front = {
      ...both,
      services: [{ ...both.services[0], endpoints: [{ name: "call", steps: [] }] }, both.services[1]],
    };
    expect(latencies(play(disturbed(both, cut)).answers)).toEqual([7.2, 7.2]);
    expect(latencies(play(disturbed(front, cut)).answers)).toEqual([0, 7.2]);
  });

  test("between two services leaves others to each of them", () => {
    const cut = { between: { services: ["back", "front"] }, loss: 1 } as const;
    const both = apart(["a"], { loads: [at("front", 11), at("back", 11)] });
    expect(latencies(play(disturbed(both, cut)).answers)).toEqual([1, 7.2]);
  });
});

test("a partition that refuses fails calls at once, and those that are under way when they are answered", () => {
  const spec = shop({ ...plenty, steps: [wait(2)] }, 9, 11, 20);
  const { answers } = play(disturbed(spec, { refuses: true }));
  expect(answers).toEqual([
    { at: 11, latency: 2, failure: 7 },
    { at: 11, latency: 0, failure: 7 },
    { at: 22, latency: 2, failure: 0 },
  ]);
});

test("a delay is added each way while it lasts", () => {
  const spec = shop({ ...plenty, steps: [wait(1)] }, 5, 9.5, 11, 20);
  expect(latencies(play(disturbed(spec, { delay: constant(0.5) })).answers)).toEqual([1, 1.5, 2, 1]);
});

test("of lost messages as many are late as chance says", () => {
  const times = Array.from({ length: 10_000 }, (_, i) => 20 + i / 10);
  const { answers } = play(disturbed(shop({ ...plenty, steps: [wait(0.01)] }, ...times), { loss: 0.3 }, 10, 1e6), 3000);
  const onTime = answers.filter(({ latency }) => latency < 0.1).length;
  // A call and its answer must both come through the first time.
  const share = 0.7 ** 2;
  expect(Math.abs(onTime - 10_000 * share)).toBeLessThan(4 * Math.sqrt(10_000 * share * (1 - share)));
  const mean = answers.reduce((sum, { latency }) => sum + latency, 0) / answers.length - 0.01;
  // Each message waits Σ 0.3ᵏ · 0.2 · 2ᵏ⁻¹ = 0.06 / (1 − 0.6) = 0.15 s on average.
  expect(Math.abs(mean - 0.3)).toBeLessThan(0.05);
});

test("names that are not found fail calls after the look-up, for the share that has to ask", () => {
  const what = { kind: "dns", services: ["shop"], share: 1, after: constant(5) } as const;
  const spec = { ...shop({ ...plenty, steps: [wait(1)] }, 5, 11, 20), faults: [fault(what, 10, 5)] };
  expect(play(spec).answers).toEqual([
    { at: 6, latency: 1, failure: 0 },
    { at: 16, latency: 5, failure: 7 },
    { at: 21, latency: 1, failure: 0 },
  ]);
  const times = Array.from({ length: 10_000 }, (_, i) => 20 + i / 10);
  const half = { ...shop({ ...plenty, steps: [] }, ...times), faults: [fault({ ...what, share: 0.2 }, 10, 1e6)] };
  const failed = play(half, 3000).answers.filter(({ failure }) => failure === 7).length;
  expect(Math.abs(failed - 2000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.2 * 0.8));
});
