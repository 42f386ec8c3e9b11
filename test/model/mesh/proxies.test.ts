/** Callers with proxies of their own: what each of them counts, when they know, and whom they leave out. Worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { noHop, service, world } from "../../../src/model/builders.js";
import { Failure } from "../../../src/model/calls/failure.js";
import { plainRoute, type RetriesSpec } from "../../../src/model/calls/route.js";
import { envoysOutliers, type MeshSpec, plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import { plainLifecycle } from "../../../src/model/pods/lifecycle.js";
import type { ServiceSpec } from "../../../src/model/spec.js";
import { createWorld } from "../../../src/model/world.js";
import type { Balancer, PolicyContext } from "../../../src/policy/contract.js";
import { at, call, cpu, latencies, play, shop, timetable, wait } from "../lab.js";

/** In turn, from the first. */
const inTurn = (): Balancer => {
  let next = 0;
  return { pick: ({ count }) => next++ % count };
};

const mesh = (about: Partial<MeshSpec> = {}): MeshSpec => ({ ...plainMesh, ...about });
const failures = (answers: readonly { readonly failure: number }[]) => answers.map(({ failure }) => failure);

describe("each caller's proxy is its own", () => {
  test("two callers that take turns meet at the same pod", () => {
    // Requests reach the two front pods in turn; each front's proxy begins with the first pod of the back.
    const spec = (shared: boolean) =>
      world({
        services: [
          service({ name: "front", replicas: 2, steps: [call("back")], balancer: inTurn }),
          service({ name: "back", replicas: 2, steps: [cpu(1)], balancer: inTurn, mesh: shared ? undefined : mesh() }),
        ],
        loads: [at("front", 0, 0)],
      });
    const waits = (shared: boolean): readonly number[] => latencies(play(spec(shared)).answers);
    expect(waits(true)).toEqual([1, 1]); // one gateway: one call each
    expect(waits(false)).toEqual([1, 2]); // both callers choose the first pod
  });

  test("the fewest calls are those of the caller, not of all", () => {
    const fewest = (): Balancer => ({
      pick: ({ rows, count, active }) => {
        let best = 0;
        for (let i = 1; i < count; i++) if (active[rows[i]] < active[rows[best]]) best = i;
        return best;
      },
    });
    const callers = ["one", "two"].map((name) => service({ name, steps: [call("back")], concurrency: many }));
    const back = service({ name: "back", replicas: 2, steps: [cpu(1)], balancer: fewest, mesh: mesh() });
    const spec = world({ services: [...callers, back], loads: [at("one", 0, 0), at("two", 0.1, 0.1)] });
    // "one" has a call at each pod, of which "two" knows nothing: it sends one to each as well.
    expect(latencies(play(spec).answers)).toEqual([1, 1, 1.9, 1.9]);
    expect(play(spec).world.services[2].links!.proxies).toHaveLength(2);
  });
});

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;

describe("what callers know comes late", () => {
  const scaledIn = (about: Partial<ServiceSpec>, discovery = { watch: 1, quiet: 0, longest: 0, push: 0.5 }) =>
    play(
      shop(
        {
          replicas: 2,
          steps: [wait(0.1)],
          balancer: inTurn,
          concurrency: many,
          scaler: timetable([0, 2], [10, 1]),
          mesh: mesh({ discovery }),
          ...about,
        },
        ...Array.from({ length: 40 }, (_, i) => 9.05 + i * 0.1),
      ),
    );

  test("a pod that has stopped is called for 1.5 s more, and every second call is lost", () => {
    const { answers } = scaledIn({});
    // From 10.05 to 11.45 there are 15 calls; the first of the two pods takes the even ones, the other is gone.
    expect(failures(answers).filter((failure) => failure === Failure.Unreachable)).toHaveLength(7);
    expect(failures(answers).filter((failure) => failure !== Failure.None)).toHaveLength(7);
  });

  test("a hook longer than that loses none", () => {
    const { answers } = scaledIn({ lifecycle: { ...plainLifecycle, preStop: 2 } });
    expect(failures(answers).every((failure) => failure === Failure.None)).toBe(true);
  });

  test("a hook that is shorter loses what comes between", () => {
    const { answers } = scaledIn({ lifecycle: { ...plainLifecycle, preStop: 1 } });
    expect(failures(answers).filter((failure) => failure === Failure.Unreachable)).toHaveLength(2);
  });

  test("another try finds the pod that is there", () => {
    const retries: RetriesSpec = {
      most: 1,
      on: ["unreachable"],
      backOff: constant(0.01),
      budget: undefined,
    };
    const { answers } = scaledIn({ route: { ...plainRoute, retries } });
    expect(failures(answers).every((failure) => failure === Failure.None)).toBe(true);
  });

  test("changes are gathered until it is quiet, but not for ever", () => {
    const seen: number[] = [];
    const spec = shop({
      replicas: 1,
      scaler: timetable([0, 1], [10, 2], [11, 3], [12, 4], [13, 5]),
      startup: constant(0),
      mesh: mesh({ discovery: { watch: 0.25, quiet: 1.5, longest: 2, push: 0.25 } }),
    });
    const played = createWorld(spec, 1);
    for (let now = 9; now < 17; now += 0.25) {
      played.sim.run(now);
      const { known } = played.services[0].links!.endpoints;
      if (seen.length < known.count) seen.push(...Array(known.count - seen.length).fill(now));
    }
    // Seen at 10.25 and 11.25, and pushed when 2 s are over | 12.25 and 13.25, and pushed again when 2 s are over.
    expect(seen).toEqual([9, 12.5, 12.5, 14.5, 14.5]);
  });
});

describe("limits of a proxy", () => {
  test("one request too many fails at once, and only that", () => {
    const { answers } = play(
      shop(
        { steps: [cpu(1)], concurrency: many, mesh: mesh({ limits: { requests: 2, retries: 3 } }) },
        0,
        0.1,
        0.2,
        1.5,
      ),
    );
    expect(answers.map(({ at, failure }) => [+at.toFixed(9), failure])).toEqual([
      [0.2, Failure.Overflow],
      [1, Failure.None],
      [1.1, Failure.None],
      [2.5, Failure.None],
    ]);
  });

  test("retries under way", () => {
    const retries: RetriesSpec = { most: 1, on: ["refused"], backOff: constant(1), budget: undefined };
    const one = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;
    const limits = { requests: Infinity, retries: 1 };
    const spec = { steps: [cpu(5)], concurrency: one, route: { ...plainRoute, retries }, mesh: mesh({ limits }) };
    // The second waits 1 s for its other try; the third may not, while the second does.
    const { answers } = play(shop(spec, 0, 0.1, 0.2));
    expect(answers.map(({ at }) => +at.toFixed(9))).toEqual([0.2, 1.1, 5]);
  });
});

test("a try again avoids the pods where the others were", () => {
  const always = (first: number) => (): Balancer => {
    const order = [first, first, first, 1, 0];
    return { pick: ({ count }) => order.shift()! % count };
  };
  const one = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;
  const retries: RetriesSpec = { most: 1, on: ["refused"], backOff: constant(0.5), budget: undefined };
  const about = {
    replicas: 2,
    steps: [cpu(5)],
    concurrency: one,
    balancer: always(0),
    route: { ...plainRoute, retries },
  };
  const answers = (attempts: number) => play(shop({ ...about, mesh: mesh({ attempts }) }, 0, 0.1)).answers;
  expect(failures(answers(1))).toEqual([Failure.Refused, Failure.None]);
  expect(failures(answers(2))).toEqual([Failure.None, Failure.None]); // the second draw is the other pod
});

test("a pod that always fails is left out by each proxy once it has seen that, and comes back", () => {
  const outliers = { ...envoysOutliers, consecutive: { failures: 3, enforcing: 1 }, mostEjected: 0.5 };
  // Its first call keeps the second pod's only worker for good; the others are refused.
  const one = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;
  const firstStays = ({ clock }: PolicyContext): Balancer => {
    let next = 0;
    return { pick: ({ count }) => (clock.now === 0 ? 0 : next++ % count) };
  };
  const spec = shop(
    { replicas: 2, steps: [wait(100)], concurrency: one, balancer: firstStays, mesh: mesh({ outliers }) },
    0,
  );
  const stuck = { ...spec, loads: [...spec.loads, at("probe", ...Array.from({ length: 60 }, (_, i) => 1 + i))] };
  const probe = service({ name: "probe", steps: [call("shop")], concurrency: many, hop: noHop });
  const { world: played } = play({ ...stuck, services: [...stuck.services, probe] }, 99);
  const ejected = played.decisions.filter(({ policy }) => policy === "outlier-detection");
  // Both pods are soon busy for 100 s. The first refuses at 1, 3 and 5: out; then the second may not go (2 of 2 are more than
  // half). It is back at 41, the first end of an interval (from the first call, at 1) after 35, and refuses at 41, 43 and 45.
  expect(ejected.map(({ time, subject, rule }) => [time, subject, rule])).toEqual([
    [5, "pod shop-0", "ejected by the proxy of pod probe-0: consecutive 5xx"],
    [45, "pod shop-0", "ejected by the proxy of pod probe-0: consecutive 5xx"],
  ]);
});
