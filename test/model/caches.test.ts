/** Caches: schedules worked by hand, and the hit shares that are known exactly. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { RandomStream } from "../../src/kernel/random.js";
import { noHop, service, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/calls/failure.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { CacheSpec, KeyedContent } from "../../src/model/shares/asynchronous.js";
import type { LoadSpec, ServiceSpec, Step, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, call, latencies, play, timetable, wait } from "./lab.js";

const keyed = (about: Partial<KeyedContent> = {}, latency = 0): CacheSpec => ({
  name: "found",
  latency: constant(latency),
  content: {
    kind: "keys",
    capacity: 2,
    timeToLive: undefined,
    per: "pod",
    restartsAt: [],
    singleFlight: false,
    ...about,
  },
});
const look = (...miss: readonly Step[]): Step => ({ kind: "cache", cache: "found", miss });
const open = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const cached = (spec: CacheSpec, ...steps: readonly Step[]): ServiceSpec =>
  service({ concurrency: open, caches: [spec], steps });

/** Requests at these instants, all about one thing: with one key there is nothing to draw. */
const about = (load: LoadSpec, count = 1): LoadSpec => ({ ...load, keys: { count, zipf: 0 } });
const one = (spec: ServiceSpec, ...times: readonly number[]): WorldSpec =>
  world({ services: [spec], loads: [about(at("shop", ...times))] });

describe("a cache by keys", () => {
  test("fetches what it has not, and keeps it", () => {
    const { answers, world: played } = play(one(cached(keyed(), look(wait(2))), 0, 3, 4));
    expect(latencies(answers)).toEqual([2, 0, 0]);
    expect(played.shares.caches.all[0]).toMatchObject({ hits: 2, misses: 1, followed: 0 });
  });

  test("costs its latency with every look", () => {
    expect(latencies(play(one(cached(keyed({}, 0.5), look(wait(2))), 0, 3)).answers)).toEqual([2.5, 0.5]);
  });

  test("fetches again what has lived its time", () => {
    // In at 2 and good until 7; at 7 it is gone, and comes anew at 9.
    const { answers } = play(one(cached(keyed({ timeToLive: constant(5) }), look(wait(2))), 0, 6.9, 7, 9));
    expect([...latencies(answers)].sort()).toEqual([0, 0, 2, 2]);
  });

  test("fetches as often as it is missed at one time, or once with single flight", () => {
    const many = one(cached(keyed(), look(wait(2))), 0, 0.5, 1, 2.5);
    const single = one(cached(keyed({ singleFlight: true }), look(wait(2))), 0, 0.5, 1, 2.5);
    expect(play(many).world.shares.caches.all[0]).toMatchObject({ hits: 1, misses: 3 });
    const { answers, world: played } = play(single);
    expect(played.shares.caches.all[0]).toMatchObject({ hits: 1, misses: 1, followed: 2 });
    expect(answers.map(({ at: time }) => time)).toEqual([2, 2, 2, 2.5]);
  });

  test("lets all who wait for a fetch that fails fail with it", () => {
    const picky = service({
      name: "db",
      concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "pod" },
      steps: [wait(9)],
    });
    const front = cached(keyed({ singleFlight: true }), look(wait(2), call("db")));
    const { answers } = play(world({ services: [front, picky], loads: [about(at("shop", 0, 1, 3)), at("db", 0)] }), 8);
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([
      [2, Failure.Refused],
      [2, Failure.Refused],
      [5, Failure.Refused],
    ]);
  });

  test("lets the next fetch when the one who did is lost with its pod", () => {
    // One cache for both pods; the first request's pod crashes at 3, and the second fetches from 3 to 7.
    let turn = 0;
    const crashing = service({
      ...cached(keyed({ per: "service", singleFlight: true }), look(wait(4))),
      replicas: 2,
      balancer: () => ({ pick: () => turn++ % 2 }),
      lifecycle: { ...plainLifecycle, crashAfter: { shape: "empirical", values: [3, 100] } },
    });
    for (let seed = 1; ; seed++) {
      turn = 0;
      const spec = one(crashing, 0, 1, 2);
      const answers: [number, number][] = [];
      const played = createWorld(spec, seed, {
        observer: { answered: (_, request, __, failure) => void (request && answers.push([played.sim.now, failure])) },
      });
      played.sim.run(50);
      played.checkBooks();
      if (answers[0][0] !== 3 || answers.length !== 3 || answers.some(([time]) => time > 7)) continue;
      expect(answers).toEqual([
        [3, Failure.Killed],
        [3, Failure.Killed],
        [7, Failure.None],
      ]);
      expect(played.shares.caches.all[0]).toMatchObject({ misses: 2, followed: 1 });
      break;
    }
  });

  test("is empty in a pod that has just started, unless one is there for all", () => {
    const scaler = timetable([0, 1], [3, 0], [6, 1]);
    const spec = (per: "pod" | "service") => ({ ...cached(keyed({ per }), look(wait(1))), scaler, hop: noHop });
    const hits = (per: "pod" | "service") => latencies(play(one(spec(per), 0, 2, 8, 10)).answers);
    expect(hits("pod")).toEqual([1, 0, 1, 0]);
    expect(hits("service")).toEqual([1, 0, 0, 0]);
  });

  test("that is there for all is empty when it starts again", () => {
    const spec = cached(keyed({ per: "service", restartsAt: [5] }), look(wait(1)));
    expect(latencies(play(one(spec, 0, 4, 6, 8)).answers)).toEqual([1, 0, 1, 0]);
  });

  test("never has what requests about nothing look for", () => {
    const spec = world({ services: [cached(keyed(), look(wait(1)))], loads: [at("shop", 0, 2)] });
    expect(latencies(play(spec).answers)).toEqual([1, 1]);
  });
});

/** Plays so many requests a second apart, and gives the share that was found after the first tenth. */
function hitShare(cache: CacheSpec, keys: LoadSpec["keys"], requests: number): number {
  const stream = new RandomStream(1, "gaps");
  let now = 0;
  const load: LoadSpec = {
    kind: "open",
    name: "load",
    keys,
    mix: [{ service: "shop", endpoint: "call", share: 1 }],
    arrivals: () => ({ next: () => (now += stream.exponential()) }),
  };
  const played = createWorld(world({ services: [cached(cache, look())], loads: [load], seriesStep: 1e9 }), 1);
  played.sim.run(requests / 10);
  played.restartMeasures();
  played.sim.run(requests);
  const { hits, misses } = played.shares.caches.all[0].measured;
  return hits / (hits + misses);
}

describe("the share found", () => {
  test("is the one given, for a cache by chance", () => {
    const spec: CacheSpec = { name: "found", latency: constant(0), content: { kind: "chance", hitRate: 0.8 } };
    // Four standard deviations of 90,000 looks.
    expect(Math.abs(hitShare(spec, undefined, 100_000) - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / 90_000));
  });

  test("is the sum of squares, for a cache of one entry", () => {
    // The last one asked for is there: found when it is asked for again.
    const p = popularity(5, 1);
    const exact = p.reduce((sum, one) => sum + one * one, 0);
    expect(Math.abs(hitShare(keyed({ capacity: 1 }), { count: 5, zipf: 1 }, 100_000) - exact)).toBeLessThan(0.008);
  });

  test("is King's sum, for a cache of two", () => {
    // The last two different ones are i and j with probability p_i p_j / (1 - p_i) (King 1971).
    const p = popularity(5, 1);
    let exact = 0;
    for (const [i, one] of p.entries())
      for (const [j, other] of p.entries()) if (i !== j) exact += ((one + other) * one * other) / (1 - one);
    expect(Math.abs(hitShare(keyed({ capacity: 2 }), { count: 5, zipf: 1 }, 100_000) - exact)).toBeLessThan(0.008);
  });

  test("is λT/(1 + λT), for a thing that lives a time T from when it was fetched", () => {
    // Of the requests of one cycle, one fetches and λT on average come while it is good.
    const exact = 4 / 5;
    const spec = keyed({ timeToLive: constant(4) });
    expect(Math.abs(hitShare(spec, { count: 1, zipf: 0 }, 100_000) - exact)).toBeLessThan(0.008);
  });
});

function popularity(count: number, zipf: number): readonly number[] {
  const weights = Array.from({ length: count }, (_, i) => (i + 1) ** -zipf);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
