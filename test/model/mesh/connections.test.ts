/** Connections: when they are opened, who waits for one, which pod they stand to. Worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { service, world } from "../../../src/model/builders.js";
import { Failure } from "../../../src/model/calls/failure.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import { type ConnectionsSpec, type MeshSpec, plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import type { ServiceSpec } from "../../../src/model/spec.js";
import { createWorld } from "../../../src/model/world.js";
import type { Balancer, PolicyContext } from "../../../src/policy/contract.js";
import { at, call, latencies, play, shop, timetable, wait } from "../lab.js";

/** HTTP/1.1 whose connections take 1 s to open and are kept. */
const http1: ConnectionsSpec = {
  balances: "calls",
  streams: 1,
  most: Infinity,
  pending: Infinity,
  uses: Infinity,
  idle: Infinity,
  opens: constant(1),
};
const over = (connections: Partial<ConnectionsSpec>, about: Partial<MeshSpec> = {}): MeshSpec => ({
  ...plainMesh,
  ...about,
  connections: { ...http1, ...connections },
});
const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const inTurn = (): Balancer => {
  let next = 0;
  return { pick: ({ count }) => next++ % count };
};
/** Each call takes 2 s in the pod. */
const played = (mesh: MeshSpec, times: readonly number[], about: Partial<ServiceSpec> = {}) =>
  play(shop({ steps: [wait(2)], concurrency: many, balancer: inTurn, mesh, ...about }, ...times));
const opened = (world: ReturnType<typeof played>["world"]): number =>
  world.services[0].links!.proxies.reduce((sum, { connections }) => sum + connections, 0);

describe("HTTP/1.1", () => {
  test("one call at a time on each; a call that finds none free opens one, and later ones use what is there", () => {
    const { answers, world } = played(over({}), [0, 0.5, 10]);
    expect(latencies(answers)).toEqual([3, 3, 2]);
    expect(opened(world)).toBe(2);
  });

  test("who waits takes the first connection that is free, be it another's; his own is kept", () => {
    // The first is there at 1 and free at 3; the second asks at 2.5, and its own would be there at 3.5.
    const { answers, world } = played(over({}), [0, 2.5]);
    expect(latencies(answers)).toEqual([3, 2.5]);
    expect(opened(world)).toBe(2);
  });

  test("the last one used is used first, and idle ones are closed when their time has come", () => {
    // Two connections by 1; both free at 3. Only one is needed from then on, and the other has been idle for 5 s at 8.
    const { answers, world } = played(over({ idle: 5 }), [0, 0, 4, 7, 12, 12]);
    expect(latencies(answers)).toEqual([3, 3, 2, 2, 2, 3]);
    expect(opened(world)).toBe(2);
  });

  test("no more than so many are kept without a call", () => {
    const of = (mostIdle: number, times: readonly number[]) => {
      const { answers, world } = played(over({ mostIdle }), times);
      return [latencies(answers), opened(world)];
    };
    // Three are free at 3; who comes at 10 finds one of them, and opens one.
    const times = [0, 0, 0, 10, 10];
    expect(of(Infinity, times)).toEqual([[3, 3, 3, 2, 2], 3]);
    expect(of(1, times)).toEqual([[3, 3, 3, 2, 3], 1]);
    expect(of(0, times)).toEqual([[3, 3, 3, 3, 3], 0]);
    // Who waits takes what is free before it is closed; his own, there at 3.5, is nobody's.
    expect(of(0, [0, 2.5])).toEqual([[3, 2.5], 0]);
    expect(of(1, [0, 2.5])).toEqual([[3, 2.5], 1]);
  });

  test("given up after so many calls", () => {
    expect(latencies(played(over({ uses: 2 }), [0, 5, 10]).answers)).toEqual([3, 2, 3]);
  });

  test("a call that is timed out breaks its connection off", () => {
    const route = { ...plainRoute, timeout: 1.5 };
    const { answers } = played(over({}), [0, 5], { route });
    expect(answers.map(({ failure }) => failure)).toEqual([Failure.Timeout, Failure.Timeout]);
    expect(latencies(answers)).toEqual([1.5, 1.5]);
    // The second has had to open one, too: nothing of it has reached the pod before 6.
    expect(opened(played(over({}), [0, 5], { route }).world)).toBe(0);
  });
});

describe("limits", () => {
  test("at the limit calls wait for a connection, and no more of them than may", () => {
    const { answers } = played(over({ most: 1, pending: 1 }), [0, 2, 2.1]);
    expect(answers.map(({ at, failure }) => [+at.toFixed(9), failure])).toEqual([
      [2.1, Failure.Overflow],
      [3, Failure.None],
      [5, Failure.None],
    ]);
  });

  test("a pod without a connection gets one whatever the limit", () => {
    const { answers, world } = played(over({ most: 1 }), [0, 0], { replicas: 2 });
    expect(latencies(answers)).toEqual([3, 3]);
    expect(opened(world)).toBe(2);
  });
});

describe("HTTP/2", () => {
  test("many calls share a connection, also while it is opened", () => {
    const { answers, world } = played(over({ streams: Infinity }), [0, 0.5, 3]);
    expect(latencies(answers)).toEqual([3, 2.5, 2]);
    expect(opened(world)).toBe(1);
  });

  test("a second one is opened when the first is full", () => {
    const { answers, world } = played(over({ streams: 2 }), [0, 0, 0]);
    expect(latencies(answers)).toEqual([3, 3, 3]);
    expect(opened(world)).toBe(2);
  });
});

test("a pod that does not listen: who waits for it fails when the connection would have been there", () => {
  const discovery = { watch: 5, quiet: 0, longest: 0, push: 0 };
  const about = { replicas: 2, scaler: timetable([0, 2], [10, 1]) };
  const { answers } = played(over({}, { discovery }), [0, 0, 11, 11], about);
  // Both have a connection from the first calls; that of the pod that is gone is closed, and a new one is refused.
  expect(answers.map(({ at, failure }) => [+at.toFixed(9), failure])).toEqual([
    [3, Failure.None],
    [3, Failure.None],
    [12, Failure.Unreachable],
    [13, Failure.None],
  ]);
});

describe("connections that choose a pod once", () => {
  /** Calls of ten callers to two pods, to which two more are added at 100; the calls of each of the four from then on. */
  function shares(balances: "calls" | "connections", uses = Infinity): readonly number[] {
    const callers = Array.from({ length: 10 }, (_, i) =>
      service({ name: `caller${i}`, steps: [call("grpc")], concurrency: many }),
    );
    const times = Array.from({ length: 1000 }, (_, i) => i + 0.5);
    const random = ({ stream }: PolicyContext): Balancer => ({ pick: ({ count }) => stream.below(count) });
    const grpc = service({
      name: "grpc",
      replicas: 2,
      steps: [{ kind: "cpu", work: constant(0.01) }],
      concurrency: many,
      balancer: random,
      scaler: timetable([0, 2], [100, 4]),
      mesh: over({ balances, streams: Infinity, opens: constant(0), uses }),
    });
    const world_ = world({ services: [...callers, grpc], loads: callers.map(({ name }) => at(name, ...times)) });
    const run = createWorld(world_, 1);
    run.sim.run(1100);
    run.checkBooks();
    const { pods } = run.state;
    return Array.from(run.services[10].members.items.subarray(0, 4), (pod) => Math.round(pods.used[pod] * 100));
  }

  test("by kube-proxy: pods that are added get nothing from connections that stand", () => {
    const [, , third, fourth] = shares("connections");
    expect([third, fourth]).toEqual([0, 0]);
  });

  test("by a proxy for each call: all four share what comes", () => {
    const later = shares("calls");
    // 9,000 calls after 100 s, a quarter each, ± 4σ.
    for (const count of later.slice(2)) expect(Math.abs(count - 2250)).toBeLessThan(4 * Math.sqrt(9000 * 0.25 * 0.75));
  });

  test("connections that end after some calls come to the new pods in time", () => {
    const later = shares("connections", 10);
    for (const count of later.slice(2))
      expect(Math.abs(count - 2250)).toBeLessThan(4 * Math.sqrt(10 * 9000 * 0.25 * 0.75));
  });
});
