/** Limits whose losses are known exactly: a bucket of tokens is the queue M/D/1/K, a limit of calls is Erlang's loss system. */
import { describe, expect, test } from "vitest";
import { constant, type Distribution } from "../../../src/kernel/distributions.js";
import { meanInterval } from "../../../src/measure/interval.js";
import { type AdmissionSpec, plainAdmission } from "../../../src/model/admission/admission-spec.js";
import { service } from "../../../src/model/builders.js";
import { bare, hyper, lognormal, poisson, wait } from "../../theory/parts.js";
import { watch } from "../../theory/watch.js";

const unlimited = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;

/** The share of calls that a pod refuses: 99 % interval of ten runs of so many calls, after a warm-up. */
function refused(admission: Partial<AdmissionSpec>, rate: number, time: Distribution, calls: number, warmup = 50) {
  const shop = service({ steps: [wait(time)], concurrency: unlimited, admission: { ...plainAdmission, ...admission } });
  const spec = bare([shop], [poisson(rate)]);
  const samples = Array.from(
    { length: 10 },
    (_, i) => watch({ spec, seed: i + 1, warmup, length: calls / rate }).sample,
  );
  return meanInterval(
    samples.map(({ blocked }) => blocked),
    0.99,
  );
}

function expectWithin({ mean, halfWidth }: { mean: number; halfWidth: number }, exact: number): void {
  expect(Math.abs(mean - exact), `${mean} ± ${halfWidth}, exactly ${exact}`).toBeLessThanOrEqual(halfWidth);
  expect(halfWidth).toBeLessThan(0.05 * exact);
}

/** Of M/D/1/K, by the chain of what departures leave behind (Takagi 1993, volume 2). */
function lossOfMD1K(rho: number, K: number): number {
  const arrivals = (n: number): number => {
    let p = Math.exp(-rho);
    for (let i = 1; i <= n; i++) p *= rho / i;
    return p;
  };
  const left = [1];
  for (let n = 0; n < K - 1; n++) {
    let flow = left[n] - left[0] * arrivals(n);
    for (let i = 1; i <= n; i++) flow -= left[i] * arrivals(n - i + 1);
    left.push(flow / arrivals(0));
  }
  const empty = 1 / left.reduce((sum, one) => sum + one);
  return 1 - 1 / (empty + rho);
}

function erlangB(load: number, servers: number): number {
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  return blocked;
}

describe("a bucket of tokens that Poisson calls come to", () => {
  test("the formula: with room for one it is Erlang's, with much room what is too much is lost", () => {
    expect(lossOfMD1K(0.7, 1)).toBeCloseTo(0.7 / 1.7, 12);
    expect(lossOfMD1K(1.25, 60)).toBeCloseTo(1 - 1 / 1.25, 6);
  });

  // The tokens that are missing are the work in a queue whose calls take 1/rate each: a call that finds less than one is lost
  // there as here.
  for (const [tokens, perSecond, rate] of [
    [1, 10, 7],
    [5, 8, 10],
    [5, 10, 9],
    [12, 8, 10],
  ])
    test(`${tokens} tokens, ${perSecond} a second, ${rate} calls a second: M/D/1/${tokens}`, () => {
      const rateLimit = [{ tokens, perFill: 2 * perSecond, interval: 2, endpoint: undefined, headers: {} }];
      expectWithin(refused({ rateLimit }, rate, constant(0.01), 25_000), lossOfMD1K(rate / perSecond, tokens));
    });
});

describe("a limit of calls under way", () => {
  const laws: readonly (readonly [string, Distribution])[] = [
    ["constant", constant(1)],
    ["lognormal", lognormal(1, 4)],
    ["hyperexponential", hyper(1, 4)],
  ];
  for (const [name, law] of laws)
    test(`fixed at 5, ${name} times: Erlang B`, () => {
      expectWithin(refused({ concurrency: { kind: "fixed", limit: 5 } }, 5, law, 25_000), erlangB(5, 5));
    });

  test("Envoy's adaptive one, pinned at 5 from below and above: Erlang B as well, while it measures and measures", () => {
    const minRtt = { interval: 20, jitter: 0.15, requests: 50, concurrency: 5, buffer: 0.25 };
    const gradient = { kind: "gradient", percentile: 0.5, updateInterval: 0.1, most: 5, minRtt } as const;
    expectWithin(refused({ concurrency: gradient }, 5, lognormal(1, 4), 25_000), erlangB(5, 5));
  });

  test("AIMD and Vegas, pinned", () => {
    const aimd = { kind: "aimd", initial: 5, least: 5, most: 5, backOff: 0.9, timeout: 1 } as const;
    expectWithin(refused({ concurrency: aimd }, 4, lognormal(1, 4), 25_000), erlangB(4, 5));
    const vegas = { kind: "vegas", initial: 1, most: 1, smoothing: 1, probes: 30 } as const;
    expectWithin(refused({ concurrency: vegas }, 1, lognormal(1, 4), 25_000), erlangB(1, 1));
  });

  test("both: what the bucket lets through is Poisson no more, and fewer are lost to the limit than by Erlang B", () => {
    const both = {
      rateLimit: [{ tokens: 1, perFill: 10, interval: 1, endpoint: undefined, headers: {} }],
      concurrency: { kind: "fixed", limit: 5 } as const,
    };
    const { mean } = refused(both, 5, constant(1), 20_000);
    const passed = 1 - lossOfMD1K(0.5, 1);
    const byLimit = 1 - (1 - mean) / passed;
    expect(byLimit).toBeGreaterThan(0.01);
    expect(byLimit).toBeLessThan(erlangB(5 * passed, 5));
  });
});
