/** Canaries, blue-green switches and schedules: weights and moments worked by hand. */
import { describe, expect, test } from "vitest";
import { service, world } from "../../src/model/builders.js";
import { plainRoute } from "../../src/model/calls/route.js";
import { plainMesh } from "../../src/model/mesh/mesh-spec.js";
import type { DeliverySpec, ShiftSpec } from "../../src/model/routes/delivery-spec.js";
import type { ServiceSpec, Step, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, play, wait } from "./lab.js";
import { host, many, rule, unlimited } from "./route-lab.js";

const version = (name: string, steps: readonly Step[], about: Partial<ServiceSpec> = {}): ServiceSpec =>
  service({ name, steps, concurrency: unlimited, ...about });
const canary: ShiftSpec = {
  kind: "canary",
  at: 10,
  from: "one",
  to: "three",
  steps: [0.1, 0.5],
  checks: 0,
  interval: 10,
  successRate: 0.99,
  p99: 1,
  failures: 2,
  keep: 5,
};
/** Ten requests a second to a host that knows the versions "one" and "three". */
const delivered = (delivery: DeliverySpec, young: readonly Step[], about: Partial<ServiceSpec> = {}): WorldSpec =>
  world({
    services: [version("one", [wait(0.1)], { replicas: 2 }), version("three", young, { replicas: 0, ...about })],
    routes: [{ ...host(rule({ weights: { one: 100, three: 0 } })), delivery }],
    loads: [many("host", 10_000)],
  });
const told = (spec: WorldSpec, until = 100) => {
  const played = createWorld(spec, 1);
  played.sim.run(until);
  played.checkBooks();
  const story = played.decisions
    .filter(({ subject }) => subject === "route host")
    .map(({ time, rule: what, from, asked }) => [time, what, from, asked]);
  return { story, played };
};

describe("a canary", () => {
  test("whose calls are well gets its shares one after another, then all, and the old version's pods go", () => {
    const { story, played } = told(delivered(canary, [wait(0.2)]));
    expect(story).toEqual([
      [10, "three is scaled up", 0, 0],
      [20, "advances three", 0, 10],
      [30, "advances three", 10, 50],
      [40, "promotes three", 50, 100],
      [45, "succeeded: one is no longer kept", 100, 100],
    ]);
    const [one, three] = played.services;
    expect([one.members.count, three.members.count]).toEqual([0, 2]);
    // 10 s at 10 %, 10 s at 50 %, 60 s at all: 10 × (1 + 5 + 60) calls in the mean; none after 40 s to the old one.
    expect(three.arrived).toBeGreaterThan(600);
    expect(three.arrived).toBeLessThan(720);
  });

  test("that fails too often goes back at the second bad check", () => {
    // One call in ten fails.
    const faulty: readonly Step[] = [
      wait(0.2),
      { kind: "choose", options: [{ probability: 0.1, steps: [{ kind: "abort" }] }] },
    ];
    const { story, played } = told(delivered({ ...canary, steps: [0.5], interval: 20 }, faulty));
    expect(story.map(([time, , from, asked]) => [time, from, asked])).toEqual([
      [10, 0, 0],
      [30, 0, 50],
      [50, 50, 50],
      [70, 50, 0],
    ]);
    expect(story[2][1]).toMatch(/^halts: success rate \d+\.?\d* % < 99 %$/);
    expect(story[3][1]).toMatch(/^rolls back three: success rate/);
    expect(played.services.map(({ members }) => members.count)).toEqual([2, 0]);
  });

  test("whose calls come too late for a tenth of its callers goes back, though those that come are fast", () => {
    const options = [{ probability: 0.1, steps: [wait(5)] }];
    const young = [wait(0.2), { kind: "choose", options } as const];
    const about = { route: { ...plainRoute, timeout: 1 } };
    const { story } = told(delivered({ ...canary, steps: [0.5], interval: 20 }, young, about));
    expect(story.map(([time]) => time)).toEqual([10, 30, 50, 70]);
    expect(story.at(-1)![1]).toMatch(/^rolls back three: success rate/);
  });

  test("that is too slow goes back, too", () => {
    const { story } = told(delivered({ ...canary, p99: 0.15, failures: 1 }, [wait(0.2)]));
    expect(story.at(-1)![1]).toMatch(/^rolls back three: p99 200(\.\d)? ms > 150 ms$/);
  });

  test("without any calls is not well", () => {
    const spec = delivered({ ...canary, failures: 1 }, [wait(0.2)]);
    const { story } = told({ ...spec, loads: [at("host", 1)] });
    expect(story.at(-1)).toEqual([30, "rolls back three: no calls to judge by", 10, 0]);
  });

  test("is judged by calls as their callers know them: a try that helps is no failure", () => {
    // One try in ten fails, and one call in ten thousand.
    const retries = { ...plainRoute.retries, most: 3, on: ["aborted"], backOff: { base: 0, longest: 0 } } as const;
    const faulty: readonly Step[] = [{ kind: "choose", options: [{ probability: 0.1, steps: [{ kind: "abort" }] }] }];
    const { story } = told(delivered(canary, faulty, { route: { ...plainRoute, retries } }));
    expect(story.at(-1)![1]).toBe("succeeded: one is no longer kept");
  });
});

describe("blue-green", () => {
  test("switches at once when copies were answered well, and back when calls are not", () => {
    const blueGreen: ShiftSpec = { ...canary, kind: "blueGreen", steps: [], checks: 2, failures: 1, keep: 100 };
    const spec = delivered(blueGreen, [wait(0.2)]);
    const mirrored = {
      ...spec.routes[0],
      rules: [{ ...spec.routes[0].rules[0], mirrors: [{ service: "three", share: 1 }] }],
    };
    const { story } = told({ ...spec, routes: [mirrored] });
    expect(story).toEqual([
      [10, "three is scaled up", 0, 0],
      [20, "three is ready, and checked before it gets calls", 0, 0],
      [30, "check 1 of 2 of three is good", 0, 0],
      [40, "promotes three", 0, 100],
    ]);
    const bad = told({ ...delivered({ ...blueGreen, checks: 0 }, [{ kind: "abort" }]) });
    expect(bad.story.slice(1)).toEqual([
      [20, "promotes three", 0, 100],
      [30, "rolls back three: success rate 0 % < 99 %", 100, 0],
    ]);
    expect(bad.played.services[0].members.count).toBe(2);
  });
});

test("a schedule changes weights by the clock", () => {
  const changes = [
    { at: 20, weights: { one: 0, three: 1 } },
    { at: 40, weights: { one: 1 } },
  ];
  const { played } = told(delivered({ kind: "schedule", changes }, [wait(0.1)], { replicas: 1 }), 20);
  const before = played.services.map(({ arrived }) => arrived);
  expect(before[1]).toBe(0);
  played.sim.run(40);
  const between = played.services.map(({ arrived }) => arrived);
  expect(between[0]).toBe(before[0]);
  expect(between[1]).toBeGreaterThan(150);
  played.sim.run(100);
  const after = played.services.map(({ arrived }, i) => arrived - between[i]);
  const mean = (after[0] + after[1]) / 2;
  expect(((after[0] - mean) ** 2 + (after[1] - mean) ** 2) / mean).toBeLessThan(6.63);
});

describe("weights reach the proxies of callers later", () => {
  const mesh = { ...plainMesh, discovery: { watch: 3, quiet: 1, longest: 10, push: 0.5 } };
  /** Twice a second, at 0.25 s and 0.75 s: when each reached which version, and failures. */
  const lived = (delivery: DeliverySpec, about: Partial<ServiceSpec>) => {
    const times = Array.from({ length: 60 }, (_, i) => 0.25 + i / 2);
    const spec = world({
      services: [version("one", [wait(0.1)], about), version("three", [wait(0.2)], about)],
      routes: [{ ...host(rule({ weights: { one: 100, three: 0 } })), delivery }],
      loads: [at("host", ...times)],
    });
    const { answers, world: played } = play(spec);
    const young = answers.filter(({ latency }) => latency > 0.15).map((one) => +(one.at - one.latency).toFixed(9));
    return { from: young[0], lost: answers.filter(({ failure }) => failure !== 0).length, played };
  };
  const schedule: DeliverySpec = { kind: "schedule", changes: [{ at: 10, weights: { one: 0, three: 1 } }] };

  test("by quiet and push, and not by the kubelet's watch: a schedule", () => {
    expect(lived(schedule, {}).from).toBe(10.25);
    expect(lived(schedule, { mesh }).from).toBe(11.75); // 10 + 1 + 0.5
    expect(lived(schedule, { mesh: { ...mesh, discovery: { ...mesh.discovery, longest: 0.5 } } }).from).toBe(11.25);
  });

  test("a canary's promotion, and what is not kept goes when they know", () => {
    const { from, lost, played } = lived({ ...canary, steps: [], keep: 0 }, { mesh });
    expect(from).toBe(11.75);
    expect(lost).toBe(0);
    const [promotion] = played.decisions.filter(({ rule: what }) => what === "promotes three");
    expect([promotion.time, promotion.effectiveAt]).toEqual([10, 11.5]);
    const [retired] = played.decisions.filter(({ rule: what }) => what.startsWith("succeeded"));
    expect(retired.time).toBe(11.5);
  });
});
