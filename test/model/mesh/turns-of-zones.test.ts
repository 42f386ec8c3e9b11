/** Zones by weight take turns, earliest deadline first, as Envoy's do: deadlines worked by hand. */
import { expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../../src/model/builders.js";
import { plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import type { Balancer, Scheduler } from "../../../src/policy/contract.js";
import { at, call, play, wait } from "../lab.js";

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const anyPod = (): Balancer => ({ pick: () => 0 });
const spread: Scheduler = { filters: [], score: (_, node) => node.free.cpuMillicores };

/** The zones of a front's calls to a back with one pod in each of them, in the order of the calls. */
function zones(weights: Readonly<Record<string, number>>, calls: number): string {
  const names = Object.keys(weights);
  const size = { cpuMillicores: 100_000, memoryMiB: 100_000 };
  const count = names.length;
  const machines = {
    ...unlimitedGroup,
    count,
    min: count,
    max: count,
    zones: names,
    capacity: size,
    allocatable: size,
  };
  const called: string[] = [];
  const back = service({
    ...{ name: "back", replicas: count, steps: [wait(0.001)], concurrency: many, balancer: anyPod },
    mesh: { ...plainMesh, locality: { kind: "weighted", weights } },
  });
  const front = service({ name: "front", steps: [call("back")], concurrency: many });
  const spec = world({
    services: [back, front],
    loads: [at("front", ...Array.from({ length: calls }, (_, i) => i + 0.5))],
    cluster: cluster({ groups: [machines], scheduler: spread }),
  });
  const { world: played } = play(spec, 0);
  const { pods, nodes, zones: all } = played.state;
  for (let i = 0; i < calls; i++) {
    played.sim.run(i + 0.5005);
    const [busy] = [...played.services[0].members.items.subarray(0, count)].filter((pod) => pods.inFlight[pod] > 0);
    called.push(all[nodes.zone[pods.node[busy]]]);
  }
  return called.join("");
}

test.each([
  // Due at 1 and 1; of equals the one that was put in line first.
  ["1 : 1", { a: 1, b: 1 }, "abababab"],
  // a is due at 1/4, 1/2, 3/4 and 1, when b is due as well, and has stood in line for longer; so at 2.
  ["4 : 1", { a: 4, b: 1 }, "aaabaaaabaaaab"],
  ["1 : 4", { a: 1, b: 4 }, "bbbabbbbabbbba"],
  // Three thirds add up to 1, six fall short of 2 in the last place: a is due just before b then, in Envoy's doubles as here.
  ["3 : 1", { a: 3, b: 1 }, "aabaaaab"],
  // a at 1/2, 1, 3/2, 2; b at 1, 2, put in line before a's second and fourth.
  ["2 : 1", { a: 2, b: 1 }, "abaabaab"],
  // a at 1/4, 1/2, 3/4, 1; b at 1/2, 1, put in line before a's second; c at 1, before both.
  ["4 : 2 : 1", { a: 4, b: 2, c: 1 }, "abaacbaabaacba"],
])("%s", (_, weights, expected) => {
  expect(zones(weights, expected.length)).toBe(expected);
});
