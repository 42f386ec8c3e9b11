/** Callers that resolve names: what they know, and for how long. Worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { service, world } from "../../../src/model/builders.js";
import { Failure } from "../../../src/model/calls/failure.js";
import type { FaultKind } from "../../../src/model/faults/spec.js";
import { type DnsSpec, type MeshSpec, plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import { plainLifecycle } from "../../../src/model/pods/lifecycle.js";
import type { ServiceSpec, WorldSpec } from "../../../src/model/spec.js";
import { createWorld } from "../../../src/model/world.js";
import type { Balancer, PolicyContext } from "../../../src/policy/contract.js";
import { at, call, play, shop, timetable, wait } from "../lab.js";

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const ttl = (seconds: number, about: Partial<DnsSpec> = {}): DnsSpec => ({
  ttl: seconds,
  cache: "none",
  client: { kind: "ttl" },
  ...about,
});
const resolving = (dns: DnsSpec | undefined, about: Partial<MeshSpec> = {}): MeshSpec => ({
  ...plainMesh,
  dns,
  ...about,
});

/** In turn, and in how many pods it could choose at which time. */
function inTurn(seen: [time: number, pods: number][] = []): ServiceSpec["balancer"] {
  return ({ clock }: PolicyContext): Balancer => {
    let next = 0;
    return {
      pick({ count }) {
        seen.push([clock.now, count]);
        return next++ % count;
      },
    };
  };
}

const every = (step: number, from: number, to: number): readonly number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
const lost = (spec: WorldSpec): readonly number[] =>
  play(spec).answers.flatMap(({ at: when, failure }) => (failure === Failure.Unreachable ? [when] : []));

describe("pods that are added", () => {
  const grown = (mesh: MeshSpec, seen: [number, number][], about: Partial<ServiceSpec> = {}) =>
    shop(
      {
        steps: [wait(0.1)],
        concurrency: many,
        balancer: inTurn(seen),
        scaler: timetable([0, 1], [10, 2]),
        mesh,
        ...about,
      },
      ...every(0.5, 8.25, 20.25),
    );

  test("get nothing from a caller until its answer is four seconds old", () => {
    const seen: [number, number][] = [];
    play(grown(resolving(ttl(4)), seen));
    // Asked at 8.25 and kept until 12.25, when both pods are known.
    expect(seen).toEqual(every(0.5, 8.25, 20.25).map((now) => [now, now < 12.25 ? 1 : 2]));
  });

  test("get nothing ever where answers are kept for ever", () => {
    const seen: [number, number][] = [];
    play(grown(resolving(ttl(4, { client: { kind: "time", time: Infinity } })), seen));
    expect(seen.every(([, pods]) => pods === 1)).toBe(true);
  });

  test("a client's own time comes instead of the answer's", () => {
    const seen: [number, number][] = [];
    play(grown(resolving(ttl(1, { client: { kind: "time", time: 9 } })), seen));
    expect(seen.find(([, pods]) => pods === 2)).toEqual([17.25, 2]);
  });

  test("are known later by what the servers of names learn late", () => {
    const seen: [number, number][] = [];
    play(grown(resolving(ttl(4), { discovery: { watch: 3, quiet: 0, longest: 0, push: 0 } }), seen));
    // At 12.25 the server does not know before 13; the next answer is that of 16.25.
    expect(seen.find(([, pods]) => pods === 2)).toEqual([16.25, 2]);
  });

  test("are given new connections alone: those that stand outlive the answer", () => {
    const connections = { streams: Infinity, most: Infinity, pending: Infinity, idle: Infinity, opens: constant(0) };
    const chosen = (uses: number): readonly number[] => {
      const seen: [number, number][] = [];
      play(grown(resolving(ttl(4), { connections: { balances: "connections", uses, ...connections } }), seen));
      return seen.map(([, pods]) => pods);
    };
    expect(chosen(Infinity)).toEqual([1]);
    // Of ten calls each: opened at 8.25, 13.25 and 18.25.
    expect(chosen(10)).toEqual([1, 2, 2]);
  });
});

describe("a scale-in without a hook", () => {
  const shrunk = (mesh: MeshSpec, about: Partial<ServiceSpec> = {}) =>
    shop(
      {
        replicas: 2,
        steps: [wait(0.1)],
        concurrency: many,
        balancer: inTurn(),
        scaler: timetable([0, 2], [10, 1]),
        mesh,
        ...about,
      },
      ...every(0.5, 8.25, 20.25),
    );

  test("loses what is sent to the pod that is gone while the answer is kept", () => {
    // Sent at 10.25, 10.75, 11.25 and 11.75, to both in turn; at 12.25 the answer is a new one.
    expect(lost(shrunk(resolving(ttl(4))))).toHaveLength(2);
    const onlyGone = (): Balancer => ({ pick: ({ count }) => count - 1 });
    expect(lost(shrunk(resolving(ttl(4)), { balancer: onlyGone }))).toEqual([10.25, 10.75, 11.25, 11.75]);
  });

  test("a hook that is as long loses none", () => {
    expect(lost(shrunk(resolving(ttl(4)), { lifecycle: { ...plainLifecycle, preStop: 4 } }))).toEqual([]);
    expect(lost(shrunk(resolving(ttl(4)), { lifecycle: { ...plainLifecycle, preStop: 1 } }))).toHaveLength(1);
  });

  test("with a time to live of 0 all is as where callers are told", () => {
    const told = resolving(undefined, { discovery: { watch: 0.8, quiet: 0, longest: 0, push: 0 } });
    const asking = { ...told, dns: ttl(0) };
    expect(play(shrunk(asking)).answers).toEqual(play(shrunk(told)).answers);
    expect(lost(shrunk(told))).toHaveLength(1); // 10.25 or 10.75
  });
});

describe("two callers", () => {
  /** When each of them knows of the second pod, which comes at 10; their first calls are at 6.5 and 9.5. */
  function known(dns: DnsSpec): readonly number[] {
    const seen: [number, number][][] = [[], []];
    const callers = [0, 1].map((i) => service({ name: `caller${i}`, steps: [call("shop")], concurrency: many }));
    let made = 0;
    const back = service({
      steps: [wait(0.1)],
      concurrency: many,
      // One is made for the service as a whole, and then one for each caller, at its first call.
      balancer: (context) => inTurn(made++ === 0 ? [] : seen[made - 2])(context),
      scaler: timetable([0, 1], [10, 2]),
      mesh: resolving(dns),
    });
    const loads = [at("caller0", ...every(0.25, 6.5, 60)), at("caller1", ...every(0.25, 9.5, 60))];
    play(world({ services: [...callers, back], loads }));
    return seen.map((of) => of.find(([, pods]) => pods === 2)![0]);
  }

  test.each<[string, DnsSpec, readonly number[]]>([
    ["each asks in its own time", ttl(5), [11.5, 14.5]],
    ["a server on the way hands on what is left", ttl(5, { cache: "cluster" }), [11.5, 11.5]],
    ["and so does their node's, where both stand on one", ttl(5, { cache: "node" }), [11.5, 11.5]],
    [
      "a client's own time begins with what a server has kept for so long",
      ttl(5, { cache: "cluster", client: { kind: "time", time: 4 } }),
      [14.5, 13.5], // 6.5 and 10.5 (kept until 11.5), 14.5 | 9.5 (kept), 13.5
    ],
    [
      "who keeps nothing asks the server each time",
      ttl(5, { cache: "cluster", client: { kind: "time", time: 0 } }),
      [11.5, 11.5],
    ],
  ])("%s", (_, dns, expected) => {
    expect(known(dns)).toEqual(expected);
  });
});

test("gRPC's clients see a pod go at once and lose nothing, but not that one comes until one goes", () => {
  const seen: [number, number][] = [];
  const dns = ttl(0, { client: { kind: "failure", least: 30 } });
  const about: Parameters<typeof shop>[0] = {
    replicas: 3,
    steps: [wait(0.1)],
    concurrency: many,
    balancer: inTurn(seen),
    scaler: timetable([0, 3], [10, 4], [20, 3], [60, 2], [70, 1], [75, 5]),
    mesh: resolving(dns),
  };
  expect(lost(shop(about, ...every(0.5, 5.25, 120.25)))).toEqual([]);
  const changes = seen.filter(([, pods], i) => pods !== seen[i - 1]?.[1]);
  // What comes at 10 is not known. When one goes, its connection tells so at once; the call after that asks, and when the
  // next one goes asking has to wait until 30 s are over: those that came at 75 are known only then.
  expect(changes.map(([, pods]) => pods)).toEqual([3, 2, 1, 5]);
  expect(changes.map(([time]) => Math.floor(time))).toEqual([5, 60, 70, 90]);
});

describe("names that are not found", () => {
  const what: FaultKind = { kind: "dns", services: ["shop"], share: 1, after: constant(0) };
  const times = every(1, 5.5, 29.5);
  const spec = (dns: DnsSpec): WorldSpec => ({
    ...shop({ steps: [], concurrency: many, balancer: inTurn(), mesh: resolving(dns) }, ...times),
    faults: [{ name: "dns", what, when: { kind: "once", at: 10, length: 10 } }],
  });

  test("fail calls once the last answer is over", () => {
    // Asked at 5.5 and kept until 13.5: of what is sent from then until 20 all fails.
    expect(lost(spec(ttl(8)))).toEqual(every(1, 13.5, 19.5));
    expect(lost(spec(ttl(0)))).toEqual(every(1, 10.5, 19.5));
    expect(lost(spec(ttl(100)))).toEqual([]);
  });

  test("are nothing to who goes on with its last answer", () => {
    expect(lost(spec(ttl(0, { client: { kind: "failure", least: 1 } })))).toEqual([]);
  });
});

test("a client that goes on with its last answer learns nothing new until names are found again", () => {
  const seen: [number, number][] = [];
  const dns = ttl(0, { client: { kind: "failure", least: 1 } });
  const what: FaultKind = { kind: "dns", services: ["shop"], share: 1, after: constant(0) };
  const scaler = timetable([0, 2], [11, 1], [12, 3]);
  const about = { replicas: 2, steps: [wait(0.1)], concurrency: many, balancer: inTurn(seen), scaler };
  const spec = shop({ ...about, mesh: resolving(dns) }, ...every(0.5, 5.25, 30.25));
  play({ ...spec, faults: [{ name: "dns", what, when: { kind: "once", at: 10, length: 10 } }] });
  // The pod that has gone has its turn at 11.75: the next call asks, at 12.25, and one each second from then on. Names are found from 20 on.
  const changes = seen.filter(([, pods], i) => pods !== seen[i - 1]?.[1]);
  expect(changes).toEqual([
    [5.25, 2],
    [11.75, 1],
    [20.25, 3],
  ]);
});

describe("pods that are checked once in ten seconds", () => {
  const about = {
    replicas: 2,
    steps: [wait(0.1)],
    concurrency: many,
    balancer: inTurn(),
    mesh: resolving(undefined, { checkInterval: 10 }),
  };

  test("are listed from their next check on", () => {
    const run = createWorld(shop({ ...about, scaler: timetable([0, 2], [15, 3]) }), 1);
    run.sim.run(15);
    const { slots, known } = run.services[0].links!.endpoints;
    const first = slots.checkedAt[2];
    expect(first).toBeGreaterThan(15);
    expect(first).toBeLessThan(25);
    run.sim.run(first - 1e-6);
    expect(known.count).toBe(2);
    run.sim.run(first);
    expect(known.count).toBe(3);
  });

  test("say that they stop, and are not called any more", () => {
    expect(lost(shop({ ...about, scaler: timetable([0, 2], [15, 1]) }, ...every(0.5, 8.25, 30.25)))).toEqual([]);
  });

  test("do not say that they fail: they are called until a check has found it", () => {
    const spec = shop({ ...about, replicas: 1, startup: constant(30) }, ...every(0.5, 8.25, 40.25));
    const what: FaultKind = { kind: "crash", pods: { owner: "shop", portion: { count: 1 } } };
    const crashed: WorldSpec = {
      ...spec,
      faults: [{ name: "crash", what, when: { kind: "once", at: 12, length: 0 } }],
    };
    const run = createWorld(crashed, 1);
    const { slots, known } = run.services[0].links!.endpoints;
    const next = slots.checkedAt[0] + 10 * Math.ceil((12 - slots.checkedAt[0]) / 10);
    run.sim.run(next - 1e-6);
    expect(known.count).toBe(1);
    run.sim.run(next);
    expect(known.count).toBe(0);
    // Up at 42 again, and well by the first check after that.
    run.sim.run(next + 30 - 1e-6);
    expect(known.count).toBe(next + 20 > 42 ? 1 : 0);
    run.sim.run(next + 30);
    expect(known.count).toBe(1);
  });
});
