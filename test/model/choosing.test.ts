/** Which pods take the calls of a world, by weight, by key and by what has been learnt. */
import { describe, expect, test } from "vitest";
import { service, world } from "../../src/model/builders.js";
import { Popularity } from "../../src/model/calls/popularity.js";
import type { LoadSpec, ServiceSpec } from "../../src/model/spec.js";
import { maglev } from "../../src/policy/balancer/maglev.js";
import { peakEwma } from "../../src/policy/balancer/peak-ewma.js";
import { ringHash } from "../../src/policy/balancer/ring-hash.js";
import { roundRobin } from "../../src/policy/balancer/round-robin.js";
import type { Balancer } from "../../src/policy/contract.js";
import type { Definition } from "../../src/policy/define.js";
import { made } from "../policy/builders.js";
import { at, cpu, play } from "./lab.js";

/** Every call takes a whole second of its pod, which has room for all of them. */
const roomy = (about: Partial<ServiceSpec>) =>
  service({ steps: [cpu(1)], concurrency: { limit: Infinity, queue: 0, holds: "call", waitsAt: "pod" }, ...about });

const instants = Array.from({ length: 600 }, (_, i) => i / 1000);

/** Calls in each pod when all have come and none has ended. */
function spread(about: Partial<ServiceSpec>, keys?: LoadSpec["keys"]): number[] {
  const load: LoadSpec = { ...at("shop", ...instants), keys };
  const { state } = play(world({ services: [roomy(about)], loads: [load] }), 0.9).world;
  const { members } = state.services[0];
  return Array.from(members.items.subarray(0, members.count), (pod) => state.pods.inFlight[pod]);
}

test("pods of weights 3, 2 and 1 take calls in that proportion, and the fourth is as the first", () => {
  const weighed = { weights: [3, 2, 1], balancer: made(roundRobin) };
  expect(spread({ ...weighed, replicas: 3 })).toEqual([300, 200, 100]);
  expect(spread({ ...weighed, replicas: 4 })).toEqual([200, 400 / 3, 200 / 3, 200].map(Math.round));
});

describe.each<[string, Definition<Balancer>]>([
  ["ring-hash", ringHash],
  ["maglev", maglev],
])("%s", (_, balancer) => {
  const hashed = { replicas: 4, balancer: made(balancer) };

  test("sends one key to one pod", () => {
    expect(spread(hashed, { count: 1, zipf: 0 }).sort()).toEqual([0, 0, 0, 600]);
  });

  test("sends calls about nothing anywhere", () => {
    for (const count of spread(hashed)) expect(Math.abs(count - 150)).toBeLessThan(60);
  });
});

test("peak EWMA leaves a pod alone that was slow, until it has forgotten", () => {
  // One call of 8 s; then calls of 10 ms, each alone. The other pod's estimate falls from 30 ms to 10 ms or more. The
  // slow one's falls by the factor e every 10 s and is below 10 ms only after 10 s × ln(8 s / 10 ms) = 67 s.
  const endpoints = [
    { name: "call", steps: [cpu(0.01)] },
    { name: "long", steps: [cpu(8)] },
  ];
  const shop = service({ endpoints, replicas: 2, balancer: made(peakEwma) });
  const later = Array.from({ length: 110 }, (_, i) => 9 + i);
  const long: LoadSpec = { ...at("shop", 0), name: "long", mix: [{ service: "shop", endpoint: "long", share: 1 }] };
  const { state } = play(world({ services: [shop], loads: [long, at("shop", ...later)] }), 8.5).world;
  const [slow] = [0, 1].filter((pod) => state.pods.used[pod] > 7);
  const used = (until: number): number => {
    const played = play(world({ services: [shop], loads: [long, at("shop", ...later)] }), until).world;
    return Math.round((played.state.pods.used[slow] - 8) / 0.01);
  };
  expect(used(9 + 58.5)).toBe(0);
  expect(used(1000)).toBeGreaterThan(0);
});

describe("keys", () => {
  test("are asked for as often as Zipf's law says", () => {
    const popularity = new Popularity({ count: 4, zipf: 1 });
    // 1, 1/2, 1/3 and 1/4 of 25/12: up to 0.48, 0.72, 0.88 and 1.
    expect([0.001, 0.479, 0.481, 0.719, 0.721, 0.879, 0.881, 0.999].map((point) => popularity.at(point))).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3,
    ]);
    expect([0.1, 0.6].map((point) => new Popularity({ count: 2, zipf: 0 }).at(point))).toEqual([0, 1]);
  });
});
