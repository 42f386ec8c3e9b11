/** Which zone gets the next call: zones by weight take turns, earliest deadline first, as Envoy's do; others have their chance. */
import { expect, test } from "vitest";
import { cluster, service, unlimitedGroup, world } from "../../../src/model/builders.js";
import { plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import type { Balancer, PolicyContext, Scheduler } from "../../../src/policy/contract.js";
import { at, call, cpu, play, wait } from "../lab.js";

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const somePod = ({ stream }: PolicyContext): Balancer => ({ pick: ({ count }) => stream.below(count) });
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
    ...{ name: "back", replicas: count, steps: [wait(0.001)], concurrency: many, balancer: somePod },
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

test("each call of a zone that has too few pods has the same chance to stay", () => {
  // Machines of 2, 4 and 3 cores get 1, 3 and 2 pods of the back, a core each, and one of the front: the emptiest first. Of the
  // calls of a third of the requests, in zone a, half stay, and half go to b, which alone has pods to spare.
  const machine = (zone: string, cores: number) => {
    const size = { cpuMillicores: 1000 * cores, memoryMiB: 100_000 };
    return { ...unlimitedGroup, name: zone, count: 1, zones: [zone], capacity: size, allocatable: size };
  };
  const back = service({
    ...{ name: "back", replicas: 6, steps: [cpu(0.001)], balancer: somePod },
    mesh: { ...plainMesh, locality: { kind: "zone-aware", least: 6 } },
  });
  const turns = (): Balancer => {
    let next = 0;
    return { pick: ({ count }) => next++ % count };
  };
  const front = service({ name: "front", replicas: 3, steps: [call("back")], balancer: turns });
  const requests = 6000;
  const spec = world({
    services: [back, front],
    loads: [at("front", ...Array.from({ length: requests }, (_, i) => i * 0.01))],
    cluster: cluster({ groups: [machine("a", 2), machine("b", 4), machine("c", 3)], scheduler: spread }),
  });
  const { world: run } = play(spec, 100);
  const { pods: table, nodes } = run.state;
  const calls = [0, 0, 0];
  const pods = [0, 0, 0];
  for (const pod of run.services[0].members.items.subarray(0, 6)) {
    pods[nodes.zone[table.node[pod]]]++;
    calls[nodes.zone[table.node[pod]]] += Math.round(table.used[pod] * 1000);
  }
  expect(pods).toEqual([1, 3, 2]);
  const third = requests / 3;
  expect(calls[2]).toBe(third);
  expect(calls[0] + calls[1]).toBe(2 * third);
  expect(Math.abs(calls[0] - third / 2)).toBeLessThan(3 * Math.sqrt(third / 4));
});
