/** What is gone leaves nothing behind: slots of pods, proxies of callers, tries of callers that have died. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { noHop, service, world } from "../../../src/model/builders.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import { plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import type { ServiceSpec } from "../../../src/model/spec.js";
import { createWorld } from "../../../src/model/world.js";
import type { Balancer } from "../../../src/policy/contract.js";
import { at, call, cpu, timetable, wait } from "../lab.js";

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const inTurn = (): Balancer => {
  let next = 0;
  return { pick: ({ count }) => next++ % count };
};
/** One pod, and two in every other ten seconds. */
const upAndDown = timetable(
  ...Array.from({ length: 20 }, (_, i): readonly [number, number] => [10 * i, i % 2 === 0 ? 1 : 2]),
);
const times = Array.from({ length: 1000 }, (_, i) => 0.25 + i * 0.2);

function played(front: Partial<ServiceSpec>, back: Partial<ServiceSpec>) {
  const spec = world({
    services: [
      service({ name: "front", steps: [call("back")], concurrency: many, balancer: inTurn, ...front }),
      service({ name: "back", steps: [cpu(0.01)], concurrency: many, balancer: inTurn, mesh: plainMesh, ...back }),
    ],
    loads: [at("front", ...times)],
  });
  const run = createWorld(spec, 1);
  const proxies = new Set<object>();
  for (let now = 5; now <= 205; now += 5) {
    run.sim.run(now);
    for (const proxy of run.services[1].links!.proxies) proxies.add(proxy);
  }
  run.checkBooks();
  return { services: run.services, proxies };
}

describe("after ten pods that came and went", () => {
  test("the pods called have as many slots as there are pods", () => {
    // The last answers are on their way still when their pod is gone.
    const { services } = played({}, { scaler: upAndDown, hop: { ...noHop, reply: constant(1) } });
    expect(services[1].created).toBe(11);
    expect(services[1].links!.endpoints.slots.rows.live).toBe(services[1].members.count);
    expect(services[1].links!.endpoints.slots.rows.high).toBe(2);
  });

  test("callers have as many proxies as there were at once, and each pod had a new one", () => {
    const { services, proxies } = played({ scaler: upAndDown }, {});
    expect(services[0].created).toBe(11);
    expect(proxies.size).toBe(11);
    expect(services[1].links!.proxies).toHaveLength(2);
  });
});

test("a caller that is killed tries no more", () => {
  // The front is killed at 12 s, 2 s after it was to go; the back refuses, and would be asked again every second.
  const busy = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;
  const retries = { most: 100, on: ["refused"], backOff: constant(1), budget: undefined } as const;
  const spec = world({
    services: [
      service({
        name: "front",
        steps: [call("back")],
        concurrency: many,
        grace: 2,
        scaler: timetable([0, 1], [10, 0]),
      }),
      service({ name: "back", steps: [wait(500)], concurrency: busy, route: { ...plainRoute, retries } }),
    ],
    loads: [at("back", 1), at("front", 5)],
  });
  const run = createWorld(spec, 1);
  run.sim.run(300);
  run.checkBooks();
  // The first call stays; the front's tries come at 5, 6 … and 12 at the latest.
  expect(run.services[1].arrived).toBeGreaterThanOrEqual(1 + 7);
  expect(run.services[1].arrived).toBeLessThanOrEqual(1 + 8);
});
